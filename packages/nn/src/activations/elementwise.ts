// Activations that are made of the operations of autograd, which has the others: relu, leakyRelu, elu,
// gelu, silu, softplus, sigmoid, logSigmoid, hardSigmoid, tanh, softmax, logSoftmax.
import { type ShapeOf, softmax, type Tensor, where } from "@nabla/autograd";
import {
  checkKind,
  checkTensor,
  finite,
  type Kind,
  notNegative,
  positive,
} from "@nabla/autograd/checks";

/** Of an activation the compiler knows that it keeps the shape. */
type Activated<X extends Tensor> = Tensor<ShapeOf<X>>;

/** Runtime checks for callers without a compiler. */
function given(
  name: string,
  x: Tensor,
  ...options: readonly (readonly [name: string, value: unknown, kind: Kind])[]
): Tensor {
  checkTensor(name, x);
  for (const [option, value, kind] of options) checkKind(name, option, value, kind);
  return x;
}

/**
 * x limited to [0, 6]; the derivative at both bounds is 1/2. A. Krizhevsky, "Convolutional deep belief
 * networks on CIFAR-10", 2010.
 *
 * @example
 * relu6(tensor([-1, 2, 9])).arraySync(); // => [0, 2, 6]
 */
export function relu6<X extends Tensor>(x: X): Activated<X> {
  return given("relu6", x).clip(0, 6) as Activated<X>;
}

/**
 * x limited to [-1, 1], or to other bounds.
 *
 * @example
 * hardTanh(tensor([-2, 0.5, 3])).arraySync(); // => [-1, 0.5, 1]
 */
export function hardTanh<X extends Tensor>(x: X, low = -1, high = 1): Activated<X> {
  const checked = given("hardTanh", x, ["low", low, finite], ["high", high, finite]);
  return checked.clip(low, high) as Activated<X>;
}

/**
 * x hardSigmoid(x), an approximation of `silu` without an exponential. A. Howard et al., "Searching for
 * MobileNetV3", ICCV 2019, section 5.2.
 *
 * @example
 * hardSwish(tensor([-4, 0, 1, 4])).arraySync(); // => [-0, 0, 0.6667, 4]
 */
export function hardSwish<X extends Tensor>(x: X): Activated<X> {
  const checked = given("hardSwish", x);
  return checked.mul(checked.hardSigmoid()) as Activated<X>;
}

/** The fixed point of mean 0 and variance 1: equation 14 of "Self-normalizing neural networks". */
const selfNormalizing = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/**
 * A scaled `elu` that keeps mean 0 and variance 1 through layers of any depth, if their weights have
 * variance 1 / inputs. G. Klambauer et al., "Self-normalizing neural networks", NeurIPS 2017.
 *
 * @example
 * selu(tensor([-1, 2])).arraySync(); // => [-1.1113, 2.1014]
 */
export function selu<X extends Tensor>(x: X): Activated<X> {
  const { alpha, scale } = selfNormalizing;
  return given("selu", x).elu(alpha).mul(scale) as Activated<X>;
}

/**
 * x above 0, `alpha` (e^(x / alpha) - 1) below, whose derivative has no jump for any alpha. J. T. Barron,
 * "Continuously differentiable exponential linear units", 2017.
 *
 * @example
 * celu(tensor([-1, 2]), 0.5).arraySync(); // => [-0.4323, 2]
 */
export function celu<X extends Tensor>(x: X, alpha = 1): Activated<X> {
  const checked = given("celu", x, ["alpha", alpha, positive]);
  const isAbove = checked.greater(0);
  // What is above must not overflow here.
  const below = where(isAbove, 0, checked).div(alpha).expm1().mul(alpha);
  return where(isAbove, checked, below) as Activated<X>;
}

/**
 * x tanh(log(1 + e^x)). D. Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020.
 *
 * @example
 * mish(tensor([-1, 2])).arraySync(); // => [-0.3034, 1.9440]
 */
export function mish<X extends Tensor>(x: X): Activated<X> {
  const checked = given("mish", x);
  return checked.mul(checked.softplus().tanh()) as Activated<X>;
}

/**
 * x / (1 + |x|), between -1 and 1.
 *
 * @example
 * softSign(tensor([-1, 3])).arraySync(); // => [-0.5, 0.75]
 */
export function softSign<X extends Tensor>(x: X): Activated<X> {
  const checked = given("softSign", x);
  return checked.div(checked.abs().add(1)) as Activated<X>;
}

/**
 * x - tanh(x), which near 0 is about x³ / 3, with the error of a difference of nearly equal numbers, as in
 * PyTorch.
 *
 * @example
 * tanhShrink(tensor([-1, 2])).arraySync(); // => [-0.2384, 1.0360]
 */
export function tanhShrink<X extends Tensor>(x: X): Activated<X> {
  const checked = given("tanhShrink", x);
  return checked.sub(checked.tanh()) as Activated<X>;
}

/**
 * x nearer to 0 by `by`, and 0 where |x| is at most that: the step that makes numbers sparse, in the
 * lasso's algorithms. NaN stays NaN.
 *
 * @example
 * softShrink(tensor([-2, 0.3, 1])).arraySync(); // => [-1.5, 0, 0.5]
 */
export function softShrink<X extends Tensor>(x: X, by = 0.5): Activated<X> {
  const checked = given("softShrink", x, ["by", by, notNegative]);
  const nearer = where(checked.greater(0), checked.sub(by), checked.add(by));
  return where(checked.abs().lessEqual(by), 0, nearer) as Activated<X>;
}

/**
 * x, and 0 where |x| is at most `bound`. NaN stays NaN.
 *
 * @example
 * hardShrink(tensor([-2, 0.3, 1])).arraySync(); // => [-2, 0, 1]
 */
export function hardShrink<X extends Tensor>(x: X, bound = 0.5): Activated<X> {
  const checked = given("hardShrink", x, ["bound", bound, notNegative]);
  return where(checked.abs().lessEqual(bound), 0, checked) as Activated<X>;
}

/**
 * x above `bound`, and `value` up to it. NaN stays NaN.
 *
 * @example
 * threshold(tensor([-2, 0.3, 1]), 0.5, 9).arraySync(); // => [9, 9, 1]
 */
export function threshold<X extends Tensor>(x: X, bound = 0, value = 0): Activated<X> {
  const checked = given("threshold", x, ["bound", bound, finite], ["value", value, finite]);
  return where(checked.lessEqual(bound), value, checked) as Activated<X>;
}

/**
 * The softmax of -x along the last axis: the smallest gets the most.
 *
 * @example
 * softMin(tensor([0, Math.LN2])).arraySync(); // => [0.6667, 0.3333]
 */
export function softMin<X extends Tensor>(x: X): Activated<X> {
  return softmax(given("softMin", x).neg()) as Activated<X>;
}
