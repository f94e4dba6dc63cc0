// Both sides of the logistic function from one exponential.
import { abs, add, div, exp, less, mul, neg, type Scalar, select } from "./expression.ts";

/** sigmoid(x) and sigmoid(-x). */
export interface SidesOfLogistic {
  readonly above: Scalar;
  readonly below: Scalar;
}

/** Both with all digits: 1 - sigmoid(x) has few for large x. */
export function sidesOfLogistic(x: Scalar): SidesOfLogistic {
  const power = exp(neg(abs(x)));
  const most = div(1, add(1, power));
  const least = mul(power, most);
  const isNegative = less(x, 0);
  return { above: select(isNegative, least, most), below: select(isNegative, most, least) };
}
