// A layer of linear recurrences, h[t] = a h[t - 1] + b x[t], of complex numbers, which sees the whole
// past and is computed of all times at once, by an associative scan: E. Martin and C. Cundy,
// "Parallelizing linear recurrent neural nets over sequence length", 2018; with decays that keep it
// stable, S. Orvieto et al., "Resurrecting recurrent neural networks for long sequences", 2023. It is
// shown what a bell makes of knocks at random, and learns how the bell rings.
import {
  associativeScan,
  compile,
  linspace,
  manualSeed,
  ones,
  parameter,
  random,
  scan,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { adam, madeOf, meanSquaredError } from "@nabla/nn";

/** [time] to [time]: what all states together say. */
export function stateSpace(states: number) {
  const parts = {
    /** a = exp(-exp(decay) + i angle), which is within the unit circle. */
    decay: parameter(ones([states]).mul(-2), { name: "decay" }),
    angle: parameter(linspace(0.1, 1, states), { name: "angle" }),
    /** b, and the real and the imaginary part of what is read. */
    input: parameter(random.normal([states]), { name: "input" }),
    real: parameter(random.normal([states]).mul(0.1), { name: "real" }),
    imaginary: parameter(random.normal([states]).mul(0.1), { name: "imaginary" }),
    direct: parameter(0, { name: "direct" }),
  };
  const forward = (x: Tensor): Tensor => {
    const size = parts.decay.exp().neg().exp();
    const each: Tensor = ones([x.size, 1]);
    const put: Tensor = x.expandDims(1).mul(parts.input);
    const elements = {
      real: each.mul(size.mul(parts.angle.cos())),
      imaginary: each.mul(size.mul(parts.angle.sin())),
      re: put,
      im: put.mul(0),
    };
    // h becomes a h + b, so one step after another is (a2 a1) h + (a2 b1 + b2).
    const { re, im } = associativeScan(
      (one, two) => ({
        real: two.real.mul(one.real).sub(two.imaginary.mul(one.imaginary)),
        imaginary: two.real.mul(one.imaginary).add(two.imaginary.mul(one.real)),
        re: two.real.mul(one.re).sub(two.imaginary.mul(one.im)).add(two.re),
        im: two.real.mul(one.im).add(two.imaginary.mul(one.re)).add(two.im),
      }),
      elements,
    );
    return re.mul(parts.real).add(im.mul(parts.imaginary)).sum(1).add(x.mul(parts.direct));
  };
  return { ...madeOf(parts), forward };
}

/** y[t] = 2 r cos(w) y[t - 1] - r² y[t - 2] + x[t]. */
function bell(x: Tensor, r: number, w: number): Tensor {
  const [, y] = scan(
    ([before, last]: readonly [Tensor, Tensor], knock: Tensor) => {
      const next = before
        .mul(2 * r * Math.cos(w))
        .sub(last.mul(r * r))
        .add(knock);
      return [[next, before], next] as const;
    },
    [tensor(0), tensor(0)] as readonly [Tensor, Tensor],
    x,
  );
  return y;
}

/** How much of what the bell does is not foretold, after so many steps of learning. */
export function unexplained(time: number, states: number, steps: number): number {
  manualSeed(1);
  const layer = stateSpace(states);
  const optimizer = adam(layer.parameters(), { learningRate: 0.02 });
  const step = compile((x: Tensor, y: Tensor) => {
    const cost = meanSquaredError(layer.forward(x), y);
    cost.backward();
    optimizer.step();
    return cost;
  });
  const knocks = (seed: number): Tensor => random.normal([time], { seed });
  for (let i = 0; i < steps; i++) {
    const x = knocks(i);
    step(x, bell(x, 0.95, 0.3));
  }
  const x = knocks(-1);
  const y = bell(x, 0.95, 0.3);
  return layer.forward(x).sub(y).square().mean().div(y.square().mean()).itemSync();
}
