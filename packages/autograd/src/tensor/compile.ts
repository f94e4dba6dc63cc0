// Functions that are traced once for each signature and replayed after: no graph is built, and all
// that the function does, updates of parameters included, is one prepared run.
import type { Graph, Prepared } from "../engine/backend.ts";
import { currentBackend } from "../engine/backends.ts";
import { graphOf, realize, valueOf } from "../engine/realize.ts";
import { NablaError } from "../graph/errors.ts";
import type { Home, Node, Value } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { isPlaceholder, placeholder } from "../ops/creation.ts";
import { Call, type Given, isNode, Traced } from "./calls.ts";
import { checkFunction } from "./checks.ts";
import type { GradientCell } from "./gradient-cell.ts";
import { LastOutput, Link } from "./last-output.ts";
import { isSubstituting, Parameter, parameterOf } from "./parameter.ts";
import { newPass, type Pass } from "./passes.ts";
import { drawing, nextKey } from "./random.ts";
import { hasSignature, type Signature, signatureOf } from "./signature.ts";
import { nodeOf, Tensor, tensorOf } from "./tensor.ts";
import { currentTrace, type GradientUse, type Trace, traced, undo } from "./trace.ts";
import { mapTree, type Tree, tensorsOf } from "./tree.ts";
import { computeUpdates } from "./updates.ts";

/** An output that is not returned. */
interface Effect {
  readonly node: Node;
  /** Where a back end may keep its values. */
  readonly home: Home | undefined;
  /** What to do with its value, the output of a call at a position. */
  readonly use: (value: Value, position: number, call: Call, ready: Compiled) => void;
}

/** What looks at an output of a call before anything of the call is kept, and where that is. */
interface Guarded {
  readonly position: number;
  readonly guard: (valued: Node) => void;
}

/** A traced function, ready to run. */
interface Compiled {
  readonly prepared: Prepared;
  /** Whether all that the function decided by is as it was when it was traced. */
  readonly guards: readonly (() => boolean)[];
  /** Draws the keys of this call, as many as the function does and in its order, used or not. */
  readonly draw: () => void;
  /** What each input of the graph is in this call, given the arguments: a node, or its value. */
  readonly inputs: readonly ((args: readonly Node[]) => Value | Node)[];
  readonly homes: readonly (Home | undefined)[];
  readonly guarded: readonly Guarded[];
  /** What a call gives other values. */
  readonly updated: readonly Parameter[];
  /** Of the outputs after those that are returned. */
  readonly uses: readonly Effect["use"][];
  /** Gradients that a call uses up, and those of which it leaves nothing. */
  readonly taken: readonly GradientCell[];
  readonly cleared: readonly GradientCell[];
  /** That of the call under way. */
  pass: Pass;
  readonly result: unknown;
  /** The nodes of all tensors in the result. */
  readonly returned: readonly Node[];
  readonly function: Traced;
  /** From parameters that calls have updated back to the function. */
  link: Link | undefined;
}

/** What was traced for arguments of one signature: one trace for each way to decide. */
interface Traces {
  readonly signature: Signature;
  readonly all: Compiled[];
}

/** So many signatures are kept; the one that was not called for longest goes first. */
const keptSignatures = 64;
/** So many traces of one signature are kept, where the function decides by something else. */
const keptDecisions = 8;

/**
 * A function that does the same as `f`, faster: `f` is called once for each signature of its
 * arguments (their shapes and dtypes) to build the graph, and what it computes, returns and assigns
 * to parameters is then run as a whole, with the values of each call. Arguments and result are
 * tensors, or arrays and plain objects of tensors.
 *
 * Parameters have their values of the time of the call, gradients that `f` finds in them as well;
 * random draws are drawn anew, and `external` numbers asked for anew. Other numbers and tensors that
 * `f` uses stay what they were when it was traced, and so does all that `f` decides by: a model's
 * layers stay in the mode, training or evaluation, in which they were traced. Reading a value
 * inside `f` throws.
 *
 * Derivatives go through it, and so do `vmap`, `compile` and the rest. A result keeps what its call
 * was given, within bounds: a derivative that leads further back throws `GradientError`, and one
 * that needs a parameter's value which two later updates have overwritten throws `NablaError`.
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
 */
export function compile<Args extends unknown[], Result extends Tree | void>(
  f: (...args: Args) => Result,
): (...args: Args) => Result {
  checkFunction("compile", f);
  /** Those of the last calls first. */
  const known: Traces[] = [];
  const call = (args: Args, nodes: readonly Node[]): Result => {
    const { all } = tracesOf(known, args, nodes);
    let ready = all.find(decidesAsBefore);
    if (!ready) {
      ready = trace(f, args);
      all.push(ready);
      if (all.length > keptDecisions) all.shift();
    }
    return replay(ready, nodes) as Result;
  };
  return (...args) => {
    const nodes = nodesOf(args);
    // Part of a larger graph, or called with tensors in place of parameters, it is no other than any
    // function.
    if (currentTrace() || isSubstituting() || nodes.some(standsForMore)) return inlined(f, args);
    // What a call overwrites may be what they need.
    computeUpdates();
    return drawing(() => call(args, nodes));
  };
}

/** The traces of arguments like these, which come first from now on. */
function tracesOf(known: Traces[], args: readonly unknown[], nodes: readonly Node[]): Traces {
  const backend = currentBackend();
  const at = known.findIndex(({ signature }) => hasSignature(signature, backend, args, nodes));
  if (at === 0) return known[0]!;
  const traces =
    at > 0 ? known.splice(at, 1)[0]! : { signature: signatureOf(backend, args, nodes), all: [] };
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

/** Whether the value of `node` depends on one that is not there: of an example, or a trace. */
function standsForMore(node: Node): boolean {
  if (node.cell.value) return false;
  const below = topologicalOrder([node], (one) => (one.cell.value ? [] : one.inputs));
  return below.some(isPlaceholder);
}

function inlined<Args extends unknown[], Result>(f: (...args: Args) => Result, args: Args): Result {
  const result = f(...args);
  if (result !== undefined) tensorsOf("compile", result, "the result");
  return result;
}

function trace<Args extends unknown[]>(f: (...args: Args) => unknown, args: Args): Compiled {
  const placeholders: Node[] = [];
  const stand = args.map((arg, i) =>
    mapTree(
      "compile",
      arg,
      (x) => {
        const label = `argument ${placeholders.length}`;
        const node = placeholder(x.shape, x.dtype, label);
        placeholders.push(node);
        return new Tensor(node);
      },
      i,
    ),
  );
  const { result, trace: done } = traced(
    () => {
      const given = f(...(stand as Args));
      if (given === undefined) return { given, returned: [] };
      // Read while what was assigned is still in force.
      const returned = tensorsOf("compile", given, "the result");
      return { given, returned: returned.map((x) => nodeOf("compile", x)) };
    },
    { isReplayed: true },
  );
  const { given, returned } = result;
  const effects = [...updatesOf(done), ...gradientsOf(done)];
  const [taken, cleared] = [takenBy(done), clearedBy(done)];
  undo(done);
  const guarded = new Set(done.guarded);
  const outputs = [...returned, ...effects.map(({ node }) => node), ...guarded];
  const graph = graphOf("compile", outputs, (node) => {
    if (node.cell.guard && !guarded.has(node)) outputs.push(node);
  });
  const first = returned.length + effects.length;
  // The first call draws what was drawn for the trace.
  const { keys } = done;
  let drawn = keys.map((node) => node.cell.value!);
  let isTraced = true;
  const fromOutside = [...graph.inputs, ...usedByRules(graph, placeholders, done)];
  const inputs = fromOutside.map((node): Compiled["inputs"][number] => {
    const position = placeholders.indexOf(node);
    if (position >= 0) return (nodes) => nodes[position]!;
    const parameter = parameterOf(node);
    if (parameter && done.parameters.get(parameter) === node) {
      return () => nodeOf("compile", parameter);
    }
    const found = done.found.get(node) ?? done.asked.get(node);
    if (found) return found;
    if (isPlaceholder(node)) throw foreignError();
    const key = keys.indexOf(node);
    return key >= 0 ? () => drawn[key]! : () => node;
  });
  const isOfCall = (node: Node) => placeholders.includes(node) || done.found.has(node);
  const ofCall = fromOutside.flatMap((node, i) => (isOfCall(node) ? [i] : []));
  return {
    prepared: currentBackend().prepare(graph),
    guards: done.guards,
    draw() {
      if (!isTraced && keys.length > 0) drawn = keys.map(nextKey);
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
    pass: newPass(),
    result: given,
    returned,
    function: new Traced(graph, fromOutside, ofCall, returned),
    link: undefined,
  };
}

/** What the rules of custom gradients may use beside the inputs of the graph, which they are not part of. */
function usedByRules(
  { order, inputs }: Graph,
  placeholders: readonly Node[],
  { keys, asked, found, parameters }: Trace,
): readonly Node[] {
  if (!order.some(({ family }) => family === "custom")) return [];
  const all = [...placeholders, ...keys, ...asked.keys(), ...found.keys(), ...parameters.values()];
  return all.filter((node) => !inputs.includes(node));
}

/** The values that a traced function gives to parameters. */
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

/** The gradients that it leaves. */
function gradientsOf({ gradients }: Trace): readonly Effect[] {
  return [...gradients].flatMap(([key, found]): Effect[] => {
    const cell = key as GradientCell;
    const { isWhole, stand } = found;
    const { node } = cell;
    const isOfFound = cell.isOf(found);
    // What a call finds and leaves keeps its own graph. What an optimiser in the function has left
    // over is not computed: at each call it would be thrown away by the next.
    if (!node || node === stand || cell.isLeftOver) return [];
    const use: Effect["use"] = (_, position, call, ready) => {
      const gradient = tensorOf(call.result(position));
      if (isWhole) cell.leave(gradient, ready.pass, isOfFound);
      else cell.add(gradient, ready.pass);
    };
    return [{ node, home: undefined, use }];
  });
}

/** The gradients that it takes: an optimiser in it has used what a call finds. */
function takenBy({ gradients }: Trace): readonly GradientCell[] {
  const isTaken = ({ pass, wasUsed }: GradientUse) => pass?.isUsed && !wasUsed;
  return [...gradients].flatMap(([key, use]) => (isTaken(use) ? [key as GradientCell] : []));
}

/** The gradients of which it leaves nothing. */
function clearedBy({ gradients }: Trace): readonly GradientCell[] {
  const whole = [...gradients].filter(([, { isWhole }]) => isWhole);
  return whole.flatMap(([key, { stand }]) => {
    const cell = key as GradientCell;
    const isLeft = cell.node && (cell.node === stand || !cell.isLeftOver);
    return isLeft ? [] : [cell];
  });
}

function replay(ready: Compiled, args: readonly Node[]): unknown {
  const { prepared, inputs, homes, guarded, updated, uses, taken, cleared } = ready;
  const { result, returned } = ready;
  ready.draw();
  const given = inputs.map((inputFor) => inputFor(args));
  const wanted = valuesOf(given, ready.function.graph.inputs.length);
  let checked: Call | undefined;
  const accept = (values: readonly Value[]) => {
    checked = new Call(ready.function, given, values);
    for (const { position, guard } of guarded) guard(checked.result(position));
  };
  let values: readonly Value[];
  try {
    values = prepared.run(wanted, homes, guarded.length > 0 ? accept : undefined);
  } catch (error) {
    // The run may have written where values before the last ones are.
    for (const parameter of updated) Parameter.forgetBefore(parameter);
    throw error;
  }
  const call = checked ?? new Call(ready.function, given, values);
  for (const cell of taken) cell.take();
  if (uses.length > 0) ready.pass = newPass();
  for (let i = 0; i < uses.length; i++) {
    const position = returned.length + i;
    uses[i]!(values[position]!, position, call, ready);
  }
  for (const cell of cleared) cell.write(null);
  if (result === undefined) return undefined;
  const output = (i: number) => tensorOf(call.result(i));
  if (result instanceof Tensor) return output(0);
  const outputs = returned.map((_, i) => output(i));
  let next = 0;
  return mapTree("compile", result, () => outputs[next++]!);
}

/** The values of the first `count` of what a call is given. */
function valuesOf(given: Given, count: number): readonly Value[] {
  const values: Value[] = [];
  for (let i = 0; i < given.length; i++) {
    const one = given[i]!;
    const value = isNode(one) ? one.cell.value : one;
    if (!value) return computedOf(given, count);
    if (i < count) values.push(value);
  }
  return values;
}

/** The same, where some are not known yet: all are computed in one run. */
function computedOf(given: Given, count: number): readonly Value[] {
  realize("compile", given.filter(isNode));
  return given.slice(0, count).map((one) => (isNode(one) ? valueOf("compile", one) : one));
}

function foreignError(): NablaError {
  return new NablaError(
    "compile: the function uses a tensor that another traced function has left, whose value is not known; " +
      "return it there, and give what is returned to this one",
  );
}
