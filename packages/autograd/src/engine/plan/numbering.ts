// Nodes by number: what planning knows of each node stands in arrays, as maps of nodes take some three
// times as long, and graphs have a hundred thousand nodes.
import type { Node } from "../../graph/node.ts";
import { newMark } from "../../graph/order.ts";

/** Numbers of nodes, which stand in their cells: good until something else walks over the graph. */
export class Numbering {
  readonly #mark = newMark();
  #count = 0;

  /** `nodes` are numbered from 0 on, in order. */
  constructor(nodes: Iterable<Node>) {
    for (const node of nodes) this.add(node);
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** The number of a node, the next one if it had none. */
  add({ cell }: Node): number {
    if (cell.mark !== this.#mark) {
      cell.mark = this.#mark;
      cell.number = this.#count++;
    }
    return cell.number;
  }

  /** The number of a node that has one. */
  of({ cell, operation }: Node): number {
    if (cell.mark !== this.#mark) throw new Error(`unreachable: ${operation.name} has no number`);
    return cell.number;
  }
}

/** What is known of nodes that have numbers. */
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
