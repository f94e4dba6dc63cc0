// Rounding, element by element; piecewise constant, so without gradient.
import * as scalar from "../scalar/expression.ts";
import { type Unary, unary } from "./families.ts";

/** The greatest integer that is not above x. */
export const floor: Unary = unary("floor", {
  accepts: "number",
  value: scalar.floor,
  gradient: "none: piecewise constant",
});

/** The least integer that is not below x. */
export const ceil: Unary = unary("ceil", {
  accepts: "number",
  value: scalar.ceil,
  gradient: "none: piecewise constant",
});

/** The nearest integer; halves go to the even one. */
export const round: Unary = unary("round", {
  accepts: "number",
  value: scalar.round,
  gradient: "none: piecewise constant",
});

/** The integer part: towards zero. */
export const trunc: Unary = unary("trunc", {
  accepts: "number",
  value: scalar.trunc,
  gradient: "none: piecewise constant",
});
