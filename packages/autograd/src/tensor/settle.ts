// Bounds a graph that only grows. Every so many levels its tip is computed and becomes a source
// that remembers its history, and so does a value computed from many bytes; the oldest histories
// are dropped.
import type { Settling } from "../autodiff/pieces.ts";
import { realize } from "../engine/realize.ts";
import { levelsOf } from "../graph/create.ts";
import { letGo } from "../graph/history.ts";
import { endsGradients, type History, type Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { elementCount } from "../graph/shape.ts";
import { computed, constant } from "../ops/creation.ts";
import { bytesPerElement } from "../scalar/dtype.ts";
import { type Past, pastLimits, remember } from "./pasts.ts";
import { currentTrace } from "./trace.ts";

/** The depth at which the tip of a graph is computed. */
const levels = 1000;
/** Nodes this far below the tip, at most, may be used again: so many times the levels that the tip counts as. */
const recentLevels = 32;
/** How many bytes of these are kept. */
const recentBytes = 2 ** 16;

let isWhole = false;

/**
 * Calls `f`, which builds a part of a graph that is to be computed in one run: graphs are computed in
 * pieces otherwise, where they grow deep. For host functions that belong together, of which one begins
 * what another ends. Not for loops that go on for long.
 *
 * @example
 * import { inOneRun } from "@nabla/autograd/backend";
 *
 * const x = tensor([1, 2]);
 * inOneRun(() => x.exp().log()).arraySync(); // => [1, 2]
 */
export function inOneRun<Result>(f: () => Result): Result {
  const before = isWhole;
  isWhole = true;
  try {
    return f();
  } finally {
    isWhole = before;
  }
}

/** Returns `node`, or a source with its value if its graph is deep. */
export function settle(node: Node): Node {
  if (node.depth < levels || isWhole || currentTrace()) return node;
  realize(node.operation.name, [node, ...recent(node)]);
  return startAfresh(node);
}

/**
 * Computes all of `nodes` that would settle, in one run, so that common nodes are computed once.
 * `operation` is the public function that returns them.
 */
export function computeDeep(operation: string, nodes: readonly Node[]): void {
  const deep = isWhole || currentTrace() ? [] : nodes.filter(({ depth }) => depth >= levels);
  if (deep.length > 1) realize(operation, [...deep, ...deep.flatMap(recent)]);
}

/**
 * Computes parts of a graph that is made from a deep one, and gives sources that stand for them;
 * undefined while graphs are not to be computed in pieces.
 */
export function settling(): Settling | undefined {
  if (isWhole || currentTrace()) return undefined;
  return (operation, nodes) => {
    realize(operation, nodes);
    return nodes.map((node) => (node.inputs.length > 0 ? startAfresh(node) : node));
  };
}

const none: readonly Node[] = [];

/** Creates a source with the value of `node`, which becomes its history. */
function startAfresh(node: Node): Node {
  const history = new Chain(node);
  // Nodes that the history shares with earlier ones count once.
  const below = topologicalOrder([node], ({ cell, inputs }) => (cell.isRemembered ? none : inputs));
  let [count, bytes] = [0, 0];
  for (const { cell } of below) {
    if (cell.isRemembered) continue;
    cell.isRemembered = true;
    count++;
    bytes += cell.value?.byteLength ?? 0;
  }
  remember(new WeakRef(history), count, bytes);
  return sited(computed(node.cell.value!, node.shape, node.dtype, history), node);
}

/**
 * Small nodes shortly below the tip: after it settles, another node that uses one of them would
 * still be as deep, and recompute everything from the start.
 */
function recent(end: Node): readonly Node[] {
  // A parameter's new value is computed when it is read.
  const lowest = end.depth - recentLevels * levelsOf(end.shape);
  const isRecent = ({ depth, inputs, cell }: Node) =>
    depth >= lowest && inputs.length > 0 && !cell.home;
  let bytes = 0;
  return topologicalOrder([end], ({ inputs }) => inputs.filter(isRecent))
    .reverse()
    .filter(({ shape, dtype }) => {
      bytes += elementCount(shape) * bytesPerElement(dtype);
      return bytes <= recentBytes;
    });
}

/** Gives `stand` the site of `node`, without the stack, which would keep arguments alive. */
function sited(stand: Node, node: Node): Node {
  node.cell.site?.fix();
  stand.cell.site = node.cell.site;
  return stand;
}

/** The graph below a computed node. */
class Chain implements History, Past {
  #tip: Node | undefined;
  hadParameters = false;

  constructor(tip: Node) {
    this.#tip = tip;
  }

  get tip(): Node | undefined {
    return this.#tip;
  }

  get ground(): readonly Node[] {
    return this.#tip ? [this.#tip] : [];
  }

  get isGone(): boolean {
    return this.#tip === undefined;
  }

  letGo(): void {
    this.hadParameters = letGo(this.ground);
    this.#tip = undefined;
  }
}

/**
 * Returns `node`, or a source with its value once that is known: if no gradient passes through the
 * node, so that the graph below it need not be kept, or if much is kept below it. For gradients
 * both are the same tensor.
 */
export function detached(node: Node): Node {
  const { value, keptBelow = 0 } = node.cell;
  if (!value) return node;
  if (endsGradients(node)) {
    return same(sited(constant(value, node.shape, node.dtype), node), node);
  }
  const isMuch = keptBelow > pastLimits().bytesBelow;
  return isMuch && !currentTrace() ? same(startAfresh(node), node) : node;
}

function same(stand: Node, node: Node): Node {
  node.cell.tensor ??= {};
  stand.cell.tensor = node.cell.tensor;
  return stand;
}
