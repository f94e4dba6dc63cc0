// Products in a loop whose columns do not fill vectors, such as convolutions along short rows of an
// image: the columns of all turns of the loop become those of one product, so that vectors go on into
// the next row. No sum has another order.
import {
  dependencesOf,
  divideIndex,
  elementParts,
  type Index,
  type Kernel,
  type Multiply,
  type Statement,
  Substitution,
  strideAlong,
  term,
  type Variable,
} from "@nabla/autograd/backend";
import type { Machine } from "../processor.ts";
import { fits } from "./tiles.ts";
import { windowsOf } from "./woven.ts";

/** How many columns of joined ones are a row. */
const rowLengths = new WeakMap<Variable, number>();

/** It must save at least this share of vectors: those of two rows take several loads. */
const leastSaved = 0.2;

/** The vectors after which rows begin at a vector's first lane again; 1 where columns are not joined. */
export function vectorsUntilWhole(column: Variable, lanes: number): number {
  const length = rowLengths.get(column) ?? 1;
  let vectors = 1;
  while ((vectors * lanes) % length > 0) vectors++;
  return Math.min(vectors, Math.ceil(column.size / lanes));
}

/** The kernel with columns joined where that saves vectors. */
export function withJoinedColumns(kernel: Kernel, lanes: number, machine: Machine): Kernel {
  const body = kernel.body.map((statement) => joinedIn(statement, lanes, machine));
  return body.every((one, i) => one === kernel.body[i]) ? kernel : { ...kernel, body };
}

function joinedIn(statement: Statement, lanes: number, machine: Machine): Statement {
  if (statement.kind !== "for") return statement;
  const [only, ...others] = statement.body;
  if (statement.order === "any" && only?.kind === "multiply" && others.length === 0) {
    return joined(statement.variable, only, lanes, machine) ?? statement;
  }
  const body = statement.body.map((one) => joinedIn(one, lanes, machine));
  return body.every((one, i) => one === statement.body[i]) ? statement : { ...statement, body };
}

/** The product with the columns of all turns of a loop around it; undefined if that saves too little. */
function joined(
  loop: Variable,
  multiply: Multiply,
  lanes: number,
  machine: Machine,
): Multiply | undefined {
  const { column, left, body } = multiply;
  const size = loop.size * column.size;
  const vectors = Math.ceil(size / lanes);
  const before = loop.size * Math.ceil(column.size / lanes);
  if (column.size === 1 || vectors > (1 - leastSaved) * before) return undefined;
  if (dependencesOf(left).has(loop)) return undefined;
  const all: Variable = { kind: "variable", name: column.name, size };
  rowLengths.set(all, column.size);
  const together = vectorsUntilWhole(all, lanes);
  if (!fits({ rows: Math.min(multiply.row.size, 2), vectors: together }, machine)) return undefined;
  const { quotient, remainder } = divideIndex(term(all), column.size);
  const here = new Substitution(
    new Map<Variable, Index>([
      [loop, quotient],
      [column, remainder],
    ]),
  );
  const own = { ...multiply, column: all, right: here.value(multiply.right) };
  const vector = { variable: all, lanes, valid: lanes, step: together * lanes };
  const isWoven = elementParts(own.right).every((part) => {
    if (part.kind === "load") return windowsOf(part.index, vector) !== undefined;
    return part.kind !== "guard" && part.kind !== "position";
  });
  if (!isWoven) return undefined;
  const statements = body.map((one) => here.statement(one));
  const isSideBySide = statements.every(
    (one) => one.kind === "store" && strideAlong(one.index, all) === 1,
  );
  return isSideBySide ? { ...own, body: statements } : undefined;
}
