// Hares and lynxes: the four rates of the equations of A. J. Lotka (1925) and V. Volterra (1926), from
// noisy counts, with error bars. Each evaluation of the cost goes through all steps of `odeint`, and so
// do its gradient and its Hessian, which Newton's method needs and whose inverse is the variance of
// what has been found.
import {
  compile,
  diagonal,
  eye,
  grad,
  hessian,
  inverse,
  random,
  solve,
  stack,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { odeint } from "@nabla/nn";

const dtype = "float64";

/** Births of prey, losses of prey, gains of hunters, deaths of hunters. */
export const truth: readonly number[] = [1.1, 0.4, 0.1, 0.4];

/** [times, 2] for logarithms of the rates; `steps` from one time to the next. */
function animals(logarithms: Tensor, times: Tensor, steps: number): Tensor {
  const rate = (i: number): Tensor => logarithms.at(i).exp();
  const [births, losses, gains, deaths] = [rate(0), rate(1), rate(2), rate(3)];
  // In logarithms, which keep both above zero.
  const f = ({ prey, hunters }: { prey: Tensor; hunters: Tensor }) => ({
    prey: births.sub(losses.mul(hunters.exp())),
    hunters: gains.mul(prey.exp()).sub(deaths),
  });
  const first = (n: number): Tensor => tensor(Math.log(n), { dtype });
  const y = odeint(f, { prey: first(10), hunters: first(5) }, times, { method: "rk4", steps });
  return stack([y.prey, y.hunters], 1);
}

export interface Rates {
  readonly rates: readonly number[];
  /** Standard deviations. */
  readonly errors: readonly number[];
}

/** Counts at `count` times with a relative error of 5 %, and the rates that explain them best. */
export function fitted(count: number, steps: number): Rates {
  const times: Tensor = tensor(
    Array.from({ length: count + 1 }, (_, i) => (20 * i) / count),
    { dtype },
  );
  const noise = 0.05;
  const logTruth: Tensor = tensor(truth.map(Math.log), { dtype });
  const seen = animals(logTruth, times, steps)
    .add(random.normal([count + 1, 2], { seed: 1, dtype }).mul(noise))
    .realize();
  /** Minus the logarithm of the likelihood. */
  const cost = compile(
    (x: Tensor): Tensor<[]> =>
      animals(x, times, steps).sub(seen).div(noise).square().sum().mul(0.5),
  );
  const [slope, curvature] = [compile(grad(cost)), compile(hessian(cost))];
  let x = logTruth.add(tensor([0.1, -0.1, 0.1, -0.1], { dtype })).realize();
  let height = cost(x).itemSync();
  let damping = 10;
  for (let i = 0; i < 30 && damping < 1e9; i++) {
    const damped = curvature(x).add(eye(4, { dtype }).mul(damping));
    const next = x.sub(solve(damped, slope(x))).realize();
    const after = cost(next).itemSync();
    if (after < height) {
      const isDone = height - after < 1e-9;
      [x, height, damping] = [next, after, damping / 10];
      if (isDone) break;
    } else damping *= 10;
  }
  const variance = diagonal(inverse(curvature(x)));
  const rates = [...x.exp().dataSync()];
  return { rates, errors: [...variance.sqrt().dataSync()].map((error, i) => error * rates[i]!) };
}
