// Which loops of a kernel may be divided among threads.
import { allStatements } from "./dependence.ts";
import type { Kernel, Statement, Variable } from "./language.ts";

/** A loop that can be divided, and its turns. */
export interface SharedLoop {
  readonly variable: Variable;
  readonly turns: number;
}

/** With so many turns or more, threads' shares of a loop are about equal. */
const fairTurns = 16;

/** Whether no two turns of its loops meet, and none reads what another one of the kernel has stored. */
export function isDivisible({ body }: Kernel): boolean {
  return allStatements(body).every(
    (statement) =>
      statement.kind !== "accumulate" && (statement.kind !== "for" || statement.order === "any"),
  );
}

/**
 * The loop that is divided: of those around all of a statement the outermost that can be divided
 * fairly, or else that with the most turns. `tileRows`: a product's rows that go at once.
 */
export function sharedLoop(statement: Statement, tileRows: number): SharedLoop | undefined {
  const around = loopsAround(statement, tileRows);
  const most = Math.max(...around.map(({ turns }) => turns));
  return around.find(({ turns }) => turns >= Math.min(fairTurns, most));
}

function loopsAround(statement: Statement, tileRows: number): readonly SharedLoop[] {
  if (statement.kind === "multiply") {
    const { row } = statement;
    return [{ variable: row, turns: Math.ceil(row.size / tileRows) }];
  }
  if (statement.kind !== "for") return [];
  const { variable, body } = statement;
  const [only, ...others] = body;
  const inner = only && others.length === 0 ? loopsAround(only, tileRows) : [];
  return [{ variable, turns: variable.size }, ...inner];
}
