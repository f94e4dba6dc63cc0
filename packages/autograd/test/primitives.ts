// Why each primitive is one: digits that a composition would lose, or time and memory that it would
// take.
import type { Family } from "../src/graph/node.ts";

/** For all of a family, where it is the family that cannot be composed. */
const byFamily: Partial<Record<Family, string>> = {
  iota: "base: positions that no data holds",
  reduce: "base: combines a whole axis in one loop",
  movement: "time: moves nothing, readers compute where their elements lie",
  contract: "time: sums of products without their table, in registers",
  convolve: "memory: a product over windows, which are never copied out",
  gather: "base: places that are data",
  scatter: "base: places that are data, the gradient of gather",
  scan: "time: one pass; by reductions it would take one for each element",
  sort: "base: places that depend on all elements",
  routine:
    "time: each element needs those before it; one call for a matrix, not one kernel for a column",
  custom:
    "digits: a rule of its own for the gradient, from the factors that the value was computed with",
};

const instruction = "base: an instruction of the machine";
const host = "digits: an approximation of its own, or the host's function";
const exactly = "digits: by operations that are rounded alike everywhere, so that draws are";
const truth = "base: a truth value, one comparison";

/** For functions of elements: each is one scalar expression, which fuses with its neighbours. */
const byName: Readonly<Record<string, string>> = {
  ...named("add sub mul div neg abs sqrt floor ceil trunc round maximum minimum", instruction),
  ...named("exp log sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh", host),
  ...named("erf erfc lgamma polygamma pow log2", host),
  ...named("equal notEqual less lessEqual greater greaterEqual", truth),
  ...named("logicalAnd logicalOr logicalNot isNaN isFinite", truth),
  expm1: "digits: e^x - 1 has none left near 0",
  log1p: "digits: 1 + x has none left of a small x",
  softplus: "digits: composed, e^x overflows",
  logAddExp: "digits: composed, e^x overflows or vanishes",
  hypot: "digits: composed, squares overflow or vanish",
  mod: "digits: the remainder is exact, a - b floor(a / b) is not",
  sigmoid: "time: its gradient is of its value, without a second exponential",
  relu: "time: its gradient is one choice",
  square: "time: one multiplication, whose gradient adds no two shares",
  sign: "base: the derivative of abs, 0 at 0",
  reciprocal: "time: its gradient is of its value",
  rsqrt: "time: its gradient is of its value",
  where: "base: a choice without a branch; what is not chosen passes on no gradient",
  cast: "base: another dtype",
  stopGradient: "base: the end of gradients",
  randomWord: "base: the bits of a counter (Threefry)",
  splitKey: "base: the bits of a counter (Threefry) as a key",
  randomFraction: "base: the bits of a counter (Threefry) as a fraction",
  ...named("randomRadius randomDirection", exactly),
  alias: "base: a node of its own, to differentiate by",
};

function named(names: string, why: string): Record<string, string> {
  return Object.fromEntries(names.split(" ").map((name) => [name, why]));
}

/** Undefined where nobody has said it yet. */
export function whyPrimitive(family: Family, name: string): string | undefined {
  return byFamily[family] ?? byName[name];
}
