// Data, training and sampling of the transformer.
import { compile, random, type Tensor, tensor } from "@nabla/autograd";
import { adamW, crossEntropy, fit, type Layer } from "@nabla/nn";
import { alphabet, labelsOf, sentences } from "./text.ts";

export interface Windows {
  /** int32 [count, length]. */
  readonly inputs: Tensor;
  /** int32 [count, length]: what follows each character of the inputs. */
  readonly targets: Tensor;
  /** The mean cost, in nats a character, that no model can get below. */
  readonly least: number;
}

/** So many texts of so many characters, each from the start of a sentence. */
export function windows(count: number, length: number, seed: number): Windows {
  const draws = random.uniform([count * (length + 1)], { seed }).dataSync();
  let next = 0;
  const choose = (n: number) => Math.floor(draws[next++]! * n);
  const texts = Array.from({ length: count }, () => sentences(length + 1, choose));
  const labels = texts.map(({ text }) => labelsOf(text));
  // The first character of a text is given.
  const surprises = texts.flatMap(({ surprise }) => surprise.slice(1));
  return {
    inputs: tensor(
      labels.map((row) => row.slice(0, -1)),
      { dtype: "int32" },
    ),
    targets: tensor(
      labels.map((row) => row.slice(1)),
      { dtype: "int32" },
    ),
    least: surprises.reduce((sum, surprise) => sum + surprise, 0) / (count * length),
  };
}

/** Goes through the data; tells of each epoch's mean cost on the data and on `validation`. */
export async function* train(
  model: Layer,
  { inputs, targets }: Windows,
  validation: Windows,
  epochs: number,
): AsyncGenerator<{ epoch: number; cost: number; validationCost: number }> {
  const optimizer = adamW(model.parameters(), { learningRate: 0.002 });
  const reports = fit(
    model,
    { inputs, targets },
    {
      cost: crossEntropy,
      optimizer,
      epochs,
      batchSize: 16,
      validation: { inputs: validation.inputs, targets: validation.targets },
      metrics: { crossEntropy },
    },
  );
  for await (const { epoch, cost, metrics } of reports) {
    if (metrics) yield { epoch, cost, validationCost: metrics["crossEntropy"]! };
  }
}

/** The end of a text, from the start of a sentence, as all texts were that the model has seen. */
function lastSentences(text: string, places: number): string {
  const next = text.indexOf(". ") + 2;
  return text.length <= places ? text : lastSentences(text.slice(next), places);
}

/** Goes on with a text, character by character, each drawn as the model thinks it likely. */
export async function write(
  model: Layer,
  begin: string,
  count: number,
  places: number,
): Promise<string> {
  model.evaluate?.();
  const probabilities = compile((x: Tensor) => model.forward(x).softmax());
  const draws = random.uniform([count], { seed: 1 }).dataSync();
  let text = begin;
  for (const draw of draws) {
    const seen = lastSentences(text, places);
    // What comes after the last character does not count: the model is causal.
    const labels = labelsOf(seen.padEnd(places));
    const all = await probabilities(tensor([labels], { dtype: "int32" })).data();
    const at = (seen.length - 1) * alphabet.length;
    let left = draw;
    const label = [...all.subarray(at, at + alphabet.length)].findIndex((p) => (left -= p) < 0);
    text += alphabet.at(label)!;
  }
  return text;
}
