// Models as functions of their parameters.
import {
  DTypeError,
  formatShape,
  NablaError,
  type Parameter,
  parameter,
  printable,
  ShapeError,
  stack,
  substitute,
  Tensor,
} from "@nabla/autograd";
import { describe, isPlainObject } from "@nabla/autograd/checks";
import { checkModel } from "./checks.ts";
import { computedDType } from "./computed.ts";
import { type Model, namedBuffersOf, namedCellsOf, namedParametersOf } from "./layer.ts";

/** Tensors by the names of a model's parameters, those of `namedParameters` and of its files. */
export type ParameterTree = Readonly<Record<string, Tensor>>;

/**
 * The parameters of a model by name: a tree for `withParameters`, and so for `grad`, `jacobian`, `vmap`
 * and the like. They are the parameters themselves; `snapshot()` copies their values.
 *
 * @example
 * const model = sequential(dense(2, 3), tanh, dense(3, 1));
 * Object.keys(parametersOf(model)); // => ["0.weight", "0.bias", "2.weight", "2.bias"]
 * // What each output says of each weight.
 * const x = ones([4, 2]);
 * const outputs = (weights: ParameterTree) => withParameters(model, weights)(x).flatten();
 * jacobian(outputs)(parametersOf(model))["0.weight"]?.shape; // => [4, 2, 3]
 */
export function parametersOf(model: Model): Readonly<Record<string, Parameter>> {
  checkModel("parametersOf", model);
  return Object.fromEntries(namedParametersOf(model));
}

/**
 * `model.forward` as a function of other parameters: with the tensors of a tree in place of the model's,
 * which keep their values and gradients. Derivatives flow to these tensors. The tree has a tensor for
 * each parameter of the model, by name, and optionally for its buffers. Assignments by the model during
 * the call, as by `batchNorm` in training, go to the parameter in the tree; if the tree has another kind
 * of tensor, they last until the call returns. For methods other than `forward`, use `substitute`. Throws
 * `NablaError` for names that only one side has, and `ShapeError` and `DTypeError` for tensors that do
 * not fit; float32 fits parameters of 16 bits, like their gradients.
 *
 * @example
 * const model = dense(2, 1);
 * const cost = (weights: ParameterTree, x: Tensor) =>
 *   withParameters(model, weights)(x).square().mean();
 * // The cost after a step, by the weights before it: the step is differentiated, too.
 * const afterStep = (weights: ParameterTree, x: Tensor): Tensor => {
 *   const g = grad(cost)(weights, x);
 *   const next = Object.entries(weights).map(([name, w]) => [name, w.sub(g[name]!.mul(0.1))]);
 *   return cost(Object.fromEntries(next), x);
 * };
 * grad(afterStep)(parametersOf(model), ones([4, 2]))["weight"]?.shape; // => [2, 1]
 */
export function withParameters<
  // oxlint-disable-next-line typescript/no-explicit-any
  M extends Model & { readonly forward: (...args: any[]) => unknown },
>(model: M, tree: ParameterTree): M["forward"] {
  const operation = "withParameters";
  checkModel(operation, model, "forward");
  if (!isPlainObject(tree)) {
    throw new NablaError(
      `${operation}: the tree is ${describe(tree)}, expected tensors by name, as parametersOf(model) gives them`,
    );
  }
  const cells = new Map(namedCellsOf(model));
  for (const [name] of namedParametersOf(model)) {
    if (Object.hasOwn(tree, name)) continue;
    throw new NablaError(`${operation}: ${quoted(name)} is in the model, not in the tree`);
  }
  const entries = Object.entries<unknown>(tree);
  const substituted = entries.map(([name, x]) => {
    const cell = cells.get(name);
    if (!cell) {
      throw new NablaError(`${operation}: ${quoted(name)} is in the tree, not in the model`);
    }
    checkFits(operation, name, x, cell);
    return cell;
  });
  const values = entries.map(([, x]) => x as Tensor);
  const forward = (...args: readonly unknown[]): unknown =>
    substitute(substituted, values, () => model.forward(...args));
  return forward as M["forward"];
}

/**
 * The parameters and buffers of several models of the same structure, stacked by name along a new first
 * axis: for `vmap` over models, which computes all of them at once, to the same bits. The stacks are new
 * parameters, so an optimiser can train all models at once: `madeOf(stack)` makes a model of them for
 * `fit` and for files. Stacks of buffers are frozen, and so are those of parameters that are frozen in
 * all models. Throws `NablaError` and `ShapeError` for models that differ.
 *
 * @example
 * const models = [dense(2, 1), dense(2, 1), dense(2, 1)];
 * const stack = stacked(models);
 * stack["weight"]?.shape; // => [3, 2, 1]
 * const outputs = vmap((weights: ParameterTree) => withParameters(models[0]!, weights)(ones([5, 2])));
 * outputs(stack).shape; // => [3, 5, 1]
 */
export function stacked(models: readonly Model[]): Readonly<Record<string, Parameter>> {
  if (!Array.isArray(models) || models.length === 0) {
    const given = Array.isArray(models) ? "no model" : describe(models);
    throw new NablaError(`stacked: got ${given}, expected a list of models`);
  }
  for (const model of models) checkModel("stacked", model);
  const [first, ...others] = models.map((model: Model) => new Map(namedCellsOf(model)));
  others.forEach((other, i) => checkAlike(first!, other, i + 1));
  const buffers = new Set((models as readonly Model[]).flatMap(namedBuffersOf).map(([, p]) => p));
  const stacks = [...first!].map(([name, cell]) => {
    const all = [cell, ...others.map((other) => other.get(name)!)];
    const whole = parameter(stack(all.map((p) => p.snapshot())), { name: cell.name });
    if (all.every((p) => buffers.has(p) || p.isFrozen)) whole.isFrozen = true;
    return [name, whole] as const;
  });
  return Object.fromEntries(stacks);
}

/** Throws `NablaError` or `ShapeError` unless model `i` has the same structure as the first. */
function checkAlike(
  first: ReadonlyMap<string, Parameter>,
  other: ReadonlyMap<string, Parameter>,
  i: number,
): void {
  for (const [name, { shape, dtype }] of first) {
    const own = other.get(name);
    if (!own) throw new NablaError(`stacked: ${quoted(name)} is in model 0, not in model ${i}`);
    const [has, expected] = [formatShape(own.shape), formatShape(shape)];
    if (has !== expected) {
      throw new ShapeError(
        `stacked: ${quoted(name)} is ${has} in model ${i}, ${expected} in model 0`,
      );
    }
    if (own.dtype === dtype) continue;
    throw new DTypeError(
      `stacked: ${quoted(name)} is ${own.dtype} in model ${i}, ${dtype} in model 0`,
    );
  }
  const added = [...other.keys()].find((name) => !first.has(name));
  if (added !== undefined) {
    throw new NablaError(`stacked: ${quoted(added)} is in model ${i}, not in model 0`);
  }
}

/** Throws `NablaError`, `ShapeError` or `DTypeError` unless `x` can take the place of the parameter. */
function checkFits(operation: string, name: string, x: unknown, { shape, dtype }: Parameter): void {
  if (!(x instanceof Tensor)) {
    throw new NablaError(
      `${operation}: ${quoted(name)} is ${describe(x)} in the tree, expected a tensor`,
    );
  }
  const given: Tensor = x;
  const [has, expected] = [formatShape(given.shape), formatShape(shape)];
  if (has !== expected) {
    const isStack = formatShape(given.shape.slice(1)) === expected;
    const hint = isStack ? "; vmap gives the function one of a stack" : "";
    throw new ShapeError(
      `${operation}: ${quoted(name)} is ${has} in the tree, ${expected} in the model${hint}`,
    );
  }
  if (x.dtype === dtype || x.dtype === computedDType(dtype)) return;
  throw new DTypeError(
    `${operation}: ${quoted(name)} is ${x.dtype} in the tree, ${dtype} in the model`,
  );
}

function quoted(name: string): string {
  return printable(JSON.stringify(name));
}
