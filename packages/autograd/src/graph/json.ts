// A graph as plain data, for other programs.
import type { DType } from "../scalar/dtype.ts";
import { exactText } from "../scalar/number-text.ts";
import type { Family, Node } from "./node.ts";
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
  /** Numbers of the output nodes. */
  readonly outputs: readonly number[];
}

export function graphToJson(roots: readonly Node[]): GraphData {
  const order = topologicalOrder(roots);
  const numbers = new Map(order.map((node, i) => [node, i]));
  return {
    nodes: order.map((node) => ({
      operation: node.operation.name,
      family: node.family,
      inputs: node.inputs.map((input) => numbers.get(input)!),
      shape: [...node.shape],
      dtype: node.dtype,
      attributes: attributesOf(node),
    })),
    outputs: roots.map((node) => numbers.get(node)!),
  };
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
