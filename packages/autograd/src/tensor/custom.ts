// Functions with a custom gradient, and functions that are recomputed to save memory.
import { recomputed } from "../autodiff/checkpoint.ts";
import { GradientError } from "../graph/errors.ts";
import { origins } from "../graph/history.ts";
import { type CustomRule, endsGradients, type Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { formatShape, shapesEqual } from "../graph/shape.ts";
import { custom } from "../ops/custom.ts";
import { stopGradient } from "../ops/elementwise.ts";
import { cast } from "../ops/operands.ts";
import { computedDType } from "../scalar/dtype.ts";
import { checkFunction } from "./checks.ts";
import { parameterOf } from "./parameter.ts";
import { withoutDraws } from "./random.ts";
import { given, nodeOf, Tensor, tensorOf } from "./tensor.ts";
import { isActive, repeatedTrace } from "./trace.ts";
import { independent, mapTree, type TreeLike } from "./tree.ts";

/**
 * Gives the gradients of the inputs from the gradient `g` of the output: for each input a tensor of
 * its shape, or null for none. A single tensor stands for a list of one.
 */
export type GradientRuleOf<Inputs extends readonly Tensor[]> = (
  g: Tensor,
  inputs: Inputs,
  output: Tensor,
) => Tensor | readonly (Tensor | null)[];

/**
 * Gives `f` another gradient: `rule` takes the gradient of the output, the inputs and the output,
 * and returns the gradient of each input. Higher derivatives are those of the rule. Inputs and
 * output are tensors; gradients of tensors that `f` captures are cut off. Throws `GradientError` if
 * `f` captures a parameter, which would learn nothing (use its `stopGradient()` if that is
 * intended), if the rule returns another number of tensors, or one of another shape, and if it draws
 * without a seed where it is called once for all iterations of a loop, or all examples of `vmap`.
 *
 * @example
 * // Rounded, but with the derivative of x itself.
 * const quantized = customGradient((x: Tensor) => x.round(), (g) => g);
 * const x = tensor([0.4, 1.6]);
 * quantized(x).arraySync(); // => [0, 2]
 * gradients(quantized(x).square().sum(), [x])[0].arraySync(); // => [0, 4]
 */
export function customGradient<Inputs extends Tensor[], Value extends Tensor>(
  f: (...inputs: Inputs) => Value,
  rule: GradientRuleOf<Inputs>,
): (...inputs: Inputs) => Value {
  checkFunction("customGradient", f);
  checkFunction("customGradient", rule, "the rule");
  return (...inputs) => {
    const nodes = inputs.map((x) => nodeOf("customGradient", x));
    const stopped = nodes.map((node) => new Tensor(stopGradient(node)));
    const output = nodeOf("customGradient", f(...(stopped as never)));
    checkCaptured(output);
    const repeated = repeatedTrace();
    const onNodes: CustomRule = (g, given, y) => {
      const own = given.map((node) => tensorOf(node)) as never;
      const call = () => rule(tensorOf(g), own, tensorOf(y));
      const isLate = repeated !== undefined && !isActive(repeated);
      const shares = isLate ? withoutDraws(call, drawsLate) : call();
      return sharesOf(shares instanceof Tensor ? [shares] : shares, given);
    };
    return tensorOf(custom("customGradient", output, nodes, onNodes)) as Value;
  };
}

/** Once a step, or a function of one example, has returned, its rules are called once for all. */
function drawsLate(): GradientError {
  return new GradientError(
    "customGradient: the rule draws, and is called once for all iterations of a loop, or all examples of " +
      "vmap, which would get the same numbers: draw outside of the rule and make that an argument of f",
  );
}

/** Throws `GradientError` for a parameter that would get no gradient. */
function checkCaptured(output: Node): void {
  const order = topologicalOrder([output], (node) =>
    parameterOf(node) || endsGradients(node) ? [] : origins(node),
  );
  const captured = order.map(parameterOf).find((one) => one !== undefined);
  if (!captured) return;
  throw new GradientError(
    `customGradient: f captures parameter "${captured.name}", which would get no gradient: ` +
      "make it an argument, or capture its stopGradient()",
  );
}

function sharesOf(
  shares: readonly (Tensor | null)[],
  inputs: readonly Node[],
): readonly (Node | undefined)[] {
  if (!Array.isArray(shares) || shares.length !== inputs.length) {
    const found = Array.isArray(shares) ? `${shares.length} gradients` : given(shares);
    throw new GradientError(
      `customGradient: the rule gives ${found}, expected one for each of ${inputs.length} inputs`,
    );
  }
  return shares.map((share: Tensor | null, i) => {
    if (share === null) return undefined;
    const [node, { shape, dtype }] = [nodeOf("customGradient", share), inputs[i]!];
    if (shapesEqual(node.shape, shape)) return cast(node, computedDType(dtype));
    throw new GradientError(
      `customGradient: the rule gives ${formatShape(node.shape)} for input ${i}, ` +
        `expected its shape ${formatShape(shape)}`,
    );
  });
}

/**
 * Returns `f` with intermediate results that are not kept for the gradient but recomputed: a deep
 * chain then takes less memory, and about a third more time. Value and gradients stay the same.
 * Arguments and value are tensors, or arrays and plain objects of tensors; what does not depend on
 * the arguments is not recomputed. `explainPlan` shows the arena.
 *
 * @example
 * const block = checkpoint((x: Tensor) => x.sin().exp().cos());
 * const x = tensor([0.5]);
 * gradients(block(x).sum(), [x])[0].arraySync(); // => [-1.416]
 */
export function checkpoint<Args extends unknown[], Value extends TreeLike<Value>>(
  f: (...args: Args) => Value,
): (...args: Args) => Value {
  checkFunction("checkpoint", f);
  return (...args) => {
    const { own, inputs } = independent("checkpoint", args);
    const value = f(...(own as Args));
    return mapTree("checkpoint", value, (y) =>
      tensorOf(recomputed(nodeOf("checkpoint", y), inputs)),
    ) as Value;
  };
}
