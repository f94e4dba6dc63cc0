// Adafactor: mean squares of a matrix from those of its rows and columns.
import { type Parameter, type Tensor, where, zeros } from "@nabla/autograd";
import { checkKind, notNegative, positive } from "@nabla/autograd/checks";
import { bound } from "../options.ts";
import type { LearningRate } from "../schedules.ts";
import { counting } from "./needs.ts";
import {
  decayed,
  type Optimizer,
  optimizerOfRule,
  type Parameters,
  type Rule,
  type Update,
} from "./optimizer.ts";

export interface AdafactorOptions {
  /** How far to go, relative to the parameter: a number, or a schedule; 1 / sqrt(t) at most. Default: 0.01. */
  readonly learningRate?: LearningRate;
  /**
   * How fast the averaging window of the mean of squares grows: its decay at step t is 1 - t^-`growth`.
   * Default: 0.8.
   */
  readonly growth?: number;
  /** The least mean of squares, as a root. Default: 2^-23. */
  readonly epsilon?: number;
  /** The least size of a parameter, as a root of the mean square, that its steps are relative to. Default: 0.001. */
  readonly least?: number;
  /** The largest root of the mean square of a step, before it is scaled. Default: 1. */
  readonly most?: number;
  /** The part of a parameter that a step of learning rate 1 would take away. Default: 0. */
  readonly weightDecay?: number;
}

const rule: Rule<Required<AdafactorOptions>> = {
  name: "adafactor",
  defaults: {
    learningRate: 0.01,
    growth: 0.8,
    epsilon: 2 ** -23,
    least: 1e-3,
    most: 1,
    weightDecay: 0,
  },
  counts: true,
  check({ growth, epsilon, least, most, weightDecay }) {
    checkKind("adafactor", "growth", growth, positive);
    checkKind("adafactor", "epsilon", epsilon, positive);
    checkKind("adafactor", "least", least, positive);
    checkKind("adafactor", "most", most, bound);
    checkKind("adafactor", "weightDecay", weightDecay, notNegative);
  },
  keeps(_, p) {
    if (p.rank < 2) return ["meanSquare"];
    const [front, rows, columns] = [p.shape.slice(0, -2), p.shape.at(-2)!, p.shape.at(-1)!];
    return {
      rows: zeros([...front, rows, 1], { dtype: p.dtype }),
      columns: zeros([...front, 1, columns], { dtype: p.dtype }),
    };
  },
  update(p, how) {
    const { g, learningRate, ofSteps, options } = how;
    const { epsilon, least, most } = options;
    const direction = g.mul(
      meanSquareOf(p, how)
        .maximum(epsilon ** 2)
        .rsqrt(),
    );
    const rate = ofSteps("1 / sqrt", (steps) => steps.rsqrt()).minimum(learningRate);
    const length = rate.mul(rootMeanSquare(p).maximum(least));
    const size = rootMeanSquare(direction).div(most).maximum(1);
    return decayed(p, how).sub(direction.mul(length.div(size)));
  },
};

/** The running mean of squares: of a matrix, what those of its rows and columns say of each element. */
function meanSquareOf(
  p: Parameter,
  { g, kept, ofSteps, options: { growth, epsilon } }: Update<Required<AdafactorOptions>>,
): Tensor {
  const share = ofSteps(`share ${growth}`, (steps) => steps.log().mul(-growth).exp());
  const next = (name: string, x: Tensor): Tensor => {
    const mean = kept[name]!;
    return mean.assign(mean.add(x.sub(mean).mul(share)));
  };
  const squares = g.square();
  if (p.rank < 2) return next("meanSquare", squares);
  const rows = next("rows", squares.mean(-1, { keepDims: true }));
  const columns = next("columns", squares.mean(-2, { keepDims: true }));
  const mean = rows.mean(-2, { keepDims: true }).maximum(epsilon);
  // First the quotient: the product of two mean squares may overflow where its root would not.
  const ratio = where(mean.equal(Number.POSITIVE_INFINITY), 1, rows.div(mean));
  return ratio.mul(columns);
}

function rootMeanSquare(x: Tensor): Tensor {
  return x.square().mean().sqrt();
}

/**
 * Adam without a mean of gradients, which of a matrix keeps the mean squares of its rows and columns
 * alone: memory for optimisers of large models. Steps are relative to the parameter's size, and bounded.
 * N. Shazeer and M. Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018,
 * algorithms 4 and 5, with the bounds of PyTorch. A gradient whose square the dtype does not have (beyond
 * 1.8e19 in float32) moves nothing, as with `adam`. Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([[3, -3]]);
 * const optimizer = adafactor([w], { learningRate: 0.1 });
 * optimizer.state()["0.rows"]?.shape; // => [1, 1]
 * w.sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [[2.7, -3.3]]
 */
export function adafactor(
  parameters: Parameters<AdafactorOptions>,
  options: AdafactorOptions = {},
): Optimizer {
  return optimizerOfRule(rule, parameters, options, counting);
}
