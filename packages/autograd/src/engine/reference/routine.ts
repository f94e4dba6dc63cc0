// Algorithms on matrices, one matrix after the other.
import type { NodeOf } from "../../graph/node.ts";
import { elementCount, type Shape } from "../../graph/shape.ts";
import type { Matrix } from "../../matrix/matrix.ts";
import { allocate, type Data } from "../../scalar/dtype.ts";

/** Computed in float64, and rounded to the dtype at the end. */
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

/** A copy of the matrix of a batch that stands at `position`. */
function matrixAt(data: Data, shape: Shape, position: number): Matrix {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const size = rows * columns;
  const own = data.subarray(position * size, (position + 1) * size);
  return { rows, columns, data: Float64Array.from(own) };
}
