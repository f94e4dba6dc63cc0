// Contractions of two labelled tensors, over labels that are no longer needed, as matrix products:
// transposed, reshaped, multiplied ("TTGT": P. Springer and P. Bientinesi, "Design of a
// High-Performance GEMM-like Tensor-Tensor Multiplication", 2018).
import type { Node } from "../graph/node.ts";
import {
  dotAxes,
  elementCount,
  type PairedAxes,
  type Shape,
  tensordotAxes,
} from "../graph/shape.ts";
import { mul } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { permute, reshape } from "./movement.ts";
import { productOperands } from "./operands.ts";
import { sum } from "./reduce.ts";

/** A tensor with a label for each axis, all different. */
export interface Labelled {
  readonly node: Node;
  readonly labels: readonly string[];
}

/** Multiplies both and sums over all shared labels that are not in `kept`. */
export function contract(a: Labelled, b: Labelled, kept: ReadonlySet<string>): Labelled {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => kept.has(label));
  const summed = shared.filter((label) => !kept.has(label));
  const left = a.labels.filter((label) => !shared.includes(label));
  const right = b.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...left, ...right];
  if (summed.length === 0) {
    // Nothing is summed: an elementwise product, which the engine can fuse with its consumers.
    return {
      node: mul(ordered(a, [batch, left, right]), ordered(b, [batch, left, right])),
      labels,
    };
  }
  if (left.length === 0 && right.length === 0) {
    const product = mul(ordered(a, [batch, summed]), ordered(b, [batch, summed]));
    return {
      node: sum.within(
        product,
        summed.map((_, i) => batch.length + i),
      ),
      labels,
    };
  }
  const [rows, columns] = [asMatrices(a, batch, left, summed), asMatrices(b, batch, summed, right)];
  const sizes = [...batch, ...left].map((label) => sizeOf(a, label));
  const shape = [...sizes, ...right.map((label) => sizeOf(b, label))];
  return { node: reshape(matmul(rows, columns), shape), labels };
}

/** The number of elements of the product. */
export function contractedSize(a: Labelled, b: Labelled, kept: ReadonlySet<string>): number {
  const ofB = b.labels
    .filter((label) => !a.labels.includes(label))
    .map((label) => sizeOf(b, label));
  const ofA = a.labels.filter((label) => kept.has(label)).map((label) => sizeOf(a, label));
  return elementCount([...ofA, ...ofB]);
}

function sizeOf({ node, labels }: Labelled, label: string): number {
  return node.shape[labels.indexOf(label)]!;
}

/** Permutes the axes into the order of the groups' labels; missing ones get size 1. */
function ordered(x: Labelled, groups: readonly (readonly string[])[]): Node {
  const labels = groups.flat();
  const own = labels.filter((label) => x.labels.includes(label));
  const moved = permute(
    x.node,
    own.map((label) => x.labels.indexOf(label)),
  );
  return reshape(
    moved,
    labels.map((label) => (own.includes(label) ? sizeOf(x, label) : 1)),
  );
}

/** Joins all `rows` into one axis and all `columns` into another, after those of `batch`. */
function asMatrices(
  x: Labelled,
  batch: readonly string[],
  rows: readonly string[],
  columns: readonly string[],
): Node {
  const sizes = (labels: readonly string[]) => labels.map((label) => sizeOf(x, label));
  const shape = [...sizes(batch), elementCount(sizes(rows)), elementCount(sizes(columns))];
  return reshape(ordered(x, [batch, rows, columns]), shape);
}

/**
 * Sums over the last axes of `a` and the first of `b`, as many as `axes`, or over pairs of axes.
 */
export function tensordot(a: Node, b: Node, axes: PairedAxes = 2): Node {
  return overAxes(a, b, ...tensordotAxes(a.shape, b.shape, axes));
}

/** Sums over the last axis of `a` and the second-to-last of `b`; scalars just multiply. */
export function dot(a: Node, b: Node): Node {
  if (a.shape.length === 0 || b.shape.length === 0) return mul(...productOperands(a, b));
  const [ofA, ofB] = dotAxes(a.shape, b.shape);
  return overAxes(a, b, [ofA], [ofB]);
}

/** All products of an element of `a` and one of `b`, both flattened. */
export function outer(a: Node, b: Node): Node {
  const [column, row] = productOperands(a, b);
  return mul(reshape(column, [-1, 1]), reshape(row, [1, -1]));
}

function overAxes(a: Node, b: Node, ofA: Shape, ofB: Shape): Node {
  const [left, right] = productOperands(a, b);
  const ownA = a.shape.map((_, axis) => `a${axis}`);
  const ownB = b.shape.map((_, axis) => {
    const paired = ofB.indexOf(axis);
    return paired < 0 ? `b${axis}` : `a${ofA[paired]!}`;
  });
  const summed = ownA.filter((label) => ownB.includes(label));
  const kept = [...ownA, ...ownB].filter((label) => !summed.includes(label));
  return contract({ node: left, labels: ownA }, { node: right, labels: ownB }, new Set(kept)).node;
}
