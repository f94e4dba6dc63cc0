// A graph as plain data, for other programs.
import type { DType } from "../scalar/dtype.ts";
import { exactText } from "../scalar/number-text.ts";
import type { Family, Loop, Node } from "./node.ts";
import { topologicalOrder } from "./order.ts";
import type { Shape } from "./shape.ts";

/** A node as plain data. Nodes are numbered by their position in the list. */
export interface GraphNode {
  readonly operation: string;
  readonly family: Family;
  /** Numbers of its input nodes, all smaller than its own. */
  readonly inputs: readonly number[];
  readonly shape: Shape;
  readonly dtype: DType;
  /** Axes, bounds and the like. Numbers that JSON lacks are strings: "NaN", "Infinity", "-0". */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A graph as plain data, inputs before their consumers. */
export interface GraphData {
  readonly nodes: readonly GraphNode[];
  /** What its loops repeat: `attributes.loop` of a node of family "loop" is a position in this list. */
  readonly loops: readonly LoopData[];
  /** Numbers of the output nodes. */
  readonly outputs: readonly number[];
}

/** What a loop repeats: a graph of its own. Numbers of nodes are those of its own list. */
export interface LoopData {
  /** First the inputs: the carries, an element of each sequence, and what all iterations share. */
  readonly nodes: readonly GraphNode[];
  readonly inputs: number;
  readonly sequences: number;
  /** The carries after an iteration. */
  readonly next: readonly number[];
  /** The number of iterations, or the most of them; "Infinity" if only the condition ends it. */
  readonly length: number | string;
  readonly isReversed: boolean;
  /** Whether a gradient computes the iterations again. */
  readonly isRecomputed: boolean;
  /** The input that tells which iterations run; null: all. */
  readonly condition: number | null;
}

export function graphToJson(roots: readonly Node[]): GraphData {
  const loops = new Map<Loop, LoopData | undefined>();
  const order = topologicalOrder(roots);
  const nodes = nodesToJson(order, loops);
  const outputs = roots.map((node) => order.indexOf(node));
  return { nodes, loops: [...loops.values()] as LoopData[], outputs };
}

function nodesToJson(
  order: readonly Node[],
  loops: Map<Loop, LoopData | undefined>,
): readonly GraphNode[] {
  const numbers = new Map(order.map((node, i) => [node, i]));
  return order.map((node) => ({
    operation: node.operation.name,
    family: node.family,
    inputs: node.inputs.map((input) => numbers.get(input)!),
    shape: [...node.shape],
    dtype: node.dtype,
    attributes: {
      ...attributesOf(node),
      ...(node.family === "loop" ? { loop: loopNumber(node.operation, loops) } : {}),
    },
  }));
}

/** The position of a loop among all, to which it is added. */
function loopNumber(loop: Loop, loops: Map<Loop, LoopData | undefined>): number {
  if (!loops.has(loop)) {
    loops.set(loop, undefined);
    const { nodes, inputs, sequences, next, length, isReversed, isRecomputed, condition } =
      loop.body;
    loops.set(loop, {
      nodes: nodesToJson(nodes, loops),
      inputs: inputs.length,
      sequences,
      next: next.map((node) => nodes.indexOf(node)),
      length: plainNumber(length),
      isReversed,
      isRecomputed,
      condition: condition ?? null,
    });
  }
  return [...loops.keys()].indexOf(loop);
}

function attributesOf(node: Node): Readonly<Record<string, unknown>> {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(node.attributes) as readonly [string, unknown][]) {
    if (typeof value === "number") plain[name] = plainNumber(value);
    else if (Array.isArray(value)) plain[name] = [...(value as readonly number[])];
    else if (typeof value === "string" || typeof value === "boolean") plain[name] = value;
  }
  return plain;
}

function plainNumber(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : exactText(value);
}
