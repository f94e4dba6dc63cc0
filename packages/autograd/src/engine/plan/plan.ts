// Plans: the kernels, memory layout and order that run a graph. Made once for each structure, and run
// on any data.
import type { Check } from "../../graph/indices.ts";
import type { Node } from "../../graph/node.ts";
import type { Graph } from "../../graph/order.ts";
import { elementCount } from "../../graph/shape.ts";
import type { DType } from "../../scalar/dtype.ts";
import type { Buffer } from "../kernel/language.ts";
import type { Target } from "../target.ts";
import { layOut, lifetimesOf } from "./arena.ts";
import { KernelCache } from "./kernel-cache.ts";
import { stepsOf } from "./kernels.ts";
import { materializedNodes } from "./materialized.ts";
import { NodeMap, Numbering } from "./numbering.ts";
import { type Rule, rewrite } from "./rewrite.ts";
import { foldConstants, mergeCommon, simplify } from "./simplify.ts";
import type { KernelStep, Plan, Result, Segment, Step } from "./steps.ts";
import { loops } from "./supplied.ts";

/** The rules that rewrite the graph, in order; each can be switched off by its name. */
const rules: Readonly<Record<Exclude<PassName, "fuse">, (numbers: Numbering) => Rule>> = {
  foldConstants: () => foldConstants,
  simplify: () => simplify,
  mergeCommon,
};

export type PassName = "foldConstants" | "simplify" | "mergeCommon" | "fuse";
export const passNames: readonly PassName[] = ["foldConstants", "simplify", "mergeCommon", "fuse"];

function segmentsOf(
  steps: readonly Step[],
  { isApart }: Target,
  isOnce: boolean = false,
): readonly Segment[] {
  const segments: Segment[] = [];
  let kernels: KernelStep[] | undefined;
  let areApart = false;
  for (const step of steps) {
    if (step.kind !== "kernel") {
      segments.push(step);
      kernels = undefined;
      continue;
    }
    const isNextApart = isApart?.(step.kernel) ?? false;
    if (isNextApart !== areApart) kernels = undefined;
    areApart = isNextApart;
    if (!kernels) segments.push({ kind: "kernels", steps: (kernels = []), isOnce });
    kernels.push(step);
  }
  return segments;
}

interface PlanOptions {
  /** Passes to leave out. */
  readonly off?: ReadonlySet<PassName>;
  /** Kernels of earlier plans for the target. */
  readonly cache?: KernelCache;
  /** Of a loop's body: the first of the inputs that all iterations share. Default: none is. */
  readonly sharedFrom?: number;
}

/** Plans a graph. */
export function planOf(graph: Graph, target: Target, options: PlanOptions = {}): Plan {
  const { off = new Set<PassName>(), cache = new KernelCache(), sharedFrom } = options;
  const used = Object.entries(rules).flatMap(([name, rule]) =>
    off.has(name as PassName) ? [] : [rule],
  );
  const { inputs } = graph;
  const { order, outputs: rewritten } = rewrite(graph, used);
  const fuse = !off.has("fuse");
  // Bodies may share numbers with the graph, so they are planned before its nodes are numbered.
  const planBody = (body: Graph, from: number) =>
    planOf(body, target, { off, cache, sharedFrom: from });
  const hasLoops = order.some(({ family }) => family === "loop");
  const planned = hasLoops ? loops.part.plannedLoops(order, cache, planBody) : [];
  // No two walks over a graph at a time: from here on nodes have these numbers.
  const numbers = new Numbering([...inputs, ...order]);
  const materialized = materializedNodes(order, rewritten, { target, numbers, fuse });
  const buffers = new NodeMap<Buffer>(numbers);
  let count = 0;
  const addBuffer = (dtype: DType, size: number): Buffer => ({ id: count++, dtype, size });
  for (const node of [...inputs, ...materialized.nodes]) {
    buffers.set(node, addBuffer(node.dtype, elementCount(node.shape)));
  }
  const inputBuffers = inputs.map((node) => buffers.get(node)!);
  const checks: Check[] = [];
  const addCheck = (check: Check) => checks.push(check) - 1;
  const bufferOf = (node: Node) => buffers.get(node);
  const steps = stepsOf(
    materialized,
    rewritten,
    { target, numbers, bufferOf, addBuffer, addCheck, cache, loops: planned },
    fuse,
  );
  const isRead: boolean[] = [];
  for (const { reads } of steps) for (const { id } of reads) isRead[id] = true;
  const results = rewritten.map((node): Result => {
    const position = numbers.of(node);
    return position < inputs.length
      ? { kind: "input", position }
      : { kind: "buffer", buffer: buffers.get(node)! };
  });
  const kept = new Set(
    results.flatMap((result) => (result.kind === "buffer" ? [result.buffer] : [])),
  );
  const { once, each, lasting } =
    sharedFrom === undefined
      ? { once: [], each: steps, lasting: [] }
      : loops.part.sharedFirst(steps, inputBuffers.slice(sharedFrom), kept);
  const inOrder = [...once, ...each];
  return {
    inputs: inputBuffers.map((buffer) => (isRead[buffer.id] ? buffer : undefined)),
    buffers: count,
    steps: inOrder,
    segments: [...segmentsOf(once, target, true), ...segmentsOf(each, target)],
    results,
    checks,
    layout: layOut(lifetimesOf(inOrder, new Set([...kept, ...lasting])), target),
  };
}
