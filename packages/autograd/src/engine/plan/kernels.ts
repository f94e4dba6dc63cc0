// Lowers groups of nodes to kernels.

import { copyNode } from "../../graph/create.ts";
import type { Check } from "../../graph/indices.ts";
import type { Node, NodeOf } from "../../graph/node.ts";
import { placeholder } from "../../ops/creation.ts";
import type { DType } from "../../scalar/dtype.ts";
import { buffersOf } from "../kernel/dependence.ts";
import { term } from "../kernel/index-arithmetic.ts";
import {
  type Buffer,
  givenBuffer,
  type Kernel,
  type Statement,
  type Value,
} from "../kernel/language.ts";
import { isByHost, type Target } from "../target.ts";
import { partKernel, partsOf } from "./concats.ts";
import { type Form, type FormedWork, Forms, type Member, type Work } from "./forms.ts";
import { coordinatesIn, type Group, groupsOf } from "./groups.ts";
import { flatten, nested, type StartOf, sameCoordinates } from "./index-map.ts";
import type { FormKernels, KernelCache } from "./kernel-cache.ts";
import type { PlannedLoop } from "./loop-steps.ts";
import type { Loops } from "./loops.ts";
import { Lowering } from "./lower.ts";
import { isOfManyParts, type Materialized } from "./materialized.ts";
import type { Numbering } from "./numbering.ts";
import { prefixLoops } from "./prefixes.ts";
import { productLoops } from "./products.ts";
import { reductionLoops } from "./reductions.ts";
import { scatterLoops } from "./scatters.ts";
import { splitLoops } from "./splits.ts";
import type { Step } from "./steps.ts";
import { convolutions, loops } from "./supplied.ts";

/** What making steps needs to know. */
export interface Planning {
  readonly target: Target;
  /** Numbers of all nodes of the plan, inputs first. */
  readonly numbers: Numbering;
  /** The buffer of a materialized node; undefined if it is inlined into its consumers. */
  readonly bufferOf: (node: Node) => Buffer | undefined;
  /** Adds a buffer for something other than a node. */
  readonly addBuffer: (dtype: DType, size: number) => Buffer;
  /** Registers a check, and returns its number. Groups of one form share theirs. */
  readonly addCheck: (check: Check) => number;
  /** Kernels of earlier plans. */
  readonly cache: KernelCache;
  readonly loops: readonly PlannedLoop[];
}

/** The steps that compute the materialized nodes, in an order that can run. */
export function stepsOf(
  materialized: Materialized,
  outputs: readonly Node[],
  plan: Planning,
  fuse: boolean,
): readonly Step[] {
  const groups = groupsOf(materialized, plan, fuse);
  // A result that only its own kernel uses stays in registers.
  const needed = new Set(outputs);
  for (const { reads } of groups) for (const read of reads) needed.add(read);
  const forms = new Forms(plan.numbers, plan.bufferOf);
  // All forms exist before the first is lowered, so that what their members share is known.
  const works = groups.flatMap((group): readonly (HostWork | LoopWork | FormedWork)[] => {
    const kept = new Set(group.nodes.filter((node) => needed.has(node)));
    const [node] = group.nodes as [Node];
    if (node.family === "loop") return [{ loop: node }];
    if (isByHost(node, plan.target)) return [{ node, kept }];
    return worksOf(group, kept).map((work) => forms.add(work));
  });
  const lowered = new Map<Form, FormKernels>();
  return works.flatMap((one): readonly Step[] => {
    if ("loop" in one) return [loops.part.loopStep(one.loop, plan)];
    if (!("form" in one)) return [hostStep(one, plan)];
    const { form, member } = one;
    let kernels = lowered.get(form);
    if (!kernels) {
      kernels = plan.cache.get(form, () => lower(form, plan));
      lowered.set(form, kernels);
    }
    return kernelSteps(kernels, member, plan);
  });
}

/** Splits concatenations of many parts into these. */
function worksOf(group: Group, kept: ReadonlySet<Node>): readonly Work[] {
  const [root] = group.nodes as [Node];
  return root.family === "movement" && isOfManyParts(root)
    ? partsOf(root)
    : [{ kind: "group", group, kept }];
}

/** A node that the host computes, if it is needed. */
interface HostWork {
  readonly node: Node;
  readonly kept: ReadonlySet<Node>;
}

/** A loop, by one of its outcomes. */
interface LoopWork {
  readonly loop: NodeOf<"loop">;
}

function hostStep({ node, kept }: HostWork, { bufferOf }: Planning): Step {
  const inputs = node.inputs.map((input) => bufferOf(input)!);
  const writes = [...kept].map((one) => bufferOf(one)!);
  // A plan that is kept must not keep the values that its graph began with.
  const stands = node.inputs.map(({ shape, dtype }) => placeholder(shape, dtype, "input"));
  const alone = copyNode(node, stands);
  return { kind: "host", node: alone, inputs, reads: [...new Set(inputs)], writes };
}

/** The kernels with their arguments for one member. */
function kernelSteps(
  { kernels, starts, added }: FormKernels,
  member: Member,
  { bufferOf, addBuffer }: Planning,
): readonly Step[] {
  const given = [
    ...starts.map((position) => member.starts[position]!),
    ...member.materialized.map((node) => bufferOf(node)!),
    ...added.map(({ dtype, size }) => addBuffer(dtype, size)),
  ];
  const here = (own: readonly Buffer[]) => own.map((buffer) => givenBuffer(given, buffer));
  return kernels.map(
    ({ kernel, reads, writes }): Step => ({
      kind: "kernel",
      kernel,
      given,
      reads: here(reads),
      writes: here(writes),
    }),
  );
}

/** Lowers the first member of a form to the kernels of all. */
function lower({ first, started, different }: Form, plan: Planning): FormKernels {
  const buffers = new Map<Node, Buffer>();
  let count = different.size;
  const ownBuffer = (dtype: DType, size: number): Buffer => ({ id: count++, dtype, size });
  for (const node of first.materialized) {
    const { dtype, size } = plan.bufferOf(node)!;
    buffers.set(node, ownBuffer(dtype, size));
  }
  const added: Buffer[] = [];
  const starts = new Map(
    [...different].map(([start, greatest], position) => [
      start,
      term({ kind: "given", position, greatest }),
    ]),
  );
  let hasChecks = false;
  const kernels = kernelsOf(first.work, {
    ...plan,
    addCheck(check) {
      hasChecks = true;
      return plan.addCheck(check);
    },
    bufferOf: (node) => buffers.get(node),
    addBuffer(dtype, size) {
      const buffer = ownBuffer(dtype, size);
      added.push(buffer);
      return buffer;
    },
    startOf(node, axis) {
      const own = started.get(node);
      return own === undefined ? undefined : starts.get(own + axis);
    },
  });
  return { kernels: kernels.map(withBuffers), starts: [...different.keys()], added, hasChecks };
}

/** What lowering needs to know. */
type KernelPlanning = Planning & { readonly startOf: StartOf };

function kernelsOf(work: Work, plan: KernelPlanning): readonly Kernel[] {
  if (work.kind === "part") return [partKernel(work, plan)];
  const { nodes } = work.group;
  const { before, body } = loopsOf(work.group, work.kept, plan);
  const operations = nodes.map((node) => node.operation.name);
  return [...before, { operations, body: splitLoops(body) }];
}

function withBuffers(kernel: Kernel): FormKernels["kernels"][number] {
  const { reads, writes } = buffersOf(kernel.body);
  return { kernel, reads: [...reads], writes: [...writes] };
}

function loopsOf(group: Group, kept: ReadonlySet<Node>, plan: KernelPlanning): Loops {
  const [root, ...others] = group.nodes as [Node, ...Node[]];
  const { target, bufferOf, addCheck, addBuffer, startOf } = plan;
  const values = new Map<Node, Value>();
  const lowering = new Lowering({
    bufferOf,
    addCheck,
    startOf,
    atHand: (node, at) => {
      const value = values.get(node);
      return value && sameCoordinates(at, coordinatesIn(group, node)) ? value : undefined;
    },
  });
  /** Stores the first node's value, and then those of the nodes that joined. */
  const stores = (first: Value): readonly Statement[] => {
    const statements: Statement[] = [];
    for (const node of [root, ...others]) {
      const at = coordinatesIn(group, node);
      const value = node === root ? first : lowering.inlined(node, at);
      values.set(node, value);
      if (!kept.has(node)) continue;
      const buffer = bufferOf(node)!;
      statements.push({ kind: "store", buffer, index: flatten(at, node.shape), value });
    }
    return statements;
  };
  const { at } = group;
  const context = { lowering, target, addBuffer, stores };
  const inPlace = (body: readonly Statement[]): Loops => ({ before: [], body });
  switch (root.family) {
    case "contract":
      return productLoops(root, at, context);
    case "convolve":
      return convolutions.part(root, at, context);
    case "prefix":
      return prefixLoops(root, at, context);
    case "reduce":
      return reductionLoops(root, at, context);
    case "scatter":
      return inPlace(scatterLoops(root, at, bufferOf(root)!, lowering));
    default:
  }
  return inPlace(nested(at, stores(lowering.inlined(root, at))));
}
