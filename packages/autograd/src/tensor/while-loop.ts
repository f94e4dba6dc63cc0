// Loops that go on while a condition holds, and loops that count.
import { withReplaced } from "../autodiff/copy.ts";
import { closed } from "../autodiff/loop-body.ts";
import { describe } from "../graph/describe.ts";
import { DTypeError, NablaError, ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { formatShape } from "../graph/shape.ts";
import { full, placeholder, steps } from "../ops/creation.ts";
import { add } from "../ops/elementwise.ts";
import { lastOf } from "../ops/loop.ts";
import { foldKey } from "../ops/random.ts";
import { checkFunction } from "./checks.ts";
import { count } from "./kinds.ts";
import { likeFirst, standsFor, tracedStep, truthValue } from "./loop-step.ts";
import { checkOptions } from "./options.ts";
import { scanned } from "./scan.ts";
import { nodeOf, Tensor, tensorOf } from "./tensor.ts";
import { refilled, type Tree, type TreeLike, tensorsOf } from "./tree.ts";

export interface WhileOptions {
  /**
   * The most steps that the loop may take, which a gradient needs to know. More are an error when the
   * graph runs. Default: any number.
   */
  readonly maxSteps?: number;
}

/**
 * Repeats `body`, which makes the next carry of the carry, for as long as `condition` of the carry, a
 * bool of shape [], is true; returns the last carry. As in JAX. Both functions are called once, with
 * tensors that stand for those of any step, so reading their values throws; tensors that they capture
 * are the same in all steps, random draws (without a seed of their own) differ. The carry is a tensor,
 * or an array or plain object of tensors.
 *
 * Derivatives go through a loop that has a bound, `maxSteps`: memory for what they need is taken for
 * that many steps, time for those that ran. A loop that has not ended after as many throws
 * `NablaError` when it runs. Without a bound `gradients` and the like throw `GradientError`. In `vmap`
 * the loop goes on until the condition is false for all examples; those that have ended stay as they
 * are.
 *
 * Throws `ShapeError` or `DTypeError` if the carry does not stay what it was, or if the condition is no
 * truth value; `NablaError` if one of the functions assigns to a parameter.
 *
 * @example
 * // The square root of 2, by Newton's method.
 * const root = whileLoop(
 *   (x) => x.square().sub(2).abs().greater(1e-6),
 *   (x) => x.add(tensor(2).div(x)).div(2),
 *   tensor(1),
 *   { maxSteps: 100 },
 * );
 * root.itemSync().toFixed(4); // => "1.4142"
 */
export function whileLoop<Carry extends TreeLike<Carry>>(
  condition: (carry: Carry) => Tensor,
  body: (carry: Carry) => NoInfer<Carry>,
  initial: Carry,
  options: WhileOptions = {},
): Carry {
  checkFunction("whileLoop", condition, "the condition");
  checkFunction("whileLoop", body, "the body");
  return looped("whileLoop", condition, body, initial, options);
}

function looped<Carry extends TreeLike<Carry>>(
  operation: string,
  condition: (carry: Carry) => Tensor,
  body: (carry: Carry) => NoInfer<Carry>,
  initial: Carry,
  options: WhileOptions,
): Carry {
  checkOptions(operation, options, { maxSteps: count });
  const { maxSteps } = options;
  const first = tensorsOf(operation, initial, "the carry").map((x) => nodeOf(operation, x));
  const own = standsFor(operation, initial, "carry");
  const ofBody = tracedStep(operation, "the body", () => body(own.tree as Carry));
  const ofCondition = tracedStep(operation, "the condition", () => condition(own.tree as Carry));
  const goesOn = truthValue(operation, "the condition", ofCondition.result);
  const next = likeFirst(operation, ofBody.result, initial);
  const isGoing = placeholder([], "bool", "condition");
  const step = placeholder([], "int32", "step");
  const nextStep = add(step, 1);
  const areDrawn = ofBody.keys.length + ofCondition.keys.length > 0;
  const keysAt = (keys: readonly Node[], at: Node) =>
    keys.map((key) => [key, foldKey(key, at)] as const);
  const start = full([], 0, "int32");
  // The condition is computed of the next carry, so it is known before the next step.
  const goesOnWith = (carries: readonly Node[], at: Node): Node => {
    const replaced = new Map([
      ...own.nodes.map((node, i) => [node, carries[i]!] as const),
      ...keysAt(ofCondition.keys, at),
    ]);
    return withReplaced([goesOn], replaced)[0]!;
  };
  const after = withReplaced(next, new Map(keysAt(ofBody.keys, step)));
  const loop = closed({
    name: operation,
    length: maxSteps ?? Number.POSITIVE_INFINITY,
    isReversed: false,
    isRecomputed: false,
    condition: isGoing,
    carries: [isGoing, ...own.nodes, ...(areDrawn ? [step] : [])],
    first: [goesOnWith(first, start), ...first, ...(areDrawn ? [start] : [])],
    elements: [],
    sequences: [],
    next: [goesOnWith(after, nextStep), ...after, ...(areDrawn ? [nextStep] : [])],
    others: [],
    isSought: true,
    sourceOf: (node) => ({ kind: "shared", node }),
  });
  const last = first.map((_, i) => lastOf(loop, i + 1));
  return refilled(operation, initial, last) as Carry;
}

/** A bound of a loop that counts: an integer, or a tensor of int32 and shape []. */
export type LoopBound = number | Tensor<[]>;

/**
 * Repeats `body(i, carry)`, which makes the next carry, for i = `from`, `from` + 1, … below `to`;
 * returns the last carry. As `fori_loop` of JAX. `i` is a tensor of int32. Bounds that are numbers are
 * part of the graph, and derivatives go through the loop. Bounds that are tensors are looked at when
 * the graph runs: then the loop is a `whileLoop`, which needs `maxSteps` for derivatives.
 *
 * Throws as `scan` and `whileLoop` do.
 *
 * @example
 * const power = (x: Tensor<[]>, n: LoopBound) =>
 *   forLoop(0, n, (_, y) => y.mul(x), tensor(1), { maxSteps: 10 });
 * power(tensor(2), 3).itemSync(); // => 8
 * power(tensor(2), tensor(4, { dtype: "int32" })).itemSync(); // => 16
 * grad((x: Tensor<[]>) => power(x, 3))(tensor(2)).itemSync(); // => 12
 */
export function forLoop<Carry extends TreeLike<Carry>>(
  from: LoopBound,
  to: LoopBound,
  body: (i: Tensor<[]>, carry: Carry) => NoInfer<Carry>,
  initial: Carry,
  options: WhileOptions = {},
): Carry {
  checkFunction("forLoop", body, "the body");
  checkOptions("forLoop", options, { maxSteps: count });
  const bounds = [checkBound("from", from), checkBound("to", to)] as const;
  const [start, end] = bounds;
  if (typeof start === "number" && typeof end === "number") {
    return counted(start, end, body, initial);
  }
  const [first, last] = bounds.map((one) =>
    typeof one === "number" ? tensorOf(full([], one, "int32")) : one,
  ) as [Tensor<[]>, Tensor<[]>];
  const [, result] = looped(
    "forLoop",
    ([i]: readonly [Tensor<[]>, Carry]) => i.less(last),
    ([i, carry]) => [i.add(1), body(i, carry)] as never,
    [first, initial] as readonly [Tensor<[]>, Carry],
    options,
  );
  return result;
}

function counted<Carry extends TreeLike<Carry>>(
  from: number,
  to: number,
  body: (i: Tensor<[]>, carry: Carry) => Carry,
  initial: Carry,
): Carry {
  const length = Math.max(0, to - from);
  const numbers = tensorOf(steps(length, from, 1, "int32"));
  const step = (carry: Tree, i: Tree | undefined) => [body(i as Tensor<[]>, carry as Carry)];
  return scanned("forLoop", "the body", step, initial, numbers, { length })[0] as Carry;
}

function checkBound(name: string, bound: unknown): LoopBound {
  if (typeof bound === "number") {
    if (Number.isSafeInteger(bound) && bound === (bound | 0)) return bound;
    throw new NablaError(`forLoop: ${name} is ${describe(bound)}, expected an integer of 32 bits`);
  }
  if (!(bound instanceof Tensor)) {
    throw new NablaError(
      `forLoop: ${name} is ${describe(bound)}, expected an integer, or a tensor of int32 and shape []`,
    );
  }
  const { dtype, shape }: Tensor = bound;
  if (dtype !== "int32") {
    throw new DTypeError(`forLoop: ${name} is ${dtype}, expected int32; cast it`);
  }
  if (shape.length > 0) {
    throw new ShapeError(`forLoop: ${name} is ${formatShape(shape)}, expected []`);
  }
  return bound as Tensor<[]>;
}
