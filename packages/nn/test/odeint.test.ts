// Differential equations against closed forms, and against SciPy's DOP853 at tolerances of 1e-13.
import {
  compile,
  explainPlan,
  grad,
  gradients,
  manualSeed,
  random,
  realize,
  scan,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { dense, type OdeOptions, odeint } from "@nabla/nn";
import { describe, expect, onTestFinished, test } from "vitest";

const dtype = "float64";
const number = (x: number): Tensor<[]> => tensor(x, { dtype });
const fine: OdeOptions = { rtol: 1e-9, atol: 1e-11 };

/** y' = a y + t from y0 at s, at time t. */
const line = (a: number, y0: number, s: number, t: number): number =>
  (y0 + s / a + 1 / a ** 2) * Math.exp(a * (t - s)) - t / a - 1 / a ** 2;

describe("solutions", () => {
  test("of rk4 have an error that falls with the fourth power of the step", () => {
    const errorOf = (steps: number) => {
      const y = odeint((one, t) => one.mul(-1.5).add(t), number(2), [0.5, 1, 2], {
        method: "rk4",
        steps,
      });
      return [1, 2].map((t, i) => Math.abs(y.arraySync()[i + 1]! - line(-1.5, 2, 0.5, t)));
    };
    const [coarse, half] = [errorOf(4), errorOf(8)];
    coarse.forEach((error, i) => {
      expect(error / half[i]!).toBeGreaterThan(13);
      expect(error / half[i]!).toBeLessThan(20);
    });
  });

  test("of dopri5 are within the tolerances, of trees and either way in time", () => {
    type Animals = { prey: Tensor<[]>; others: readonly [Tensor<[1]>] };
    const f = ({ prey, others: [hunters] }: Animals): Animals => {
      const meetings = prey.mul(hunters);
      return {
        prey: prey.mul(1.1).sub(meetings.mul(0.4).sum()),
        others: [meetings.mul(0.1).sub(hunters.mul(0.4))],
      };
    };
    const start: Animals = { prey: number(10), others: [tensor([5], { dtype })] };
    const { prey, others } = odeint(f, start, [0, 5, 20], { rtol: 1e-8, atol: 1e-10 });
    realize(prey, others[0]);
    expectClose(prey, [10, 0.68266866074, 10.214110659], { relativeTolerance: 1e-6 });
    expectClose(others[0], [[5], [1.736166488], [1.3338083106]], { relativeTolerance: 1e-6 });
    const last: Animals = {
      prey: prey.at(2),
      others: [others[0].at(2)],
    };
    const back = odeint(f, last, tensor([20, 5, 0]), { rtol: 1e-7 });
    expectClose(back.prey, prey.flip(0), { relativeTolerance: 1e-5 });
  });

  test("at one time are where they begin", () => {
    expect(odeint((y) => y, tensor([1, 2]), [3]).arraySync()).toEqual([[1, 2]]);
  });
});

describe.each<OdeOptions>([
  { method: "rk4", steps: 60 },
  fine,
  { ...fine, adjoint: true },
  { method: "rk4", steps: 60, adjoint: true },
])("derivatives with %o", (options) => {
  const [a, y0, times] = [-0.7, 1.3, [0.2, 1, 1.7]];
  const solution = (rate: Tensor<[]>, start: Tensor<[]>, ts: Tensor<[number]>): Tensor =>
    odeint((y: Tensor<[]>, t) => y.mul(rate).add(t), start, ts, options);
  const weights = tensor([3, 2, -1], { dtype });
  const given = [number(a), number(y0), tensor([...times], { dtype })] as const;

  test("by what f captures, by y0 and by the times are those of the closed form", () => {
    const cost = (...all: typeof given) =>
      solution(...all)
        .mul(weights)
        .sum();
    const found = grad(cost, { argnums: [0, 1, 2] })(...given) as Tensor[];
    realize(...found);
    const closed = (one: readonly number[]): number => {
      const [rate, start, ...ts] = one as [number, number, number, number, number];
      const end = (t: number) => line(rate, start, ts[0], t);
      return 3 * start + 2 * end(ts[1]) - end(ts[2]);
    };
    const at: readonly number[] = [a, y0, ...times];
    // Differences in float64 have some ten digits.
    const wanted = at.map((_, i) => {
      const [more, less] = [1e-6, -1e-6].map((h) => closed(at.with(i, at[i]! + h)));
      return (more! - less!) / 2e-6;
    });
    const flat = found.flatMap((one) => one.flatten().arraySync());
    expectClose(tensor(flat, { dtype }), wanted, { absoluteTolerance: 3e-7 });
  });
});

describe("derivatives go through", () => {
  const rates = tensor([-0.7, 0.4], { dtype });
  const slopeOf = (options: OdeOptions) =>
    grad((rate: Tensor<[]>) =>
      odeint((y: Tensor<[]>, t) => y.mul(rate).add(t), number(1), [0, 1], options).at(1),
    );
  // t e^(at) of the part without t, and what a does to the rest.
  const wanted = [-0.7, 0.4].map((a) => {
    const [more, less] = [1e-5, -1e-5].map((h) => line(a + h, 1, 0, 1));
    return (more! - less!) / 2e-5;
  });
  const near = { relativeTolerance: 1e-5 };

  test("vmap, where each example has its own steps", () => {
    expectClose(vmap(slopeOf({}))(rates), wanted, near);
  });

  test("other loops, and compile", () => {
    const slope = slopeOf({ method: "rk4", steps: 10, adjoint: true });
    const looped = compile(
      (all: Tensor<[2]>) =>
        scan((x: Tensor<[]>, rate: Tensor<[]>) => [x, slope(rate)], number(0), all)[1],
    );
    expectClose(looped(rates), wanted, near);
  });
});

test("the second derivative of a solution is that of the closed form", () => {
  const options = { method: "rk4", steps: 20, adjoint: true } as const;
  const end = (rate: Tensor<[]>) =>
    odeint((y: Tensor<[]>) => y.mul(rate), number(1), [0, 2], options).at(1);
  // t² e^(a t)
  expectClose(grad(grad(end))(number(-0.5)), 4 * Math.exp(-1), { relativeTolerance: 1e-5 });
});

test("parameters of a network in f get the same gradients either way", () => {
  // Of one seed: both ways differ by the error of the method, which is much of a gradient near 0.
  const before = random.state();
  onTestFinished(() => random.restore(before));
  manualSeed(1);
  const network = dense(2, 2, { dtype });
  const cost = (options: OdeOptions) =>
    odeint(
      (y: Tensor<[2]>) => network.forward(y).tanh(),
      tensor([1, -2], { dtype }),
      [0, 1],
      options,
    )
      .square()
      .sum();
  const [adjoint, direct] = [true, false].map((way) =>
    gradients(cost({ method: "rk4", steps: 20, adjoint: way }), network.parameters()),
  );
  realize(...direct!, ...adjoint!);
  direct!.forEach((g, i) => expectClose(adjoint![i]!, g, { relativeTolerance: 1e-6 }));
});

test("the memory of adjoint gradients does not grow with the number of steps", () => {
  const arenaOf = (steps: number, adjoint: boolean): number => {
    const cost = (rate: Tensor<[]>) =>
      odeint((y: Tensor) => y.mul(rate).sin(), zeros([1000]) as Tensor, [0, 1], {
        method: "rk4",
        steps,
        adjoint,
      }).sum();
    const plan = explainPlan(grad(cost)(tensor(2)));
    const [, size, unit] = /arena ([\d.]+) ([kM]?)B/.exec(plan)!;
    return Number(size) * { "": 1, k: 1e3, M: 1e6 }[unit as "" | "k" | "M"];
  };
  const few = arenaOf(10, true);
  // One state has 4000 bytes; the number of each step has four.
  expect(arenaOf(200, true)).toBeLessThan(few + 4000);
  expect(arenaOf(200, false)).toBeGreaterThan(5 * few);
});

describe("mistakes", () => {
  const decay = (y: Tensor) => y.neg();
  const y0 = tensor([1, 2]) as Tensor;
  const run = (options: unknown) => () => odeint(decay, y0, [0, 1], options as OdeOptions);

  test.each([
    [
      () => odeint(decay, y0, [0, 1, 1]),
      "odeint: time 2 is 1, after 1; expected times that increase",
    ],
    [() => odeint(decay, y0, [0, 1, 0.5]), "odeint: time 2 is 0.5, after 1; expected times that"],
    [() => odeint(decay, y0, [0, Number.NaN]), "odeint: time 1 is NaN, expected a finite number"],
    [
      () => odeint(decay, y0, []),
      "odeint: the times are an empty list, expected a tensor or a list",
    ],
    [
      () => odeint(decay, y0, tensor(1)),
      "odeint: the times are [], expected [times], at least one",
    ],
    [
      () => odeint(() => zeros([3]) as Tensor, y0, [0, 1]),
      "odeint: what f gives is [3], expected [2], as y0",
    ],
    [
      () => odeint(() => [y0] as never, y0, [0, 1]),
      "odeint: what f gives is [tensor], expected tensor, as y0",
    ],
    [() => odeint(() => 1 as never, y0, [0, 1]), "odeint: what f gives is 1, expected a tensor"],
    [
      () => odeint(decay, tensor([1], { dtype: "int32" }) as Tensor, [0, 1]),
      "odeint: y0 is int32, expected float32 or float64",
    ],
    [
      () => odeint((y) => y, [tensor(1), number(1)] as never, [0, 1]),
      "odeint: y0 is float64, expected float32, one for all of it",
    ],
    [() => odeint(null as never, y0, [0, 1]), "odeint: f is null, expected a function of y and t"],
    [run({ method: "euler" }), 'odeint: method is "euler", expected "dopri5" or "rk4"'],
    [run({ method: "rk4", rtol: 1e-3 }), "odeint: rtol is given, which rk4 does not have"],
    [run({ steps: 3 }), "odeint: steps is given, which dopri5 does not have"],
    [run({ atol: 0 }), "odeint: atol is 0, expected a positive finite number"],
  ])("read well: %s", (call, message) => {
    expect(call).toThrow(message);
  });

  test.each([
    ["grows without bound", (y: Tensor) => y.square(), tensor(1)],
    ["is NaN from the beginning", (y: Tensor) => y.log(), tensor(-1)],
  ])("a solution that %s is an error in words", (_, f, start) => {
    const message = "odeint: no step is small enough for the tolerances";
    expect(() => odeint(f, start as Tensor, [0, 2]).arraySync()).toThrow(message);
  });

  test("too many steps, and times of a tensor that stand still, are errors when the graph runs", () => {
    const wave = (_: Tensor, t: Tensor) => t.mul(100).cos();
    const y = odeint(wave, tensor(0) as Tensor, [0, 20], { maxSteps: 10 });
    expect(() => y.arraySync()).toThrow("odeint: 10 steps do not get from one time to the next");
    const still = odeint(decay, y0, tensor([0, 1, 1]), { method: "rk4" });
    expect(() => still.arraySync()).toThrow("odeint: the times go back and forth, or stand still");
  });
});
