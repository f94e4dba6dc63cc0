// Pieces of a reverse pass. A deep graph was computed in pieces, each of which ends in sources with a
// history; a pass that goes back through many of them is computed in pieces as well. These are much
// alike, so that most share one plan, where the whole would be planned at once.
import { copyNode, nodeCount } from "../graph/create.ts";
import type { Node } from "../graph/node.ts";
import type { Contributions } from "./contributions.ts";
import { selectionOf } from "./selections.ts";

/** Computes nodes in one run for the function `operation`, and gives sources that stand for them. */
export type Settling = (operation: string, nodes: readonly Node[]) => readonly Node[];

/** How many nodes a piece has at least. */
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
   * Whether a piece ends before the pass goes on through `node` to as many nodes as `below`: at a source
   * that had a history when the pass began, which may be dropped by now.
   */
  endAt(node: Node, below: number): boolean {
    return node.family === "source" && below > 0 && nodeCount() - this.#start >= leastNodes;
  }

  /** Ends a piece: computes what has arrived so far, from which the next one goes on. */
  settle(sums: readonly Contributions[]): void {
    const totals = sums.map(({ total }) => total);
    // A selection has to stay one: its parts are computed.
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
