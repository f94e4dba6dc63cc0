// Splits loops where a condition changes: what pads, concatenations and gradients of slices select
// by position is then known in each of the loops, whose elements go in vectors.
import { elementParts } from "../kernel/dependence.ts";
import { addIndices, constantIndex, term } from "../kernel/index-arithmetic.ts";
import type { Bound, Index, Statement, Value, Variable } from "../kernel/language.ts";
import { Substitution } from "../kernel/substitute.ts";
import { isForVectors } from "../kernel/vectors.ts";

/** The most loops that one becomes. */
const mostStretches = 8;
/** The most parts of values in all of them together. */
const mostParts = 400;

type Loop = Extract<Statement, { kind: "for" }>;
type Store = Extract<Statement, { kind: "store" }>;

/** The statements with their innermost loops split. */
export function splitLoops(statements: readonly Statement[]): readonly Statement[] {
  return statements.flatMap((statement): readonly Statement[] => {
    if (statement.kind !== "for") return [statement];
    const { body, variable } = statement;
    if (body.every(isStore) && isForVectors(variable, body)) return split(statement, body);
    return [{ ...statement, body: splitLoops(body) }];
  });
}

function isStore(statement: Statement): statement is Store {
  return statement.kind === "store";
}

function split(loop: Loop, stores: readonly Store[]): readonly Statement[] {
  const { variable } = loop;
  const seen = new Set<Value>();
  for (const { value } of stores) elementParts(value, seen);
  const starts = new Set([0]);
  for (const part of seen) {
    if (part.kind !== "guard") continue;
    for (const bound of part.bounds) {
      for (const start of changesOf(bound, variable)) starts.add(start);
    }
  }
  const count = starts.size;
  if (count === 1 || count > mostStretches || count * seen.size > mostParts) return [loop];
  const ordered = [...starts].sort((a, b) => a - b);
  return ordered.flatMap((start, i) => stretch(loop, start, ordered[i + 1] ?? variable.size));
}

/** The values of the variable at which the bound begins, or ceases, to hold. */
function changesOf({ index, from, to }: Bound, variable: Variable): readonly number[] {
  const offset = offsetOf(index, variable);
  if (offset === undefined) return [];
  return [from - offset, to - offset].filter((start) => start > 0 && start < variable.size);
}

/** An index less the variable, if nothing else is in it. */
function offsetOf({ constant, terms }: Index, variable: Variable): number | undefined {
  const [only, ...others] = terms;
  const isAlone = only?.factor === variable && only.coefficient === 1 && others.length === 0;
  return isAlone ? constant : undefined;
}

/** The loop from `start` on up to `end`, with what is known there. */
function stretch(
  { variable, order, body }: Loop,
  start: number,
  end: number,
): readonly Statement[] {
  const own: Variable = { kind: "variable", name: variable.name, size: end - start };
  const holds = ({ index, from, to }: Bound): boolean | undefined => {
    const offset = offsetOf(index, variable);
    if (offset === undefined) return undefined;
    return from <= start + offset && end + offset <= to;
  };
  const here = new Substitution(
    new Map([[variable, addIndices(term(own), constantIndex(start))]]),
    { holds },
  );
  return [{ kind: "for", variable: own, order, body: body.map((part) => here.statement(part)) }];
}
