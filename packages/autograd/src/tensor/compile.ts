// Compiled functions: traced once per signature and replayed after. A call builds no graph; all
// that the function computes, updates of parameters included, is one prepared run.

import { hasRule } from "../autodiff/copy.ts";
import type { Prepared } from "../engine/backend.ts";
import { currentBackend } from "../engine/backends.ts";
import { finishBackground, type Task } from "../engine/background.ts";
import { graphOf, runNow } from "../engine/realize.ts";
import { NablaError, TracingError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { type Graph, topologicalOrder } from "../graph/order.ts";
import { isPlaceholder, placeholder } from "../ops/creation.ts";
import { type BucketOptions, checkBuckets, inBuckets } from "./buckets.ts";
import { Traced } from "./calls.ts";
import { checkFunction } from "./checks.ts";
import type { GradientCell } from "./gradient-cell.ts";
import { anything } from "./kinds.ts";
import { LastOutput, Link } from "./last-output.ts";
import { later } from "./later.ts";
import { checkArguments, gradientEnds } from "./lost-gradients.ts";
import { checkOptions } from "./options.ts";
import { Parameter, parameterOf } from "./parameter.ts";
import { newPass } from "./passes.ts";
import { type Drawn, drawing, drawn, nextKey } from "./random.ts";
import {
  type Asked,
  askedBy,
  type Compiled,
  type Effect,
  type Input,
  replay,
  replaying,
} from "./replay.ts";
import { formOf, hasSignature, type Signature, signatureOf } from "./signature.ts";
import { isSubstituting } from "./stand-ins.ts";
import { nodeOf, Tensor, tensorOf } from "./tensor.ts";
import { currentTrace, type GradientUse, type Trace, traced, undo } from "./trace.ts";
import { mapTree, type TreeLike, tensorsOf } from "./tree.ts";
import { computeUpdates, computingUpdates } from "./updates.ts";

/** The traces for one signature of the arguments: one for each outcome of the decisions. */
interface Traces {
  readonly signature: Signature;
  readonly all: Compiled[];
}

/** How a compiled function deals with arguments of many sizes. */
export interface CompileOptions extends BucketOptions {}

/** Signatures that are kept; the least recently used goes first. */
const keptSignatures = 64;
/** Traces that are kept per signature, where the function decides by something else. */
const keptDecisions = 8;

/**
 * Returns a function that does the same as `f`, faster: `f` is called once for each signature of
 * its arguments (their shapes and dtypes) to build the graph; what it computes, returns and assigns
 * to parameters then runs as a whole, with the values of each call. Arguments and result are
 * tensors, or arrays and plain objects of tensors. A parameter among the arguments is itself, with
 * its gradient and assignments, and a tensor that is given twice is one, as without `compile`; both
 * are part of the signature.
 *
 * Parameters have their values at the time of the call, and so do gradients that `f` finds in them;
 * random draws are drawn anew, and `external` numbers are asked for anew. Other numbers and tensors
 * that `f` uses stay what they were when it was traced, and so does everything that `f` decides by:
 * a model's layers stay in the mode, training or evaluation, in which they were traced. Reading a
 * value inside `f` throws.
 *
 * Derivatives go through the function, and so do `vmap`, `compile` and the rest. A result keeps its
 * call's inputs, within bounds: a derivative that leads further back throws `GradientError`, and
 * one that needs a parameter's value which two later updates have overwritten throws `NablaError`.
 * Inside, gradients end at the arguments: where `backward` in `f` would go on to a parameter that an
 * argument was computed from, and whose gradient is used, it throws `GradientError`. Results of
 * earlier calls of compiled functions are values there, such as a state that is carried on.
 *
 * With `buckets`, arguments of many sizes need few plans. Nothing may depend on the padding: what
 * goes through the function row by row does not; sums and the like leave it out by a mask, an
 * argument of bools that are true, which is padded with false. The first call that is padded to a
 * size is computed without padding as well, and with other numbers in the padding; where results,
 * gradients or parameters differ, it throws `NablaError`.
 *
 * `f.async(x)` does what `f(x)` does without blocking the event loop, if that takes some
 * milliseconds and the host has workers that share memory.
 *
 * @example
 * const w = parameter([1, 2]);
 * const step = compile((x: Tensor) => {
 *   const cost = w.sub(x).square().sum();
 *   const [g] = gradients(cost, [w]);
 *   w.assign(w.sub(g.mul(0.5)));
 *   return cost;
 * });
 * step(tensor([0, 0])).itemSync(); // => 5
 * step(tensor([3, 3])).itemSync(); // => 18
 * w.arraySync(); // => [3, 3]
 * (await step.async(tensor([1, 1]))).itemSync(); // => 8
 *
 * @example
 * const mean = compile(
 *   (x: Tensor, isGiven: Tensor) => where(isGiven, x, 0).sum().div(isGiven.sum()),
 *   { buckets: [4, 16, 64] },
 * );
 * const meanOf = (x: number[]) => mean(tensor(x), tensor(x.map(() => true))).itemSync();
 * console.log(meanOf([1, 2, 3]), meanOf([5, 6]), meanOf([1, 2, 3, 4, 5])); // => 2 5.5 3
 */
export function compile<Args extends unknown[], Result extends TreeLike<Result> | void>(
  f: (...args: Args) => Result,
  options: CompileOptions = {},
): CompiledFunction<Args, Result> {
  checkFunction("compile", f);
  checkOptions("compile", options, { buckets: anything, bucketAxes: anything });
  const { buckets, bucketAxes = 0 } = options;
  if (buckets !== undefined) checkBuckets(options);
  /** Most recently used first. */
  const known: Traces[] = [];
  const ready = (args: Args, nodes: readonly Node[]): Compiled => {
    const { all } = tracesOf(known, args, nodes);
    let one = all.find(decidesAsBefore);
    if (!one) {
      one = trace(f, args);
      all.push(one);
      if (all.length > keptDecisions) all.shift();
    }
    checkArguments(one.ends, nodes);
    return one;
  };
  const call = (...args: Args): Result => {
    // Inside another trace, or with tensors substituted for parameters, it is an ordinary function.
    if (currentTrace() || isSubstituting()) return inlined(f, args);
    finishBackground("compile");
    const nodes = nodesOf(args);
    if (nodes.some(standsForMore)) return inlined(f, args);
    return runNow("compile", () => {
      // Inputs may depend on updates whose values the call overwrites.
      computeUpdates();
      return drawing(() => replay(ready(args, nodes), nodes) as Result);
    });
  };
  const callLater = function* (
    args: Args,
    nodes: readonly Node[],
    made: Drawn<Asked>,
  ): Task<Result> {
    let call = made;
    try {
      yield* computingUpdates();
      // Earlier calls may have left gradients, or taken some.
      if (!decidesAsBefore(call.result.ready)) {
        call = call.again(() => askedBy(ready(args, nodes), nodes));
      }
      return (yield* replaying(call.result)) as Result;
    } catch (error) {
      call.takeBack();
      throw error;
    }
  };
  const async = async (...args: Args): Promise<Result> => {
    const nodes = nodesOf(args);
    if (currentTrace() || isSubstituting()) {
      throw new TracingError(
        "compile: f.async(x) is called while another function is traced, or substitute() calls one; " +
          "call f(x) in its place",
      );
    }
    if (nodes.some(standsForMore)) return inlined(f, args);
    // Traces, draws and asks for numbers from outside now, whenever its turn comes.
    const made = drawn(() => askedBy(ready(args, nodes), nodes));
    return later(callLater(args, nodes, made));
  };
  if (buckets === undefined) return Object.assign(call, { async });
  const unpadded = {
    call,
    async,
    trace: (args: Args) => trace(f, args),
    nodesOf,
    isPart: (nodes: readonly Node[]) =>
      currentTrace() !== undefined || isSubstituting() || nodes.some(standsForMore),
  };
  const { call: blocking, ...others } = inBuckets(unpadded, buckets, bucketAxes);
  return Object.assign(blocking, others);
}

/** The result of `compile`. */
export interface CompiledFunction<Args extends unknown[], Result> {
  /** Calls the function, and blocks until it is done. */
  (...args: Args): Result;
  /**
   * The same, without blocking the event loop: long runs (some milliseconds) use a worker, where
   * the host has workers that share memory. Calls are done one after the other, in their order, each
   * with the draws and `external` numbers of when it was made. Until it is done, parameters keep
   * their previous values, and what assigns to one or needs the engine waits for it.
   */
  readonly async: (...args: Args) => Promise<Result>;
}

/** The traces for arguments of this signature, which become the most recently used. */
function tracesOf(known: Traces[], args: readonly unknown[], nodes: readonly Node[]): Traces {
  const backend = currentBackend();
  const form = formOf(args);
  const at = known.findIndex(({ signature }) => hasSignature(signature, backend, form, nodes));
  if (at === 0) return known[0]!;
  const traces =
    at > 0 ? known.splice(at, 1)[0]! : { signature: signatureOf(backend, form, nodes), all: [] };
  known.unshift(traces);
  if (known.length > keptSignatures) known.pop();
  return traces;
}

/** The nodes of all tensors in the arguments. */
function nodesOf(args: readonly unknown[]): readonly Node[] {
  const nodes: Node[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg instanceof Tensor) nodes.push(Tensor.nodeOf(arg));
    else for (const x of tensorsOf("compile", arg, i)) nodes.push(Tensor.nodeOf(x));
  }
  return nodes;
}

function decidesAsBefore({ guards }: Compiled): boolean {
  for (const isAsBefore of guards) if (!isAsBefore()) return false;
  return true;
}

/** Whether the value of `node` depends on a stand-in, of a trace or of an example in a batch. */
function standsForMore(node: Node): boolean {
  if (node.cell.value) return false;
  const below = topologicalOrder([node], (one) => (one.cell.value ? [] : one.inputs));
  return below.some(isPlaceholder);
}

function inlined<Args extends unknown[], Result>(f: (...args: Args) => Result, args: Args): Result {
  // It takes what it takes where it runs by itself.
  nodesOf(args);
  const result = f(...args);
  if (result !== undefined) tensorsOf("compile", result, "the result");
  return result;
}

function trace<Args extends unknown[]>(f: (...args: Args) => unknown, args: Args): Compiled {
  const placeholders: Node[] = [];
  // A tensor that is given twice is one, and a parameter is itself: it can be assigned to, and
  // gradients go to it.
  const stands = new Map<Tensor, Tensor>();
  const stand = args.map((arg, i) =>
    mapTree(
      "compile",
      arg,
      (x) => {
        const node = placeholder(x.shape, x.dtype, `argument ${placeholders.length}`);
        placeholders.push(node);
        const stand = x instanceof Parameter ? x : new Tensor(node);
        const own = stands.get(x) ?? (stand as Tensor);
        stands.set(x, own);
        return own;
      },
      i,
    ),
  );
  const { result, trace: done } = traced(
    () => {
      const given = f(...(stand as Args));
      if (given === undefined) return { given, returned: [] };
      // Read while the assignments are still in force.
      const returned = tensorsOf("compile", given, "the result");
      return { given, returned: returned.map((x) => nodeOf("compile", x)) };
    },
    { isReplayed: true },
  );
  const { given, returned } = result;
  // Gradients first: they are results of the call, which updates may let go of.
  const effects = [...gradientsOf(done), ...updatesOf(done)];
  const [taken, cleared] = [takenBy(done), clearedBy(done)];
  undo(done);
  const guarded = new Set(done.guarded);
  const outputs = [...returned, ...effects.map(({ node }) => node), ...guarded];
  const graph = graphOf("compile", outputs, (node) => {
    if (node.cell.guard && !guarded.has(node)) outputs.push(node);
  });
  const first = returned.length + effects.length;
  // The first call uses the keys drawn for the trace.
  const { keys } = done;
  let own = keys.map((node) => node.cell.value!);
  let isTraced = true;
  const fromOutside = [...graph.inputs, ...usedByRules(graph, placeholders, done)];
  const inputs = fromOutside.map((node): Input => {
    const position = placeholders.indexOf(node);
    if (position >= 0) return { give: (nodes) => nodes[position]! };
    const parameter = parameterOf(node);
    if (parameter && done.parameters.get(parameter) === node) {
      return { find: () => nodeOf("compile", parameter) };
    }
    const found = done.found.get(node);
    if (found) return { find: found };
    const ask = done.asked.get(node);
    if (ask) return { give: ask };
    if (isPlaceholder(node)) throw foreignError();
    const key = keys.indexOf(node);
    return { give: key >= 0 ? () => own[key]! : () => node };
  });
  const isOfCall = (node: Node) => placeholders.includes(node) || done.found.has(node);
  const ofCall = fromOutside.flatMap((node, i) => (isOfCall(node) ? [i] : []));
  let prepared: Prepared | undefined;
  return {
    get prepared() {
      return (prepared ??= currentBackend().prepare(graph));
    },
    guards: done.guards,
    draw() {
      if (!isTraced && keys.length > 0) own = keys.map(nextKey);
      isTraced = false;
    },
    inputs,
    homes: outputs.map((_, i) => effects[i - returned.length]?.home),
    guarded: outputs
      .slice(first)
      .map((node, i) => ({ position: first + i, guard: node.cell.guard! })),
    updated: [...done.assigned.keys()] as readonly Parameter[],
    uses: effects.map(({ use }) => use),
    taken,
    cleared,
    ends: gradientEnds(placeholders, done),
    pass: newPass(),
    result: given,
    returned,
    function: new Traced(graph, fromOutside, ofCall, returned),
    link: undefined,
  };
}

/** Nodes that the rules of custom gradients may use beside the graph's inputs. */
function usedByRules(
  { order, inputs }: Graph,
  placeholders: readonly Node[],
  { keys, asked, found, parameters }: Trace,
): readonly Node[] {
  if (!order.some(hasRule)) return [];
  const all = [...placeholders, ...keys, ...asked.keys(), ...found.keys(), ...parameters.values()];
  return all.filter((node) => !inputs.includes(node));
}

/** The values that a traced function assigns to parameters. */
function updatesOf({ assigned }: Trace): readonly Effect[] {
  return [...assigned.keys()].map((key): Effect => {
    const parameter = key as Parameter;
    return {
      node: nodeOf("compile", parameter),
      home: Parameter.homeOf(parameter),
      use(value, position, call, ready) {
        if (!ready.link?.function) ready.link = new Link(ready.function);
        const node = Parameter.adopt(parameter, value);
        call.adopted(position, node);
        node.cell.computedBy = new LastOutput(ready.link, ready.function.calls, position);
      },
    };
  });
}

/** The gradients that a traced function leaves in parameters. */
function gradientsOf({ gradients }: Trace): readonly Effect[] {
  return [...gradients].flatMap(([key, found]): Effect[] => {
    const cell = key as GradientCell;
    const { isWhole, stand } = found;
    const { node } = cell;
    const isOfFound = cell.isOf(found);
    // A gradient that a call finds and leaves keeps its own graph. Leftovers of an optimiser in the
    // function are not computed: the next call would discard them.
    if (!node || node === stand || cell.isLeftOver) return [];
    const use: Effect["use"] = (_, position, call, ready) => {
      const gradient = tensorOf(call.result(position));
      if (isWhole) cell.leave(gradient, ready.pass, isOfFound);
      else cell.add(gradient, ready.pass);
    };
    return [{ node, home: undefined, use }];
  });
}

/** The gradients that a call finds and an optimiser in the function uses. */
function takenBy({ gradients }: Trace): readonly GradientCell[] {
  const isTaken = ({ pass, wasUsed }: GradientUse) => pass?.isUsed && !wasUsed;
  return [...gradients].flatMap(([key, use]) => (isTaken(use) ? [key as GradientCell] : []));
}

/** The gradients that the function clears. */
function clearedBy({ gradients }: Trace): readonly GradientCell[] {
  const whole = [...gradients].filter(([, { isWhole }]) => isWhole);
  return whole.flatMap(([key, { stand }]) => {
    const cell = key as GradientCell;
    const isLeft = cell.node && (cell.node === stand || !cell.isLeftOver);
    return isLeft ? [] : [cell];
  });
}

function foreignError(): NablaError {
  return new NablaError(
    "compile: the function uses a tensor that another traced function has left, whose value is not known; " +
      "return it there, and give what is returned to this one",
  );
}
