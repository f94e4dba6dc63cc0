// All elementwise functions, one file per group of them. Operands broadcast; numbers take the other
// operand's dtype.
export * from "./activations.ts";
export * from "./arithmetic.ts";
export * from "./comparison.ts";
export * from "./exponentials.ts";
export * from "./gated.ts";
export * from "./logistic.ts";
export * from "./rounding.ts";
export * from "./special.ts";
export * from "./trigonometry.ts";
