// A long short-term memory that reads a text without end, window by window: it keeps its state from one
// to the next, while gradients go back to the beginning of the window only (truncated backpropagation
// through time; R. J. Williams and J. Peng, 1990).
import { compile, random, type Tensor, tensor } from "@nabla/autograd";
import { adam, clipGradNorm, crossEntropy, dense, embedding, lstm, madeOf } from "@nabla/nn";
import { alphabet, labelsOf, sentences } from "../character-transformer/text.ts";

export interface Reading {
  /** Texts that are read side by side. */
  readonly texts: number;
  /** Characters in a window. */
  readonly window: number;
  readonly windows: number;
  readonly features: number;
  readonly learningRate: number;
}

/** The mean cost of each window in nats a character. */
export function* reading(options: Reading): Generator<number> {
  const { texts, window, windows, features, learningRate } = options;
  const parts = {
    letters: embedding(alphabet.length, 16),
    memory: lstm(16, features),
    output: dense(features, alphabet.length),
  };
  const model = madeOf(parts);
  const optimizer = adam(model.parameters(), { learningRate });
  const step = compile((inputs: Tensor, targets: Tensor, state: readonly Tensor[]) => {
    const { outputs, state: next } = parts.memory.unroll(parts.letters.forward(inputs), state);
    const cost = crossEntropy(parts.output.forward(outputs), targets);
    cost.backward();
    clipGradNorm(model.parameters(), 1);
    optimizer.step();
    return [cost, next] as const;
  });
  const length = window * windows + 1;
  const draws = random.uniform([texts * length], { seed: 1 }).dataSync();
  let next = 0;
  const choose = (n: number) => Math.floor(draws[next++]! * n);
  const labels = Array.from({ length: texts }, () => labelsOf(sentences(length, choose).text));
  let state = parts.memory.initialState(texts);
  for (let i = 0; i < windows; i++) {
    const cut = (from: number): Tensor =>
      tensor(
        labels.map((row) => row.slice(from, from + window)),
        { dtype: "int32" },
      );
    const [cost, after] = step(cut(i * window), cut(i * window + 1), state);
    state = after;
    yield cost.itemSync();
  }
}
