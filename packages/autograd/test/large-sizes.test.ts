// Shapes that no plan can compute are refused where they are made; what is left is right, however
// large its numbers are.
import {
  arange,
  backend,
  compile,
  concat,
  conv1d,
  convTranspose1d,
  full,
  maxPool,
  NablaError,
  oneHot,
  ones,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { expect, test } from "vitest";

const limit = "expected less than 2^31";
const image = ones([1, 1, 5]);
const wide = { dilation: 2 ** 33 };

test.each<[string, () => unknown, string]>([
  ["zeros", () => zeros([2 ** 31]), `zeros: [2147483648] has 2147483648 elements, ${limit}`],
  ["ones", () => ones([2 ** 32 + 3]), `ones: [4294967299] has 4294967299 elements, ${limit}`],
  [
    "an empty shape",
    () => zeros([2 ** 31, 0]),
    `zeros: axis 0 of [2147483648, 0] has size 2147483648, ${limit}`,
  ],
  ["arange", () => arange(1e300), `arange: [1e+300] has 1e+300 elements, ${limit}`],
  [
    "pad",
    () => tensor([1, 2, 3]).pad([[2 ** 32, 0]] as never),
    `pad: [4294967299] has 4294967299 elements, ${limit}`,
  ],
  [
    "concat",
    () => concat([ones([2 ** 30]), ones([2 ** 30])]),
    `concat: [2147483648] has 2147483648 elements, ${limit}`,
  ],
  [
    "add",
    () => ones([2 ** 16, 1]).add(ones([2 ** 16])),
    `add: [65536, 65536] has 4294967296 elements, ${limit}`,
  ],
  [
    "matmul",
    () => ones([2 ** 30, 1]).matmul(ones([1, 2 ** 30])),
    `matmul: [1073741824, 1073741824] has ${2 ** 60} elements, ${limit}`,
  ],
  [
    "conv1d",
    () => conv1d(image, ones([1, 1, 2]), { ...wide, padding: "same" }),
    `conv1d: [1, 1, 8589934597] has 8589934597 elements, ${limit}`,
  ],
  [
    "convTranspose1d",
    () => convTranspose1d(image, ones([1, 1, 2]), { stride: 2 ** 33 }),
    `convTranspose1d: [1, 1, 1, 34359738370] has 34359738370 elements, ${limit}`,
  ],
  [
    "axes",
    () => ones([1]).reshape(new Array<1>(65).fill(1)),
    "reshape: a shape of 65 axes, expected at most 64",
  ],
])("%s refuses shapes beyond the limits", (_, make, message) => {
  expect(make).toThrow(new ShapeError(message));
});

test("steps, strides and dilations beyond all elements are none", () => {
  const x = arange(24).reshape([2, 4, 3]);
  expect(x.slice(1, 1, 2, 2 ** 53 - 1).dataSync()).toEqual(x.slice(1, 1, 2).dataSync());
  expect(x.slice(1, 3, undefined, 1 - 2 ** 53).dataSync()).toEqual(x.slice(1, 3).dataSync());
  const far = { stride: 2 ** 34 };
  expect(conv1d(image, ones([1, 1, 1]), { ...wide, ...far }).dataSync()).toEqual(
    ones([1]).dataSync(),
  );
  expect(maxPool(image as never, 2 as never, far as never).dataSync()).toEqual(
    ones([1]).dataSync(),
  );
});

test.runIf(backend() === "wasm")(
  "what lies far out in zeros that are never stored is found",
  () => {
    const x = tensor([1, 2], { dtype: "float64" });
    const far = x.pad([[2 ** 30, 2 ** 30 - 9]] as never) as Tensor;
    expect(far.slice(0, 2 ** 30 - 2, 2 ** 30 + 3).arraySync()).toEqual([0, 0, 1, 2, 0]);
    expect(far.slice(0, 2 ** 31 - 12, 2 ** 31 - 9).arraySync()).toEqual([0, 0, 0]);
    expect(
      oneHot(tensor([2, 59_999], { dtype: "int32" }), 60_000)
        .sum(0)
        .argMax()
        .itemSync(),
    ).toBe(2);
  },
);

test.runIf(backend() === "wasm")(
  "more bytes than there are in memory are an error of nabla's, compiled and not",
  () => {
    const one = tensor([1]);
    const f = (x: Tensor) => full([2 ** 30], 1).add(x);
    expect(() => f(one).dataSync()).toThrow(NablaError);
    expect(() => compile(f)(one)).toThrow(/^memory: 4294967360 bytes at once do not fit/);
    expect(one.add(1).itemSync()).toBe(2);
  },
);
