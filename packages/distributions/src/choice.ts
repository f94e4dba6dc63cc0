// Choosing among elements.
import { argSort, ensure, gather, random, type Shape, Tensor, where } from "@nabla/autograd";
import { checkNames, describe } from "@nabla/autograd/checks";
import { classesBy } from "./categorical.ts";
import { checkSizes, fail } from "./checks.ts";
import type { SampleOptions } from "./distribution.ts";
import { exponentials, fractions, keyFor } from "./draws.ts";
import { safeDivisor } from "./probabilities.ts";
import { sizeOf } from "./shapes.ts";

export interface ChoiceOptions extends SampleOptions {
  /** Whether an element may be chosen several times. Default: true. */
  readonly replace?: boolean;
  /** How likely each element is, `[n]`, 0 or more; divided by their sum. Default: all alike. */
  readonly weights?: Tensor;
  /** The axis of a tensor that elements are chosen along. Default: 0. */
  readonly axis?: number;
}

/**
 * Chooses elements at random, as NumPy's `Generator.choice` does: of a tensor, slices along `axis`, which
 * is replaced by `shape`; of a number n, int32 from 0 to n - 1. Without `replace` none is chosen twice, and
 * with weights each next one is as likely among those that are left (P. S. Efraimidis and P. G. Spirakis,
 * "Weighted random sampling with a reservoir", 2006). Gradients go to the chosen elements, none to weights.
 * Throws `NablaError` where there are too few elements; at weights that are none when it runs.
 *
 * @example
 * choice(tensor([10, 20, 30]), [3], { replace: false, seed: 1 }).sum().itemSync(); // => 60
 * choice(5, [2, 2], { weights: tensor([0, 0, 1, 0, 0]) }).arraySync(); // => [[2, 2], [2, 2]]
 */
export function choice(from: number | Tensor, shape: Shape, options: ChoiceOptions = {}): Tensor {
  checkSizes("choice", shape);
  const known = ["replace", "weights", "axis", "seed"];
  checkNames("choice", options, known);
  const { replace = true, axis = 0, weights } = options;
  if (typeof replace !== "boolean") {
    fail(`choice: replace is ${describe(replace)}, expected true or false`);
  }
  const n = elementsOf(from, axis);
  if (weights !== undefined && !(weights instanceof Tensor)) {
    fail(`choice: weights are ${describe(weights)}, expected a tensor of shape [${n}]`);
  }
  const wide = weights?.cast("float64");
  if (wide && (wide.shape.length !== 1 || wide.shape[0] !== n)) {
    fail(`choice: weights are ${describe(wide)}, expected a tensor of shape [${n}]`);
  }
  const count = sizeOf(shape);
  if (count > 0 && n === 0) fail("choice: there is no element to choose");
  if (!replace && count > n)
    fail(`choice: ${count} of ${n} elements cannot be chosen without replace`);
  const key = keyFor("choice", options.seed);
  const indices = replace
    ? withReplacement(key, n, shape, wide)
    : withoutReplacement(key, n, count, wide).reshape([...shape]);
  return from instanceof Tensor ? gather(from, axis, indices) : indices;
}

function elementsOf(from: unknown, axis: number): number {
  if (typeof from === "number" && Number.isInteger(from) && from >= 0 && from < 2 ** 31)
    return from;
  if (!(from instanceof Tensor)) {
    fail(`choice: got ${describe(from)}, expected a tensor or a number of elements`);
  }
  const { shape }: Tensor = from;
  const size = Number.isInteger(axis) ? shape.at(axis) : undefined;
  if (size !== undefined && axis < shape.length && axis >= -shape.length) return size;
  return fail(`choice: axis is ${describe(axis)}, expected one of ${describe(from)}`);
}

function withReplacement(key: Tensor, n: number, shape: Shape, weights?: Tensor): Tensor {
  const u = fractions(key, shape);
  if (!weights) return u.mul(n).floor().cast("int32");
  return classesBy("choice", checked(weights, 1), u);
}

function withoutReplacement(key: Tensor, n: number, count: number, weights?: Tensor): Tensor {
  if (!weights) {
    const all = random.permutation(n, { seed: key as Tensor<[2]> });
    return all.slice(0, 0, count);
  }
  // The first to arrive, at rates that are the weights; by logarithms, since times overflow.
  const logTimes = exponentials(key, [n]).log().sub(checked(weights, count).log());
  return argSort(logTimes).slice(0, 0, count);
}

/** The weights, of which `least` have to be positive. */
function checked(weights: Tensor, least: number): Tensor {
  const isWeight = weights.greaterEqual(0).logicalAnd(weights.isFinite());
  const isEnough = where(weights.greater(0), 1, 0).sum().greaterEqual(least);
  const message = `choice: weights are not all 0 or more and finite, with at least ${least} above 0`;
  const known = ensure(weights, isWeight.all().logicalAnd(isEnough), message);
  return known.div(safeDivisor(known));
}
