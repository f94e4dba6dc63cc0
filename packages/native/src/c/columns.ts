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
import { type Columns, fits } from "./tiles.ts";
import { windowsOf } from "./woven.ts";

/** What is known of joined columns. */
interface Joined {
  /** After how many of them they are apart in the same way again. */
  readonly length: number;
  /** How many loads a vector takes. */
  readonly loads: number;
}

const joinedColumns = new WeakMap<Variable, Joined>();

/** Another loop must save at least this share of vectors: those of several rows take several loads. */
const leastSaved = 0.2;

/** Products of so many elements are worth storing them one by one. */
const longSum = 256;

/** The columns of a product in vectors. */
export function columnsOf(column: Variable, lanes: number): Columns {
  const { length, loads } = joinedColumns.get(column) ?? { length: 1, loads: 1 };
  const vectors = Math.ceil(column.size / lanes);
  let together = 1;
  while (together < vectors && (together * lanes) % length > 0) together++;
  return { vectors, together, loads };
}

/** The kernel with columns joined where that saves vectors. */
export function withJoinedColumns(kernel: Kernel, lanes: number, machine: Machine): Kernel {
  const body = kernel.body.map((statement) => joinedIn(statement, lanes, machine));
  return body.every((one, i) => one === kernel.body[i]) ? kernel : { ...kernel, body };
}

/** A product, and the loops around it. */
interface Nest {
  readonly loops: readonly Variable[];
  readonly product: Multiply;
}

function joinedIn(statement: Statement, lanes: number, machine: Machine): Statement {
  if (statement.kind !== "for") return statement;
  const nest = nestOf(statement);
  if (!nest) {
    const body = statement.body.map((one) => joinedIn(one, lanes, machine));
    return body.every((one, i) => one === statement.body[i]) ? statement : { ...statement, body };
  }
  const { loops } = nest;
  let [best, count] = [nest, vectorsOf(nest, lanes)];
  for (let from = loops.length - 1; from >= 0; from--) {
    const product = joined(loops.slice(from), nest.product, lanes, machine);
    const next = product && { loops: loops.slice(0, from), product };
    if (!next || vectorsOf(next, lanes) > (1 - leastSaved) * count) continue;
    [best, count] = [next, vectorsOf(next, lanes)];
  }
  if (best === nest) return statement;
  const { product, loops: left } = best;
  return left.reduceRight<Statement>((inner, variable) => {
    return { kind: "for", variable, order: "any", body: [inner] };
  }, product);
}

/** The loops around a product and nothing else, in any order; undefined if there is more. */
function nestOf(statement: Statement): Nest | undefined {
  if (statement.kind === "multiply") return { loops: [], product: statement };
  if (statement.kind !== "for" || statement.order !== "any") return undefined;
  const [only, ...others] = statement.body;
  const inner = only && others.length === 0 ? nestOf(only) : undefined;
  return inner && { ...inner, loops: [statement.variable, ...inner.loops] };
}

function vectorsOf({ loops, product: { column } }: Nest, lanes: number): number {
  return sizeOf(loops) * Math.ceil(column.size / lanes);
}

function sizeOf(variables: readonly Variable[]): number {
  return variables.reduce((all, { size }) => all * size, 1);
}

/** The product with the columns of all turns of loops around it; undefined if they cannot be joined. */
function joined(
  loops: readonly Variable[],
  multiply: Multiply,
  lanes: number,
  machine: Machine,
): Multiply | undefined {
  const { row, column, inner, left, body } = multiply;
  if (column.size === 1 || loops.some((loop) => dependencesOf(left).has(loop))) return undefined;
  const all: Variable = { kind: "variable", name: column.name, size: sizeOf([...loops, column]) };
  const [, ...within] = [...loops, column];
  const length = sizeOf(within);
  joinedColumns.set(all, { length, loads: 1 });
  const { together } = columnsOf(all, lanes);
  if (!fits({ rows: Math.min(row.size, 2), vectors: together }, machine)) return undefined;
  const here = new Substitution(placesIn(all, [...loops, column]));
  const right = here.value(multiply.right);
  const vector = { variable: all, lanes, valid: lanes, step: together * lanes };
  let loads = 0;
  for (const part of elementParts(right)) {
    if (part.kind === "guard" || part.kind === "position") return undefined;
    const windows = part.kind === "load" ? windowsOf(part.index, vector) : [];
    if (!windows) return undefined;
    loads += windows.length;
  }
  joinedColumns.set(all, { length, loads });
  const statements = body.map((one) => here.statement(one));
  const areStores = statements.every(
    (one) =>
      one.kind === "store" && (strideAlong(one.index, all) === 1 || sizeOf(inner) >= longSum),
  );
  return areStores ? { ...multiply, column: all, right, body: statements } : undefined;
}

/** Where nested loops are at each turn of one loop over all of them. */
function placesIn(all: Variable, loops: readonly Variable[]): ReadonlyMap<Variable, Index> {
  const places = new Map<Variable, Index>();
  let rest = term(all);
  for (const loop of [...loops].reverse()) {
    const { quotient, remainder } = divideIndex(rest, loop.size);
    places.set(loop, remainder);
    rest = quotient;
  }
  return places;
}
