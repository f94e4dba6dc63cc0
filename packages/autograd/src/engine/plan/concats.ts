// Concatenations of many parts, each stored at its offset. (With few parts, each element selects
// its part where it is used: lower.ts.)
import type { Check } from "../../graph/indices.ts";
import type { Node, NodeOf } from "../../graph/node.ts";
import { partStarts } from "../../graph/parts.ts";
import { addIndices, constantIndex } from "../kernel/index-arithmetic.ts";
import type { Buffer, Kernel } from "../kernel/language.ts";
import type { Work } from "./forms.ts";
import { flatten, nested, ownCoordinates, type StartOf } from "./index-map.ts";
import { Lowering } from "./lower.ts";

type Part = Extract<Work, { kind: "part" }>;

/** The parts of a concatenation. */
export function partsOf(node: NodeOf<"movement">): readonly Part[] {
  const starts = partStarts(node);
  return node.inputs.map((part, i) => ({ kind: "part", node, part, start: starts[i]! }));
}

/** Stores a part at its offset. */
export function partKernel(
  { node, part, start }: Part,
  plan: {
    readonly bufferOf: (node: Node) => Buffer | undefined;
    readonly addCheck: (check: Check) => number;
    readonly startOf: StartOf;
  },
): Kernel {
  const { attributes: move } = node;
  if (move.kind !== "concat") throw new Error(`unreachable: ${move.kind} has no parts`);
  const lowering = new Lowering({ ...plan, atHand: () => undefined });
  const from = ownCoordinates(part.shape);
  const to = from.map((index, axis) => {
    if (axis !== move.axis) return index;
    return addIndices(index, plan.startOf(node, 0) ?? constantIndex(start));
  });
  const index = flatten(to, node.shape);
  const value = lowering.valueAt(part, from);
  return {
    operations: [`part of ${node.operation.name}`],
    body: nested(from, [{ kind: "store", buffer: plan.bufferOf(node)!, index, value }]),
  };
}
