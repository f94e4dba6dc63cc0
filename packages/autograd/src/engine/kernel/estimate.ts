// Estimates of kernels: operators, bytes and time.
import { buffersOf, elementParts } from "./dependence.ts";
import {
  type Buffer,
  bytesOf,
  type Kernel,
  type Statement,
  type Value,
  type Variable,
} from "./language.ts";

/** What one thread does per nanosecond. */
export interface Rates {
  /** Multiply-adds of matrix products. */
  readonly products: number;
  /** Operators, each counted as 1. */
  readonly operators: number;
  /** Bytes read or written. */
  readonly bytes: number;
}

/** Estimates the time on one thread in nanoseconds. */
export function nanosecondsOf(kernel: Kernel, rates: Rates): number {
  const products = kernel.body.reduce((sum, statement) => sum + productsOf(statement), 0);
  const operators = flopsOfKernel(kernel) - 2 * products;
  return (
    products / rates.products +
    operators / rates.operators +
    bytesMoved(buffersOf(kernel.body)) / rates.bytes
  );
}

/** Bytes read and written, each buffer once. */
export function bytesMoved({
  reads,
  writes,
}: {
  readonly reads: Iterable<Buffer>;
  readonly writes: Iterable<Buffer>;
}): number {
  return [...reads, ...writes].reduce((sum, buffer) => sum + bytesOf(buffer), 0);
}

/** Multiply-adds of matrix products. */
function productsOf(statement: Statement): number {
  if (statement.kind === "multiply") {
    return statement.row.size * statement.column.size * sizeOf(statement.inner);
  }
  if (statement.kind !== "for") return 0;
  return (
    statement.variable.size * statement.body.reduce((sum, inner) => sum + productsOf(inner), 0)
  );
}

/** The number of iterations of a loop nest. */
function sizeOf(variables: readonly Variable[]): number {
  return variables.reduce((product, { size }) => product * size, 1);
}

/** Operators that a kernel applies, each counted as 1. */
export function flopsOfKernel({ body }: Kernel): number {
  return flopsOfAll(body);
}

/** Operators of the statements in one loop, common subexpressions counted once. */
function flopsOfAll(statements: readonly Statement[]): number {
  const seen = new Set<Value>();
  return statements.reduce((sum, inner) => sum + statementFlops(inner, seen), 0);
}

function statementFlops(statement: Statement, seen: Set<Value>): number {
  switch (statement.kind) {
    case "for":
      return statement.variable.size * flopsOfAll(statement.body);
    case "store":
      return valueFlops(statement.value, seen);
    case "accumulate":
      return 1 + valueFlops(statement.value, seen);
    case "reduce":
      return sizeOf(statement.variables) * (1 + valueFlops(statement.value));
    case "prefix":
      return statement.variable.size * (valueFlops(statement.next) + flopsOfAll(statement.body));
    case "multiply": {
      const { row, column, inner, left, right, body } = statement;
      const products = sizeOf(inner) * (2 + valueFlops(left) + valueFlops(right));
      return row.size * column.size * (products + flopsOfAll(body));
    }
  }
}

/** Operators of a value that are not in `seen`; common subexpressions count once. */
function valueFlops(value: Value, seen: Set<Value> = new Set<Value>()): number {
  let count = 0;
  for (const part of elementParts(value, seen)) if (part.kind === "apply") count++;
  return count;
}
