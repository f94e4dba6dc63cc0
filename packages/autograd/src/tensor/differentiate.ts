// The public derivatives, built on autodiff/gradients.ts.
import * as autodiff from "../autodiff/gradients.ts";
import { finishBackground } from "../engine/background.ts";
import { describeList } from "../graph/describe.ts";
import { GradientError, NablaError } from "../graph/errors.ts";
import { checkParameterHistory, origins } from "../graph/history.ts";
import { endsGradients, type Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import type { Shape } from "../graph/shape.ts";
import { add, alias } from "../ops/elementwise.ts";
import { checkFunction } from "./checks.ts";
import { anything } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import { Parameter, parameterOf } from "./parameter.ts";
import { areUsed, newPass, use } from "./passes.ts";
import { computeDeep, settling } from "./settle.ts";
import type { Tensor } from "./tensor.ts";
import { addMethods, given, nodeOf, type ShapeOf, tensorOf } from "./tensor.ts";
import { currentTrace, type GradientsAsked, replayedTrace, type Trace } from "./trace.ts";
import { independent, mapTree, type Tree } from "./tree.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /**
     * Adds this tensor's gradient with respect to each parameter below it to that parameter's
     * `grad`, or replaces it if an optimiser has used the calls that it is from. The tensor must be
     * one number, unless `seed`, a tensor of its shape, weights its elements. Nothing is computed
     * yet; the run that computes the gradients computes this tensor too. Frozen parameters are left out.
     */
    backward(seed?: Tensor): void;
  }
}

/**
 * Adds the gradient of `cost` with respect to each parameter below it to that parameter's `grad`.
 * Calls add up until an optimiser's step has used one of them: if it left a gradient in a parameter
 * that it does not hold, the next call replaces it, so nothing piles up there. The cost must be one
 * number, unless `seed`, a tensor of its shape, weights its elements. Nothing is computed yet; the
 * run that computes the gradients computes the cost too. Frozen parameters (`isFrozen`) get none, and
 * none is computed for them. Throws `GradientError` if the cost is not one number, or depends on no
 * parameter that is not frozen.
 *
 * @example
 * const w = parameter([1, 2]);
 * backward(w.square().sum());
 * w.grad?.arraySync(); // => [2, 4]
 */
export function backward(cost: Tensor, seed?: Tensor): void {
  const node = nodeOf("backward", cost);
  const { order, found: below } = parametersBelow("backward", node);
  const found = [...below].filter(([, parameter]) => !parameter.isFrozen);
  const inputs = found.map(([value]) => value);
  const seedNode = seed === undefined ? undefined : nodeOf("backward", seed);
  const shares = autodiff.gradients("backward", node, inputs, seedNode, order, settling());
  if (inputs.length === 0) throw nothingToLearn(node, [...below.values()]);
  const pass = newPass(node);
  // What an optimiser leaves over is dropped, unless the function itself looks at it.
  const wants = (parameter: object, { gradients }: Trace): boolean => {
    const cell = Parameter.gradientOf(parameter as Parameter);
    return !cell.isFrozen && (!pass.isUsed || gradients.get(cell)?.isWhole === true);
  };
  noteAsked("backward", order, wants);
  const own = shares.map((share) => alias(share));
  for (const { cell } of own) cell.companions = [node];
  computeDeep("backward", own);
  found.forEach(([, parameter], i) => {
    Parameter.gradientOf(parameter).add(tensorOf(own[i]!), pass);
  });
}

/**
 * Takes the gradients of `parameters` that `backward` has left, for a custom optimiser: one for
 * each, undefined if there is none; `grad` is null afterwards. Gradients that the same calls of
 * `backward` left in other parameters can be taken by further updates; if `parameters` have newer
 * gradients too, such a leftover is dropped instead, and the next `backward` that reaches it
 * replaces it. In a function that `compile` traces, leftovers are not computed, and are gone after
 * a call. Throws if what such a parameter was assigned before cannot be computed, so that an update
 * of several parameters fails before it assigns the first.
 *
 * @example
 * const [a, b] = [parameter([1]), parameter([1])];
 * a.mul(b).sum().backward();
 * const [g] = takeGradients([a]);
 * g?.arraySync(); // => [1]
 * a.grad; // => null
 * b.mul(5).sum().backward(); // not added to what is left of the first
 * b.grad?.arraySync(); // => [5]
 */
export function takeGradients(parameters: readonly Parameter[]): readonly (Tensor | undefined)[] {
  checkParameters("takeGradients", parameters);
  if (!currentTrace()) finishBackground("takeGradients");
  const passes = parameters.map((p) => Parameter.gradientOf(p).passes);
  const areNew = passes.some((own) => own.length > 0 && !areUsed(own));
  const taken = parameters.map((parameter, i) => {
    const { grad } = parameter;
    parameter.grad = null;
    return grad && !(areNew && areUsed(passes[i]!)) ? grad : undefined;
  });
  passes.forEach(use);
  const updated = parameters.filter((_, i) => taken[i]);
  Parameter.computeUpdated("takeGradients", updated);
  return taken;
}

/** Throws `NablaError` unless `list` is a list of parameters. */
export function checkParameters(operation: string, list: readonly unknown[]): void {
  const expected = "expected a list of parameters";
  if (!Array.isArray(list)) throw new NablaError(`${operation}: got ${given(list)}, ${expected}`);
  const wrong = Array.from(list).findIndex((one) => !(one instanceof Parameter));
  if (wrong < 0) return;
  throw new NablaError(`${operation}: got ${given(list[wrong])} at ${wrong}, ${expected}`);
}

/** The parameters that `cost` depends on, with the values where that ends. */
function parametersBelow(
  operation: string,
  cost: Node,
): {
  readonly order: readonly Node[];
  readonly found: ReadonlyMap<Node, Parameter>;
} {
  const found = new Map<Node, Parameter>();
  const order = topologicalOrder([cost], (node) => {
    checkParameterHistory(operation, node);
    const parameter = parameterOf(node);
    if (parameter) found.set(node, parameter);
    return parameter || endsGradients(node) ? [] : origins(node);
  });
  return { order, found };
}

/** Records, for the function being traced, that gradients were requested. */
function noteAsked(
  operation: string,
  order: readonly Node[],
  wants: GradientsAsked["wants"],
): void {
  replayedTrace()?.asks.push({ operation, order, wants });
}

/** The error for a cost from which no gradient reaches a parameter, or only frozen ones. */
function nothingToLearn(cost: Node, frozen: readonly Parameter[]): GradientError {
  if (frozen.length > 0) {
    return new GradientError(
      `backward: all parameters that the cost depends on are frozen, "${frozen[0]!.name}" first`,
    );
  }
  const order = topologicalOrder([cost], origins);
  const below = order.find((node) => parameterOf(node));
  const end = order.find(endsGradients);
  if (!below || !end) {
    return new GradientError("backward: the cost depends on no parameter: nothing can be learnt");
  }
  const [rule] = end.operation.gradient;
  return new GradientError(
    `backward: no gradient goes to parameter "${parameterOf(below)!.name}": ` +
      `${end.operation.name} passes on ${String(rule)}`,
  );
}

/** One gradient per tensor of a list. */
export type GradientsOf<Inputs extends readonly Tensor[]> = {
  [I in keyof Inputs]: Tensor<ShapeOf<Inputs[I]>>;
};

export interface GradientOptions {
  /** The gradient of the cost itself: a tensor of its shape. Default: 1. */
  readonly seed?: Tensor;
}

/**
 * Builds the gradients of `cost` with respect to each of `inputs`, which can be differentiated
 * again; zeros for inputs that the cost does not depend on. Throws `GradientError` if the cost is
 * not one number and no seed is given, and for inputs that are not floating.
 *
 * @example
 * const [x, y] = [tensor(3), tensor(2)];
 * const [dx, dy] = gradients(x.mul(y).square(), [x, y]);
 * dx.itemSync(); // => 24
 * gradients(dy, [x])[0].itemSync(); // => 24
 */
export function gradients<const Inputs extends readonly Tensor[]>(
  cost: Tensor,
  inputs: readonly [...Inputs],
  options: GradientOptions = {},
): GradientsOf<Inputs> {
  checkOptions("gradients", options, { seed: anything });
  const { seed } = options;
  if (!Array.isArray(inputs)) {
    throw new NablaError("gradients: expects a list of tensors to differentiate with respect to");
  }
  const node = nodeOf("gradients", cost);
  const order = topologicalOrder([node], origins);
  const groups = nodesOf(Array.from(inputs), node, order);
  if (replayedTrace() && inputs.some((input) => input instanceof Parameter)) {
    const { order: reached } = parametersBelow("gradients", node);
    noteAsked("gradients", reached, (parameter) => inputs.includes(parameter as Parameter));
  }
  const seedNode = seed === undefined ? undefined : nodeOf("gradients", seed);
  const shares = autodiff.gradients("gradients", node, groups.flat(), seedNode, order, settling());
  let next = 0;
  const sums = groups.map((group) =>
    group.map(() => shares[next++]!).reduce((sum, share) => add(sum, share)),
  );
  computeDeep("gradients", sums);
  return sums.map((sum) => tensorOf(sum)) as readonly Tensor[] as GradientsOf<Inputs>;
}

/**
 * The nodes that each input stands for below a cost, in `order`. A parameter's value may have
 * several; if none is there, the cost may have been built on an earlier value.
 */
function nodesOf(
  inputs: readonly Tensor[],
  cost: Node,
  order: readonly Node[],
): readonly (readonly Node[])[] {
  const nodes = inputs.map((input) => nodeOf("gradients", input));
  /** By parameter; one may be requested twice. */
  const found = new Map<Node, Set<Node>>();
  inputs.forEach((input, i) => {
    if (!(input instanceof Parameter)) return;
    const below = new Set<Node>();
    for (const node of [nodes[i]!, ...Parameter.currentNodes(input)]) found.set(node, below);
  });
  for (const node of order) found.get(node)?.add(node);
  return inputs.map((input, i) => {
    const below = found.get(nodes[i]!);
    if (!(input instanceof Parameter) || !below) return [nodes[i]!];
    return below.size > 0 ? [...below] : nodesBefore(input, nodes[i]!, cost);
  });
}

/** The nodes of a parameter's earlier values below a cost; if there are none, that of its value. */
function nodesBefore(input: Parameter, node: Node, cost: Node): readonly Node[] {
  const { found: before } = parametersBelow("gradients", cost);
  const old = [...before].flatMap(([one, parameter]) => (parameter === input ? [one] : []));
  return old.length > 0 ? old : [node];
}

export interface ArgumentOptions {
  /** Positions of the arguments to differentiate with respect to. Default: the first alone. */
  readonly argnums?: number | readonly number[];
}

/** The function's arguments and its gradient: of the first argument, or a list for `argnums`. */
type GradientOf<Args extends unknown[], Options> = Options extends {
  readonly argnums: readonly number[];
}
  ? Tree[]
  : Options extends { readonly argnums: infer N extends number }
    ? Args[N]
    : Args[0];

/**
 * Returns the function that computes the gradient of `f` with respect to its first argument, or to
 * those at `argnums`. Arguments are tensors, or arrays and plain objects of tensors, and the
 * gradient has the form of the argument. `f` must return one number.
 *
 * @example
 * const cube = (x: Tensor<[]>) => x.mul(x).mul(x);
 * grad(cube)(tensor(2)).itemSync(); // => 12
 * grad(grad(cube))(tensor(2)).itemSync(); // => 12
 */
export function grad<
  Args extends unknown[],
  const Options extends ArgumentOptions = Record<never, never>,
>(f: (...args: Args) => Tensor, options?: Options): (...args: Args) => GradientOf<Args, Options> {
  const both = withGradient("grad", f, options);
  return (...args) => both(...args)[1];
}

/**
 * Like `grad`, but the function returns the value of `f` as well: `[value, gradient]`.
 *
 * @example
 * const [value, gradient] = valueAndGrad((x: Tensor<[2]>) => x.square().sum())(tensor([1, 2]));
 * value.itemSync(); // => 5
 * gradient.arraySync(); // => [2, 4]
 */
export function valueAndGrad<
  Args extends unknown[],
  Y extends Tensor,
  const Options extends ArgumentOptions = Record<never, never>,
>(
  f: (...args: Args) => Y,
  options?: Options,
): (...args: Args) => [value: Y, gradient: GradientOf<Args, Options>] {
  return withGradient("valueAndGrad", f, options);
}

/** Implements `valueAndGrad` for the public function `operation`. */
export function withGradient<
  Args extends unknown[],
  Y extends Tensor,
  const Options extends ArgumentOptions,
>(
  operation: string,
  f: (...args: Args) => Y,
  options?: Options,
): (...args: Args) => [value: Y, gradient: GradientOf<Args, Options>] {
  checkFunction(operation, f);
  const given = options === undefined ? {} : options;
  checkOptions(operation, given, { argnums: anything });
  const { argnums = 0 }: ArgumentOptions = given;
  const positions: readonly number[] = typeof argnums === "number" ? [argnums] : argnums;
  if (!Array.isArray(positions) || !Array.from(positions).every(isPosition)) {
    throw new NablaError(
      `${operation}: argnums is ${describeList(argnums)}, expected a position from 0 on, or several`,
    );
  }
  return (...args) => {
    const { own, inputs } = independent(operation, args, positions);
    const value = f(...(own as Args));
    const shares = autodiff.gradients(
      operation,
      nodeOf(operation, value),
      inputs,
      undefined,
      undefined,
      settling(),
    );
    computeDeep(operation, shares);
    const shareOf = new Map(inputs.map((node, i) => [node, tensorOf(shares[i]!)]));
    const trees = positions.map((i) =>
      mapTree(operation, own[i], (x) => shareOf.get(nodeOf(operation, x))!),
    );
    const gradient = typeof argnums === "number" ? trees[0] : trees;
    return [value, gradient as GradientOf<Args, Options>];
  };
}

function isPosition(x: unknown): boolean {
  return Number.isSafeInteger(x) && (x as number) >= 0;
}

addMethods({ backward });
