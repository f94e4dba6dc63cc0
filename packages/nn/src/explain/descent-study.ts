// Stumbling down in many small steps against walking carefully in few: mini-batches of several
// sizes from one start, measured on the whole set.
import {
  compile,
  concat,
  gradients,
  type Parameter,
  random,
  realize,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { batchRows, type Dataset, exampleCount, examplesAt } from "../batches.ts";
import { breather } from "../breather.ts";
import { checkCount, checkModel, checkOptimizer } from "../checks.ts";
import { quadraticCost } from "../costs.ts";
import { applyLayer, type Layer, namedCellsOf } from "../layer.ts";
import { measuredAtOnce } from "../measure.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { callable, checkOptions, integer, plainList, positive, signalled } from "../options.ts";
import { pairOf } from "../pair.ts";
import { type CostOptions, costOf as checkedCost } from "./example-costs.ts";

export interface DescentOptions extends CostOptions {
  /** Examples in a batch, one descent for each; the number of all examples is the careful way. */
  readonly batchSizes: readonly number[];
  /**
   * Makes the optimiser of each descent: `(parameters) => sgd(parameters, { learningRate: 3 })`.
   */
  readonly optimizer: (parameters: readonly Parameter[]) => Optimizer;
  /** A descent ends after so many steps. Default: 100 if `seconds` is not given. */
  readonly steps?: number;
  /** A descent ends when its steps have taken so long. */
  readonly seconds?: number;
  /** Seed of the order of examples, which each epoch draws anew. Default: 0. */
  readonly shuffle?: number;
  /** Ends the study in order. */
  readonly signal?: AbortSignal;
}

/** How a descent stands. */
export interface DescentPoint {
  readonly batchSize: number;
  /** Steps taken. */
  readonly step: number;
  /** What the steps took, without what was measured between them. */
  readonly seconds: number;
  /** The cost of the whole set. */
  readonly cost: number;
  /**
   * Degrees between the gradient of the batch that comes next and the one of the whole set: 0 would
   * be the steepest way down, 90 along the slope, more than 90 uphill. NaN where one of them is 0.
   */
  readonly angle: number;
}

/** Between two points a descent takes a third more steps than before. */
const growth = 4 / 3;

/**
 * Descends from where the model stands with batches of each size in turn, and tells at steps 0, 1,
 * 2, 3, 4, 5, 7, 9, 12, ... and at the end: the cost of the whole set, and by what angle the
 * batch's gradient misses the true one. Batches are drawn as `batches` does, without a last one
 * that is smaller. Afterwards the model has its first values again, buffers included. The dataset
 * has two tensors: what goes in, and what should come out. The cost must be a mean over examples. A
 * descent ends where the cost is no longer a number. Throws `NablaError` for sizes that are no
 * positive integers or more than there are examples.
 *
 * @example
 * const dataset = { inputs: tensor([[1], [2]]), targets: tensor([[2], [4]]) };
 * const layer = dense(1, 1, { bias: false });
 * layer.weight.assign([[0]]);
 * const optimizer = (parameters: readonly Parameter[]) => sgd(parameters, { learningRate: 0.1 });
 * const options = { batchSizes: [2], optimizer, steps: 1 };
 * for await (const { step, cost, angle } of descentStudy(layer, dataset, options)) {
 *   console.log(step, cost, angle);
 * }
 * // => 0 10 0
 * //    1 2.5 0
 */
export async function* descentStudy(
  model: Layer,
  dataset: Dataset,
  options: DescentOptions,
): AsyncGenerator<DescentPoint, void, undefined> {
  checkModel("descentStudy", model, "forward");
  const kinds = {
    batchSizes: plainList,
    cost: callable,
    optimizer: callable,
    steps: positive,
    seconds: positive,
    shuffle: integer,
    signal: signalled,
  };
  checkOptions("descentStudy", options, kinds, "batchSizes", "optimizer");
  const { batchSizes, cost = quadraticCost, optimizer, seconds, shuffle = 0, signal } = options;
  const { steps = seconds === undefined ? 100 : Number.POSITIVE_INFINITY } = options;
  const examples = exampleCount("descentStudy", dataset);
  for (const size of batchSizes) checkCount("descentStudy", "batch size", size, examples);
  realize(...Object.values(dataset));
  const parameters = model.parameters();
  const costOf = (rows: Tensor<[number]>): Tensor => {
    const [inputs, targets] = pairOf(examplesAt(dataset, rows));
    return checkedCost("descentStudy", cost, applyLayer(model, inputs), targets);
  };
  const cells = namedCellsOf(model).map(([, cell]) => cell);
  const start = cells.map((cell) => cell.snapshot());
  const restart = () => realize(...cells.map((cell, i) => cell.assign(start[i]!)));
  const gradientOf = gradientsInParts(costOf, parameters);
  const whole = Int32Array.from({ length: examples }, (_, i) => i);
  const stepper = () => {
    const own = optimizer(parameters);
    checkOptimizer("descentStudy", own);
    return compile((rows: Tensor<[number]>) => {
      costOf(rows).backward();
      own.step();
    });
  };
  const breathe = breather();
  try {
    for (const batchSize of batchSizes) {
      // One step ahead of time, so that making the kernels is not counted.
      stepper()(tensor(whole.subarray(0, batchSize)));
      restart();
      const takeStep = stepper();
      let [step, taken, next] = [0, 0, 0];
      for (const rows of endlessRows(examples, batchSize, shuffle)) {
        const isLast = step >= steps || (seconds !== undefined && taken >= seconds);
        if (signal?.aborted) return;
        if (step >= next || isLast) {
          const [real, guess] = [await gradientOf(whole), await gradientOf(rows.dataSync())];
          const angle = degreesBetween(real.gradient, guess.gradient);
          yield { batchSize, step, seconds: taken, cost: real.cost, angle };
          if (isLast || Number.isNaN(real.cost)) break;
          next = Math.max(step + 1, Math.round(step * growth));
        }
        const started = performance.now();
        takeStep(rows);
        taken += (performance.now() - started) / 1000;
        step++;
        await breathe();
      }
      restart();
    }
  } finally {
    restart();
  }
}

function* endlessRows(examples: number, size: number, shuffle: number) {
  for (let epoch = 1; ; epoch++) {
    yield* batchRows(examples, { size, shuffle: random.foldIn(shuffle, epoch), dropLast: true });
  }
}

/** Cost and gradient of many examples, a part of them at a time, added up in float64. */
function gradientsInParts(
  costOf: (rows: Tensor<[number]>) => Tensor,
  parameters: readonly Parameter[],
) {
  const ofPart = compile((rows: Tensor<[number]>) => {
    const cost = costOf(rows);
    const found = gradients(cost, parameters).map((g) => g.flatten().cast("float64"));
    return { cost, gradient: concat(found, 0) };
  });
  return async (rows: ArrayLike<number>) => {
    const all = Int32Array.from(rows);
    const size = parameters.reduce((total, p) => total + p.size, 0);
    const gradient = new Float64Array(size);
    let cost = 0;
    for (let from = 0; from < all.length; from += measuredAtOnce) {
      const some = all.subarray(from, from + measuredAtOnce);
      const part = ofPart(tensor(some));
      const share = some.length / all.length;
      cost += (await part.cost.item()) * share;
      const values = await part.gradient.data();
      for (let i = 0; i < size; i++) gradient[i]! += values[i]! * share;
    }
    return { cost, gradient };
  };
}

/**
 * The angle between two vectors, right for small ones, too, where the arc cosine has lost its
 * digits. W. Kahan, "How futile are mindless assessments of roundoff in floating-point
 * computation?", 2006.
 */
function degreesBetween(a: Float64Array, b: Float64Array): number {
  const [sizeOfA, sizeOfB] = [norm(a), norm(b)];
  let [apart, along] = [0, 0];
  a.forEach((_, i) => {
    const [x, y] = [a[i]! / sizeOfA, b[i]! / sizeOfB];
    apart += (x - y) ** 2;
    along += (x + y) ** 2;
  });
  return (2 * Math.atan2(Math.sqrt(apart), Math.sqrt(along)) * 180) / Math.PI;
}

function norm(a: Float64Array): number {
  return Math.sqrt(a.reduce((sum, x) => sum + x * x, 0));
}
