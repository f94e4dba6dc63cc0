// Which loops of a kernel can be divided among threads.
import { allStatements } from "./dependence.ts";
import type { Kernel, Statement, Variable } from "./language.ts";

/** A loop that can be divided, and its iterations. */
export interface SharedLoop {
  readonly variable: Variable;
  readonly iterations: number;
}

/** From this many iterations on, threads get about equal parts of a loop. */
const fairIterations = 16;

/** The largest number of parts. */
const mostParts = 64;

/**
 * Into how many parts a kernel of this many nanoseconds should be divided, if one of `leastShared` is
 * worth two: 1 if division does not pay or is impossible.
 */
export function partsWorth(
  kernel: Kernel,
  nanoseconds: number,
  leastShared: number,
  tileRows: number,
): number {
  if (nanoseconds < leastShared || !isDivisible(kernel)) return 1;
  const iterations = kernel.body.map(
    (statement) => sharedLoop(statement, tileRows)?.iterations ?? 0,
  );
  if (iterations.includes(0)) return 1;
  const most = Math.min(mostParts, Math.max(...iterations));
  return leastShared === 0 ? most : Math.min(Math.floor((2 * nanoseconds) / leastShared), most);
}

/**
 * Whether no two iterations of the loops that can be divided conflict, and none reads what another has
 * stored.
 */
export function isDivisible({ body }: Kernel): boolean {
  // One statement's parts do not wait for those of another, to whose results they would add.
  if (body.length === 1) return isInAnyOrder(body[0]!);
  return allStatements(body).every(
    (statement) => statement.kind !== "accumulate" && isInAnyOrder(statement),
  );
}

function isInAnyOrder(statement: Statement): boolean {
  return statement.kind === "for" ? statement.order === "any" : statement.kind !== "accumulate";
}

/**
 * The loop to divide: among those around all of a statement, the outermost that divides fairly, or
 * else the one with the most iterations. `tileRows`: rows of a product that are computed at once.
 */
export function sharedLoop(statement: Statement, tileRows: number): SharedLoop | undefined {
  const around = loopsAround(statement, tileRows);
  const most = Math.max(...around.map(({ iterations }) => iterations));
  return around.find(({ iterations }) => iterations >= Math.min(fairIterations, most));
}

function loopsAround(statement: Statement, tileRows: number): readonly SharedLoop[] {
  if (statement.kind === "multiply") {
    const { row } = statement;
    return [{ variable: row, iterations: Math.ceil(row.size / tileRows) }];
  }
  if (statement.kind !== "for" || statement.order !== "any") return [];
  const { variable, body } = statement;
  const [only, ...others] = body;
  const inner = only && others.length === 0 ? loopsAround(only, tileRows) : [];
  return [{ variable, iterations: variable.size }, ...inner];
}
