// Gradients kept within bounds, between `backward` and the optimiser's step.
import { type Parameter, type Tensor, tensor } from "@nabla/autograd";
import { checkPositive } from "./checks.ts";

/**
 * Scales the gradients of all parameters together, so that their norm, as one long vector, is at
 * most `most`: g * min(1, most / (norm + 1e-6)). Gives the norm before, a tensor that nothing has
 * computed yet. Parameters without gradient count as 0. R. Pascanu, T. Mikolov and Y. Bengio, "On
 * the difficulty of training recurrent neural networks", 2013, algorithm 1. Throws `NablaError`
 * unless `most` is a positive number.
 *
 * @example
 * const w = parameter([3, 4]);
 * w.square().sum().backward();
 * clipGradNorm([w], 1).itemSync(); // => 10
 * w.grad?.arraySync(); // => [0.6, 0.8]
 */
export function clipGradNorm(parameters: readonly Parameter[], most: number): Tensor<[]> {
  checkPositive("clipGradNorm", "the bound", most);
  const moving = parameters.filter((p) => p.grad);
  const [first, ...others] = moving.map((p) => p.grad!.square().sum());
  if (!first) return tensor(0);
  const norm = others.reduce((total, part) => total.add(part), first).sqrt();
  // 1e-6, as in PyTorch: a norm of 0 divides nothing.
  const scale = norm.add(1e-6).reciprocal().mul(most).minimum(1);
  for (const p of moving) p.grad = p.grad!.mul(scale.cast(p.dtype));
  return norm;
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
  checkPositive("clipGradValue", "the bound", most);
  for (const p of parameters) if (p.grad) p.grad = p.grad.clip(-most, most);
}
