// Compositions that have NumPy's names: what fixtures do not have, shapes and errors.
import {
  average,
  blockDiag,
  cdist,
  corrCoef,
  cov,
  geomspace,
  gradients,
  inner,
  interp,
  logspace,
  matrixNorm,
  moveAxis,
  rot90,
  type Tensor,
  tensor,
  trapezoid,
  unstack,
  vecdot,
  zeros,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { expect, test } from "vitest";

test("geometric steps have their ends exactly, and go below 0 too", () => {
  expect(geomspace(1, 1000, 4, { dtype: "int32" }).arraySync()).toEqual([1, 10, 100, 1000]);
  const doubled = geomspace(1, 256, 9, { dtype: "int32" }).arraySync();
  expect(doubled).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256]);
  expect(logspace(0, 1, 3, { dtype: "int32" }).arraySync()).toEqual([1, 3, 10]);
  expect(geomspace(-8, -1, 4).arraySync()).toEqual([-8, -4, -2, -1]);
  expect(geomspace(5, 7, 1).arraySync()).toEqual([5]);
  expect(() => geomspace(-1, 1, 3)).toThrow(
    "geomspace: start is -1 and end 1, expected both above 0 or both below",
  );
  expectClose(
    logspace(-1, 1, 3, { dtype: "float64" }),
    tensor([0.1, 1, 10], { dtype: "float64" }),
    {
      relativeTolerance: 1e-15,
    },
  );
  expect(logspace(0, 4, 5, { base: 2 }).arraySync()).toEqual([1, 2, 4, 8, 16]);
});

test("lines go on beside infinite places and heights as in NumPy", () => {
  const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
  const one = interp(tensor([inf, -inf, 0, nan]), tensor([0]), tensor([5]));
  expect(one.arraySync()).toEqual([5, 5, 5, nan]);
  const at = tensor([0, 0.5, 1, 1.5, 2]);
  const places = tensor([0, 1, 2]);
  expect(interp(at, places, tensor([1, 2, inf])).arraySync()).toEqual([1, 1.5, 2, inf, inf]);
  expect(interp(at, places, tensor([-inf, 2, inf])).arraySync()).toEqual([-inf, -inf, 2, inf, inf]);
  expect(interp(at, places, tensor([inf, inf, 1])).arraySync()).toEqual([inf, inf, inf, inf, 1]);
  const x = tensor([0.5, 1, 1.5]);
  const slopes = gradients(interp(x, places, tensor([1, 2, 5])).sum(), [x])[0];
  expect(slopes.arraySync()).toEqual([1, 3, 3]);
});

test.each([1e20, 1e-25])("correlations of float32 numbers as large as %d", (scale) => {
  const rows = [
    [1, 2, 4],
    [3, 1, 2],
  ];
  const x = tensor(rows.map((row) => row.map((value) => value * scale)));
  expectClose(corrCoef(x), corrCoef(tensor(rows)), { relativeTolerance: 1e-6 });
});

test("an area over places that are small integers goes back where they do", () => {
  const x = tensor([200, 100, 250], { dtype: "uint8" });
  expect(trapezoid(tensor([1, 1, 1]), { x }).itemSync()).toBe(50);
});

const wrong: readonly (readonly [string, () => unknown])[] = [
  [
    "average: weights are [2], expected [2, 3] or [3]",
    () => average(zeros([2, 3]), zeros([2]) as Tensor, 1),
  ],
  ["blockDiag: got [3], expected 2 axes in each", () => blockDiag([zeros([3])])],
  ["blockDiag: got no matrices, expected a list of matrices", () => blockDiag([])],
  [
    "cdist: [2, 3] and [2, 2]: points have 3 and 2 places",
    () => cdist(zeros([2, 3]), zeros([2, 2])),
  ],
  ["cov: got [1, 2, 3], expected 1 or 2 axes", () => cov(zeros([1, 2, 3]))],
  ["inner: [2, 3] and [2]: last sizes 3 and 2 differ", () => inner(zeros([2, 3]), zeros([2]))],
  [
    "interp: places [2] and heights [3], expected lists of one length, of at least 1",
    () => interp(zeros([1]), zeros([2]), zeros([3])),
  ],
  ['matrixNorm: order is 3, expected "fro", "nuc", 1, 2,', () => matrixNorm(zeros([2, 2]), 3)],
  ["matrixNorm: axis 1 of [2, 0] has size 0", () => matrixNorm(zeros([2, 0]), 2)],
  ["moveAxis: 2 axes for 1 places, expected as many", () => moveAxis(zeros([2, 3]), [0, 1], [0])],
  ["rot90: times is 0.5, expected an integer", () => rot90(zeros([2, 2]), 0.5)],
  [
    "trapezoid: x is [2], expected [3] or [2, 3]",
    () => trapezoid(zeros([2, 3]), { x: zeros([2]) as Tensor }),
  ],
  ["unstack: axis 2 ", () => unstack(zeros([2, 3]), 2)],
  [
    "vecdot: [2, 1] and [2, 3] differ in size along axis -1",
    () => vecdot(zeros([2, 1]), zeros([2, 3])),
  ],
];

test.each(wrong)("%s", (message, call) => {
  expect(call).toThrow(message);
});
