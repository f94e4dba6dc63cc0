// Routines: algorithms on matrices, one matrix after another.
import type { NodeOf } from "../../graph/node.ts";
import { elementCount, type Shape } from "../../graph/shape.ts";
import type { Matrix } from "../../matrix/matrix.ts";
import { allocate, type Data } from "../../scalar/dtype.ts";

/** Computes in float64, and rounds to the dtype at the end. */
export function routine(node: NodeOf<"routine">, inputs: readonly Data[]): Data {
  const output = allocate(node.dtype, elementCount(node.shape));
  const count = elementCount(node.shape.slice(0, -2));
  for (let i = 0; i < count; i++) {
    const result = matrixAt(output, node.shape, i);
    const matrices = inputs.map((data, j) => matrixAt(data, node.inputs[j]!.shape, i));
    node.operation.compute(result, ...matrices);
    output.set(result.data, i * result.data.length);
  }
  return output;
}

/** A copy of the matrix at `position` in a batch. */
function matrixAt(data: Data, shape: Shape, position: number): Matrix {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const size = rows * columns;
  const own = data.subarray(position * size, (position + 1) * size);
  return { rows, columns, data: Float64Array.from(own) };
}
