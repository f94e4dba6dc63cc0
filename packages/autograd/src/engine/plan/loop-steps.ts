// Plans loops: the body is a plan of its own, whose inputs and results are parts of the loop's buffers,
// others in each iteration.
import type { Node, NodeOf } from "../../graph/node.ts";
import type { Graph } from "../../graph/order.ts";
import { after } from "../../ops/after.ts";
import { areOfOneLoop, nodeOfOutcome } from "../../ops/loop.ts";
import { literal } from "../../ops/operands.ts";
import type { DType } from "../../scalar/dtype.ts";
import type { Buffer } from "../kernel/language.ts";
import { BodyPlans } from "./body-plans.ts";
import type { KernelCache } from "./kernel-cache.ts";
import type { LoopStep, Plan } from "./steps.ts";

/** A loop of a graph, with the plan of its body. */
export interface PlannedLoop {
  readonly plan: Plan;
  readonly outcomes: ReadonlySet<Node>;
  /** The outcome that is the last value of each carry, if there is one. */
  readonly last: readonly (Node | undefined)[];
  /** Further outcomes that are the last value of a carry. */
  readonly copies: readonly NodeOf<"loop">[];
  /** The outcomes that the other results of the plan belong to, in their order. */
  readonly stacks: readonly NodeOf<"loop">[];
}

/** Plans a body, whose inputs from a position on are the same in all iterations. */
type PlanBody = (graph: Graph, sharedFrom: number) => Plan;

/** The plans of bodies, kept as long as the kernels for the same target. */
const bodies = new WeakMap<KernelCache, BodyPlans>();

/** Plans the bodies of all loops among the nodes of a graph. */
export function plannedLoops(
  order: readonly Node[],
  cache: KernelCache,
  planBody: PlanBody,
): readonly PlannedLoop[] {
  let plans = bodies.get(cache);
  if (!plans) bodies.set(cache, (plans = new BodyPlans()));
  const loops: NodeOf<"loop">[][] = [];
  for (const node of order) {
    if (node.family !== "loop") continue;
    const outcomes = loops.find(([first]) => areOfOneLoop(first!, node));
    if (outcomes) outcomes.push(node);
    else loops.push([node]);
  }
  return loops.map((outcomes) => planned(outcomes, plans, planBody));
}

function planned(
  outcomes: readonly NodeOf<"loop">[],
  plans: BodyPlans,
  planBody: PlanBody,
): PlannedLoop {
  const { body } = outcomes[0]!.operation;
  const { inputs, next, sequences, nodes } = body;
  const last = next.map((): Node | undefined => undefined);
  const copies: NodeOf<"loop">[] = [];
  const stacks: NodeOf<"loop">[] = [];
  for (const outcome of outcomes) {
    const { isStacked, position } = outcome.attributes;
    if (isStacked) stacks.push(outcome);
    else if (last[position]) copies.push(outcome);
    else last[position] = outcome;
  }
  const others = stacks.map(nodeOfOutcome);
  const plan = plans.get(body, others, () =>
    planApart(inputs, nodes.slice(inputs.length), [...next, ...others], (graph) =>
      planBody(graph, next.length + sequences),
    ),
  );
  return { plan, outcomes: new Set(outcomes), last, copies, stacks };
}

/** What a loop's step needs to know about the plan that it is in. */
interface Surroundings {
  readonly bufferOf: (node: Node) => Buffer | undefined;
  readonly addBuffer: (dtype: DType, size: number) => Buffer;
  readonly loops: readonly PlannedLoop[];
}

/** The step that computes all outcomes of the loop of one of them. */
export function loopStep(
  outcome: NodeOf<"loop">,
  { bufferOf, addBuffer, loops }: Surroundings,
): LoopStep {
  const { operation, inputs: given } = outcome;
  const { plan, outcomes, last, copies, stacks } = loops.find((one) => one.outcomes.has(outcome))!;
  const arena = addBuffer("uint8", plan.layout.bytes);
  const carries = operation.body.next.map(({ dtype }, i) => {
    const { size } = bufferOf(given[i]!)!;
    return [addBuffer(dtype, size), addBuffer(dtype, size)] as const;
  });
  const inputs = given.map((node) => bufferOf(node)!);
  const results = [...outcomes].map((node) => bufferOf(node)!);
  return {
    kind: "loop",
    operation,
    plan,
    inputs,
    last: last.map((node) => node && bufferOf(node)),
    stacks: stacks.map((node) => bufferOf(node)!),
    copies: copies.map((node) => ({
      carry: node.attributes.position,
      buffer: bufferOf(node)!,
    })),
    arena,
    carries,
    reads: [...new Set(inputs)],
    writes: [...results, arena, ...carries.flat()],
  };
}

/** A plan whose results are all in buffers of their own. */
function planApart(
  inputs: readonly Node[],
  order: readonly Node[],
  outputs: readonly Node[],
  planBody: (graph: Graph) => Plan,
): Plan {
  const plan = planBody({ inputs, order, outputs });
  const seen = new Set<Buffer>();
  const isShared = plan.results.map((result) => {
    if (result.kind === "input" || seen.has(result.buffer)) return true;
    seen.add(result.buffer);
    return false;
  });
  if (!isShared.includes(true)) return plan;
  const added: Node[] = [];
  const apart = outputs.map((node, i) => {
    if (!isShared[i]) return node;
    // Numbers that differ keep what is equal from being merged.
    const number = literal(i, "int32");
    const copy = after(node, number);
    added.push(number, copy);
    return copy;
  });
  return planBody({ inputs, order: [...order, ...added], outputs: apart });
}
