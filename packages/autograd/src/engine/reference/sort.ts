// Sorting: positions in the order of their elements.
import type { NodeOf } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import type { Data } from "../../scalar/dtype.ts";

/** Positions along the axis, elements ascending (or descending), NaN last, equal ones as they stand. */
export function argSort(node: NodeOf<"sort">, data: Data): Data {
  const { shape } = node;
  const { axis, descending } = node.attributes;
  const size = shape[axis]!;
  const length = elementCount(shape.slice(axis + 1));
  const output = new Int32Array(data.length);
  for (let start = 0; start < data.length; start++) {
    const isFirstOfAxis = Math.floor(start / length) % size === 0;
    if (!isFirstOfAxis) continue;
    const element = (i: number): number => data[start + i * length]!;
    const order = Int32Array.from({ length: size }, (_, i) => i).sort((i, j) => {
      const [a, b] = [element(i), element(j)];
      if (Number.isNaN(a) || Number.isNaN(b))
        return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
      return (descending ? b - a : a - b) || i - j;
    });
    order.forEach((position, i) => {
      output[start + i * length] = position;
    });
  }
  return output;
}
