// Probabilities or logits: the two ways in which distributions of counts take their parameter.
import {
  type Operand,
  onesLike,
  type Shape,
  ShapeError,
  stopGradient,
  Tensor,
  where,
} from "@nabla/autograd";
import { checkNames, describe } from "@nabla/autograd/checks";
import { fail } from "./checks.ts";
import {
  type Condition,
  type DistributionOptions,
  finite,
  fraction,
  notNegative,
  type Parameters,
  parameters,
  widened,
} from "./parameters.ts";

/** A probability, as a number or a tensor, or its logit: log (p / (1 - p)). */
export type Probability<X extends Operand = Operand> = X | { readonly logits: X };

/** What a success or failure is drawn by. */
export interface Odds {
  readonly own: Parameters;
  /** The probabilities of 1 and of 0, and their logarithms. */
  readonly yes: Tensor;
  readonly no: Tensor;
  readonly logYes: (where: Tensor) => Tensor;
  readonly logNo: (where: Tensor) => Tensor;
}

/** The parameter of a family that takes a probability. */
export function odds(name: string, given: unknown, options?: DistributionOptions): Odds {
  const isOperand = typeof given === "number" || given instanceof Tensor;
  if (isOperand) {
    const own = parameters(name, { probability: [given, fraction] }, options);
    // In float64: what counts multiply needs the digits.
    const p = widened(own.values.probability);
    return {
      own,
      yes: p,
      no: p.neg().add(1),
      // Only the requested one is computed: the other logarithm may be infinite.
      logYes: (at) => where(at, p, 1).log(),
      logNo: (at) => where(at, p, 0).neg().log1p(),
    };
  }
  const expected = "expected a probability or { logits }";
  if (typeof given !== "object" || given === null || !("logits" in given)) {
    fail(`${name}: the probability is ${describe(given)}, ${expected}`);
  }
  checkNames(name, given, ["logits"]);
  const own = parameters(name, { logits: [given.logits as Operand, finite] }, options);
  const logits = widened(own.values.logits);
  return {
    own,
    yes: logits.sigmoid(),
    no: logits.neg().sigmoid(),
    logYes: () => logits.logSigmoid(),
    logNo: () => logits.neg().logSigmoid(),
  };
}

/** Classes by probabilities or logits, last axis. */
export type Classes<X extends Tensor = Tensor> =
  | { readonly probabilities: X }
  | { readonly logits: X };

/** The shape without its last axis. */
export type Front<S extends Shape> = S extends readonly [
  ...infer Rest extends Shape,
  infer _ extends number,
]
  ? Rest
  : Shape;

export interface ClassParameters {
  readonly own: Parameters;
  readonly classes: number;
  readonly batch: Shape;
  /** `[...batch, classes]`, summing to 1; -Infinity where a class never is. */
  readonly logs: Tensor;
  readonly probabilities: Tensor;
}

/** Logits may be -Infinity, which masks a class. */
const logit: Condition = {
  expected: "a number below Infinity",
  holds: (x) => x < Number.POSITIVE_INFINITY,
  holdsFor: (x) => x.less(Number.POSITIVE_INFINITY),
};

/** The parameters of a family with classes. Probabilities are divided by their sum. */
export function classParameters(
  name: string,
  given: unknown,
  options?: DistributionOptions,
): ClassParameters {
  checkNames(name, given, ["probabilities", "logits"]);
  const { probabilities, logits } = given as { probabilities?: unknown; logits?: unknown };
  if ((probabilities === undefined) === (logits === undefined)) {
    fail(`${name}: expects either probabilities or logits`);
  }
  const [kind, value] =
    logits === undefined ? ["probabilities", probabilities] : ["logits", logits];
  if (!(value instanceof Tensor)) {
    fail(`${name}: ${kind} is ${describe(value)}, expected a tensor`);
  }
  const classes = value.shape.at(-1) ?? 0;
  if (classes === 0) {
    throw new ShapeError(`${name}: ${kind} is ${describe(value)}, expected classes last`);
  }
  const condition = kind === "logits" ? logit : notNegative;
  const own = parameters(name, { [kind]: [value, condition] }, options);
  const x = widened(Object.values<Tensor>(own.values)[0]!);
  const batch = x.shape.slice(0, -1);
  if (kind === "logits") {
    const logs = x.logSoftmax(-1);
    return { own, classes, batch, logs, probabilities: x.softmax(-1) };
  }
  const scaled = x.div(safeDivisor(x, -1));
  const total = scaled.sum(-1 as never, { keepDims: true });
  const shares = scaled.div(total);
  const isNever = shares.equal(0);
  const logs = where(isNever, Number.NEGATIVE_INFINITY, where(isNever, 1, shares).log());
  return { own, classes, batch, logs, probabilities: shares };
}

/**
 * What weights are divided by before they are added up: 1, or the largest where their sum would overflow, or
 * would be so small that it has few digits.
 */
export function safeDivisor(weights: Tensor, axis?: number): Tensor {
  if (weights.shape.includes(0)) return onesLike(weights);
  const most = stopGradient(weights.max(axis as never, { keepDims: true }));
  const isExtreme = most.greater(2 ** 900).logicalOr(most.less(2 ** -900));
  return where(isExtreme.logicalAnd(most.greater(0)), most, 1);
}

/** p log q, where 0 times anything is 0. */
export function timesLog(p: Tensor, logOfQ: Tensor): Tensor {
  const isNever = p.equal(0);
  return where(isNever, 0, p.mul(where(isNever, 0, logOfQ)));
}
