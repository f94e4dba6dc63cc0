// Long graphs that are not compiled are computed in pieces, there and back: what comes out is that of the
// whole, which `inOneRun` computes.
import { GradientError, gradients, parameter, type Tensor, tensor } from "@nabla/autograd";
import { inOneRun } from "@nabla/autograd/backend";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as backend from "../src/engine/backends.ts";
import { pastLimits, setPastLimits } from "../src/tensor/pasts.ts";

const limits = pastLimits();
afterEach(() => {
  vi.restoreAllMocks();
  setPastLimits(limits);
});

const dtype = "float64";
type Animals = readonly [prey: Tensor, hunters: Tensor];

/** A step of length 0.1 of the Runge-Kutta method for the equations of Lotka and Volterra. */
function step([x, y]: Animals, rate: Tensor): Animals {
  const slope = (prey: Tensor, hunters: Tensor): Animals => {
    const meetings = prey.mul(hunters).mul(rate);
    return [prey.sub(meetings), meetings.sub(hunters)];
  };
  const k1 = slope(x, y);
  const k2 = slope(x.add(k1[0].mul(0.05)), y.add(k1[1].mul(0.05)));
  const k3 = slope(x.add(k2[0].mul(0.05)), y.add(k2[1].mul(0.05)));
  const k4 = slope(x.add(k3[0].mul(0.1)), y.add(k3[1].mul(0.1)));
  const change = (i: 0 | 1) =>
    k1[i]
      .add(k2[i].add(k3[i]).mul(2))
      .add(k4[i])
      .mul(1 / 60);
  return [x.add(change(0)), y.add(change(1))];
}

interface Way {
  readonly start: Animals;
  readonly rate: Tensor;
  readonly middle: Tensor;
  readonly end: Tensor;
}

/** `between` is called in the middle. */
function way(steps: number, rate: Tensor, between: (animals: Animals) => void = () => {}): Way {
  const start: Animals = [tensor(1.5, { dtype }), tensor(0.5, { dtype })];
  let animals = start;
  let middle: Tensor = start[0];
  for (let i = 0; i < steps; i++) {
    if (2 * i === steps) {
      middle = animals[0];
      between(animals);
    }
    animals = step(animals, rate);
  }
  return { start, rate, middle, end: animals[0].mul(animals[1]) };
}

const numbers = (tensors: readonly Tensor[]): number[] => tensors.map((x) => x.itemSync());

function expectClose(got: readonly number[], expected: readonly number[]): void {
  got.forEach((one, i) => {
    expect(Math.abs(one / expected[i]! - 1), `${one} for ${expected[i]}`).toBeLessThan(1e-12);
  });
}

/** Counts the runs of graphs in `f`. */
function runsOf(f: () => void): number {
  const prepare = vi.spyOn(backend.currentBackend(), "prepare");
  f();
  const { length } = prepare.mock.calls;
  prepare.mockRestore();
  return length;
}

describe("in pieces and in one run", () => {
  const steps = 24;
  const slopes = ({ start, rate, middle, end }: Way): Tensor[] =>
    gradients(end, [...start, rate, middle]);
  const whole = (f: () => Tensor[]): number[] => inOneRun(() => numbers(f()));

  test("derivatives by the start, a rate and a value on the way are the same", () => {
    const made = () => slopes(way(steps, tensor(0.8, { dtype })));
    let found: Tensor[] = [];
    expect(runsOf(() => (found = made()))).toBeGreaterThan(5);
    expectClose(numbers(found), whole(made));
  });

  test("so are those where a value is read on the way", () => {
    const read = () =>
      slopes(way(steps, tensor(0.8, { dtype }), (animals) => void numbers(animals)));
    expectClose(numbers(read()), whole(read));
    expectClose(numbers(read()), numbers(slopes(way(steps, tensor(0.8, { dtype })))));
  });

  test("so are second derivatives", () => {
    const made = () => {
      const { start, rate, end } = way(16, tensor(0.8, { dtype }));
      const [slope] = gradients(end, [rate]);
      return gradients(slope, [rate, start[0]]);
    };
    expectClose(numbers(made()), whole(made));
  });

  test("so are those by a parameter that is assigned another value on the way", () => {
    const made = () => {
      const rate = parameter(tensor(0.8, { dtype }));
      const { start, end } = way(steps, rate, () => rate.assign(rate.mul(0.5)));
      return [...gradients(end, [rate, ...start]), rate];
    };
    expectClose(numbers(made()), whole(made));
  });
});

test("a past that is dropped in the middle of a way back is gone through once", () => {
  const given = tensor([3], { dtype });
  const middle = given.mul(2).sum();
  let cost = middle.mul(3);
  // From here on a source stands for it, whose history is older than those of the chain.
  setPastLimits({ bytesBelow: 0, nodes: 1500 });
  middle.itemSync();
  for (let i = 0; i < 1200; i++) cost = cost.add(middle);
  expect(gradients(cost, [middle])[0].itemSync()).toBe(1203);
  expect(() => gradients(cost, [given])).toThrow(GradientError);
});
