// Roots against known ones, and their derivatives against closed forms and differences.
import { gradients, manualSeed, parameter, solve, type Tensor, tensor } from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import { rootFind } from "@nabla/nn";
import { describe, expect, test } from "vitest";

const wide = { dtype: "float64" } as const;

describe("rootFind", () => {
  test("finds where a circle and a line meet, of a tree, and its derivatives of two orders", () => {
    const radius = parameter(5, wide);
    const { x, y } = rootFind(
      ({ x, y }: { x: Tensor; y: Tensor }) => ({
        x: x.square().add(y.square()).sub(radius.square()),
        y: y.sub(x.mul(0.75)),
      }),
      { x: tensor(1, wide), y: tensor(1, wide) },
    );
    expectClose(x, 4, { relativeTolerance: 1e-12 });
    expectClose(y, 3, { relativeTolerance: 1e-12 });
    const [slope] = gradients(x.mul(y), [radius]);
    // x y = 0.48 r^2.
    expectClose(slope, 0.96 * 5, { relativeTolerance: 1e-12 });
    const [bend] = gradients(slope, [radius]);
    expectClose(bend, 0.96, { relativeTolerance: 1e-10 });
  });

  test("has the derivatives of what it captures, as differences have them", () => {
    manualSeed(0);
    const a = tensor(
      [
        [2, 0.3],
        [-0.5, 1.5],
      ],
      wide,
    );
    const b = tensor([0.4, -0.2], wide);
    const root = (m: Tensor, c: Tensor) =>
      rootFind((x: Tensor) => m.matmul(x).add(x.tanh().mul(0.5)).sub(c), tensor([0, 0], wide), {
        tolerance: 1e-13,
      });
    checkGradients((m: Tensor, c: Tensor) => root(m, c).square().sum(), [a, b]);
    // Of what is linear it is a solution.
    const linear = rootFind((x: Tensor) => a.matmul(x).sub(b), tensor([9, 9], wide));
    expectClose(linear, solve(a, b), { relativeTolerance: 1e-12 });
  });

  test("throws when the graph runs where there is no root", () => {
    const f = (x: Tensor) => x.square().add(1);
    const x = rootFind(f, tensor([0.3]), { maxSteps: 7 });
    expect(() => x.dataSync()).toThrow("rootFind: no root within 0.00001 after 7 steps of Newton");
    // Where the function is not even a number.
    const nowhere = rootFind((y: Tensor) => y.log(), tensor([-1]));
    expect(() => nowhere.dataSync()).toThrow("rootFind: no root within");
  });

  test.each([
    [
      () => rootFind((x: Tensor) => x.sum(), tensor([1, 2])),
      "rootFind: what f gives is [], expected [2]",
    ],
    [() => rootFind(3 as never, tensor([1])), "rootFind: f is 3, expected a function of x"],
    [
      () => rootFind((x) => x, tensor([1]), { tolerance: -1 }),
      "rootFind: tolerance is -1, expected",
    ],
  ])("refuses what makes no sense: %#", (f, message) => expect(f).toThrow(message));
});
