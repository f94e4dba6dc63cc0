// Functions of a model as functions of its parameters' values.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import { checkFunction } from "./checks.ts";
import { checkParameters } from "./differentiate.ts";
import { Parameter } from "./parameter.ts";
import { given, nodeOf, type Tensor } from "./tensor.ts";

/**
 * Calls `f` with tensors in place of parameters, one for each, of the same shape and dtype: a function of
 * a model becomes a function of its parameters (PyTorch's `torch.func.functional_call`). Derivatives flow
 * to these tensors and on through their graphs, where `assign` would end them: for weights computed by
 * another network, for meta-learning, for a Hessian over parameters. The parameters keep their values and
 * gradients. Assignments by `f` to one last until `f` returns; if another parameter takes its place, that
 * one is assigned, and keeps the value. Throws `ShapeError` and `DTypeError` for tensors that do not fit,
 * and `NablaError` if their number differs, if a parameter occurs twice, and if `f` is asynchronous.
 *
 * @example
 * const w = parameter([1, 2]);
 * const cost = (x: Tensor) => w.mul(x).square().sum();
 * const x = tensor([3, 1]);
 * const [g] = gradients(cost(x), [w]);
 * // The cost after a step, as a function of the step's size.
 * const after = (rate: Tensor) => substitute([w], [w.sub(g.mul(rate))], () => cost(x));
 * grad(after)(tensor(0)).itemSync(); // => -340
 * w.arraySync(); // => [1, 2]
 */
export function substitute<Result>(
  parameters: readonly Parameter[],
  values: readonly Tensor[],
  f: () => Result,
): Result {
  checkParameters("substitute", parameters);
  checkFunction("substitute", f);
  if (!Array.isArray(values)) {
    throw new NablaError(`substitute: got ${given(values)}, expected a list of tensors`);
  }
  if (values.length !== parameters.length) {
    const counts = `${values.length} values for ${parameters.length} parameters`;
    throw new NablaError(`substitute: got ${counts}, expected one for each`);
  }
  for (const value of values) nodeOf("substitute", value as Tensor);
  const stands = new Map(parameters.map((p, i) => [p, values[i] as Tensor]));
  if (stands.size < parameters.length) {
    const twice = parameters.find((p, i) => parameters.indexOf(p) < i)!;
    throw new NablaError(`substitute: parameter "${twice.name}" is given twice`);
  }
  const result = Parameter.substituting(stands, f);
  if (goesOn(result)) {
    throw new NablaError(
      `substitute: f gives ${describe(result)}, which goes on when parameters have their own values again; ` +
        "expected a function that returns at once",
    );
  }
  return result;
}

/** Whether it is a promise, or a generator, which runs on later. */
function goesOn(result: unknown): boolean {
  const { then, next } = (result ?? {}) as { readonly then?: unknown; readonly next?: unknown };
  return typeof then === "function" || typeof next === "function";
}
