// The engine's entry: computes the values of nodes. Known values are not computed again.
import { NablaError, TracingError } from "../graph/errors.ts";
import { laterError } from "../graph/later.ts";
import type { Home, Node, Value } from "../graph/node.ts";
import { type Graph, topologicalOrder } from "../graph/order.ts";
import { isPlaceholder } from "../ops/creation.ts";
import { filledData } from "../scalar/dtype.ts";
import type { Prepared } from "./backend.ts";
import { currentBackend } from "./backends.ts";
import { doneAtOnce, finishBackground, type Task } from "./background.ts";

/**
 * Computes the values of `nodes`, all in one run, and keeps them; `operation` is the public name
 * that errors start with. Companions of computed nodes are computed and kept too, and so are new
 * values of homes that the run needs. If a guard throws, neither the value that it refused nor
 * anything computed from it is kept.
 */
export function realize(operation: string, nodes: readonly Node[]): void {
  if (nodes.some(isPending)) runNow(operation, () => realizeInTurn(operation, nodes));
}

/** The same, as part of what runs now. */
function realizeInTurn(operation: string, nodes: readonly Node[]): void {
  const outputs = new Set(nodes.filter(isPending));
  if (outputs.size === 0) return;
  try {
    runAll(operation, outputs);
  } catch (error) {
    markFailed(outputs);
    for (const node of updatesBelow(outputs)) tryAlone(node);
    throw error;
  }
}

/** The same as a task, for `inBackground`: long runs continue on another thread if possible. */
export function* realizing(operation: string, nodes: readonly Node[]): Task<void> {
  const outputs = new Set(nodes.filter(isPending));
  if (outputs.size === 0) return;
  try {
    yield* runningAll(operation, outputs);
  } catch (error) {
    markFailed(outputs);
    for (const node of updatesBelow(outputs)) yield* tryingAlone(node);
    throw error;
  }
}

/**
 * Computes updates of parameters, in one run or, if that fails, each separately. Those that fail record
 * the error: their reader gets it, even if the update's inputs are gone by then.
 */
export function realizeUpdates(nodes: readonly Node[]): void {
  if (!nodes.some(isPending)) return;
  runNow("assign", () => {
    const outputs = new Set(nodes.filter(isPending));
    if (outputs.size === 0) return;
    try {
      runAll("assign", outputs);
    } catch {
      for (const node of nodes) tryToRun(node);
    }
  });
}

/** The same as a task. */
export function* realizingUpdates(nodes: readonly Node[]): Task<void> {
  const outputs = new Set(nodes.filter(isPending));
  if (outputs.size === 0) return;
  try {
    yield* runningAll("assign", outputs);
  } catch {
    for (const node of nodes) yield* tryingToRun(node);
  }
}

function tryToRun(node: Node): void {
  try {
    if (isPending(node)) runAll("assign", new Set([node]));
  } catch (error) {
    node.cell.failure = error;
  }
}

/** The same as a task. */
function* tryingToRun(node: Node): Task<void> {
  try {
    if (isPending(node)) yield* runningAll("assign", new Set([node]));
  } catch (error) {
    node.cell.failure = error;
  }
}

/** Does `work`, which runs a graph, after all tasks. Throws `NablaError` if waiting is impossible. */
export function runNow<T>(operation: string, work: () => T): T {
  finishBackground(operation);
  if (currentBackend().answersLater) throw laterError(operation);
  return doneAtOnce(operation, work);
}

/** A run, ready to start. */
interface Run {
  readonly graph: Graph;
  readonly prepared: Prepared;
  readonly values: readonly Value[];
  readonly homes: readonly (Home | undefined)[];
  /** Inspects the results before any is kept; undefined if nothing is guarded. */
  readonly accept: ((results: readonly Value[]) => void) | undefined;
}

function runAll(operation: string, outputs: Set<Node>): void {
  const { graph, prepared, values, homes, accept } = prepare(operation, outputs);
  keep(prepared.run(values, homes, accept), graph);
}

function* runningAll(operation: string, outputs: Set<Node>): Task<void> {
  const { graph, prepared, values, homes, accept } = prepare(operation, outputs);
  const results = prepared.task
    ? yield* prepared.task(values, homes, accept)
    : prepared.run(values, homes, accept);
  keep(results, graph);
}

/** Prepares a run of `outputs`, and of nodes found on the way that must be computed with them. */
function prepare(operation: string, outputs: Set<Node>): Run {
  const guarded: Node[] = [];
  const kept = new Set(outputs);
  const output = (node: Node) => {
    outputs.add(node);
    kept.add(node);
  };
  const graph = graphOf(operation, kept, (node) => {
    // It is wanted whether the run fails or not: it is not taken back with `outputs`.
    if (node.cell.home || isComputedAgain(node)) kept.add(node);
    if (node.cell.guard) {
      guarded.push(node);
      output(node);
    }
    for (const companion of node.cell.companions ?? none) {
      if (isPending(companion) && !isDropped(companion)) output(companion);
    }
  });
  const placeholder = graph.inputs.find(isPlaceholder);
  if (placeholder) throw tracingError(operation);
  const values = graph.inputs.map((node) => node.cell.value!);
  const homes = graph.outputs.map((node) => node.cell.home);
  const prepared = currentBackend().prepare(graph);
  const accept = guarded.length > 0 ? accepting(guarded, graph) : undefined;
  return { graph, prepared, values, homes, accept };
}

/** Calls the guards of `guarded` with their results. */
function accepting(guarded: readonly Node[], { outputs }: Graph): Run["accept"] {
  return (results) => {
    for (const node of guarded) {
      const { cell } = node;
      const { guard } = cell;
      cell.guard = undefined;
      cell.value = results[outputs.indexOf(node)]!;
      try {
        guard!(node);
      } catch (error) {
        // A refused value is refused again for the next reader.
        Object.assign(cell, { guard, value: undefined });
        throw error;
      }
    }
  };
}

function keep(results: readonly Value[], { inputs, outputs }: Graph): void {
  const below = keptBelow(inputs);
  for (let i = 0; i < outputs.length; i++) {
    const [{ cell }, value] = [outputs[i]!, results[i]!];
    cell.value = value;
    cell.keptBelow = below + value.byteLength;
  }
}

/**
 * Whether it is a node, such as a gradient, that further runs will need: two have computed it as an
 * intermediate result. One that is read once, or by one update, is not worth keeping.
 */
function isComputedAgain(node: Node): boolean {
  const { cell } = node;
  if (!cell.companions) return false;
  cell.timesComputed = (cell.timesComputed ?? 0) + 1;
  return cell.timesComputed > 2;
}

/**
 * The bytes that results computed from `inputs` keep: the inputs' values, and the largest amount
 * kept below one of them, so that nothing counts twice.
 */
function keptBelow(inputs: readonly Node[]): number {
  let [own, below] = [0, 0];
  for (const { cell } of inputs) {
    const { keptBelow: kept } = cell;
    const { byteLength } = cell.value!;
    if (kept !== undefined) {
      own += byteLength;
      below = Math.max(below, kept - byteLength);
    } else if (!cell.isCounted) {
      cell.isCounted = true;
      own += byteLength;
    }
  }
  return own + below;
}

/** Marks outputs of a failed run. Homes among them keep their old values. */
function markFailed(outputs: Iterable<Node>): void {
  for (const node of outputs) {
    node.cell.failed = true;
    node.cell.home?.takeBack(node);
  }
}

/** Updates of parameters below `outputs`, which are no longer computed with them. */
function updatesBelow(outputs: ReadonlySet<Node>): readonly Node[] {
  return unknownBelow(outputs).filter((node) => node.cell.home && !outputs.has(node));
}

/** `outputs` and what they need, down to what has a value. */
function unknownBelow(outputs: Iterable<Node>): readonly Node[] {
  return topologicalOrder(outputs, (node) => (node.cell.value ? none : node.inputs));
}

/** Computes an update separately. The error that is thrown is that of the run it was part of. */
function tryAlone(node: Node): void {
  try {
    realizeInTurn("assign", [node]);
  } catch {
    // It was taken back.
  }
}

/** The same as a task. */
function* tryingAlone(node: Node): Task<void> {
  try {
    yield* realizing("assign", [node]);
  } catch {
    // It was taken back.
  }
}

/** The value of a node, computed if necessary. */
export function valueOf(operation: string, node: Node): Value {
  if (!node.cell.value) realize(operation, [node]);
  return knownValue(node);
}

/** The same as a task. */
export function* valueTask(operation: string, node: Node): Task<Value> {
  if (!node.cell.value) yield* realizing(operation, [node]);
  return knownValue(node);
}

function knownValue(node: Node): Value {
  if (node.family === "literal") return filledData(node.dtype, 1, node.attributes.value);
  return node.cell.value!;
}

/** A literal is no input of a run: plans contain its number, and graphs share its node. */
function isPending(node: Node): boolean {
  return !node.cell.value && node.family !== "literal";
}

/** Whether it was to be a parameter's value, and no longer is. */
function isDropped({ cell }: Node): boolean {
  return cell.owner !== undefined && !cell.home;
}

const none: readonly Node[] = [];

/**
 * The graph of `outputs`, from nodes that have or will have values. Each node to compute is passed
 * to `visit`, which may add outputs.
 */
export function graphOf(
  operation: string,
  outputs: Iterable<Node>,
  visit?: (node: Node) => void,
): Graph {
  const inputs: Node[] = [];
  const inputsOf = (node: Node): readonly Node[] => {
    const { value, overwritten } = node.cell;
    if (overwritten !== undefined) throw overwrittenError(operation, node, outputs);
    if (value || isPlaceholder(node)) {
      inputs.push(node);
      return none;
    }
    visit?.(node);
    return node.inputs;
  };
  const all = topologicalOrder(outputs, inputsOf);
  const order = all.filter((node) => !node.cell.value && !isPlaceholder(node));
  return { inputs, order, outputs: [...outputs] };
}

/** The error for reading a placeholder. */
export function tracingError(operation: string): TracingError {
  return new TracingError(
    `${operation}: this value is not known while compile(), vmap(), scan() or the like traces the function; ` +
      "return the tensor and read it outside, or choose by where()",
  );
}

/**
 * The error for computing `outputs`, which need `gone`, a value of a parameter that is gone. Where an
 * update between them failed while the value was there, it is the error of then.
 */
export function overwrittenError(operation: string, gone: Node, outputs: Iterable<Node>): unknown {
  const failed = unknownBelow(outputs).filter(({ cell }) => cell.failure !== undefined);
  const cause = failed.find((node) => unknownBelow([node]).includes(gone));
  if (cause) return cause.cell.failure;
  return new NablaError(
    `${operation}: the graph was built on a value of parameter "${gone.cell.overwritten}" that two ` +
      "later updates have overwritten; read the result before the step, or build it on parameter.snapshot()",
  );
}
