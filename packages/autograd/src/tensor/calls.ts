// Calls of compiled functions. A result is a value without a graph below it; the traced graph, on
// the arguments of the call, is the graph of that call, and is created when a derivative asks for
// it.
import { copiesOf } from "../autodiff/copy.ts";
import { historyOf, letGo } from "../graph/history.ts";
import type { History, Node, Value } from "../graph/node.ts";
import { type Graph, topologicalOrder } from "../graph/order.ts";
import { elementCount } from "../graph/shape.ts";
import { currentCall } from "../graph/site.ts";
import { computed, constant } from "../ops/creation.ts";
import { bytesPerElement } from "../scalar/dtype.ts";
import { Parameter } from "./parameter.ts";
import { type Past, pastLimits, remember } from "./pasts.ts";

/** For each input of a traced function, the node that it stood for, or its value in this call. */
export type Given = readonly (Node | Value)[];

/** Whether it is a node. (Arrays first: a property lookup on one is expensive.) */
export function isNode(given: Node | Value): given is Node {
  return !ArrayBuffer.isView(given) && "cell" in given;
}

/** What all calls of one traced function have in common. */
export class Traced {
  readonly graph: Graph;
  /** The graph's inputs, followed by nodes that its custom gradient rules use besides. */
  readonly inputs: readonly Node[];
  /** Positions of the inputs that each call supplies. */
  readonly ofCall: readonly number[];
  /** The bytes of each input. */
  readonly bytes: readonly number[];
  /** The bytes of all results; keeping one keeps the others. */
  readonly resultBytes: number;
  /** How often it was called, and with which inputs the last time. */
  calls = 0;
  last: Given = nothing;

  constructor(
    graph: Graph,
    inputs: readonly Node[],
    ofCall: readonly number[],
    returned: readonly Node[],
  ) {
    this.graph = graph;
    this.inputs = inputs;
    this.ofCall = ofCall;
    this.bytes = inputs.map(bytesOf);
    this.resultBytes =
      returned.length > 1 ? returned.reduce((sum, node) => sum + bytesOf(node), 0) : 0;
  }
}

function bytesOf({ shape, dtype }: Node): number {
  return elementCount(shape) * bytesPerElement(dtype);
}

const nothing: readonly never[] = [];
/** Nodes counted for each input and output of a kept call. */
const nodesEach = 4;
/**
 * A call that alone holds this much counts among all histories; smaller ones only by their results.
 */
const largeBytes = 2 ** 16;

/** One call, kept alive by its results and by later calls on them. */
export class Call implements Past {
  #function: Traced | undefined;
  #given: Given;
  #values: readonly Value[];
  /** The nodes created for the outputs' values. */
  #results: (Node | undefined)[] = [];
  #tips: readonly Node[] | undefined;
  #hadParameters = false;
  /** The calls whose results are its inputs. */
  #before: readonly Call[] = nothing;
  /** The weight of this call and those before it, and from where on it is kept. */
  #weight = 0;
  #keptFrom = 0;

  constructor(traced: Traced, given: Given, values: readonly Value[]) {
    this.#function = traced;
    this.#given = given;
    this.#values = values;
    let bytes = traced.resultBytes;
    for (const i of traced.ofCall) {
      const one = given[i]!;
      if (!isNode(one)) continue;
      if (one !== traced.last[i]) bytes += traced.bytes[i]!;
      const before = callsBelow(one);
      for (const call of before) this.#follow(call);
    }
    const nodes = nodesEach * (given.length + traced.graph.outputs.length);
    const most = pastLimits();
    this.#weight += nodes / most.nodes + bytes / most.bytes;
    if (bytes > largeBytes) remember(new WeakRef(this), nodes, bytes);
    if (this.#weight - this.#keptFrom > 1) this.#letOldestGo();
    traced.calls++;
    traced.last = given;
  }

  #follow(before: Call): void {
    if (!before.#function) return;
    this.#before = [...this.#before, before];
    this.#weight = Math.max(this.#weight, before.#weight);
    this.#keptFrom = Math.max(this.#keptFrom, before.#keptFrom);
  }

  /** Bounds a chain of calls, each on the last one's result, which would keep all of them. */
  #letOldestGo(): void {
    this.#keptFrom = this.#weight - 0.5;
    const below = new Set<Call>([this]);
    for (const call of below) for (const before of call.#before) below.add(before);
    for (const call of below) if (call.#weight < this.#keptFrom) call.letGo();
  }

  /** Creates a node with the value of an output, whose derivatives continue into the call. */
  result(position: number): Node {
    const { outputs } = this.#function!.graph;
    const output = outputs[position]!;
    // An output that occurs twice is one.
    const first = outputs.indexOf(output);
    const { shape, dtype } = output;
    const value = this.#values[first]!;
    return (this.#results[first] ??= computed(
      value,
      shape,
      dtype,
      new CallHistory(this, first, value),
    ));
  }

  /** Notes that an output's value became that of a parameter, as `node`. */
  adopted(position: number, node: Node): void {
    this.#results[position] = node;
  }

  /** The traced outputs on this call's inputs; none once the history has been dropped. */
  get tips(): readonly Node[] {
    if (!this.#function) return nothing;
    const traced = this.#function;
    this.#tips ??= currentCall.at(undefined, () => this.#made(traced));
    return this.#tips;
  }

  #made({ graph: { order, outputs }, inputs }: Traced): readonly Node[] {
    const stands = inputs.map((node, i): readonly [Node, Node] => {
      const one = this.#given[i]!;
      return [node, isNode(one) ? one : constant(one, node.shape, node.dtype)];
    });
    const found = this.#results.flatMap((result, i): (readonly [Node, Node])[] =>
      result && historyOf(result) ? [[outputs[i]!, result]] : [],
    );
    const copies = copiesOf(
      order,
      new Map(stands.filter(([node, one]) => node !== one)),
      new Map(found),
    );
    for (const [node, copy] of copies) Parameter.copied(node, copy);
    outputs.forEach((node, i) => {
      const [copy, result] = [copies.get(node), this.#results[i]];
      if (copy && result) Parameter.isLike(result, copy);
    });
    remember(new WeakRef(this), order.length, 0);
    return outputs.map((node) => copies.get(node) ?? node);
  }

  /** All nodes that the tips depend on. */
  get ground(): readonly Node[] {
    if (!this.#function) return nothing;
    return [...this.#given.filter(isNode), ...this.#function.graph.outputs];
  }

  get hadParameters(): boolean {
    return this.#hadParameters;
  }

  letGo(): void {
    this.#hadParameters ||= letGo(this.ground);
    this.#function = undefined;
    this.#given = nothing;
    this.#values = nothing;
    this.#results = [];
    this.#tips = undefined;
    this.#before = nothing;
  }
}

/** The history of a result. */
class CallHistory implements History {
  readonly call: Call;
  readonly #position: number;
  readonly #value: Value;

  constructor(call: Call, position: number, value: Value) {
    this.call = call;
    this.#position = position;
    this.#value = value;
  }

  get tip(): Node | undefined {
    const tip = this.call.tips[this.#position];
    // A known value need not be computed again.
    const isKnown = !tip || tip.inputs.length === 0 || tip.cell.overwritten !== undefined;
    if (!isKnown) tip.cell.value ??= this.#value;
    return tip;
  }

  get ground(): readonly Node[] {
    return this.call.ground;
  }

  get hadParameters(): boolean {
    return this.call.hadParameters;
  }
}

/** By input of a call: a graph that grows with each iteration is walked once. */
const known = new WeakMap<Node, readonly Call[]>();

/** The nearest calls below `node` whose results it depends on. */
function callsBelow(node: Node): readonly Call[] {
  if (node.inputs.length === 0) return callsOf(node);
  let calls = known.get(node);
  if (!calls) {
    const below = topologicalOrder([node], (one) => (known.has(one) ? nothing : one.inputs));
    calls = [...new Set(below.flatMap((one) => known.get(one) ?? callsOf(one)))];
    known.set(node, calls);
  }
  return calls;
}

function callsOf(node: Node): readonly Call[] {
  const history = historyOf(node);
  return history instanceof CallHistory ? [history.call] : nothing;
}
