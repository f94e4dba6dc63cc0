// What values and indices depend on: loop variables and accumulators.
import type { Buffer, Factor, Index, Statement, Total, Value, Variable } from "./language.ts";

export type Dependence = Variable | Total;

const known = new WeakMap<Value | Factor, ReadonlySet<Dependence>>();
const nothing: ReadonlySet<Dependence> = new Set<Dependence>();

/** The variables and accumulators that a value depends on. */
export function dependencesOf(value: Value | Factor): ReadonlySet<Dependence> {
  const before = known.get(value);
  if (before) return before;
  // Operands first, without recursion: chains of values may be long.
  const path: (Value | Factor)[] = [value];
  for (let here = path.at(-1); here; here = path.at(-1)) {
    const sets: ReadonlySet<Dependence>[] = [];
    const parts = partsOf(here);
    const next = parts.find((part) => {
      const set = known.get(part);
      if (set) sets.push(set);
      return !set;
    });
    if (next) path.push(next);
    else {
      known.set(here, isDependence(here) ? new Set([here]) : union(sets));
      path.pop();
    }
  }
  return known.get(value)!;
}

/** The operands of an operator or a cast. */
export function operandsOf(value: Value | Factor): readonly Value[] {
  if (value.kind === "apply") return value.operands;
  return value.kind === "cast" ? [value.operand] : [];
}

/**
 * Calls `use` for the unknown operands of a value, innermost first, but not for the value itself.
 * Chains of values may be longer than the stack.
 */
export function operandsFirst(
  value: Value,
  isKnown: (part: Value) => boolean,
  use: (part: Value) => void,
): void {
  if (isKnown(value)) return;
  const path = [value];
  /** How many operands of each are done. */
  const done = [0];
  for (let last = 0; last >= 0; last = path.length - 1) {
    const here = path[last]!;
    const next = operandsOf(here)[done[last]!++];
    if (!next) {
      path.pop();
      done.pop();
      if (here !== value) use(here);
    } else if (!isKnown(next)) {
      path.push(next);
      done.push(0);
    }
  }
}

/** The variables and accumulators that an index depends on. */
export function dependencesOfIndex(index: Index): ReadonlySet<Dependence> {
  return union(index.terms.map(({ factor }) => dependencesOf(factor)));
}

/** All loads in a value, including those in its indices. */
export function loadsOf(value: Value | Factor): readonly Extract<Value, { kind: "load" }>[] {
  return [...allParts(value)].flatMap((part) => (part.kind === "load" ? [part] : []));
}

/** A value with all its parts, including indices. */
export function allParts(value: Value | Factor): ReadonlySet<Value | Factor> {
  // Iterating over a set includes elements added during the iteration.
  const parts = new Set([value]);
  for (const part of parts) for (const inner of partsOf(part)) parts.add(inner);
  return parts;
}

/**
 * A value with all parts that its element is computed from, without its indices and without those
 * in `seen`, to which it adds the rest.
 */
export function elementParts(value: Value, seen: Set<Value> = new Set<Value>()): readonly Value[] {
  const parts: Value[] = [];
  const add = (part: Value): void => {
    if (seen.has(part)) return;
    seen.add(part);
    parts.push(part);
  };
  add(value);
  // Includes parts added during the iteration.
  for (const part of parts) {
    if (part.kind === "guard") {
      add(part.value);
      add(part.otherwise);
    } else operandsOf(part).forEach(add);
  }
  return parts;
}

/** The statements with all statements nested in them. */
export function allStatements(statements: readonly Statement[]): readonly Statement[] {
  const all: Statement[] = [];
  const add = (some: readonly Statement[]): void => {
    for (const one of some) {
      all.push(one);
      if ("body" in one) add(one.body);
    }
  };
  add(statements);
  return all;
}

/** The values of a statement, without those of nested statements. */
export function valuesOf(statement: Statement): readonly Value[] {
  switch (statement.kind) {
    case "for":
      return [];
    case "store":
    case "accumulate":
    case "reduce":
      return [statement.value];
    case "prefix":
      return [statement.next];
    case "multiply":
      return [statement.left, statement.right];
  }
}

/** The buffers that statements read, and those that they write. */
export function buffersOf(statements: readonly Statement[]): {
  readonly reads: ReadonlySet<Buffer>;
  readonly writes: ReadonlySet<Buffer>;
} {
  const [reads, writes] = [new Set<Buffer>(), new Set<Buffer>()];
  // A value that is stored may be part of one stored later: each part is visited once.
  const seen = new Set<Value | Factor>();
  const read = (value: Value | Factor): void => {
    const waiting = seen.has(value) ? [] : [value];
    seen.add(value);
    for (const part of waiting) {
      if (part.kind === "load") reads.add(part.buffer);
      for (const inner of partsOf(part)) {
        if (seen.has(inner)) continue;
        seen.add(inner);
        waiting.push(inner);
      }
    }
  };
  for (const statement of allStatements(statements)) {
    if (statement.kind === "store" || statement.kind === "accumulate") {
      writes.add(statement.buffer);
      for (const { factor } of statement.index.terms) read(factor);
    }
    valuesOf(statement).forEach(read);
  }
  // A kernel reads its own results only where it has written them itself.
  for (const buffer of writes) reads.delete(buffer);
  return { reads, writes };
}

/** The direct parts of a value or a factor. */
function partsOf(value: Value | Factor): readonly (Value | Factor)[] {
  switch (value.kind) {
    case "variable":
    case "total":
    case "literal":
    case "given":
      return [];
    case "quotient":
    case "remainder":
      return factorsOf(value.of);
    case "element":
      return [value.value];
    case "load":
    case "position":
      return factorsOf(value.index);
    case "cast":
    case "apply":
      return operandsOf(value);
    case "guard":
      return [
        ...value.bounds.flatMap((bound) => factorsOf(bound.index)),
        value.value,
        value.otherwise,
      ];
  }
}

function factorsOf(index: Index): readonly Factor[] {
  return index.terms.map(({ factor }) => factor);
}

function isDependence(value: Value | Factor): value is Dependence {
  return value.kind === "variable" || value.kind === "total";
}

/** The union; one of the sets itself if it contains the other. */
function union(sets: readonly ReadonlySet<Dependence>[]): ReadonlySet<Dependence> {
  let all = nothing;
  for (const set of sets) {
    if (all.size === 0) all = set;
    else if (!isSubset(set, all)) all = new Set([...all, ...set]);
  }
  return all;
}

function isSubset(part: ReadonlySet<Dependence>, whole: ReadonlySet<Dependence>): boolean {
  if (part === whole) return true;
  for (const one of part) if (!whole.has(one)) return false;
  return true;
}

/** How far an index moves when `variable` moves by one; undefined if that varies. */
export function strideAlong(index: Index, variable: Variable): number | undefined {
  let stride = 0;
  for (const { coefficient, factor } of index.terms) {
    if (factor === variable) stride = coefficient;
    else if (dependencesOf(factor).has(variable)) return undefined;
  }
  return stride;
}
