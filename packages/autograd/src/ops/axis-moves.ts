// Axes moved, exchanged and turned; matrices put on a diagonal.
import { describe } from "../graph/describe.ts";
import { NablaError, ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import {
  distinctAxes,
  formatShape,
  normalizeAxis,
  normalizePair,
  type Shape,
} from "../graph/shape.ts";
import { promote } from "../scalar/dtype.ts";
import { concat, flip, pad, permute, slice, squeeze } from "./movement.ts";
import { cast } from "./operands.ts";

/** `x` with the axes `from` at the places `to`; the others keep their order. */
export function moveAxis(x: Node, from: number | Shape, to: number | Shape): Node {
  const listOf = (axes: number | Shape) =>
    distinctAxes("moveAxis", typeof axes === "number" ? [axes] : axes, x.shape);
  const [sources, places] = [listOf(from), listOf(to)];
  if (sources.length !== places.length) {
    const given = `${sources.length} axes for ${places.length} places`;
    throw new ShapeError(`moveAxis: ${given}, expected as many`);
  }
  const order = [...x.shape.keys()].filter((axis) => !sources.includes(axis));
  const pairs = places.map((place, i) => [place, sources[i]!] as const);
  for (const [place, source] of pairs.sort(([a], [b]) => a - b)) order.splice(place, 0, source);
  return permute(x, order);
}

/** `x` with two axes in each other's place. */
export function swapAxes(x: Node, a: number, b: number): Node {
  const [first, second] = [a, b].map((axis) => normalizeAxis("swapAxes", axis, x.shape));
  const order = [...x.shape.keys()];
  order[first!] = second!;
  order[second!] = first!;
  return permute(x, order);
}

/** The plane of two axes turned by `times` right angles, from the first towards the second. */
export function rot90(x: Node, times: number, axes: Shape): Node {
  if (!Number.isSafeInteger(times)) {
    throw new NablaError(`rot90: times is ${describe(times)}, expected an integer`);
  }
  const [first, second] = normalizePair("rot90", axes, x.shape);
  switch (((times % 4) + 4) % 4) {
    case 1:
      return swapAxes(flip(x, second), first, second);
    case 2:
      return flip(x, [first, second]);
    case 3:
      return flip(swapAxes(x, first, second), second);
    default:
      return x;
  }
}

/** The slices along `axis`, which they do not have any more. */
export function unstack(x: Node, axis: number): readonly Node[] {
  const along = normalizeAxis("unstack", axis, x.shape);
  return Array.from({ length: x.shape[along]! }, (_, i) =>
    squeeze(slice(x, along, i, i + 1), along),
  );
}

/** Matrices along the diagonal of one, with zeros beside them. */
export function blockDiag(matrices: readonly Node[]): Node {
  const wide = matrices.find(({ shape }) => shape.length !== 2);
  if (wide) {
    throw new ShapeError(`blockDiag: got ${formatShape(wide.shape)}, expected 2 axes in each`);
  }
  const dtype = matrices.map((one) => one.dtype).reduce(promote);
  const total = matrices.reduce((count, { shape }) => count + shape[1]!, 0);
  let before = 0;
  const rows = matrices.map((one) => {
    const columns = one.shape[1]!;
    const padding = [
      [0, 0],
      [before, total - before - columns],
    ] as const;
    before += columns;
    return pad(cast(one, dtype), padding);
  });
  return concat(rows, 0);
}
