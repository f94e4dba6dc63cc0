// The kernel language: what a plan is made of. A kernel is a nest of loops over buffers; what it
// computes for one element is an expression, and where it finds an element is an index: a
// sum of multiples of loop variables, from which a renderer sees what lies side by side in memory.
// Renderers: javascript/ (plain, the oracle of plans) and ../wasm/.
import type { DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";

/** A run of elements in memory. Where it lies is the plan's business. */
export interface Buffer {
  /** Unique in its plan. */
  readonly id: number;
  readonly dtype: DType;
  /** In elements. */
  readonly size: number;
}

// Indices

/** A loop's counter: 0 to `size` - 1. Compared by identity. */
export interface Variable {
  readonly kind: "variable";
  readonly name: string;
  readonly size: number;
}

/** What an index is made of beside loop variables. Of all but `element` the value is not negative. */
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
    };

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
  /** `value` where every index is within its bounds, else `otherwise`; what is not taken is not loaded. */
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

/** The result of a `reduce`, `scan` or `multiply`, for what comes after it. Compared by identity. */
export interface Total {
  readonly kind: "total";
  readonly dtype: DType;
}

// Statements

export type Statement =
  | { readonly kind: "for"; readonly variable: Variable; readonly body: readonly Statement[] }
  | {
      readonly kind: "store";
      readonly buffer: Buffer;
      readonly index: Index;
      readonly value: Value;
    }
  /** Adds to what is stored already; for indices that may come twice. */
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
 * total = `start` combined with `value` for all values of `variables`, in row-major order. They are
 * dealt in turn to `lanes` running totals, which are then combined in halves: total i with total
 * i + lanes / 2, then i + lanes / 4 and so on (reduction.ts).
 */
export interface Reduce {
  readonly kind: "reduce";
  readonly total: Total;
  readonly combine: OperatorName;
  readonly start: number;
  readonly variables: readonly Variable[];
  readonly value: Value;
  readonly lanes: 1 | 16;
}

/** For `variable` from 0 on: total = `next`, made from the total `before` it (at first `start`); `body`. */
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
 * For each row and column: total = the sum over the `inner` variables, the last fastest, of left * right, then
 * `body`. `left` depends on `row` and `inner`, `right` on `inner` and `column`; a renderer may go in blocks.
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

/** Rows of a product that a renderer keeps in registers at once; how many columns: `tileColumns`. */
export const tileRows = 4;

/** Columns of a product that a renderer keeps in registers at once: two vectors of 16 bytes. */
export function tileColumns(dtype: DType): number {
  return dtype === "float64" ? 4 : 8;
}

/** A nest of loops that reads some buffers and writes others. */
export interface Kernel {
  /** Names of the operations that were fused into it, in order. */
  readonly operations: readonly string[];
  readonly body: readonly Statement[];
}

// Building

/** A number as an index. */
export function constantIndex(constant: number): Index {
  return { constant, terms: [] };
}

/** coefficient * factor as an index; a variable of size 1 is always 0. */
export function term(factor: Factor, coefficient = 1): Index {
  const isZero = coefficient === 0 || (factor.kind === "variable" && factor.size === 1);
  return { constant: 0, terms: isZero ? [] : [{ coefficient, factor }] };
}

/** The sum of indices; terms of the same factor are put together. */
export function addIndices(...indices: readonly Index[]): Index {
  const coefficients = new Map<Factor, number>();
  let constant = 0;
  for (const index of indices) {
    constant += index.constant;
    for (const { coefficient, factor } of index.terms) {
      coefficients.set(factor, (coefficients.get(factor) ?? 0) + coefficient);
    }
  }
  const terms = [...coefficients].flatMap(([factor, coefficient]) =>
    coefficient === 0 ? [] : [{ coefficient, factor }],
  );
  return rejoined({ constant, terms });
}

/** by * floor(x / by) + x mod by is x. */
function rejoined(index: Index): Index {
  for (const { coefficient, factor } of index.terms) {
    if (factor.kind !== "remainder") continue;
    const other = index.terms.find(
      (t) =>
        t.factor.kind === "quotient" &&
        t.factor.of === factor.of &&
        t.factor.by === factor.by &&
        t.coefficient === coefficient * factor.by,
    );
    if (!other) continue;
    const terms = index.terms.filter((t) => t.factor !== factor && t !== other);
    return addIndices({ constant: index.constant, terms }, scaleIndex(factor.of, coefficient));
  }
  return index;
}

/** index * by. */
export function scaleIndex(index: Index, by: number): Index {
  if (by === 0) return constantIndex(0);
  const terms = index.terms.map(({ coefficient, factor }) => ({
    coefficient: coefficient * by,
    factor,
  }));
  return { constant: index.constant * by, terms };
}

/** The greatest value that an index takes, where its coefficients are not negative; else infinity. */
export function greatest(index: Index): number {
  return index.terms.reduce((sum, { coefficient, factor }) => {
    if (coefficient < 0) return Number.POSITIVE_INFINITY;
    return sum + coefficient * greatestFactor(factor);
  }, index.constant);
}

function greatestFactor(factor: Factor): number {
  switch (factor.kind) {
    case "variable":
      return factor.size - 1;
    case "remainder":
      return Math.min(factor.by - 1, greatest(factor.of));
    case "quotient":
      return Math.floor(greatest(factor.of) / factor.by);
    case "element":
      return factor.size - 1;
  }
}

/**
 * floor(index / by) and what is left, for an index that is never negative; simplified where multiples
 * of `by` can be seen.
 */
export function divideIndex(index: Index, by: number): { quotient: Index; remainder: Index } {
  if (by === 1) return { quotient: index, remainder: constantIndex(0) };
  const isPositive = index.constant >= 0 && index.terms.every(({ coefficient }) => coefficient > 0);
  if (!isPositive) return opaqueDivision(index, by);
  // Multiples of `by` go into the quotient whole.
  const isWhole = ({ coefficient }: { coefficient: number }) => coefficient % by === 0;
  const whole: Index = {
    constant: Math.floor(index.constant / by),
    terms: index.terms.filter(isWhole).map((t) => ({ ...t, coefficient: t.coefficient / by })),
  };
  const rest: Index = {
    constant: index.constant % by,
    terms: index.terms.filter((t) => !isWhole(t)),
  };
  if (greatest(rest) < by) return { quotient: whole, remainder: rest };
  const { quotient, remainder } = opaqueDivision(rest, by);
  return { quotient: addIndices(whole, quotient), remainder };
}

function opaqueDivision(of: Index, by: number): { quotient: Index; remainder: Index } {
  return {
    quotient: term({ kind: "quotient", of, by }),
    remainder: term({ kind: "remainder", of, by }),
  };
}
