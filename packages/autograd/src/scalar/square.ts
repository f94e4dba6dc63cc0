// Squares in more than a float's precision, for exponentials of squares, which would multiply the
// rounding error of x^2 by x^2. (Method of W. J. Cody, "Rational Chebyshev approximations for the
// error function", Mathematics of Computation 23 (1969), 631: an exact square of a rounded x.)
import { abs, add, exp, min, mul, neg, type Part, round, type Scalar, sub } from "./expression.ts";

/** From here on e^(-x^2 / 2) is 0 in every dtype. */
export const beyond = 40;

/** x^2 as the sum of a float and its rounding error. */
export interface SquareInTwo {
  readonly square: Scalar;
  readonly lost: Scalar;
}

/** The square of `x`, or of `beyond` if that is smaller. */
export function squareInTwo(x: Part): SquareInTwo {
  const size = min(abs(x), beyond);
  // With 6 bits after the point it has at most 12, and its square fits a float32.
  const head = mul(round(mul(size, 64)), 1 / 64);
  const rest = mul(sub(size, head), add(size, head));
  const exact = mul(head, head);
  const square = add(exact, rest);
  return { square, lost: add(sub(exact, square), rest) };
}

/** e^(-x^2 * `factor`), for a factor that is a power of 2. */
export function expOfMinus({ square, lost }: SquareInTwo, factor = 1): Scalar {
  const power = exp(neg(mul(square, factor)));
  return sub(power, mul(power, mul(lost, factor)));
}
