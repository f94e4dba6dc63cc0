// Numbers nodes, so that planning can keep data per node in arrays: maps take about three times as
// long, and graphs have a hundred thousand nodes.
import type { Node } from "../../graph/node.ts";
import { newMark } from "../../graph/order.ts";

/** Numbers of nodes, which they hold themselves: valid until something else walks over the graph. */
export class Numbering {
  readonly #mark = newMark();
  #count = 0;

  /** Numbers `nodes` from 0 on, in order. */
  constructor(nodes: Iterable<Node>) {
    for (const node of nodes) this.add(node);
  }

  /** The number of nodes. */
  get count(): number {
    return this.#count;
  }

  /** The number of a node, a new one if it has none. */
  add(node: Node): number {
    if (node.mark !== this.#mark) {
      node.mark = this.#mark;
      node.number = this.#count++;
    }
    return node.number;
  }

  /** The number of a node that has one. */
  of({ mark, number, operation }: Node): number {
    if (mark !== this.#mark) throw new Error(`unreachable: ${operation.name} has no number`);
    return number;
  }
}

/** Data per numbered node. */
export class NodeMap<Known> {
  readonly #numbers: Numbering;
  readonly #known: (Known | undefined)[];

  constructor(numbers: Numbering) {
    this.#numbers = numbers;
    this.#known = new Array<Known | undefined>(numbers.count);
  }

  get(node: Node): Known | undefined {
    return this.#known[this.#numbers.of(node)];
  }

  set(node: Node, known: Known): void {
    this.#known[this.#numbers.of(node)] = known;
  }
}
