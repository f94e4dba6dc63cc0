// One value for all: for each step of a schedule, for each element of a first value.
import { type DTypeOption, full, NablaError } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import type { Initializer } from "./initializers.ts";
import type { Schedule } from "./schedules.ts";

/**
 * The same value everywhere: a schedule whose steps all have this learning rate, and an initialiser
 * whose elements are all this.
 *
 * @example
 * constant(0.1)(1000); // => 0.1
 * dense(2, 1, { initializer: constant(0.5) }).weight.arraySync(); // => [[0.5], [0.5]]
 */
export function constant(value: number): Schedule & Initializer {
  if (!Number.isFinite(value)) {
    throw new NablaError(`constant: got ${describe(value)}, expected a finite number`);
  }
  const valueFor = (asked: number | readonly number[], options: DTypeOption = {}) =>
    typeof asked === "number" ? value : full(asked as number[], value, options);
  return valueFor as Schedule & Initializer;
}
