// The kernel language: what a plan is made of. A kernel is a nest of loops over buffers; what it
// computes for one element is an expression, and where it finds an element is an index: a
// sum of multiples of loop variables, from which a renderer sees what lies side by side in memory.
// Renderers: javascript.ts (plain, the oracle of plans) and ../wasm/.
import { bytesPerElement, type DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";

/** A run of elements in memory. Where it lies is the plan's business. */
export interface Buffer {
  /** Its number in its plan; in a kernel, its position in what the kernel is given. */
  readonly id: number;
  readonly dtype: DType;
  /** In elements. */
  readonly size: number;
}

/** Bytes that its elements take. */
export function bytesOf({ dtype, size }: Buffer): number {
  return size * bytesPerElement(dtype);
}

// Indices

/** A loop's counter: 0 to `size` - 1. Compared by identity. */
export interface Variable {
  readonly kind: "variable";
  readonly name: string;
  readonly size: number;
}

/**
 * What an index is made of beside loop variables. Of all but `element` the value is not negative.
 */
export type Factor =
  | Variable
  | { readonly kind: "quotient"; readonly of: Index; readonly by: number }
  | { readonly kind: "remainder"; readonly of: Index; readonly by: number }
  /**
   * An int32 from the data, counted from the end if it is negative. If that is not below `size`,
   * the run fails with `check` (an index into the plan's checks); the kernel goes on with 0.
   */
  | {
      readonly kind: "element";
      readonly value: Value;
      readonly size: number;
      readonly check: number;
    }
  /** A number that the kernel is given, at that position; never greater than `greatest`. */
  | { readonly kind: "given"; readonly position: number; readonly greatest: number };

/** coefficient * factor. */
export interface Term {
  readonly coefficient: number;
  readonly factor: Factor;
}

/** constant + the sum of the terms. */
export interface Index {
  readonly constant: number;
  readonly terms: readonly Term[];
}

// Values: one element each, in registers

/** One element. Shared parts are shared objects; a renderer computes them once. */
export type Value =
  | { readonly kind: "literal"; readonly dtype: DType; readonly value: number }
  | { readonly kind: "load"; readonly dtype: DType; readonly buffer: Buffer; readonly index: Index }
  /** An index as an int32. */
  | { readonly kind: "position"; readonly dtype: "int32"; readonly index: Index }
  /** `dtype` is that of the result; the operands (but a select's condition) have `on`. */
  | {
      readonly kind: "apply";
      readonly dtype: DType;
      readonly on: DType;
      readonly operator: OperatorName;
      readonly operands: readonly Value[];
    }
  | { readonly kind: "cast"; readonly dtype: DType; readonly operand: Value }
  /**
   * `value` where every index is within its bounds, else `otherwise`; what is not taken is not
   * loaded.
   */
  | {
      readonly kind: "guard";
      readonly dtype: DType;
      readonly bounds: readonly Bound[];
      readonly value: Value;
      readonly otherwise: Value;
    }
  /** What a `reduce`, `scan` or `multiply` has added up. */
  | Total;

/** Holds where from <= index < to. */
export interface Bound {
  readonly index: Index;
  readonly from: number;
  readonly to: number;
}

/**
 * The result of a `reduce`, `scan` or `multiply`, for what comes after it. Compared by identity.
 */
export interface Total {
  readonly kind: "total";
  readonly dtype: DType;
}

// Statements

export type Order = "any" | "sequential";

export type Statement =
  | {
      readonly kind: "for";
      readonly variable: Variable;
      /** Whether its turns give the same in any order, and at the same time. */
      readonly order: Order;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: "store";
      readonly buffer: Buffer;
      readonly index: Index;
      readonly value: Value;
    }
  /** Adds to what is stored already; in loops that are sequential, as indices may come twice. */
  | {
      readonly kind: "accumulate";
      readonly buffer: Buffer;
      readonly index: Index;
      readonly value: Value;
    }
  | Reduce
  | Scan
  | Multiply;

/**
 * total = `start` combined with `value` for all values of `variables`, in row-major order, sums of
 * floats in blocks. They are dealt in turn to `lanes` running totals, which are then combined in
 * halves: total i with total i + lanes / 2, then i + lanes / 4 and so on (reduction.ts).
 */
export interface Reduce {
  readonly kind: "reduce";
  readonly total: Total;
  readonly combine: OperatorName;
  readonly start: number;
  readonly variables: readonly Variable[];
  readonly value: Value;
  readonly lanes: number;
}

/**
 * For `variable` from 0 on: total = `next`, made from the total `before` it (at first `start`);
 * `body`.
 */
export interface Scan {
  readonly kind: "scan";
  readonly before: Total;
  readonly total: Total;
  readonly start: number;
  readonly variable: Variable;
  readonly next: Value;
  readonly body: readonly Statement[];
}

/**
 * For each row and column: total = the sum over the `inner` variables, the last fastest, of left *
 * right, floats in blocks (reduction.ts), then `body`. `left` depends on `row` and `inner`, `right` on `inner` and `column`; a
 * renderer may go in blocks.
 */
export interface Multiply {
  readonly kind: "multiply";
  readonly total: Total;
  readonly row: Variable;
  readonly column: Variable;
  readonly inner: readonly Variable[];
  readonly left: Value;
  readonly right: Value;
  readonly body: readonly Statement[];
}

/**
 * A nest of loops that reads some buffers and writes others. Which ones these are, it is given: one
 * kernel may be several steps of a plan.
 */
export interface Kernel {
  /** Names of the operations that were fused into it, in order. */
  readonly operations: readonly string[];
  readonly body: readonly Statement[];
}

/** What a kernel is given: buffers of the plan, at the positions that its own are numbered by, and numbers. */
export type Given = readonly (Buffer | number)[];

/** The plan's buffer that one of a kernel's stands for. */
export function givenBuffer(given: Given, { id }: Buffer): Buffer {
  const buffer = given[id];
  if (typeof buffer !== "object") throw new Error(`unreachable: ${id} is not a buffer`);
  return buffer;
}

/** The number that a factor of a kernel stands for. */
export function givenNumber(
  given: Given,
  { position }: Extract<Factor, { kind: "given" }>,
): number {
  const number = given[position];
  if (typeof number !== "number") throw new Error(`unreachable: ${position} is not a number`);
  return number;
}
