// Plans: what runs in place of a graph. Made once for each structure, and run on any data.
import type { Check } from "../../graph/indices.ts";
import type { Node } from "../../graph/node.ts";
import type { Graph } from "../../graph/order.ts";
import { elementCount } from "../../graph/shape.ts";
import type { DType } from "../../scalar/dtype.ts";
import type { Buffer } from "../kernel/language.ts";
import type { Target } from "../target.ts";
import { type Layout, layOut, lifetimesOf } from "./arena.ts";
import { KernelCache } from "./kernel-cache.ts";
import { type Step, stepsOf } from "./kernels.ts";
import { materializedNodes } from "./materialized.ts";
import { NodeMap, Numbering } from "./numbering.ts";
import { type Rule, rewrite } from "./rewrite.ts";
import { foldConstants, mergeCommon, simplify } from "./simplify.ts";

/** The rules that rewrite the graph, in order; each can be switched off by its name. */
const rules: Readonly<Record<Exclude<PassName, "fuse">, (numbers: Numbering) => Rule>> = {
  foldConstants: () => foldConstants,
  simplify: () => simplify,
  mergeCommon,
};

export type PassName = "foldConstants" | "simplify" | "mergeCommon" | "fuse";
export const passNames: readonly PassName[] = ["foldConstants", "simplify", "mergeCommon", "fuse"];

/** Where the value of an output is after the plan has run. */
export type Result =
  | { readonly kind: "buffer"; readonly buffer: Buffer }
  /** The unchanged value of an input. */
  | { readonly kind: "input"; readonly position: number };

/**
 * Consecutive kernels, which a device runs at once; or a node that the host computes between them.
 */
export type Segment =
  | { readonly kind: "kernels"; readonly steps: readonly KernelStep[] }
  | Extract<Step, { kind: "host" }>;

type KernelStep = Extract<Step, { kind: "kernel" }>;

function segmentsOf(steps: readonly Step[], { isApart }: Target): readonly Segment[] {
  const segments: Segment[] = [];
  let kernels: KernelStep[] | undefined;
  let areApart = false;
  for (const step of steps) {
    if (step.kind === "host") {
      segments.push(step);
      kernels = undefined;
      continue;
    }
    const isNextApart = isApart?.(step.kernel) ?? false;
    if (isNextApart !== areApart) kernels = undefined;
    areApart = isNextApart;
    if (!kernels) segments.push({ kind: "kernels", steps: (kernels = []) });
    kernels.push(step);
  }
  return segments;
}

export interface Plan {
  /** The buffers of the graph's inputs, by position; undefined if never read. */
  readonly inputs: readonly (Buffer | undefined)[];
  /** The number of buffers; their ids are smaller. */
  readonly buffers: number;
  readonly steps: readonly Step[];
  /** The steps, grouped as a device runs them. */
  readonly segments: readonly Segment[];
  readonly results: readonly Result[];
  readonly checks: readonly Check[];
  /** The offsets of all buffers except those of inputs. */
  readonly layout: Layout;
}

interface PlanOptions {
  /** Passes to leave out. */
  readonly off?: ReadonlySet<PassName>;
  /** Kernels of earlier plans for the target. */
  readonly cache?: KernelCache;
}

/** Plans a graph. */
export function planOf(graph: Graph, target: Target, options: PlanOptions = {}): Plan {
  const { off = new Set<PassName>(), cache = new KernelCache() } = options;
  const used = Object.entries(rules).flatMap(([name, rule]) =>
    off.has(name as PassName) ? [] : [rule],
  );
  const { inputs } = graph;
  const { order, outputs: rewritten } = rewrite(graph, used);
  const fuse = !off.has("fuse");
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
    { target, numbers, bufferOf, addBuffer, addCheck, cache },
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
  return {
    inputs: inputBuffers.map((buffer) => (isRead[buffer.id] ? buffer : undefined)),
    buffers: count,
    steps,
    segments: segmentsOf(steps, target),
    results,
    checks,
    layout: layOut(lifetimesOf(steps, kept), target),
  };
}
