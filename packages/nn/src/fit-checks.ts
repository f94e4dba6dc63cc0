// What `fit` takes, for callers without a compiler.
import { NablaError } from "@nabla/autograd";
import {
  anything,
  callable,
  checkOptions,
  count,
  describe,
  flag,
  integer,
  type Kinds,
  natural,
  plain,
} from "@nabla/autograd/checks";
import { checkCallbacks } from "./callbacks.ts";
import { checkCount, checkModel, checkOptimizer } from "./checks.ts";
import type { BatchFitOptions, FitOptions, TrainingOptions } from "./fit-options.ts";
import type { Layer, Model } from "./layer.ts";
import type { Metrics } from "./metrics/metric.ts";
import { signalled } from "./options.ts";

/** Options that both forms have. Some are checked where they are taken apart. */
const commonKinds: Kinds<TrainingOptions> = {
  optimizer: anything,
  epochs: anything,
  batchSize: anything,
  prefetch: natural,
  callbacks: anything,
  accumulate: count,
  shuffle: integer,
  reportEvery: count,
  beforeStep: callable,
  afterStep: callable,
  gradientNorm: flag,
  signal: signalled,
  world: plain,
  compiled: flag,
  checkpoint: plain,
  resume: flag,
};

/** In plain JavaScript the other form's cost may be there, undefined. */
type Loose<Options> = Options & { readonly cost?: unknown; readonly batchCost?: unknown };

/** Throws `NablaError` for options that only a compiler would have refused. */
export function checkFit(
  model: Layer | Model,
  options: FitOptions<Metrics> | BatchFitOptions,
): void {
  const given: Partial<FitOptions<Metrics> & BatchFitOptions> = Object(options);
  const isPair = given.batchCost === undefined;
  if (typeof model !== "function") checkModel("fit", model, isPair ? "forward" : undefined);
  if (!isPair && given.cost !== undefined) {
    throw new NablaError("fit: got cost and batchCost, expected either");
  }
  if (isPair) {
    checkOptions("fit", options as Loose<FitOptions>, {
      ...commonKinds,
      cost: anything,
      batchCost: anything,
      validation: plain,
      metrics: plain,
    });
  } else {
    checkOptions("fit", options as Loose<BatchFitOptions>, {
      ...commonKinds,
      cost: anything,
      batchCost: callable,
      validation: anything,
      metrics: plain,
      measureBatchSize: count,
    });
  }
  if (isPair && typeof given.cost !== "function") {
    throw new NablaError(
      `fit: cost is ${describe(given.cost)}, expected a function: quadraticCost`,
    );
  }
  if (given.callbacks !== undefined) checkCallbacks("fit", given.callbacks);
  checkOptimizer("fit", given.optimizer);
  checkCount("fit", "epochs", given.epochs);
}
