// Rounding, element by element; piecewise constant, so without gradient.
import * as scalar from "../scalar/expression.ts";
import { type Unary, unary } from "./families.ts";

function rounding(name: string, value: (x: scalar.Scalar) => scalar.Scalar): Unary {
  return unary(name, { accepts: "number", value, gradient: "none: piecewise constant" });
}

/** The greatest integer that is not above x. */
export const floor: Unary = rounding("floor", scalar.floor);

/** The least integer that is not below x. */
export const ceil: Unary = rounding("ceil", scalar.ceil);

/** The nearest integer; halves go to the even one. */
export const round: Unary = rounding("round", scalar.round);

/** The integer part: towards zero. */
export const trunc: Unary = rounding("trunc", scalar.trunc);
