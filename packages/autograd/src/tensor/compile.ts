// Functions that are traced once for each signature and replayed after: no graph is built, and all
// that the function does, updates of parameters included, is one prepared run.
import { currentBackend, type Prepared } from "../engine/backend.ts";
import { graphOf, valueOf } from "../engine/realize.ts";
import { NablaError } from "../graph/errors.ts";
import type { Node, Value } from "../graph/node.ts";
import { formatShape } from "../graph/shape.ts";
import { constant, isPlaceholder, placeholder } from "../ops/creation.ts";
import { checkFunction } from "./checks.ts";
import { CallOutput, type Calls } from "./last-call.ts";
import { Parameter, parameterOf } from "./parameter.ts";
import { areUsed, newPass } from "./passes.ts";
import { nextKey } from "./random.ts";
import { nodeOf, Tensor, tensorOf } from "./tensor.ts";
import { type Trace, traced, undo } from "./trace.ts";
import { mapTree, type Tree, tensorsOf } from "./tree.ts";

/** What to do with an output of the run; gives the node that has its value now. */
type Use = (value: Value) => Node;

/** An output that is not returned. */
interface Effect {
  readonly node: Node;
  /** Where a back end may keep its values. */
  readonly home: object | undefined;
  readonly use: Use;
}

/** A traced function, ready to run. */
interface Compiled {
  readonly prepared: Prepared;
  /** Draws the keys of this call, as many as the function does and in its order, used or not. */
  readonly draw: () => void;
  /**
   * The value of each input of the graph, given the arguments of this call; of parameters, the
   * node.
   */
  readonly inputs: readonly ((args: readonly Tensor[]) => Value | Node)[];
  readonly homes: readonly (object | undefined)[];
  /** Of the outputs after those that are returned. */
  readonly uses: readonly Use[];
  readonly result: unknown;
  readonly returned: readonly Tensor[];
  readonly calls: Calls;
  readonly weakCalls: WeakRef<Calls>;
}

/** So many signatures are kept; the one that was not called for longest goes first. */
const keptSignatures = 64;

/**
 * A function that does the same as `f`, faster: `f` is called once for each signature of its
 * arguments (their shapes and dtypes) to build the graph, and what it computes, returns and assigns
 * to parameters is then run as a whole, with the values of each call. Arguments and result are
 * tensors, or arrays and plain objects of tensors. Parameters have their values of the time of the
 * call, and random draws are drawn anew, and `external` numbers asked for anew; other numbers and
 * tensors that `f` uses stay what they were when it was traced, and so does all that `f` decides
 * by: a model's layers stay in the mode, training or evaluation, in which they were traced. Reading
 * a value inside `f` throws.
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
  const compiled = new Map<string, Compiled>();
  return (...args) => {
    const tensors = tensorsOf("compile", args);
    const signature = `${currentBackend().name} ${signatureOf(args)}`;
    let ready = compiled.get(signature);
    ready ??= trace(f, args);
    compiled.delete(signature);
    compiled.set(signature, ready);
    if (compiled.size > keptSignatures) compiled.delete(compiled.keys().next().value!);
    return replay(ready, tensors) as Result;
  };
}

/** Shapes and dtypes of the tensors, in the arguments' own form. */
function signatureOf(args: unknown): string {
  const text = (tree: unknown): string => {
    if (tree instanceof Tensor) return nodeSignature(nodeOf("compile", tree));
    if (Array.isArray(tree)) return `(${tree.map(text).join()})`;
    const parts = Object.entries(tree as object);
    return `{${parts.map(([name, part]) => `${JSON.stringify(name)}:${text(part)}`).join()}}`;
  };
  return text(args);
}

function nodeSignature({ dtype, shape }: Node): string {
  return `${dtype}${formatShape(shape)}`;
}

function trace<Args extends unknown[]>(f: (...args: Args) => unknown, args: Args): Compiled {
  const placeholders: Node[] = [];
  const stand = mapTree("compile", args, (x) => {
    const label = `argument ${placeholders.length}`;
    const node = placeholder(x.shape, x.dtype, label);
    placeholders.push(node);
    return new Tensor(node);
  });
  const { result, trace: done } = traced(() => {
    const given = f(...(stand as unknown as Args));
    // Read while what was assigned is still in force.
    return { given, returned: given === undefined ? [] : tensorsOf("compile", given) };
  });
  const returned = result.returned.map((x) => nodeOf("compile", x));
  const effects = effectsOf(done);
  undo(done);
  const graph = graphOf("compile", [...returned, ...effects.map(({ node }) => node)]);
  // The first call draws what was drawn for the trace.
  let drawn = new Map(done.keys.map((node) => [node, node.cell.value!]));
  let isTraced = true;
  const inputs = graph.inputs.map((node) => {
    const position = placeholders.indexOf(node);
    if (position >= 0)
      return (given: readonly Tensor[]) => valueOf("compile", nodeOf("compile", given[position]!));
    const parameter = parameterOf(node);
    if (parameter) return () => nodeOf("compile", parameter);
    const ask = done.asked.get(node);
    if (ask) return ask;
    if (isPlaceholder(node)) throw foreignError();
    return done.keys.includes(node) ? () => drawn.get(node)! : () => node.cell.value!;
  });
  const calls: Calls = { graph, count: 0, given: [] };
  return {
    prepared: currentBackend().prepare(graph),
    draw() {
      if (!isTraced) drawn = new Map(done.keys.map((node) => [node, nextKey()]));
      isTraced = false;
    },
    calls,
    weakCalls: new WeakRef(calls),
    inputs,
    homes: [...returned.map(() => undefined), ...effects.map(({ home }) => home)],
    uses: effects.map(({ use }) => use),
    result: result.given,
    returned: result.returned,
  };
}

/** What a traced function does to parameters: gives them values, and leaves gradients. */
function effectsOf({ assigned, differentiated }: Trace): readonly Effect[] {
  const values = [...assigned.keys()].map((key): Effect => {
    const parameter = key as Parameter;
    return {
      node: nodeOf("compile", parameter),
      home: Parameter.homeOf(parameter),
      use: (value) => Parameter.adopt(parameter, value),
    };
  });
  let pass = newPass();
  const gradients = leftIn(differentiated).map((parameter, i): Effect => {
    const node = nodeOf("compile", parameter.grad!);
    const use = (value: Value): Node => {
      const share = constant(value, node.shape, node.dtype);
      // One for each call.
      if (i === 0) pass = newPass();
      Parameter.addGradient(parameter, tensorOf(share), pass);
      return share;
    };
    return { node, home: undefined, use };
  });
  return [...values, ...gradients];
}

/**
 * The parameters that a traced function leaves a gradient in. What an optimiser in it has left over
 * is not computed: at each call it would be thrown away by the next.
 */
function leftIn(differentiated: Trace["differentiated"]): readonly Parameter[] {
  const parameters = [...differentiated.keys()] as readonly Parameter[];
  return parameters.filter((p) => p.grad && !areUsed(Parameter.passesOf(p)));
}

function replay(ready: Compiled, args: readonly Tensor[]): unknown {
  const { prepared, inputs, homes, uses, result, returned, calls, weakCalls } = ready;
  ready.draw();
  const given = inputs.map((inputFor) => inputFor(args));
  const values = prepared.run(
    given.map((value) => ("cell" in value ? valueOf("compile", value) : value)),
    homes,
  );
  calls.count++;
  calls.given = given;
  const note = (node: Node, position: number): Node => {
    node.cell.computedBy = new CallOutput(weakCalls, calls.count, position);
    return node;
  };
  uses.forEach((use, i) => note(use(values[returned.length + i]!), returned.length + i));
  if (result === undefined) return undefined;
  const outputs = new Map(
    returned.map((x, i) => [x, note(constant(values[i]!, x.shape, x.dtype), i)]),
  );
  return mapTree("compile", result, (x) => tensorOf(outputs.get(x)!));
}

function foreignError(): NablaError {
  return new NablaError(
    "compile: the function uses a tensor that another traced function has left, whose value is not known; " +
      "return it there, and give what is returned to this one",
  );
}
