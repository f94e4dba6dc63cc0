// Formats tensors for people: nested arrays, and text that elides the middle of long axes.
import { dataOf, type Node } from "../graph/node.ts";
import { printGraph } from "../graph/print.ts";
import { elementCount, formatShape, type Shape } from "../graph/shape.ts";
import { type Data, type DType, numbersIn } from "../scalar/dtype.ts";

/** Numbers in arrays of any depth. */
export type NestedNumbers = number | NestedNumbers[];

/** Nests row-major `data` as deep as `shape`. */
export function nest(data: Data, shape: Shape): NestedNumbers {
  const part = (axis: number, from: number, length: number): NestedNumbers => {
    if (axis === shape.length) return data[from]!;
    const size = shape[axis]!;
    if (axis === shape.length - 1) return Array.from(data.subarray(from, from + size));
    const inner = size === 0 ? 0 : length / size;
    return Array.from({ length: size }, (_, i) => part(axis + 1, from + i * inner, inner));
  };
  return part(0, 0, data.length);
}

/** Elements shown at each end of an axis that is longer than `shownWhole`. */
const edge = 3;
const shownWhole = 1000;

/** Formats the value with dtype and shape if it is known, else the graph. */
export function formatTensor(node: Node): string {
  if (!node.cell.value) return printGraph([node]);
  const value = numbersIn(node.dtype, dataOf(node.cell.value));
  const head = `Tensor ${node.dtype} ${formatShape(node.shape)}`;
  if (node.shape.length === 0) return `${head} ${formatNumber(value[0]!, node.dtype)}`;
  const isWhole = elementCount(node.shape) <= shownWhole;
  return `${head}\n${formatValues(value, node.shape, node.dtype, isWhole)}`;
}

function formatValues(data: Data, shape: Shape, dtype: DType, isWhole: boolean): string {
  const part = (axis: number, from: number, length: number): string => {
    const size = shape[axis]!;
    const inner = size === 0 ? 0 : length / size;
    const isLast = axis === shape.length - 1;
    const at = (i: number): string =>
      isLast ? formatNumber(data[from + i]!, dtype) : part(axis + 1, from + i * inner, inner);
    const shown = Array.from({ length: size }, (_, i) => i);
    const texts =
      isWhole || size <= 2 * edge
        ? shown.map(at)
        : [...shown.slice(0, edge).map(at), "…", ...shown.slice(-edge).map(at)];
    return `[${texts.join(isLast ? ", " : `,\n${" ".repeat(axis + 1)}`)}]`;
  };
  return part(0, 0, data.length);
}

function formatNumber(x: number, dtype: DType): string {
  if (dtype === "bool") return String(x !== 0);
  const digits = dtype === "float64" ? 8 : 6;
  return Object.is(x, -0) ? "-0" : String(Number(x.toPrecision(digits)));
}
