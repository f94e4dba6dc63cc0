// What arrives at one node from all that uses it, added up. Where a node was taken apart into many
// pieces, as rows of a matrix are one by one, each contribution is a piece in as many zeros as the
// node has elements: added up one by one, they would take the square of their number. So they are
// laid side by side.
import type { Node } from "../graph/node.ts";
import { replacedAt, type Shape, shapesEqual } from "../graph/shape.ts";
import { full } from "../ops/creation.ts";
import { where } from "../ops/elementwise.ts";
import { broadcastTo, concat } from "../ops/movement.ts";
import { holds, selectionOf, together } from "./selections.ts";

/** So many pieces are added one by one: in few zeros that is as fast. */
const mostAdded = 16;

/** Some elements of a node: from which index on, along each axis. */
interface Piece {
  readonly from: readonly number[];
  readonly node: Node;
}

/** The gradient of a node in the making. */
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

  get total(): Node {
    if (this.#pieces.length > 0) {
      this.#sum = together(this.#sum, sumOf(this.#pieces, this.#sum.shape, 0));
      this.#pieces = [];
    }
    return this.#sum;
  }
}

/** The piece that a node is, but for zeros around it; a choice of a piece is a piece of a choice. */
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

/**
 * The sum of pieces in `shape`, in which they all reach from end to end along the axes before
 * `axis`.
 */
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

/** The pieces in rows in which none overlaps another along the axis. */
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

/** Pieces one after the other along the axis, with zeros between them. */
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
