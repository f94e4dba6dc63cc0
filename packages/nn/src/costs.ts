// Costs: one number that says how far the outputs are from what they should be.
export * from "./costs/classes.ts";
export * from "./costs/differences.ts";
export * from "./costs/yes-or-no.ts";
