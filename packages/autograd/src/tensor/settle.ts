// Keeps a graph that only grows within bounds. Every so many levels its end is computed and starts
// afresh as a source, with its past behind it, and so does what was computed from many bytes; the
// oldest pasts are let go.
import { realize } from "../engine/realize.ts";
import { letGo } from "../graph/history.ts";
import { endsGradients, type History, type Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { elementCount } from "../graph/shape.ts";
import { computed, constant } from "../ops/creation.ts";
import { bytesPerElement } from "../scalar/dtype.ts";
import { type Past, pastLimits, remember } from "./pasts.ts";
import { currentTrace } from "./trace.ts";

/** So deep may a graph grow before its end is computed. */
const levels = 1000;
/** What stands so many levels below the end at most may be used again, beside it. */
const recentLevels = 32;
/** So many bytes of that are kept. */
const recentBytes = 2 ** 16;

/** `node`, or a source with its value if a long graph stands below it. */
export function settle(node: Node): Node {
  if (node.depth < levels || currentTrace()) return node;
  realize(node.operation.name, [node, ...recent(node)]);
  return startAfresh(node);
}

/**
 * Computes those of `nodes` that will settle one by one, all in one run: what they share is computed
 * once. `operation` is the public name that gives them.
 */
export function computeDeep(operation: string, nodes: readonly Node[]): void {
  const deep = currentTrace() ? [] : nodes.filter(({ depth }) => depth >= levels);
  if (deep.length > 1) realize(operation, [...deep, ...deep.flatMap(recent)]);
}

/** A source with the value of `node`, which is kept as its past. */
function startAfresh(node: Node): Node {
  const history = new Chain(node);
  const below = topologicalOrder([node]);
  const bytes = below.reduce((sum, one) => sum + (one.cell.value?.byteLength ?? 0), 0);
  remember(new WeakRef(history), below.length, bytes);
  return sited(computed(node.cell.value!, node.shape, node.dtype, history), node);
}

/**
 * Small nodes shortly below the end: where it settles, another that is made of one of them is as
 * deep, and would compute all from the beginning.
 */
function recent(end: Node): readonly Node[] {
  // What is to be a parameter's value is computed when it is read.
  const isRecent = ({ depth, inputs, cell }: Node) =>
    depth >= end.depth - recentLevels && inputs.length > 0 && !cell.home;
  let bytes = 0;
  return topologicalOrder([end], ({ inputs }) => inputs.filter(isRecent))
    .reverse()
    .filter(({ shape, dtype }) => {
      bytes += elementCount(shape) * bytesPerElement(dtype);
      return bytes <= recentBytes;
    });
}

/** `stand`, written where `node` was, whose stack would keep alive what it was called on. */
function sited(stand: Node, node: Node): Node {
  node.cell.site?.fix();
  stand.cell.site = node.cell.site;
  return stand;
}

/** The graph below a node that was computed. */
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
 * `node`, or a source with its value once that is known: where nothing is differentiated through
 * the node, and so what it was computed from need not be kept, and where much is kept below it.
 * Both are the same tensor to whoever asks for its gradient.
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
