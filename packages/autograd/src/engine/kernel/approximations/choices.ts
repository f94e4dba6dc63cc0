// Choices that several approximations make.
import { max, min, neg, type Part, type Scalar, select } from "../../../scalar/expression.ts";

/** -`of` where `condition` is true. */
export const negatedIf = (condition: Scalar, of: Scalar): Scalar => select(condition, neg(of), of);

/** `of`, or the nearest number between `from` and `to`. */
export const within = (of: Part, from: number, to: number): Scalar => min(max(of, from), to);
