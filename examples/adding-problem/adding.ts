// The adding problem: a sequence of numbers, two of which are marked; what is their sum? It takes
// memory over many steps. S. Hochreiter and J. Schmidhuber, "Long short-term memory", 1997, section
// 5.4.
import { arange, random, stack, type Tensor } from "@nabla/autograd";
import { adam, dense, fit, gru, type Layer, meanSquaredError, sequential } from "@nabla/nn";

export interface Sums {
  /** [count, time, 2]: a number from 0 to 1, and 1 where it is marked, else 0. */
  readonly inputs: Tensor;
  /** [count, 1]: the sum of both marked numbers. */
  readonly targets: Tensor;
}

/** Sequences with one marked number in the first half and one in the second. */
export function sums(count: number, time: number, seed: number): Sums {
  const half = Math.floor(time / 2);
  const [forNumbers, forFirst, forSecond] = random.split(seed, 3);
  const numbers = random.uniform([count, time], { seed: forNumbers! });
  const step = arange(time);
  const first = random.randint([count, 1], 0, half, { seed: forFirst! });
  const second = random.randint([count, 1], half, time, { seed: forSecond! });
  const marks = step.equal(first).logicalOr(step.equal(second)).cast("float32");
  return {
    inputs: stack([numbers, marks], 2),
    targets: numbers.mul(marks).sum(1, { keepDims: true }),
  };
}

/** A gated recurrent layer that reads the sequence, and a dense one that says what it remembers. */
export function adder(hidden: number): Layer {
  return sequential(gru(2, hidden, { returns: "last" }), dense(hidden, 1));
}

/** Tells of the mean squared error on `validation` after each epoch. */
export async function* train(
  model: Layer,
  { inputs, targets }: Sums,
  validation: Sums,
  epochs: number,
): AsyncGenerator<{ epoch: number; error: number }> {
  const optimizer = adam(model.parameters(), { learningRate: 0.01 });
  const reports = fit(
    model,
    { inputs, targets },
    {
      cost: meanSquaredError,
      optimizer,
      epochs,
      batchSize: 50,
      validation: { inputs: validation.inputs, targets: validation.targets },
      metrics: { meanSquaredError },
    },
  );
  for await (const { epoch, metrics } of reports) {
    if (metrics) yield { epoch, error: metrics["meanSquaredError"] };
  }
}
