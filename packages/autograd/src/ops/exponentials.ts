// Powers, exponentials and logarithms, element by element.
import type { Node } from "../graph/node.ts";
import * as scalar from "../scalar/expression.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { equal, logicalAnd, logicalOr, where } from "./comparison.ts";
import { type Binary, binary, positive, type Unary, unary } from "./families.ts";
import { sigmoid } from "./logistic.ts";

/** `a` to the power `b`; 1 where `b` is 0, NaN for a negative `a` and a fractional `b`. */
export const pow: Binary = binary("pow", {
  accepts: "number",
  value: scalar.pow,
  domain: positive,
  gradient: [
    // Where b is 0 the power is constant, though b * a^(b - 1) is 0 * infinity at a = 0.
    (g, a, b) => where(equal(b, 0), 0, mul(g, mul(b, pow(a, sub(b, 1))))),
    // 0^b stays 0 for all b > 0, though log(0) is -infinity; b = 0 is treated as b > 0.
    (g, a, b, y) => {
      const isFlat = logicalOr(equal(y, 0), logicalAnd(equal(a, 0), equal(b, 0)));
      return where(isFlat, 0, mul(g, mul(y, log(a))));
    },
  ],
});

/** e to the power x. */
export const exp: Unary = unary("exp", { value: scalar.exp, gradient: (g, _, y) => mul(g, y) });

/** e^x - 1. A primitive: composed it loses all digits near 0. */
export const expm1: Unary = unary("expm1", {
  value: scalar.expm1,
  // Not y + 1, which has no digits left where y is near -1.
  gradient: (g, x) => mul(g, exp(x)),
});

/** The natural logarithm; -infinity at 0, NaN below. */
export const log: Unary = unary("log", {
  value: scalar.log,
  domain: positive,
  gradient: (g, x) => div(g, x),
});

/** log(1 + x). A primitive: composed it loses all digits near 0. */
export const log1p: Unary = unary("log1p", {
  value: scalar.log1p,
  domain: positive,
  gradient: (g, x) => div(g, add(x, 1)),
});

/** The logarithm to base 2; exact where x is a power of 2. */
export const log2: Unary = unary("log2", {
  value: scalar.log2,
  domain: positive,
  gradient: (g, x) => div(mul(g, Math.LOG2E), x),
});

/**
 * log(e^a + e^b). A primitive: composed it overflows. Equal infinities stay what they are.
 */
export const logAddExp: Binary = binary("logAddExp", {
  value: (a, b) => {
    const distance = scalar.abs(scalar.sub(a, b));
    const more = scalar.log1p(scalar.exp(scalar.neg(distance)));
    // Equal infinities have a difference of NaN.
    const added = scalar.select(scalar.equal(a, b), Math.LN2, more);
    return scalar.add(scalar.max(a, b), added);
  },
  gradient: [(g, a, b, y) => shareOfSum(g, a, b, y), (g, a, b, y) => shareOfSum(g, b, a, y)],
});

/** `g` e^a / (e^a + e^b): half of it for equal infinities, and 0 where both are -infinity. */
function shareOfSum(g: Node, a: Node, b: Node, y: Node): Node {
  const distance = where(equal(a, b), 0, sub(a, b));
  return where(equal(y, Number.NEGATIVE_INFINITY), 0, mul(g, sigmoid(distance)));
}
