// Reductions, in the order that kernel/reduction.ts says.
import type { NodeOf } from "../../graph/node.ts";
import { elementCount, stridesOf } from "../../graph/shape.ts";
import { allocate, clampTo, type Data } from "../../scalar/dtype.ts";
import { evaluator } from "../../scalar/evaluate.ts";
import { chunksOf, lanesOf } from "../kernel/reduction.ts";
import { copy, rowMajor } from "./layout.ts";

/** `data` combined along the node's axes. */
export function reduce(node: NodeOf<"reduce">, data: Data): Data {
  const { shape } = node.inputs[0]!;
  const { axes } = node.attributes;
  const output = allocate(node.dtype, elementCount(node.shape));
  const count = elementCount(axes.map((axis) => shape[axis]!));
  const chunks = chunksOf(shape, axes);
  const rows = reducedLast(node, data);
  const combine = combiner(node, lanesOf(shape, axes));
  if (!chunks) {
    for (let row = 0; row < output.length; row++) {
      output[row] = combine(rows, row * count, (row + 1) * count);
    }
    return output;
  }
  const size = chunks.size * (count / shape[chunks.axis]!);
  const results = allocate(node.dtype, chunks.count);
  for (let row = 0; row < output.length; row++) {
    const [start, end] = [row * count, (row + 1) * count];
    for (let i = 0; i < chunks.count; i++) {
      const from = start + i * size;
      results[i] = combine(rows, from, Math.min(from + size, end));
    }
    output[row] = combine(results, 0, chunks.count);
  }
  return output;
}

/** Combines elements from a position up to another. */
function combiner(
  node: NodeOf<"reduce">,
  lanes: number,
): (data: Data, from: number, to: number) => number {
  const start = clampTo(node.dtype, node.operation.start);
  const total = evaluator(node.operation.combine, [node.dtype, node.dtype]);
  const totals = new Float64Array(lanes);
  return (data, from, to) => {
    totals.fill(start);
    for (let i = from, lane = 0; i < to; i++) {
      totals[lane] = total(totals[lane]!, data[i]!, 0);
      if (++lane === lanes) lane = 0;
    }
    for (let half = lanes / 2; half >= 1; half /= 2) {
      for (let lane = 0; lane < half; lane++) {
        totals[lane] = total(totals[lane]!, totals[lane + half]!, 0);
      }
    }
    return totals[0]!;
  };
}

/** The input with its reduced axes last: one run of elements for each output. */
function reducedLast(node: NodeOf<"reduce">, data: Data): Data {
  const { shape } = node.inputs[0]!;
  const all = [...shape.keys()];
  const order = [
    ...all.filter((axis) => !node.attributes.axes.includes(axis)),
    ...node.attributes.axes,
  ];
  if (order.every((axis, i) => axis === i)) return data;
  const strides = stridesOf(shape);
  const moved = order.map((axis) => shape[axis]!);
  const rows = allocate(node.inputs[0]!.dtype, data.length);
  const from = { offset: 0, strides: order.map((axis) => strides[axis]!) };
  copy(moved, data, from, rows, rowMajor(moved));
  return rows;
}
