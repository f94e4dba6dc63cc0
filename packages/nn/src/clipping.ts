// Gradients kept within bounds, between `backward` and the optimiser's step.
import { type Parameter, stack, type Tensor, tensor, where } from "@nabla/autograd";
import { checkKind } from "@nabla/autograd/checks";
import { checkParameters } from "./checks.ts";
import { bound } from "./options.ts";

/**
 * Scales the gradients of all parameters together, so that their norm, as one long vector, is at
 * most `most`: g * min(1, most / (norm + 1e-6)). Gives the norm before, a tensor that nothing has
 * computed yet. Gradients of any size are scaled rightly, though their squares over- or underflow.
 * Where one is infinite or NaN, so is the norm, and the gradients are of no use: infinite ones become
 * NaN, all become NaN if one is NaN, and else finite ones 0; `guard` can refuse such a step by the
 * norm. Parameters without gradient count as 0. R. Pascanu, T. Mikolov and Y. Bengio, "On the
 * difficulty of training recurrent neural networks", 2013, algorithm 1. Throws `NablaError` unless
 * `most` is a positive number.
 *
 * @example
 * const w = parameter([3, 4]);
 * w.square().sum().backward();
 * clipGradNorm([w], 1).itemSync(); // => 10
 * w.grad?.arraySync(); // => [0.6, 0.8]
 */
export function clipGradNorm(parameters: readonly Parameter[], most: number): Tensor<[]> {
  checkParameters("clipGradNorm", parameters);
  checkKind("clipGradNorm", "the bound", most, bound);
  const moving = parameters.filter((p) => p.grad);
  const gradients = moving.map(({ grad }) => grad!);
  const norm = normOf(gradients);
  if (moving.length === 0) return norm;
  withinNorm(gradients, norm, most).forEach((g, i) => (moving[i]!.grad = g));
  return gradients.some(isWide) ? norm : norm.cast("float32");
}

/** The gradients, whose norm is `norm`, scaled so that it is at most `most`. */
export function withinNorm(
  gradients: readonly Tensor[],
  norm: Tensor,
  most: number,
): readonly Tensor[] {
  // 1e-6, as in PyTorch: a norm of 0 divides nothing.
  const scale = norm.add(1e-6).reciprocal().mul(most).minimum(1);
  // In two steps: a factor of 1e-40 has few digits in float32.
  const first = where(scale.less(leastFactor), leastFactor, 1).cast("float64");
  const second = scale.div(first);
  return gradients.map((g) => g.mul(first.cast(g.dtype)).mul(second.cast(g.dtype)));
}

const leastFactor = 2 ** -64;

const isWide = ({ dtype }: Tensor): boolean => dtype === "float64";

/**
 * The norm of all gradients as one vector, in float64, which holds the squares of any float32; 0 where
 * there are none.
 */
export function normOf(gradients: readonly Tensor[]): Tensor<[]> {
  if (gradients.length === 0) return tensor(0);
  const squares = gradients.filter((g) => !isWide(g)).map((g) => g.cast("float64").square().sum());
  const lengths = gradients.filter(isWide).map((g) => g.norm());
  if (squares.length > 0) lengths.push(squares.reduce((total, part) => total.add(part)).sqrt());
  return lengths.length === 1 ? lengths[0]! : stack(lengths).norm();
}

/**
 * Clips each component of the parameters' gradients to -`most` to `most`. Throws `NablaError`
 * unless `most` is a positive number.
 *
 * @example
 * const w = parameter([3, -0.1]);
 * w.square().sum().backward();
 * clipGradValue([w], 1);
 * w.grad?.arraySync(); // => [1, -0.2]
 */
export function clipGradValue(parameters: readonly Parameter[], most: number): void {
  checkParameters("clipGradValue", parameters);
  checkKind("clipGradValue", "the bound", most, bound);
  for (const p of parameters) if (p.grad) p.grad = p.grad.clip(-most, most);
}
