// Vectorizes functions of one example over a batch.
import { batched } from "../autodiff/batched.ts";
import { describe } from "../graph/describe.ts";
import { NablaError, ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { formatShape } from "../graph/shape.ts";
import { placeholder } from "../ops/creation.ts";
import { identity, permute } from "../ops/movement.ts";
import { splitKey } from "../ops/random.ts";
import { type AxesOf, alongAxes, axisBelow, axisOf, checkAxesOf } from "./axes.ts";
import { checkFunction } from "./checks.ts";
import { anything, oneOf } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import { Parameter } from "./parameter.ts";
import { nodeOf, Tensor, tensorOf } from "./tensor.ts";
import { currentTrace, type Trace, traced, undo } from "./trace.ts";
import { refilled, type Tree, type TreeLike, tensorsOf } from "./tree.ts";

export interface VmapOptions {
  /**
   * The axis of examples in each argument: one for all, or a list with one per argument, each of
   * which may be an array or object of the argument's form. Default: 0.
   */
  readonly inAxes?: AxesOf;
  /** The axis of examples in the results, likewise. Default: 0. */
  readonly outAxes?: number;
  /**
   * Whether random draws (without a seed of their own) differ between examples. Default:
   * "different".
   */
  readonly randomness?: "different" | "same";
}

/** A tree of examples as one of batches, whose first axis has an unknown size. */
export type BatchOf<T> =
  T extends Tensor<infer S>
    ? number extends S["length"]
      ? Tensor
      : Tensor<readonly [number, ...S]>
    : T extends readonly unknown[]
      ? { [I in keyof T]: BatchOf<T[I]> }
      : T extends object
        ? { [Name in keyof T]: BatchOf<T[Name]> }
        : T;

/** Arguments and results of a function that is applied to batches. */
type Arguments<Args extends unknown[], Options> = Options extends { readonly inAxes: unknown }
  ? Tree[]
  : { [I in keyof Args]: BatchOf<Args[I]> };
type Results<Value, Options> = Options extends { readonly outAxes: unknown }
  ? Value extends Tensor
    ? Tensor
    : Tree
  : BatchOf<Value>;

/**
 * Returns the function that applies `f`, which is written for one example, to a batch at once: like
 * a loop over the examples, but as one graph. `f` is called once, with tensors that stand for an
 * example; reading their values throws. Tensors that it captures are shared by all examples. Nests,
 * and composes with `grad`, `compile` and the rest: `vmap(grad(f))` is the gradient of each
 * example. Where an argument is a parameter, `f` gets one of an example's shape: what it assigns there,
 * such as running statistics, is assigned to the whole for all examples at once. Throws `NablaError`
 * if `f` assigns to a parameter that all examples share, or calls `backward`.
 *
 * @example
 * const distance = (x: Tensor<[2]>, y: Tensor<[2]>) => x.sub(y).norm();
 * const distances = vmap(distance, { inAxes: [0, null] });
 * distances(tensor([[3, 4], [0, 1]]), tensor([0, 0])).arraySync(); // => [5, 1]
 */
export function vmap<
  Args extends unknown[],
  Value extends TreeLike<Value>,
  const Options extends VmapOptions = Record<never, never>,
>(
  f: (...args: Args) => Value,
  options?: Options,
): (...args: Arguments<Args, Options>) => Results<Value, Options> {
  checkFunction("vmap", f);
  const chosen: VmapOptions = options === undefined ? {} : options;
  checkOptions("vmap", chosen, {
    inAxes: anything,
    outAxes: anything,
    randomness: oneOf("different", "same"),
  });
  const { inAxes = 0, outAxes = 0, randomness = "different" } = chosen;
  checkAxesOf("vmap: inAxes", inAxes);
  return (...given) => {
    const { args, examples, assignable, count } = oneExample(given, inAxes);
    const { result, trace } = traced(() => f(...(args as Args)), {
      isReplayed: false,
      isRepeated: randomness === "different",
    });
    checkEffects(trace, assignable);
    const assigned = assignable.filter(({ example, node }) => nodeOf("vmap", example) !== node);
    currentTrace()?.keys.push(...trace.keys);
    for (const [node, ask] of trace.asked) currentTrace()?.asked.set(node, ask);
    if (randomness === "different") {
      for (const key of trace.keys) examples.set(key, splitKey(key, count));
    }
    checkGuards(trace.guarded, examples);
    const outputs = tensorsOf("vmap", result).map((x) => nodeOf("vmap", x));
    const next = assigned.map(({ example }) => nodeOf("vmap", example));
    const all = batched([...outputs, ...next], examples, count);
    assignAll(
      assigned,
      all.splice(outputs.length).map((node, i) => toAxis(node, assigned[i]!.axis)),
    );
    const batches = new Set(examples.values());
    // What the function gives back as it got it is no argument.
    const own = all
      .map((node) => toAxis(node, outAxes))
      .map((node) => (batches.has(node) ? identity(node) : node));
    return refilled("vmap", result, own) as Results<Value, Options>;
  };
}

/** A parameter among the arguments. */
interface Assignable {
  readonly whole: Parameter;
  readonly axis: number;
  /** What the function gets, and its node at first. */
  readonly example: Parameter;
  readonly node: Node;
}

/** Undoes all and throws `NablaError` if the function assigns to others, or calls `backward`. */
function checkEffects(trace: Trace, assignable: readonly Assignable[]): void {
  const examples = new Set<object>(assignable.map(({ example }) => example));
  const other = [...trace.assigned.keys()].find((one) => !examples.has(one));
  if (!other && trace.differentiated.size === 0) return;
  undo(trace);
  if (!other) throw new NablaError("vmap: the function calls backward(); return what grad() gives");
  throw new NablaError(
    `vmap: the function assigns to parameter "${(other as Parameter).name}", which all examples share; ` +
      "return what is to be assigned, or make an argument of a parameter for all examples",
  );
}

/** Assigns the values of all examples to the parameters that have them. */
function assignAll(assigned: readonly Assignable[], values: readonly Node[]): void {
  const wholes = assigned.map(({ whole }) => whole);
  const twice = wholes.find((one, i) => wholes.indexOf(one) < i);
  if (twice) {
    throw new NablaError(
      `vmap: parameter "${twice.name}" is two arguments, and the function assigns to both`,
    );
  }
  wholes.forEach((one, i) => one.assign(tensorOf(values[i]!)));
}

/** Throws `NablaError` if a guarded tensor differs between examples: no guard could check it. */
function checkGuards(guarded: readonly Node[], examples: ReadonlyMap<Node, Node>): void {
  const isOfExample = (node: Node) => topologicalOrder([node]).some((one) => examples.has(one));
  if (!guarded.some(isOfExample)) return;
  throw new NablaError(
    "vmap: the function guards a value that differs from example to example; " +
      "return it, and guard what vmap gives",
  );
}

/** Arguments for one example, and the batched node for each of their tensors. */
function oneExample(given: readonly unknown[], inAxes: AxesOf) {
  const examples = new Map<Node, Node>();
  const assignable: Assignable[] = [];
  let count: number | undefined;
  const take = (x: Tensor, axis: number): Tensor => {
    const { shape } = x;
    const index = axisOf("vmap", "examples", shape, axis);
    const size = shape[index]!;
    count ??= size;
    if (size !== count) {
      throw new ShapeError(
        `vmap: ${count} examples in one argument, ${size} in another of ${formatShape(shape)}`,
      );
    }
    const others = shape.map((_, i) => i).filter((i) => i !== index);
    const node = placeholder(
      others.map((i) => shape[i]!),
      x.dtype,
      `example ${examples.size}`,
    );
    examples.set(node, permute(nodeOf("vmap", x), [index, ...others]));
    if (!(x instanceof Parameter)) return new Tensor(node);
    const example = new Parameter(node, x.name, false);
    assignable.push({ whole: x, axis: index, example, node });
    return example;
  };
  const args = alongAxes("vmap: inAxes", given, inAxes, take);
  if (count === undefined) {
    throw new NablaError("vmap: no argument has an axis of examples; inAxes is null for all");
  }
  return { args, examples, assignable, count };
}

/** Moves the first axis to `axis`. */
function toAxis(node: Node, axis: number): Node {
  const to = axisBelow(node.shape.length, axis);
  if (to === undefined) {
    throw new ShapeError(
      `vmap: outAxes ${describe(axis)} is out of range for a result of ${formatShape(node.shape)}`,
    );
  }
  const others = node.shape.map((_, i) => i).slice(1);
  return permute(node, [...others.slice(0, to), 0, ...others.slice(to)]);
}
