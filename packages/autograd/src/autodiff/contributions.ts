// Sums the contributions that arrive at one node. If the node was cut into many pieces (a matrix
// into its rows, say), each contribution is a piece among zeros of the node's full shape, and
// adding them one by one would take quadratic time. So pieces are concatenated.
import type { Node } from "../graph/node.ts";
import { replacedAt, type Shape, shapesEqual } from "../graph/shape.ts";
import { full } from "../ops/creation.ts";
import { where } from "../ops/elementwise.ts";
import { broadcastTo, concat } from "../ops/movement.ts";
import { holds, selectionOf, together } from "./selections.ts";

/** Up to this many pieces are added one by one, which is as fast. */
const mostAdded = 16;

/** Part of a node's elements, by its first index along each axis. */
interface Piece {
  readonly from: readonly number[];
  readonly node: Node;
}

/** Accumulates the gradient of a node. */
export class Contributions {
  #sum: Node;
  #added = 1;
  #pieces: Piece[] = [];

  constructor(first: Node) {
    this.#sum = first;
  }

  add(contribution: Node): void {
    const piece = pieceOf(contribution);
    if (piece && this.#added >= mostAdded) this.#pieces.push(piece);
    else {
      this.#sum = together(this.#sum, contribution);
      this.#added++;
    }
  }

  /** Continues from `total`, the sum of everything so far. */
  startFrom(total: Node): void {
    this.#sum = total;
  }

  get total(): Node {
    if (this.#pieces.length > 0) {
      this.#sum = together(this.#sum, sumOf(this.#pieces, this.#sum.shape, 0));
      this.#pieces = [];
    }
    return this.#sum;
  }
}

/**
 * Sees a node as a piece among zeros, if it is one; a selection of a piece is a piece of a
 * selection.
 */
function pieceOf(node: Node): Piece | undefined {
  const selection = selectionOf(node);
  if (!selection) return padded(node);
  const [condition, chosen] = [padded(holds(selection)), padded(selection.chosen)];
  if (!condition || !chosen || !shapesEqual(condition.from, chosen.from)) return undefined;
  return shapesEqual(condition.node.shape, chosen.node.shape)
    ? { from: chosen.from, node: where(condition.node, chosen.node, 0) }
    : undefined;
}

function padded(node: Node): Piece | undefined {
  if (node.family !== "movement" || node.attributes.kind !== "pad") return undefined;
  const { before, step, value } = node.attributes;
  const isPlain = Object.is(value, 0) && step.every((size) => size === 1);
  return isPlain ? { from: before, node: node.inputs[0]! } : undefined;
}

/** The sum, in `shape`, of pieces that span all axes before `axis` completely. */
function sumOf(pieces: readonly Piece[], shape: Shape, axis: number): Node {
  if (axis === shape.length) return pieces.map(({ node }) => node).reduce(together);
  const strips = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const range = `${piece.from[axis]} ${piece.node.shape[axis]}`;
    const strip = strips.get(range);
    if (strip) strip.push(piece);
    else strips.set(range, [piece]);
  }
  const whole = [...strips.values()].map((strip): Piece => {
    const { from, node } = strip[0]!;
    return { from, node: sumOf(strip, replacedAt(shape, axis, node.shape[axis]!), axis + 1) };
  });
  return layersOf(whole, axis)
    .map((layer) => sideBySide(layer, shape, axis))
    .reduce(together);
}

/** Groups the pieces into rows without overlap along the axis. */
function layersOf(pieces: readonly Piece[], axis: number): readonly (readonly Piece[])[] {
  const layers: { readonly pieces: Piece[]; end: number }[] = [];
  const inOrder = [...pieces].sort((a, b) => a.from[axis]! - b.from[axis]!);
  for (const piece of inOrder) {
    const start = piece.from[axis]!;
    let layer = layers.find(({ end }) => end <= start);
    if (!layer) layers.push((layer = { pieces: [], end: 0 }));
    layer.pieces.push(piece);
    layer.end = start + piece.node.shape[axis]!;
  }
  return layers.map((layer) => layer.pieces);
}

/** Concatenates pieces along the axis, with zeros between them. */
function sideBySide(pieces: readonly Piece[], shape: Shape, axis: number): Node {
  const selections = pieces.map(({ node }) => selectionOf(node));
  if (selections.every((selection) => !selection)) return inZeros(pieces, shape, axis);
  const chosen = pieces.map((piece, i) => ({
    ...piece,
    node: selections[i]?.chosen ?? piece.node,
  }));
  const conditions = pieces.map(({ from, node }, i) => {
    const condition = selections[i] ? holds(selections[i]) : full([], 1, "bool");
    return { from, node: broadcastTo(condition, node.shape) };
  });
  return where(inZeros(conditions, shape, axis), inZeros(chosen, shape, axis), 0);
}

function inZeros(pieces: readonly Piece[], shape: Shape, axis: number): Node {
  const parts: Node[] = [];
  let end = 0;
  const fillTo = (start: number) => {
    if (start === end) return;
    parts.push(full(replacedAt(shape, axis, start - end), 0, pieces[0]!.node.dtype));
  };
  for (const { from, node } of pieces) {
    fillTo(from[axis]!);
    parts.push(node);
    end = from[axis]! + node.shape[axis]!;
  }
  fillTo(shape[axis]!);
  return concat(parts, axis);
}
