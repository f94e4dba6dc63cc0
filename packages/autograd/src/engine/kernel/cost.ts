// What kernels cost: counted, and estimated in time.
import { buffersOf, elementParts } from "./dependence.ts";
import {
  type Buffer,
  bytesOf,
  type Kernel,
  type Statement,
  type Value,
  type Variable,
} from "./language.ts";

/** What one thread does in a nanosecond. */
export interface Rates {
  /** Multiplications of products of matrices, each with an addition. */
  readonly products: number;
  /** Operators, each of them counting 1. */
  readonly operators: number;
  /** Bytes that are read or written. */
  readonly bytes: number;
}

/** About how many nanoseconds a thread takes. */
export function nanosecondsOf(kernel: Kernel, rates: Rates): number {
  const products = kernel.body.reduce((sum, statement) => sum + productsOf(statement), 0);
  const operators = flopsOfKernel(kernel) - 2 * products;
  return (
    products / rates.products +
    operators / rates.operators +
    bytesMoved(buffersOf(kernel.body)) / rates.bytes
  );
}

/** Bytes that are read and written, each buffer once. */
export function bytesMoved({
  reads,
  writes,
}: {
  readonly reads: Iterable<Buffer>;
  readonly writes: Iterable<Buffer>;
}): number {
  return [...reads, ...writes].reduce((sum, buffer) => sum + bytesOf(buffer), 0);
}

/** Multiplications of products of matrices, each with an addition. */
function productsOf(statement: Statement): number {
  if (statement.kind === "multiply") {
    return statement.row.size * statement.column.size * sizeOf(statement.inner);
  }
  if (statement.kind !== "for") return 0;
  return (
    statement.variable.size * statement.body.reduce((sum, inner) => sum + productsOf(inner), 0)
  );
}

/** How often the innermost of nested loops turns. */
function sizeOf(variables: readonly Variable[]): number {
  return variables.reduce((product, { size }) => product * size, 1);
}

/** Operators that a kernel applies, each of them counting 1. */
export function flopsOfKernel({ body }: Kernel): number {
  return flopsOfAll(body);
}

/** Of statements that stand in one loop: what they share is computed once. */
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
    case "scan":
      return statement.variable.size * (valueFlops(statement.next) + flopsOfAll(statement.body));
    case "multiply": {
      const { row, column, inner, left, right, body } = statement;
      const products = sizeOf(inner) * (2 + valueFlops(left) + valueFlops(right));
      return row.size * column.size * (products + flopsOfAll(body));
    }
  }
}

/** Operators of a value, but for what is `seen` already; what is shared counts once. */
function valueFlops(value: Value, seen: Set<Value> = new Set<Value>()): number {
  let count = 0;
  for (const part of elementParts(value, seen)) if (part.kind === "apply") count++;
  return count;
}
