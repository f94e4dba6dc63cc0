// Activation functions, element by element, as functions and as methods. The output has the input's
// shape. Their values and gradients are defined in ops/activations.ts.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/elementwise.ts";
import { unary } from "./operators.ts";
import {
  addMethods,
  type Operand,
  operandOf,
  type ShapeOf,
  type Tensor,
  tensorOf,
} from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Computes the logistic function 1 / (1 + e^-x), between 0 and 1; 0.5 at 0. */
    sigmoid(): Tensor<S>;
    /** Computes log(sigmoid(x)), finite for large -x. */
    logSigmoid(): Tensor<S>;
    /** Returns x above 0, else 0; the derivative at 0 is 0. */
    relu(): Tensor<S>;
    /** Returns x above 0, `slope` times x below; the derivative at 0 is `slope`. */
    leakyRelu(slope?: number): Tensor<S>;
    /**
     * Returns x above 0, `alpha` (e^x - 1) below; the derivative at 0 is `alpha`. Clevert et al.
     * 2016, https://arxiv.org/abs/1511.07289
     */
    elu(alpha?: number): Tensor<S>;
    /**
     * Multiplies x by the standard normal distribution at x, or its approximation by tanh.
     * Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415
     */
    gelu(approximate?: "none" | "tanh"): Tensor<S>;
    /**
     * Computes x sigmoid(x), also called swish. Elfwing et al. 2018,
     * https://arxiv.org/abs/1702.03118
     */
    silu(): Tensor<S>;
    /** Computes log(1 + e^x), a smooth relu. */
    softplus(): Tensor<S>;
    /** Computes x / 6 + 1/2, limited to [0, 1]. */
    hardSigmoid(): Tensor<S>;
  }
}

/**
 * Computes the logistic function 1 / (1 + e^-x), between 0 and 1; 0.5 at 0.
 *
 * @example
 * tensor([0]).sigmoid().arraySync(); // => [0.5]
 */
export function sigmoid<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("sigmoid", ops.sigmoid, x);
}

/**
 * Computes log(sigmoid(x)), finite for large -x.
 *
 * @example
 * tensor([0, -1000]).logSigmoid().arraySync(); // => [-0.6931, -1000]
 */
export function logSigmoid<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("logSigmoid", ops.logSigmoid, x);
}

/**
 * Returns x above 0, else 0; the derivative at 0 is 0.
 *
 * @example
 * tensor([-1, 2]).relu().arraySync(); // => [0, 2]
 */
export function relu<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("relu", ops.relu, x);
}

/**
 * Returns x above 0, `slope` times x below; the derivative at 0 is `slope`.
 *
 * @example
 * tensor([-1, 2]).leakyRelu(0.1).arraySync(); // => [-0.1, 2]
 */
export function leakyRelu<X extends Operand>(x: X, slope = 0.01): Tensor<ShapeOf<X>> {
  return tensorOf(ops.leakyRelu(operandOf("leakyRelu", x), slope));
}

/**
 * Returns x above 0, `alpha` (e^x - 1) below; the derivative at 0 is `alpha`. Clevert et al. 2016,
 * https://arxiv.org/abs/1511.07289
 *
 * @example
 * tensor([-1, 2]).elu().arraySync(); // => [-0.6321, 2]
 */
export function elu<X extends Operand>(x: X, alpha = 1): Tensor<ShapeOf<X>> {
  return tensorOf(ops.elu(operandOf("elu", x), alpha));
}

/**
 * Multiplies x by the standard normal distribution at x, or its approximation by tanh. Hendrycks
 * and Gimpel 2016, https://arxiv.org/abs/1606.08415
 *
 * @example
 * tensor([-1, 2]).gelu().arraySync(); // => [-0.1587, 1.9545]
 */
export function gelu<X extends Operand>(
  x: X,
  approximate: "none" | "tanh" = "none",
): Tensor<ShapeOf<X>> {
  return tensorOf(ops.gelu(operandOf("gelu", x), approximate));
}

/**
 * Computes x sigmoid(x), also called swish. Elfwing et al. 2018, https://arxiv.org/abs/1702.03118
 *
 * @example
 * tensor([-1, 2]).silu().arraySync(); // => [-0.2689, 1.7616]
 */
export function silu<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("silu", ops.silu, x);
}

/**
 * Computes log(1 + e^x), a smooth relu.
 *
 * @example
 * tensor([0, 1000]).softplus().arraySync(); // => [0.6931, 1000]
 */
export function softplus<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("softplus", ops.softplus, x);
}

/**
 * Computes x / 6 + 1/2, limited to [0, 1].
 *
 * @example
 * tensor([-4, 0, 3]).hardSigmoid().arraySync(); // => [0, 0.5, 1]
 */
export function hardSigmoid<X extends Operand>(x: X): Tensor<ShapeOf<X>> {
  return unary("hardSigmoid", ops.hardSigmoid, x);
}

addMethods({ sigmoid, logSigmoid, relu, leakyRelu, elu, gelu, silu, softplus, hardSigmoid });
