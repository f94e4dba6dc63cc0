// Reductions, and the order in which their elements are combined, which every back end keeps so
// that float64 results agree to the last bit: the elements of one output, in row-major order,
// are dealt in turn to 16 running totals where the last axis is reduced (as vector units do), to one
// otherwise; the totals are then combined in halves: i with i + 8, then i + 4, i + 2, i + 1.
import type { NodeOf } from "../../graph/node.ts";
import { elementCount, stridesOf } from "../../graph/shape.ts";
import { allocate, clampTo, type Data } from "../../scalar/dtype.ts";
import { evaluator } from "../../scalar/evaluate.ts";
import { copy, rowMajor } from "./layout.ts";

const lanes = 16;

/** `data` combined along the node's axes. */
export function reduce(node: NodeOf<"reduce">, data: Data): Data {
  const { shape } = node.inputs[0]!;
  const { axes } = node.attributes;
  const { combine, start: unclamped } = node.operation;
  const start = clampTo(node.dtype, unclamped);
  const output = allocate(node.dtype, elementCount(node.shape));
  const count = elementCount(axes.map((axis) => shape[axis]!));
  const total = evaluator(combine, [node.dtype, node.dtype]);
  const isLastReduced = axes.includes(shape.length - 1);
  const rows = reducedLast(node, data);
  const totals = new Float64Array(isLastReduced ? lanes : 1);
  for (let row = 0; row < output.length; row++) {
    totals.fill(start);
    for (let i = 0, lane = 0; i < count; i++) {
      totals[lane] = total(totals[lane]!, rows[row * count + i]!, 0);
      if (++lane === totals.length) lane = 0;
    }
    for (let half = totals.length / 2; half >= 1; half /= 2) {
      for (let lane = 0; lane < half; lane++) {
        totals[lane] = total(totals[lane]!, totals[lane + half]!, 0);
      }
    }
    output[row] = totals[0]!;
  }
  return output;
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
