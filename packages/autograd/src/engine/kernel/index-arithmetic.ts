// Sums, multiples and quotients of indices, simplified where possible.
import type { Factor, Index, Term } from "./language.ts";

/** A constant index. */
export function constantIndex(constant: number): Index {
  return { constant, terms: [] };
}

/** The index coefficient * factor; a variable of size 1 is always 0. */
export function term(factor: Factor, coefficient = 1): Index {
  const isZero = coefficient === 0 || (factor.kind === "variable" && factor.size === 1);
  return { constant: 0, terms: isZero ? [] : [{ coefficient, factor }] };
}

/** The sum of indices; terms of the same factor are merged. */
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

/** Simplifies by * floor(x / by) + x mod by to x. */
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

/** The largest value of an index without negative coefficients; else infinity. */
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
    case "given":
      return factor.greatest;
  }
}

/**
 * floor(index / by) and the remainder, for an index that is never negative; simplified where
 * multiples of `by` are recognized.
 */
export function divideIndex(index: Index, by: number): { quotient: Index; remainder: Index } {
  if (by === 1) return { quotient: index, remainder: constantIndex(0) };
  const isPositive = index.constant >= 0 && index.terms.every(({ coefficient }) => coefficient > 0);
  if (!isPositive) return opaqueDivision(index, by);
  // Multiples of `by` go into the quotient as they are.
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

/** Whether two indices are equal, term by term. */
export function sameIndex(a: Index, b: Index): boolean {
  if (a.constant !== b.constant || a.terms.length !== b.terms.length) return false;
  const coefficientIn = (terms: readonly Term[], wanted: Term) =>
    terms.find(({ factor }) => factor === wanted.factor)?.coefficient;
  return a.terms.every((one) => coefficientIn(b.terms, one) === one.coefficient);
}
