// Rounding, element by element; piecewise constant, so without gradient.
import * as scalar from "../scalar/expression.ts";
import { type Unary, unary } from "./families.ts";

function rounding(name: string, value: (x: scalar.Scalar) => scalar.Scalar): Unary {
  return unary(name, { accepts: "number", value, gradient: "none: piecewise constant" });
}

/** The largest integer not above x. */
export const floor: Unary = rounding("floor", scalar.floor);

/** The smallest integer not below x. */
export const ceil: Unary = rounding("ceil", scalar.ceil);

/** The nearest integer; halves go to the even one. */
export const round: Unary = rounding("round", scalar.round);

/** The integer part: rounds towards zero. */
export const trunc: Unary = rounding("trunc", scalar.trunc);
