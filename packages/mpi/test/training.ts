// A training whose steps have batches of two sizes, dropout, batch normalisation, and a last group that
// is short: alone, or by the ranks of a program.
import { manualSeed, random, type Tensor } from "@nabla/autograd";
import {
  type AnyReport,
  adam,
  batchNorm,
  clipGradNorm,
  dense,
  dropout,
  type FitOptions,
  fit,
  madeOf,
  meanAbsoluteError,
  measure,
  quadraticCost,
  recall,
  relu,
  rocAuc,
  sequential,
  type Team,
  type TrainingOptions,
  toSafetensors,
} from "@nabla/nn";

const inputs = random.normal([42, 6], { seed: 1 });
export const dataset = { inputs, targets: inputs.sum(1, { keepDims: true }).sin() };

/** What training gives: the bits of what is trained, and the costs. */
export interface Trained {
  readonly weights: string;
  readonly state: string;
  readonly draws: number;
  readonly costs: readonly number[];
  readonly validation: readonly (number | null)[];
}

export interface Training extends Partial<FitOptions> {
  readonly hasNorm?: boolean;
  readonly world?: Team;
  readonly seed?: number;
  readonly width?: number;
}

export async function trained({
  hasNorm = false,
  seed = 3,
  width = 8,
  ...more
}: Training): Promise<Trained> {
  manualSeed(seed);
  const middle = hasNorm ? [batchNorm(width)] : [];
  const model = sequential(dense(6, width), ...(middle as []), relu, dropout(0.3), dense(width, 1));
  const optimizer = adam(model.parameters(), { learningRate: 0.02 });
  const costs: number[] = [];
  const validation: (number | null)[] = [];
  const options: FitOptions = {
    cost: quadraticCost,
    optimizer,
    epochs: 3,
    batchSize: 4,
    reportEvery: 1,
    validation: dataset,
    beforeStep: (parameters) => clipGradNorm(parameters, 1),
    ...more,
  };
  for await (const { batchCost, validationCost } of fit(model, dataset, options)) {
    costs.push(batchCost);
    validation.push(validationCost ?? null);
  }
  return {
    weights: Buffer.concat(
      model.parameters().map((p) => Buffer.from(p.dataSync().buffer as ArrayBuffer)),
    ).toString("base64"),
    state: Buffer.from(toSafetensors(optimizer.state())).toString("base64"),
    draws: random.state().draws,
    costs,
    validation,
  };
}

export interface ByBatches {
  readonly weights: string;
  readonly reports: readonly Pick<AnyReport, "costs" | "metrics" | "validationCost">[];
}

/** Trains by two named costs of batches, the second of a key's noise; from `stopAfter` steps on no more. */
export async function byBatches({
  stopAfter,
  ...more
}: Partial<TrainingOptions> & { readonly stopAfter?: number } = {}): Promise<ByBatches> {
  manualSeed(4);
  const parts = { used: sequential(dense(6, 4), dropout(0.3), dense(4, 1)), idle: dense(1, 1) };
  const model = { ...madeOf(parts), forward: (x: Tensor) => parts.used.forward(x) };
  const reports: ByBatches["reports"][number][] = [];
  const training = fit(model, dataset, {
    batchCost: (m, { inputs: x, targets }, key) => ({
      error: quadraticCost(m.forward(x), targets),
      size: m
        .forward(random.normal([2, 6], { seed: key }))
        .square()
        .mean()
        .mul(0.1),
    }),
    metrics: {
      error: (m, { inputs: x, targets }) => meanAbsoluteError(m.forward(x), targets),
      auc: [
        rocAuc(),
        (m, { inputs: x, targets }) => [m.forward(x), targets.greater(0).cast("float32")],
      ],
    },
    optimizer: adam(model.parameters(), { learningRate: 0.02 }),
    epochs: 1,
    batchSize: 4,
    reportEvery: 1,
    validation: dataset,
    measureBatchSize: 5,
    ...more,
  });
  for await (const { step, costs, metrics, validationCost } of training) {
    reports.push({ costs, metrics, validationCost });
    if (step === stopAfter) break;
  }
  return { weights: Buffer.from(toSafetensors(model)).toString("base64"), reports };
}

/** What metrics of both kinds give of a network that is not trained: 42 examples in batches of 5. */
export async function measured(world?: Team): Promise<Readonly<Record<string, number>>> {
  manualSeed(1);
  const { targets } = dataset;
  const isPositive = { inputs, targets: targets.greater(0).cast("float32") };
  const metrics = { quadraticCost, meanAbsoluteError, auc: rocAuc(), recall: recall() };
  return measure(dense(6, 1), isPositive, metrics, { batchSize: 5, ...(world && { world }) });
}
