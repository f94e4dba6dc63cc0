// Many approximate steps against few exact ones: gradient descent with mini-batches of several
// sizes from one start, measured on the whole set.
import {
  type CompiledFunction,
  compile,
  concat,
  gradients,
  NablaError,
  type Parameter,
  parameter,
  random,
  realizeAsync,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { callable, checkOptions, integer } from "@nabla/autograd/checks";
import { batchRowsLater, type Dataset, exampleCount, examplesAt } from "../batches.ts";
import { breather } from "../breather.ts";
import { checkCount, checkModel, checkOptimizer } from "../checks.ts";
import { quadraticCost } from "../costs.ts";
import { applyLayer, type Layer, namedCellsOf } from "../layer.ts";
import { measuredAtOnce } from "../measure.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { bound, plainList, signalled } from "../options.ts";
import { pairOf, weightsIn } from "../pair.ts";
import { type CostOptions, costOf as checkedCost } from "./example-costs.ts";

export interface DescentOptions extends CostOptions {
  /** Examples in a batch, one descent for each. With all examples it follows the true gradient. */
  readonly batchSizes: readonly number[];
  /**
   * Makes the optimiser of each descent: `(parameters) => sgd(parameters, { learningRate: 3 })`.
   */
  readonly optimizer: (parameters: readonly Parameter[]) => Optimizer;
  /** A descent ends after this many steps. Default: 100 if `examples` is not given. */
  readonly steps?: number;
  /**
   * A descent ends after the step with which it has looked at this many examples: that many cost
   * about the same for all sizes of batches.
   */
  readonly examples?: number;
  /** Seed of the order of examples, which each epoch draws anew. Default: 0. */
  readonly shuffle?: number;
  /** Ends the study in order. */
  readonly signal?: AbortSignal;
}

/** The state of a descent after some steps. */
export interface DescentPoint {
  readonly batchSize: number;
  /** Steps taken. */
  readonly step: number;
  /** Examples looked at in these steps; one that was in two batches counts twice. */
  readonly examples: number;
  /** The time that the steps took, excluding measurements between them. */
  readonly seconds: number;
  /** The cost of the whole set. */
  readonly cost: number;
  /**
   * Degrees between the gradient of the next batch and that of the whole set: 0 is the steepest way
   * down, 90 along the slope, more than 90 uphill. NaN where one of them is 0.
   */
  readonly angle: number;
  /** The length of the path through the space of the parameters: the sum of the steps' lengths. */
  readonly walked: number;
  /** The distance from the start in a straight line; `walked / gained` is 1 for a straight path. */
  readonly gained: number;
}

/** Between two points a descent takes a third more steps than before. */
const growth = 4 / 3;

/**
 * Descends from the current parameters with batches of each size in turn, and measures at steps 0, 1, 2,
 * 3, 4, 5, 7, 9, 12, ... and at the end: the cost of the whole set, the angle between the next batch's
 * gradient and the true one, and the path length and distance so far. Everything but `seconds` is the
 * same on every machine. Batches are drawn as by `batches`, without a smaller last one. Afterwards the
 * model has its initial values again, buffers included. The dataset has two tensors: inputs and targets.
 * The cost must be a mean over examples. A descent ends if the cost becomes NaN. Throws `NablaError` for
 * batch sizes that are not integers from 1 to the number of examples.
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
    steps: bound,
    examples: bound,
    shuffle: integer,
    signal: signalled,
  };
  checkOptions("descentStudy", options, kinds, "batchSizes", "optimizer");
  const { batchSizes, cost = quadraticCost, optimizer, shuffle = 0, signal } = options;
  const { examples: mostExamples = Number.POSITIVE_INFINITY } = options;
  const { steps = options.examples === undefined ? 100 : Number.POSITIVE_INFINITY } = options;
  const count = exampleCount("descentStudy", dataset);
  if (weightsIn(dataset)) {
    throw new NablaError("descentStudy: the dataset has weights, expected one without");
  }
  for (const size of batchSizes) checkCount("descentStudy", "batch size", size, count);
  await realizeAsync(...Object.values(dataset));
  const parameters = model.parameters();
  const costOf = (rows: Tensor<[number]>): Tensor => {
    const [inputs, targets] = pairOf(examplesAt(dataset, rows));
    return checkedCost("descentStudy", cost, applyLayer(model, inputs), targets);
  };
  const cells = namedCellsOf(model).map(([, cell]) => cell);
  const start = cells.map((cell) => cell.snapshot());
  await realizeAsync(...start);
  const restart = () => cells.forEach((cell, i) => cell.assign(start[i]!));
  const gradientOf = gradientsInParts(costOf, parameters);
  const path = new Path(parameters);
  const whole = Int32Array.from({ length: count }, (_, i) => i);
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
      await stepper().async(tensor(whole.subarray(0, batchSize)));
      restart();
      await path.begin();
      const takeStep = stepper();
      let [step, seconds, next] = [0, 0, 0];
      for await (const rows of endlessRows(count, batchSize, shuffle)) {
        const looked = step * batchSize;
        const isLast = step >= steps || looked >= mostExamples;
        if (signal?.aborted) return;
        if (step >= next || isLast) {
          const [real, guess] = [await gradientOf(whole), await gradientOf(await rows.data())];
          const angle = degreesBetween(real.gradient, guess.gradient);
          const { cost: known } = real;
          const at = { batchSize, step, examples: looked, seconds, cost: known, angle };
          yield { ...at, ...(await path.lengths()) };
          if (isLast || Number.isNaN(known)) break;
          next = Math.max(step + 1, Math.round(step * growth));
        }
        const started = performance.now();
        await takeStep.async(rows);
        seconds += (performance.now() - started) / 1000;
        await path.addStep.async();
        step++;
        await breathe();
      }
      restart();
    }
  } finally {
    restart();
  }
}

/** The path of parameters from step to step. */
class Path {
  readonly #parameters: readonly Parameter[];
  readonly #start: readonly Parameter[];
  readonly #before: readonly Parameter[];
  readonly #walked: Parameter<[]> = parameter(0, { name: "walked" });

  constructor(parameters: readonly Parameter[]) {
    this.#parameters = parameters;
    const copies = () => parameters.map((p) => parameter(p.snapshot()));
    [this.#start, this.#before] = [copies(), copies()];
  }

  /** Begins at the parameters' current values. */
  async begin(): Promise<void> {
    const cells = [...this.#start, ...this.#before];
    const all = [...this.#parameters, ...this.#parameters];
    await realizeAsync(this.#walked.assign(0), ...cells.map((cell, i) => cell.assign(all[i]!)));
  }

  /** Adds the step that the parameters have taken since the last one. */
  readonly addStep: CompiledFunction<[], void> = compile((): void => {
    this.#walked.assign(this.#walked.add(distance(this.#parameters, this.#before)));
    this.#before.forEach((cell, i) => cell.assign(this.#parameters[i]!));
  });

  async lengths(): Promise<Pick<DescentPoint, "walked" | "gained">> {
    const gained = distance(this.#parameters, this.#start);
    return { walked: await this.#walked.item(), gained: await gained.item() };
  }
}

/** The Euclidean distance of all values of `a` from those of `b`. */
function distance(a: readonly Parameter[], b: readonly Parameter[]): Tensor<[]> {
  const squares = a.map((p, i) => p.sub(b[i]!).square().sum().cast("float32"));
  return squares.reduce((sum, one) => sum.add(one)).sqrt();
}

async function* endlessRows(examples: number, size: number, shuffle: number) {
  for (let epoch = 1; ; epoch++) {
    yield* batchRowsLater(examples, {
      size,
      shuffle: random.foldIn(shuffle, epoch),
      dropLast: true,
    });
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
      const part = await ofPart.async(tensor(some));
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
