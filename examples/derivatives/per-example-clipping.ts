// Each example's gradient by itself, cut to a length before they are averaged, so that no example
// can pull far: the step of differentially private training, without its noise. M. Abadi et al.,
// "Deep learning with differential privacy", 2016, https://arxiv.org/abs/1607.00133
//
// A line is fitted to points of which a tenth is far off. The mean of all gradients follows those;
// the mean of the clipped ones hardly does.

import { compile, grad, minimum, random, type Tensor, tensor, vmap, where } from "@nabla/autograd";

const truth = tensor([2, -1]); // slope and height
const count = 200;
const x = random.uniform([count], { low: -1, high: 1, seed: 1 });
const isOff = random.uniform([count], { seed: 2 }).less(0.1);
const noise = random.normal([count], { standardDeviation: 0.05, seed: 3 });
const y = where(isOff, 20, x.mul(truth.at(0)).add(truth.at(1)).add(noise));

/** Of one example. */
const cost = (w: Tensor<[2]>, xi: Tensor<[]>, yi: Tensor<[]>) =>
  w.at(0).mul(xi).add(w.at(1)).sub(yi).square();

/** [examples, 2]: the gradient of each. */
const gradients = vmap(grad(cost), { inAxes: [null, 0, 0] }) as (...args: Tensor[]) => Tensor;

const clipped = (g: Tensor, bound: number) =>
  g.mul(minimum(g.norm(1, { keepDims: true }).reciprocal().mul(bound), 1));

/** How far from the true line descent ends. */
function fit(clip: (g: Tensor) => Tensor): number {
  const step = compile((w: Tensor) =>
    w.sub(
      clip(gradients(w, x, y))
        .mean(0)
        .div(2),
    ),
  );
  let w: Tensor = tensor([0, 0]);
  for (let i = 0; i < 300; i++) w = step(w);
  return w.sub(truth).norm().itemSync();
}

export const plain: number = fit((g) => g);
export const robust: number = fit((g) => clipped(g, 0.1));
console.log(`from the true line: ${plain.toFixed(3)} unclipped, ${robust.toFixed(3)} clipped`);
