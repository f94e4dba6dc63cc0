// Matrix products.
import { createNode, noAttributes } from "../graph/create.ts";
import type { Contract, Node } from "../graph/node.ts";
import { matmulShape } from "../graph/shape.ts";
import { expandDims, reshape, transpose } from "./movement.ts";
import { productOperands } from "./operands.ts";

const matmulOperation: Contract = {
  family: "contract",
  name: "matmul",
  gradient: [
    (g, inputs) => matmul(g, transpose(inputs[1]!)),
    (g, inputs) => matmul(transpose(inputs[0]!), g),
  ],
};

/**
 * [...batch, m, k] x [...batch, k, n] gives [...batch, m, n]; batch axes broadcast. A vector is a
 * row on the left and a column on the right, and leaves no axis behind.
 */
export function matmul(a: Node, b: Node): Node {
  const shape = matmulShape(a.shape, b.shape);
  const [left, right] = productOperands(a, b);
  if (left.shape.length > 1 && right.shape.length > 1)
    return createNode(matmulOperation, [left, right], noAttributes, shape, left.dtype);
  const rows = left.shape.length === 1 ? expandDims(left, 0) : left;
  const columns = right.shape.length === 1 ? expandDims(right, 1) : right;
  const full = matmulShape(rows.shape, columns.shape);
  return reshape(
    createNode(matmulOperation, [rows, columns], noAttributes, full, left.dtype),
    shape,
  );
}
