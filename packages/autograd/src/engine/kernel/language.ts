// The kernel language, which plans consist of. A kernel is a loop nest over buffers; an expression
// computes one element, and an index locates one: a sum of multiples of loop variables, from which
// a code generator sees what is contiguous in memory. Code generators: ../javascript/ (the oracle
// of plans) and ../wasm/.
import { bytesPerElement, type DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";

/** A run of elements in memory. The plan decides where it is. */
export interface Buffer {
  /** Its number in its plan; in a kernel, its position in the kernel's arguments. */
  readonly id: number;
  readonly dtype: DType;
  /** In elements. */
  readonly size: number;
}

/** The size of its elements in bytes. */
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

/** The terms of an index besides loop variables. Non-negative, except `element`. */
export type Factor =
  | Variable
  | { readonly kind: "quotient"; readonly of: Index; readonly by: number }
  | { readonly kind: "remainder"; readonly of: Index; readonly by: number }
  /**
   * An int32 from the data, counted from the end if negative. If it is out of range for `size`, the
   * run fails with `check` (an index into the plan's checks); the kernel continues with 0.
   */
  | {
      readonly kind: "element";
      readonly value: Value;
      readonly size: number;
      readonly check: number;
    }
  /** A numeric argument of the kernel, at that position; at most `greatest`. */
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

/**
 * One element. Common subexpressions are shared objects; a code generator computes them once. No dtype is
 * of 16 bits: a load of such elements widens them to float32, and a store narrows a float32 that is one of
 * their numbers, without rounding.
 */
export type Value =
  | { readonly kind: "literal"; readonly dtype: DType; readonly value: number }
  | { readonly kind: "load"; readonly dtype: DType; readonly buffer: Buffer; readonly index: Index }
  /** An index as an int32. */
  | { readonly kind: "position"; readonly dtype: "int32"; readonly index: Index }
  /** `dtype` is that of the result; the operands (except a select's condition) have `on`. */
  | {
      readonly kind: "apply";
      readonly dtype: DType;
      readonly on: DType;
      readonly operator: OperatorName;
      readonly operands: readonly Value[];
    }
  | { readonly kind: "cast"; readonly dtype: DType; readonly operand: Value }
  /**
   * `value` if every index is within its bounds, else `otherwise`; the branch not taken loads
   * nothing.
   */
  | {
      readonly kind: "guard";
      readonly dtype: DType;
      readonly bounds: readonly Bound[];
      readonly value: Value;
      readonly otherwise: Value;
    }
  /** The accumulator of a `reduce`, `prefix` or `multiply`. */
  | Total;

/** True if from <= index < to. */
export interface Bound {
  readonly index: Index;
  readonly from: number;
  readonly to: number;
}

/**
 * The accumulator of a `reduce`, `prefix` or `multiply`, for what follows it. Compared by identity.
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
      /** Whether its iterations may run in any order, and concurrently. */
      readonly order: Order;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: "store";
      readonly buffer: Buffer;
      readonly index: Index;
      readonly value: Value;
    }
  /** Adds to the stored value; in sequential loops, because indices may repeat. */
  | {
      readonly kind: "accumulate";
      readonly buffer: Buffer;
      readonly index: Index;
      readonly value: Value;
    }
  | ReduceLoop
  | PrefixLoop
  | Multiply;

/**
 * Combines `start` with `value` for all values of `variables`, in row-major order, sums of floats
 * in blocks. Elements are dealt in turn to `lanes` accumulators, which are then combined in halves:
 * accumulator i with i + lanes / 2, then i + lanes / 4 and so on (reduction.ts).
 */
export interface ReduceLoop {
  readonly kind: "reduce";
  readonly total: Total;
  readonly combine: OperatorName;
  readonly start: number;
  readonly variables: readonly Variable[];
  readonly value: Value;
  readonly lanes: number;
}

/**
 * For `variable` from 0 on: total = `next`, computed from the total `before` it (at first `start`);
 * then `body`.
 */
export interface PrefixLoop {
  readonly kind: "prefix";
  readonly before: Total;
  readonly total: Total;
  readonly start: number;
  readonly variable: Variable;
  readonly next: Value;
  readonly body: readonly Statement[];
}

/**
 * For each row and column: total = the sum over the `inner` variables, the last fastest, of
 * left * right, floats in blocks (reduction.ts), then `body`. `left` depends on `row` and `inner`,
 * `right` on `inner` and `column`; a code generator may tile the loops.
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
 * A loop nest that reads some buffers and writes others. The buffers are its arguments: one kernel
 * may be several steps of a plan.
 */
export interface Kernel {
  /** Names of the operations fused into it, in order. */
  readonly operations: readonly string[];
  readonly body: readonly Statement[];
}

/** A kernel's arguments: buffers of the plan, at the positions that number its own, and numbers. */
export type Given = readonly (Buffer | number)[];

/** The plan's buffer for one of a kernel's. */
export function givenBuffer(given: Given, { id }: Buffer): Buffer {
  const buffer = given[id];
  if (typeof buffer !== "object") throw new Error(`unreachable: ${id} is not a buffer`);
  return buffer;
}

/** The number for a factor of a kernel. */
export function givenNumber(
  given: Given,
  { position }: Extract<Factor, { kind: "given" }>,
): number {
  const number = given[position];
  if (typeof number !== "number") throw new Error(`unreachable: ${position} is not a number`);
  return number;
}
