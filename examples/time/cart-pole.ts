// A pole on a cart, which falls unless the cart is pushed left and right in time (A. G. Barto, R. S.
// Sutton and C. W. Anderson, 1983), learnt by the policy gradient of R. J. Williams (1992). All episodes
// of a step are played side by side in one `scan`, which draws the actions; so playing, gradient and
// update are one compiled function.
import {
  compile,
  concat,
  manualSeed,
  random,
  scan,
  sigmoid,
  type Tensor,
  where,
} from "@nabla/autograd";
import { adam, dense, relu, sequential } from "@nabla/nn";

/** Seconds between two pushes of 10 N; half the pole's length in m. */
const [tick, force, gravity, half] = [0.02, 10, 9.8, 0.5];
const [poleMass, mass] = [0.1, 1.1];

/** The four numbers [examples, 4] after a push to the right (1) or to the left (0). */
function pushed(state: Tensor, action: Tensor): Tensor {
  const [x, v, angle, spin] = state.split(4, 1) as Tensor[];
  const [sine, cosine] = [angle!.sin(), angle!.cos()];
  const push = action.mul(2 * force).sub(force);
  const moved = push
    .add(
      spin!
        .square()
        .mul(sine)
        .mul(poleMass * half),
    )
    .div(mass);
  const inertia = cosine
    .square()
    .mul(-poleMass / mass)
    .add(4 / 3)
    .mul(half);
  const turning = sine.mul(gravity).sub(cosine.mul(moved)).div(inertia);
  const pull = moved.sub(turning.mul(cosine).mul((poleMass * half) / mass));
  const ends = [
    x!.add(v!.mul(tick)),
    v!.add(pull.mul(tick)),
    angle!.add(spin!.mul(tick)),
    spin!.add(turning.mul(tick)),
  ];
  return concat(ends, 1);
}

export interface Playing {
  readonly episodes: number;
  /** The most pushes of an episode. */
  readonly most: number;
  readonly steps: number;
  readonly learningRate: number;
}

/** The mean number of pushes until the pole falls, or the cart is off, in each step of learning. */
export function* playing({ episodes, most, steps, learningRate }: Playing): Generator<number> {
  manualSeed(1);
  const policy = sequential(dense(4, 32), relu, dense(32, 1));
  const optimizer = adam(policy.parameters(), { learningRate });
  const learn = compile(() => {
    const start = random.uniform([episodes, 4]).mul(0.1).sub(0.05);
    const up = start.slice(1, 0, 1).abs().less(1);
    const [, { logits, actions, alive }] = scan(
      ([state, isUp]: readonly [Tensor, Tensor]) => {
        const logit = policy.forward(state);
        const action = random.uniform([episodes, 1]).less(sigmoid(logit)).cast("float32");
        const next = pushed(state, action);
        const [x, , angle] = next.split(4, 1) as Tensor[];
        const isStill = isUp.logicalAnd(x!.abs().less(2.4)).logicalAnd(angle!.abs().less(0.2095));
        // One that has fallen stays as it is.
        const kept = where(isUp, next, state);
        return [
          [kept, isStill],
          { logits: logit, actions: action, alive: isUp.cast("float32") },
        ] as const;
      },
      [start, up] as readonly [Tensor, Tensor],
      undefined,
      { length: most },
    );
    // What each push has brought, compared with others at that time, as far as they still play.
    const left = alive.cumSum(0, { reverse: true });
    const playing = alive.sum(1, { keepDims: true }).add(1e-6);
    const mean = left.mul(alive).sum(1, { keepDims: true }).div(playing);
    const better = left.sub(mean).mul(alive).stopGradient();
    const scale = better.square().sum().div(alive.sum()).sqrt().add(1e-6);
    // log(probability) of the action that was drawn.
    const chosen = actions.mul(2).sub(1).mul(logits).logSigmoid();
    chosen.mul(better.div(scale)).sum().div(alive.sum()).neg().backward();
    optimizer.step();
    return alive.sum().div(episodes);
  });
  for (let i = 0; i < steps; i++) yield learn().itemSync();
}
