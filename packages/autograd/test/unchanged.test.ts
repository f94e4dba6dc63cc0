// Operations that leave a tensor as it is, and numbers that others use as well: a derivative by the result
// is one by the result alone.
import {
  concat,
  einsum,
  full,
  gradients,
  ones,
  onesLike,
  split,
  type Tensor,
  tensor,
  vmap,
  zeros,
  zerosLike,
} from "@nabla/autograd";
import { describe, expect, test } from "vitest";

const operations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  reshape: (x) => x.reshape(x.shape),
  flatten: (x) => x.flatten(1),
  transpose: (x) => x.transpose([0, 1]),
  permute: (x) => x.permute([0, 1]),
  squeeze: (x) => x.squeeze([]),
  broadcastTo: (x) => x.broadcastTo(x.shape),
  slice: (x) => x.slice(0),
  "slice by a list": (x) => x.slice([[0, 2], [0]]),
  pad: (x) =>
    x.pad([
      [0, 0],
      [0, 0],
    ]),
  "pad by its edge": (x) =>
    x.pad(
      [
        [0, 0],
        [0, 0],
      ],
      "edge",
    ),
  flip: (x) => x.flip([]),
  roll: (x) => x.roll(3, 1),
  cast: (x) => x.cast("float64"),
  tile: (x) => x.tile(1),
  repeat: (x) => x.repeat(1, 0),
  split: (x) => split(x, 1)[0],
  concat: (x) => concat([x]),
  einsum: (x) => einsum("ij->ij", x),
  vmap: (x) => vmap((row: Tensor) => row)(x),
};

describe("a derivative by what leaves its argument as it is", () => {
  test.each(Object.entries(operations))("%s", (_, f) => {
    const x = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { dtype: "float64" },
    );
    const y = f(x);
    expect(y.arraySync()).toEqual(x.arraySync());
    const cost = x.mul(y).sum();
    expect(gradients(cost, [y])[0].arraySync()).toEqual(x.arraySync());
    expect(gradients(cost, [x])[0].arraySync()).toEqual(x.mul(2).arraySync());
  });
});

test.each([
  ["ones", ones([])],
  ["zeros", zeros([])],
  ["full", full([], 2)],
  ["onesLike", onesLike(tensor(3))],
  ["zerosLike", zerosLike(tensor(3))],
])("a derivative by %s of no axes is none by numbers of the same value", (_, x) => {
  const y = x.mul(3).add(0).add(1).mul(2).sum();
  expect(gradients(y, [x])[0].arraySync()).toBe(6);
});
