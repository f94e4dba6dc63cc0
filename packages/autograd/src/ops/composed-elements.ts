// Functions of elements that are compositions of others; operands broadcast.
import type { Node } from "../graph/node.ts";
import { abs, add, div, maximum, minimum, mul, neg, sub } from "./arithmetic.ts";
import {
  equal,
  isNaN,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  notEqual,
  where,
} from "./comparison.ts";
import { log, pow } from "./exponentials.ts";
import { commonShape } from "./families.ts";
import { expandDims, reshape } from "./movement.ts";
import { type Accepts, floating, type Operand, operandNodes } from "./operands.ts";
import { any } from "./reduce.ts";

/** Nodes of one dtype whose shapes broadcast; errors start with `name`. */
function together(
  name: string,
  operands: readonly Operand[],
  accepts: Accepts = "floating",
): readonly Node[] {
  const nodes = operandNodes(operands, accepts);
  commonShape(name, nodes);
  return nodes;
}

/** 2 to the power x; exact for whole numbers. */
export function exp2(x: Operand): Node {
  return pow(2, floating(x));
}

/** The logarithm to base 10. */
export function log10(x: Operand): Node {
  return div(log(x), Math.LN10);
}

/** Whether it is infinite, of either sign. */
export function isInf(x: Operand): Node {
  return equal(abs(floating(x)), Number.POSITIVE_INFINITY);
}

/** Whether one of both holds, and not the other; numbers count as true unless they are 0. */
export function logicalXor(a: Operand, b: Operand): Node {
  const [x, y] = together("logicalXor", [a, b], "bool");
  return notEqual(x!, y!);
}

/** The size of `a` with the sign of `b`, also of its zeros. */
export function copySign(a: Operand, b: Operand): Node {
  const [x, y] = together("copySign", [a, b]);
  const isNegativeZero = logicalAnd(equal(y!, 0), less(div(1, y!), 0));
  const size = abs(x!);
  return where(logicalOr(less(y!, 0), isNegativeZero), neg(size), size);
}

/** 0 below 0, 1 above, and `atZero` between. */
export function heaviside(x: Operand, atZero: Operand): Node {
  const [input, between] = together("heaviside", [x, atZero]);
  const step = where(less(input!, 0), 0, where(equal(input!, 0), between!, 1));
  return where(isNaN(input!), Number.NaN, step);
}

/** x log(y); 0 where x is 0, even if y is 0, below it or infinite. */
export function xlogy(x: Operand, y: Operand): Node {
  const [factor, number] = together("xlogy", [x, y]);
  const isExtreme = logicalOr(lessEqual(number!, 0), equal(number!, Number.POSITIVE_INFINITY));
  return where(logicalAnd(equal(factor!, 0), isExtreme), 0, mul(factor!, log(number!)));
}

/** The point between `a` (weight 0) and `b` (weight 1), exact at both ends. */
export function lerp(a: Operand, b: Operand, weight: Operand): Node {
  const [from, to, part] = together("lerp", [a, b, weight]);
  const distance = sub(to!, from!);
  const near = add(from!, mul(part!, distance));
  return where(less(part!, 0.5), near, sub(to!, mul(distance, sub(1, part!))));
}

/** The larger one; of a number and NaN the number. */
export function fmax(a: Operand, b: Operand): Node {
  const [x, y] = together("fmax", [a, b], "any");
  return where(isNaN(x!), y!, where(isNaN(y!), x!, maximum(x!, y!)));
}

/** The smaller one; of a number and NaN the number. */
export function fmin(a: Operand, b: Operand): Node {
  const [x, y] = together("fmin", [a, b], "any");
  return where(isNaN(x!), y!, where(isNaN(y!), x!, minimum(x!, y!)));
}

/** Whether each element is among `values`; NaN never is. */
export function isIn(x: Node, values: Node): Node {
  const wide = expandDims(x, -1);
  return any(equal(wide, reshape(values, [-1])), -1);
}

/** `x` times a number, as floats. */
export function scaled(x: Operand, by: number): Node {
  return mul(floating(x), by);
}
