// Products whose sum over all iterations is the gradient of a shared value, such as the weights of a
// cell: a sum of products a_t g_t is one product of the concatenated a_t and g_t, which needs no
// accumulator carried between iterations, and is fast.
import type { Node, NodeOf } from "../graph/node.ts";
import { add } from "../ops/elementwise.ts";
import { matmul } from "../ops/matmul.ts";
import { permute, reshape, transpose } from "../ops/movement.ts";
import { sum } from "../ops/reduce.ts";
import type { Source } from "./loop-body.ts";

/** The values added to a total in each iteration, without those that were lifted out. */
export interface Lifted {
  /** The next total; undefined if all was lifted out. */
  readonly next: Node | undefined;
  /** What is added to the last total, from the stacks of nodes of an iteration. */
  readonly outside: readonly ((stackOf: (node: Node) => Node) => Node)[];
}

/** Lifts products out of a loop: first all products, then sums of nodes whose stacks these keep. */
export class Lifting {
  readonly #sourceOf: (node: Node) => Source;
  readonly #kept = new Set<Node>();

  /** `sourceOf` says where the loop gets a node that is not in its body. */
  constructor(sourceOf: (node: Node) => Source) {
    this.#sourceOf = sourceOf;
  }

  /** The nodes whose stacks are needed. */
  get kept(): readonly Node[] {
    return [...this.#kept];
  }

  /** What becomes of the next values of totals. */
  of(totals: readonly Node[], next: readonly Node[]): readonly Lifted[] {
    const all = next.map((node, i) => addedTo(totals[i]!, node));
    // Products first: sums use the stacks that these keep.
    const products = new Set(all.flat().filter((one) => this.#isProduct(one)));
    return all.map((added, i) => {
      const outside: Lifted["outside"][number][] = [];
      const rest = added.filter((one) => {
        const lifted = products.has(one) ? productOf(one) : this.#sumOf(one);
        if (lifted) outside.push((stackOf) => lifted((node) => this.#stack(node, stackOf)));
        return lifted === undefined;
      });
      if (outside.length === 0) return { next: next[i]!, outside };
      const left = rest.length > 0 ? rest.reduce(add, totals[i]!) : undefined;
      return { next: left, outside };
    });
  }

  /** Whether it is a product of matrices that is worth it: its factors are not larger than itself. */
  #isProduct(node: Node): boolean {
    if (node.family !== "contract") return false;
    const factors = node.inputs.map(unmoved);
    if (factors.some(({ shape }) => shape.length !== 2)) return false;
    const added = factors.filter((factor) => !this.#kept.has(factor) && !this.#outsideOf(factor));
    const [rows, columns] = node.shape as readonly [number, number];
    const elements = added.reduce((count, { shape }) => count + shape[0]! * shape[1]!, 0);
    if (elements > rows * columns) return false;
    for (const factor of added) this.#kept.add(factor);
    return true;
  }

  /** The sum over axes of a node that is kept anyway. */
  #sumOf(node: Node): ((stackOf: (node: Node) => Node) => Node) | undefined {
    const below =
      node.family === "movement" && node.attributes.kind === "reshape" ? node.inputs[0]! : node;
    if (below.family !== "reduce" || below.operation !== sum.operation) return undefined;
    const [of] = below.inputs as readonly [Node];
    if (!this.#kept.has(of)) return undefined;
    const axes = [0, ...below.attributes.axes.map((axis) => axis + 1)];
    return (stackOf) => reshape(sum(stackOf(of), axes), node.shape);
  }

  #outsideOf(node: Node): Node | undefined {
    const source = this.#sourceOf(node);
    return source.kind === "sequence" ? source.node : undefined;
  }

  #stack(node: Node, stackOf: (node: Node) => Node): Node {
    return this.#kept.has(node) ? stackOf(node) : this.#outsideOf(node)!;
  }
}

/** What is added to a total, one after the other; nothing if it is not only added to. */
function addedTo(total: Node, next: Node): readonly Node[] {
  const added: Node[] = [];
  let node = next;
  while (node !== total) {
    if (node.operation !== add.operation) return [];
    const [before, one] = node.inputs as readonly [Node, Node];
    added.unshift(one);
    node = before;
  }
  return added;
}

/** A matrix, or the one that it is the transpose of. */
function unmoved(node: Node): Node {
  return isTransposed(node) ? node.inputs[0]! : node;
}

function isTransposed(node: Node): node is NodeOf<"movement"> {
  return (
    node.family === "movement" && node.attributes.kind === "permute" && node.shape.length === 2
  );
}

/** The sum of a product over all iterations, as one. */
function productOf({ inputs, shape }: Node): (stackOf: (node: Node) => Node) => Node {
  const [left, right] = inputs as readonly [Node, Node];
  const [rows, columns] = shape as readonly [number, number];
  return (stackOf) => {
    // [time, inner, rows] and [time, inner, columns]
    const of = (node: Node, hasInnerFirst: boolean) => {
      const stack = stackOf(unmoved(node));
      return hasInnerFirst === isTransposed(node) ? permute(stack, [0, 2, 1]) : stack;
    };
    const first = reshape(of(left, false), [-1, rows]);
    return matmul(transpose(first), reshape(of(right, true), [-1, columns]));
  };
}
