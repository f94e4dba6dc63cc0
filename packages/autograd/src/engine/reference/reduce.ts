// Reductions, in the order of kernel/reduction.ts.
import type { NodeOf } from "../../graph/node.ts";
import { elementCount, type Shape, stridesOf } from "../../graph/shape.ts";
import { allocate, clampTo, type Data, roundings } from "../../scalar/dtype.ts";
import { evaluator } from "../../scalar/evaluate.ts";
import { blockEnds, blocksOf, chunksOf, lanesOf } from "../kernel/reduction.ts";
import { copy, rowMajor } from "./layout.ts";

/** Combines `data` along the node's axes. */
export function reduce(node: NodeOf<"reduce">, data: Data): Data {
  const { shape } = node.inputs[0]!;
  const { axes } = node.attributes;
  const output = allocate(node.dtype, elementCount(node.shape));
  const sizes = axes.map((axis) => shape[axis]!);
  const count = elementCount(sizes);
  const chunks = chunksOf(shape, axes);
  const rows = reducedLast(node, data);
  const combiner = combinerOf(node, lanesOf(shape, axes));
  if (!chunks) {
    const combine = combiner(sizes);
    for (let row = 0; row < output.length; row++) output[row] = combine(rows, row * count);
    return output;
  }
  const ofChunk = (length: number) =>
    axes.map((axis) => (axis === chunks.axis ? length : shape[axis]!));
  const combineChunk = combiner(ofChunk(chunks.size));
  const combineLast = combiner(ofChunk(shape[chunks.axis]! - (chunks.count - 1) * chunks.size));
  const combineResults = combiner([chunks.count]);
  const size = chunks.size * (count / shape[chunks.axis]!);
  const results = allocate(node.dtype, chunks.count);
  for (let row = 0; row < output.length; row++) {
    for (let i = 0; i < chunks.count; i++) {
      const combine = i === chunks.count - 1 ? combineLast : combineChunk;
      results[i] = combine(rows, row * count + i * size);
    }
    output[row] = combineResults(results, 0);
  }
  return output;
}

/** Combines elements from an offset on. */
type Combine = (data: Data, from: number) => number;

/** Makes the function that combines the elements of axes of some sizes. */
function combinerOf(node: NodeOf<"reduce">, lanes: number): (sizes: Shape) => Combine {
  const { dtype, operation } = node;
  const start = clampTo(dtype, operation.start);
  const total = evaluator(operation.combine, [dtype, dtype]);
  const isSum = operation.combine.kind === "apply" && operation.combine.operator === "add";
  const rounded = roundings[dtype];
  const [totals, wide] = [new Float64Array(lanes), new Float64Array(lanes)];
  return (sizes) => {
    const ends = blockEnds(sizes, isSum ? blocksOf(sizes, dtype, lanes) : undefined);
    return (data, first) => {
      totals.fill(start);
      wide.fill(0);
      let [from, lane] = [first, 0];
      for (const blockEnd of ends) {
        const end = first + blockEnd;
        for (let i = from; i < end; i++) {
          totals[lane] = total(totals[lane]!, data[i]!, 0);
          if (++lane === lanes) lane = 0;
        }
        if (ends.length > 1) addTo(wide, totals);
        from = end;
      }
      if (ends.length > 1) wide.forEach((sum, i) => (totals[i] = rounded(sum)));
      for (let half = lanes / 2; half >= 1; half /= 2) {
        for (let i = 0; i < half; i++) totals[i] = total(totals[i]!, totals[i + half]!, 0);
      }
      return totals[0]!;
    };
  };
}

/** Adds accumulators to totals in float64, and resets them. */
function addTo(wide: Float64Array, totals: Float64Array): void {
  for (let i = 0; i < wide.length; i++) wide[i] = wide[i]! + totals[i]!;
  totals.fill(0);
}

/** The input with its reduced axes last: one run of elements per output. */
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
