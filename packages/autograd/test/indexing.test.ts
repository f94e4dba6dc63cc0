// Picking, ordering and adding by indices, beside loops that are written out here.
import {
  arange,
  type DType,
  gather,
  grad,
  NablaError,
  oneHot,
  ones,
  stack,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@nabla/autograd";
import { shapes, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { indicesOf, placeOf } from "./indices.ts";

/** A tensor, an axis of it, and its size, which is not 0. */
const lines = shapes({ minRank: 1, minSize: 1, maxSize: 4 }).chain((shape) =>
  fc.tuple(tensors({ shape }), fc.nat(shape.length - 1)),
);

describe("takeAlongAxis", () => {
  const cases = lines.chain(([x, axis]) => {
    const size = x.shape[axis]!;
    // Other axes are those of x, or 1 on either side.
    const narrow = fc.array(fc.constantFrom("x", "indices", "none"), {
      minLength: x.rank,
      maxLength: x.rank,
    });
    return fc.tuple(narrow, fc.nat(4)).chain(([ones, count]) => {
      const shape = x.shape.map((n, i) => (i === axis ? count : ones[i] === "indices" ? 1 : n));
      const kept = x.shape.map((n, i) => (i !== axis && ones[i] === "x" ? Math.min(n, 1) : n));
      const narrowed = x.shape.reduce<Tensor>(
        (y, _, i) => y.slice<Tensor, number, 0, number>(i, 0, kept[i]),
        x,
      );
      const indices = tensors({ shape, dtype: "int32", min: -size, max: size - 1 });
      return fc.record({ x: fc.constant(narrowed), axis: fc.constant(axis), indices });
    });
  });

  test("takes each element by its own index; other axes broadcast, negative indices count back", () => {
    fc.assert(
      fc.property(cases, ({ x, axis, indices }) => {
        const y = x.takeAlongAxis(indices, axis);
        const [data, at] = [x.dataSync(), indices.dataSync()];
        const clipped = (shape: readonly number[], index: readonly number[]) =>
          index.map((i, n) => (shape[n] === 1 ? 0 : i));
        const size = x.shape[axis]!;
        const expected = indicesOf(y.shape).map((index) => {
          const given = at[placeOf(indices.shape, clipped(indices.shape, index))]!;
          const from = index.with(axis, given < 0 ? given + size : given);
          return data[placeOf(x.shape, clipped(x.shape, from))]!;
        });
        expect([...y.dataSync()]).toEqual(expected);
      }),
    );
  });

  test("says which index is out of range, and of which axis", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const at = (rows: number[][]) => tensor(rows, { dtype: "int32" }) as Tensor;
    expect(() => x.takeAlongAxis(at([[0, 1, 2]]), 0).arraySync()).toThrow(
      new NablaError("takeAlongAxis: index 2 is out of range for axis 0 of [2, 3]"),
    );
    expect(() => x.takeAlongAxis(at([[-4], [0]]), 1).arraySync()).toThrow(
      new NablaError("takeAlongAxis: index -4 is out of range for axis 1 of [2, 3]"),
    );
  });

  test("of labels names whose they are, and none counts from the end", () => {
    const picked = (x: Tensor, label: number) =>
      x.takeAlongAxis(tensor([[1], [label]], { dtype: "int32" }) as Tensor, -1, {
        labelsOf: "cost",
      });
    const x: Tensor = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(picked(x, 0).arraySync()).toEqual([[2], [4]]);
    const found = grad((x: Tensor) => picked(x, 0).square().sum())(x);
    expect(found.arraySync()).toEqual([
      [0, 4, 0],
      [8, 0, 0],
    ]);
    for (const label of [-1, 3]) {
      const message = `cost: label ${label} is out of range for 3 classes`;
      expect(() => picked(x, label).arraySync()).toThrow(message);
      const rows = vmap((row: Tensor) =>
        row.takeAlongAxis(tensor([label], { dtype: "int32" }) as Tensor, -1, { labelsOf: "cost" }),
      )(x);
      expect(() => rows.arraySync()).toThrow(message);
    }
    const floats = () => x.takeAlongAxis(x, -1, { labelsOf: "cost" });
    expect(floats).toThrow("cost: labels are float32, expected int32 or uint8");
  });
});

test("an index beyond the axis is an error, whether picked or added to, and memory stays as it is", () => {
  const index = (i: number) => tensor([i], { dtype: "int32" });
  for (const i of [3, -4, 2 ** 31 - 1, -(2 ** 31)]) {
    const message = `index ${i} is out of range for axis 0 of [3]`;
    expect(() => gather(zeros([3]), 0, index(i)).arraySync()).toThrow(`gather: ${message}`);
    expect(() =>
      zeros([3])
        .scatterAdd(0, index(i), tensor([1]))
        .arraySync(),
    ).toThrow(`scatterAdd: ${message}`);
  }
  expect(gather(tensor([1, 2, 3]), 0, index(-3)).arraySync()).toEqual([1]);
});

test("vmap names an index that is out of range as the function of one example would", () => {
  type OfOne = (x: Tensor, at: Tensor) => Tensor;
  const fs: readonly OfOne[] = [
    (x, at) => x.gather(0, at),
    (x, at) => x.scatterAdd(0, at, ones([2, 2])),
    (x, at) => x.takeAlongAxis(at.expandDims(1), 0),
    (x, at) => vmap((row: Tensor) => row.gather(0, at))(x),
    (x, at) => vmap((row: Tensor, one: Tensor) => row.gather(0, one))(x.slice(0, 0, 2), at),
  ];
  const messageOf = (f: () => Tensor): string => {
    try {
      return String(f().arraySync());
    } catch (error) {
      return String(error);
    }
  };
  const x: Tensor = arange(6).reshape([3, 2]);
  const both = (a: Tensor, b: Tensor): Tensor => stack([a, b]);
  const xs = both(x, x.add(1));
  const good = tensor([0, 1], { dtype: "int32" }) as Tensor;
  for (const f of fs) {
    for (const index of [3, -4, 1000, 6, 2 ** 30]) {
      const at = tensor([1, index], { dtype: "int32" }) as Tensor;
      const expected = messageOf(() => f(x, at));
      expect(expected).toMatch(/index -?\d+ is out of range for axis 0/);
      expect(messageOf(() => vmap(f)(xs, both(good, at)))).toBe(expected);
      expect(messageOf(() => vmap((one: Tensor) => f(one, at))(xs))).toBe(expected);
      expect(messageOf(() => vmap((one: Tensor) => f(x, one))(both(good, at)))).toBe(expected);
    }
  }
});

test("all indices by which something is picked are checked, whatever of it is used", () => {
  const picked = () => gather(zeros([3, 2]), 0, tensor([1, 9], { dtype: "int32" })) as Tensor;
  for (const used of [
    () => picked().slice(0, 0, 0),
    () => picked().slice(0, 0, 1),
    () => picked().add(1).square().slice(0, 0, 1).sum(),
    () => gather(picked(), 0, tensor([0], { dtype: "int32" })),
    () => picked().broadcastTo([0, 2, 2]),
    () => picked().matmul(zeros([2, 0]) as Tensor),
  ]) {
    expect(() => used().dataSync()).toThrow(
      new NablaError("gather: index 9 is out of range for axis 0 of [3, 2]"),
    );
  }
  // Where there is nothing to pick, none is looked at.
  const nothing = tensor([9], { dtype: "int32" });
  expect(gather(zeros([3, 0]), 0, nothing).shape).toEqual([1, 0]);
  for (const empty of [gather(zeros([3, 0]), 0, nothing), oneHot(nothing, 0)]) {
    expect((empty as Tensor).dataSync()).toHaveLength(0);
  }
});

/** As NumPy orders: NaN behind all numbers. */
function ordered(line: readonly number[], descending: boolean): readonly number[] {
  const numbers = line.filter((x) => !Number.isNaN(x)).sort((a, b) => (descending ? b - a : a - b));
  return [...numbers, ...line.filter(Number.isNaN)];
}

describe("sort and topK", () => {
  const special = fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, 1, 1, -2.5, 1e-40, -1e-40);
  const cases = shapes({ minRank: 1, maxSize: 5 }).chain((shape) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return fc.record({
      x: fc
        .array(special, { minLength: count, maxLength: count, size: "max" })
        .map((data) => tensor(Float32Array.from(data), { shape }) as Tensor),
      axis: fc.nat(shape.length - 1),
      flag: fc.boolean(),
    });
  });

  /** The lines along an axis, each as a list. */
  const linesOf = (x: Tensor, axis: number): readonly (readonly number[])[] => {
    const data = x.dataSync();
    return indicesOf(x.shape.with(axis, 1)).map((index) =>
      Array.from(
        { length: x.shape[axis]! },
        (_, i) => data[placeOf(x.shape, index.with(axis, i))]!,
      ),
    );
  };

  test("sort puts each line in order", () => {
    fc.assert(
      fc.property(cases, ({ x, axis, flag }) => {
        const sorted = x.sort(axis, { descending: flag });
        const expected = linesOf(x, axis).map((line) => ordered(line, flag));
        expect(linesOf(sorted, axis)).toEqual(expected);
      }),
    );
  });

  test("argSort keeps equal elements as they stand, of every dtype", () => {
    const dtypes = fc.constantFrom<DType>("float32", "float64", "int32", "uint8", "bool");
    const lists = dtypes.chain((dtype) =>
      tensors({ shape: shapes({ minRank: 1, maxRank: 1, maxSize: 40 }), dtype: "int32" }).map((x) =>
        x.cast(dtype).realize(),
      ),
    );
    fc.assert(
      fc.property(lists, fc.boolean(), (x, descending) => {
        const data = [...x.dataSync()];
        const expected = data
          .map((element, i) => [element, i] as const)
          .sort(([a, i], [b, j]) => (descending ? b - a : a - b) || i - j)
          .map(([, i]) => i);
        expect([...x.argSort(0, { descending }).dataSync()]).toEqual(expected);
      }),
    );
    const zeros = tensor([0, -0, 0, -0]);
    expect(zeros.argSort().arraySync()).toEqual([0, 1, 2, 3]);
    expect(zeros.argSort(0, { descending: true }).arraySync()).toEqual([0, 1, 2, 3]);
    const extremes = tensor([2 ** 31 - 1, -(2 ** 31), 0], { dtype: "int32" });
    expect(extremes.argSort().arraySync()).toEqual([1, 2, 0]);
  });

  test("many elements are sorted as few are", () => {
    const words = Int32Array.from({ length: 3000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
    // Bits of any kind: both infinities, NaN, subnormals, both zeros, and each of these twice.
    const odd = [0x7f800000, -0x800000, 0x7fc00000, 1, -0x80000000, 0, -1, -0x7fffffff];
    words.set([...odd, ...odd], 700);
    const floats = new Float32Array(words.buffer);
    for (const data of [words, floats, Uint8Array.from(words, (word) => word & 255)]) {
      for (const descending of [false, true]) {
        const found = tensor(data).argSort(0, { descending }).dataSync();
        const isBehind = (i: number) => Number(Number.isNaN(data[i]!));
        const expected = [...data.keys()].sort((i, j) => {
          const way = isBehind(i) - isBehind(j);
          if (way !== 0 || isBehind(i) === 1) return way || i - j;
          const [a, b] = [data[i]!, data[j]!];
          if (a === b) return i - j;
          return a < b === descending ? 1 : -1;
        });
        expect([...found]).toEqual(expected);
      }
    }
  });

  test("topK gives the first of the sorted ones, and where they stand", () => {
    fc.assert(
      fc.property(cases, fc.nat(4), ({ x, axis, flag }, most) => {
        const k = Math.min(most, x.shape[axis]!);
        const { values, indices } = x.topK(k, axis, { largest: flag });
        const expected = linesOf(x, axis).map((line) => ordered(line, flag).slice(0, k));
        expect(linesOf(values, axis)).toEqual(expected);
        expect(linesOf(x.takeAlongAxis(indices, axis), axis)).toEqual(expected);
        expect(indices.dtype).toBe("int32");
      }),
    );
  });
});
