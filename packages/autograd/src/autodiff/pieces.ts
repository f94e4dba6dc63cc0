// Pieces of a reverse pass. A deep graph is computed in pieces, each of which ends in sources that have a
// history; a reverse pass through many of them is computed in pieces, too. Most pieces have the same
// structure and share one plan, which is faster than planning the whole pass at once.
import { copyNode, nodeCount } from "../graph/create.ts";
import type { Node } from "../graph/node.ts";
import type { Contributions } from "./contributions.ts";
import { selectionOf } from "./selections.ts";

/** Computes nodes in one run for the function `operation`, and returns sources with their values. */
export type Settling = (operation: string, nodes: readonly Node[]) => readonly Node[];

/** The least number of nodes in a piece. */
const leastNodes = 1024;

/** The pieces of one reverse pass. */
export class Pieces {
  readonly #operation: string;
  readonly #settling: Settling;
  #start: number = nodeCount();

  constructor(operation: string, settling: Settling) {
    this.#operation = operation;
    this.#settling = settling;
  }

  /**
   * Whether a piece ends before the pass continues through `node` to the `below` nodes of its history: at a
   * source that had a history when the pass began, even if it has been dropped since.
   */
  endAt(node: Node, below: number): boolean {
    return node.family === "source" && below > 0 && nodeCount() - this.#start >= leastNodes;
  }

  /** Ends a piece: computes the contributions so far, from which the next piece continues. */
  settle(sums: readonly Contributions[]): void {
    const totals = sums.map(({ total }) => total);
    // A selection stays a selection; its parts are computed.
    const parts = totals.map((total) => (selectionOf(total) ? total.inputs : [total]));
    const stands = this.#settling(this.#operation, parts.flat());
    let next = 0;
    sums.forEach((sum, i) => {
      const own = parts[i]!.map(() => stands[next++]!);
      sum.startFrom(selectionOf(totals[i]!) ? copyNode(totals[i]!, own) : own[0]!);
    });
    this.#start = nodeCount();
  }
}
