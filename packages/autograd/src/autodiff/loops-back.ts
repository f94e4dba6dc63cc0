// What the reverse pass leaves to be supplied: the way back through loops (loop-gradients.ts).
import type { Node, NodeOf } from "../graph/node.ts";
import { Supplied } from "../graph/supplied.ts";

/** An output of a graph, and its gradient. */
export type Seeded = readonly [output: Node, gradient: Node];

/**
 * The reverse pass through a graph: the gradients of `inputs`, each of which is added to what `first`
 * has for it.
 */
export type ReversePass = (
  outputs: readonly Seeded[],
  inputs: readonly Node[],
  first: ReadonlyMap<Node, Node>,
) => readonly Node[];

/** Collects what arrives at the outcomes of each loop, until it is complete. */
export interface LoopsBack {
  /** The gradients of the loop's inputs, once its first outcome in the order is reached. */
  sharesAt(
    at: number,
    node: NodeOf<"loop">,
    g: Node | undefined,
    isWanted: (position: number) => boolean,
    back: ReversePass,
  ): readonly (Node | undefined)[] | undefined;
}

/** The loops among the nodes of a pass, inputs first. */
export const loopsBack: Supplied<(order: readonly Node[]) => LoopsBack> = new Supplied();
