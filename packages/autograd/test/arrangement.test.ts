// Rearranged tensors beside loops over their indices, or NumPy's own examples.
import { backend, diag, NablaError, ShapeError, type Tensor, tensor, zeros } from "@nabla/autograd";
import { shapes, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { indicesOf, placeOf } from "./indices.ts";

type Index = readonly number[];

/** Fewer where each shape has to be planned. */
const runs = { numRuns: backend() === "reference" ? 100 : 40 };

/** Holds where `y` has at each index what `x` has where `from` says; `outside` where it says nothing. */
function expectMoved(
  y: Tensor,
  x: Tensor,
  shape: readonly number[],
  from: (index: Index) => Index | undefined,
  outside = 0,
): void {
  expect(y.shape).toEqual(shape);
  const data = x.dataSync();
  const expected = indicesOf(shape).map((index) => {
    const place = from(index);
    return place ? data[placeOf(x.shape, place)] : outside;
  });
  expect([...y.dataSync()]).toEqual(expected);
}

const modulo = (i: number, n: number) => ((i % n) + n) % n;

const withAxis = shapes({ minRank: 1 }).chain((shape) =>
  fc.tuple(tensors({ shape }), fc.nat(shape.length - 1)),
);

/** What Python's `range(n)[from:to:step]` lists. */
function pythonSlice(
  n: number,
  from: number | undefined,
  to: number | undefined,
  step: number,
): readonly number[] {
  const inside = (i: number) => i >= 0 && i < n;
  const counted = (i: number) => (i < 0 ? i + n : i);
  const picked: number[] = [];
  let i = from === undefined ? (step > 0 ? 0 : n - 1) : counted(from);
  // Bounds beyond the axis stop at its ends.
  if (step > 0) i = Math.max(i, 0);
  else i = Math.min(i, n - 1);
  const end = to === undefined ? (step > 0 ? n : -1) : counted(to);
  for (; inside(i) && (step > 0 ? i < end : i > end); i += step) picked.push(i);
  return picked;
}

describe("slice", () => {
  const bound = fc.option(fc.integer({ min: -7, max: 7 }), { nil: undefined });
  const step = fc.constantFrom(1, 2, 3, -1, -2, -3);

  test("takes what Python's slices take, along one axis", () => {
    fc.assert(
      fc.property(withAxis, bound, bound, step, ([x, axis], from, to, by) => {
        const picked = pythonSlice(x.shape[axis]!, from, to, by);
        const y = x.slice(axis, from, to, by);
        expectMoved(y, x, x.shape.with(axis, picked.length), (index) =>
          index.with(axis, picked[index[axis]!]!),
        );
      }),
      runs,
    );
  });

  test("takes a range of each of the first axes", () => {
    const range = fc.tuple(bound, bound, step);
    fc.assert(
      fc.property(tensors(), fc.array(range, { maxLength: 3 }), (x, all) => {
        const ranges = all.slice(0, x.rank);
        const picked = x.shape.map((n, axis) =>
          pythonSlice(n, ...(ranges[axis] ?? [undefined, undefined, 1])),
        );
        const y = x.slice(ranges);
        const shape = picked.map((places) => places.length);
        expectMoved(y, x, shape, (index) => index.map((i, axis) => picked[axis]![i]!));
      }),
      runs,
    );
  });

  test("has no steps of 0 or of fractions", () => {
    const message = (given: number) =>
      `slice: step ${given} of axis 0, expected an integer other than 0`;
    for (const given of [0 as number, 0.5, Number.NaN]) {
      expect(() => zeros([3]).slice(0, 0, 3, given)).toThrow(new ShapeError(message(given)));
    }
  });
});

test("transpose takes an order, as permute does", () => {
  const x = tensor([
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ]);
  expect(x.transpose([2, 0, 1]).arraySync()).toEqual(x.permute([2, 0, 1]).arraySync());
  expect(x.transpose().arraySync()).toEqual([
    [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  ]);
});

test("roll moves elements around the axis, or around all of them", () => {
  fc.assert(
    fc.property(withAxis, fc.integer({ min: -9, max: 9 }), ([x, axis], shift) => {
      expectMoved(x.roll(shift, axis), x, x.shape, (index) =>
        index.with(axis, modulo(index[axis]! - shift, x.shape[axis]!)),
      );
      const data = [...x.dataSync()];
      const around = data.map((_, i) => data[modulo(i - shift, data.length)]);
      expect([...x.roll(shift).dataSync()]).toEqual(around);
    }),
  );
  expect(
    tensor([
      [1, 2],
      [3, 4],
    ])
      .roll([1, 1], [0, 1])
      .arraySync(),
  ).toEqual([
    [4, 3],
    [2, 1],
  ]);
  expect(() => zeros([2, 2]).roll([1, 2, 3], [0, 1])).toThrow(
    new NablaError("roll: 3 shifts for 2 axes, expected as many"),
  );
});

test("tile repeats the whole, repeat each element", () => {
  const times = fc.array(fc.nat(3), { maxLength: 4 });
  fc.assert(
    fc.property(tensors({ shape: shapes({ maxSize: 3 }) }), times, (x, counts) => {
      const rank = Math.max(x.rank, counts.length);
      const fill = (list: readonly number[]) => [
        ...Array<number>(rank - list.length).fill(1),
        ...list,
      ];
      const [own, all] = [fill(x.shape), fill(counts)];
      expectMoved(
        x.tile(counts),
        x.reshape(own),
        own.map((n, axis) => n * all[axis]!),
        (index) => index.map((i, axis) => i % own[axis]!),
      );
    }),
  );
  fc.assert(
    fc.property(withAxis, fc.nat(3), ([x, axis], count) => {
      expectMoved(x.repeat(count, axis), x, x.shape.with(axis, x.shape[axis]! * count), (index) =>
        index.with(axis, Math.floor(index[axis]! / count)),
      );
      const expected = [...x.dataSync()].flatMap((element) => Array<number>(count).fill(element));
      expect([...x.repeat(count).dataSync()]).toEqual(expected);
    }),
  );
});

describe("pad with what is there", () => {
  /** Which element of an axis of n stands at position i, which may be outside. */
  const sources = {
    edge: (i: number, n: number) => Math.min(Math.max(i, 0), n - 1),
    wrap: (i: number, n: number) => modulo(i, n),
    symmetric: (i: number, n: number) => (i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i),
    reflect: (i: number, n: number) => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i),
  } as const;

  test.each(Object.keys(sources) as (keyof typeof sources)[])("%s", (mode) => {
    const padded = shapes({ minSize: 1 }).chain((shape) =>
      fc.tuple(
        tensors({ shape }),
        fc.tuple(
          ...shape.map((n) =>
            fc.tuple(...[0, 1].map(() => fc.nat(mode === "reflect" ? n - 1 : n))),
          ),
        ),
      ),
    );
    fc.assert(
      fc.property(padded, ([x, padding]) => {
        const pairs = padding as [number, number][];
        expectMoved(
          x.pad(pairs, mode),
          x,
          x.shape.map((n, axis) => n + pairs[axis]![0] + pairs[axis]![1]),
          (index) => index.map((i, axis) => sources[mode](i - pairs[axis]![0], x.shape[axis]!)),
        );
      }),
      runs,
    );
  });

  test("says how much there is to add", () => {
    const message = 'pad: axis 1 of [2, 3] has size 3, "reflect" can add at most 2, got 4';
    expect(() =>
      zeros([2, 3]).pad(
        [
          [0, 0],
          [0, 4],
        ],
        "reflect",
      ),
    ).toThrow(new ShapeError(message));
    expect(() => zeros([0]).pad([[1, 0]], "edge")).toThrow(
      new ShapeError('pad: axis 0 of [0] has size 0, "edge" can add at most 0, got 1'),
    );
    expect(() => zeros([1]).pad([[1, 0]], "mirror" as "edge")).toThrow(
      'pad: value is "mirror", expected a number, "edge", "reflect", "symmetric", "wrap"',
    );
  });
});

describe("diagonals and triangles", () => {
  const matrices = shapes({ minRank: 2 }).chain((shape) => tensors({ shape }));
  const offset = fc.integer({ min: -6, max: 6 });

  test("tril and triu keep what lies on one side", () => {
    fc.assert(
      fc.property(matrices, offset, (x, k) => {
        const distance = (index: Index) => index.at(-1)! - index.at(-2)!;
        expectMoved(x.tril(k), x, x.shape, (i) => (distance(i) <= k ? i : undefined));
        expectMoved(x.triu(k), x, x.shape, (i) => (distance(i) >= k ? i : undefined));
      }),
      runs,
    );
  });

  test("triangles leave no NaN where they are 0", () => {
    expect(
      tensor([
        [1, Number.NaN],
        [2, 3],
      ])
        .tril()
        .arraySync(),
    ).toEqual([
      [1, 0],
      [2, 3],
    ]);
  });

  test("diagonal takes one along any two axes, trace adds it up", () => {
    const cases = shapes({ minRank: 2 }).chain((shape) =>
      fc.tuple(
        tensors({ shape, dtype: "int32" }),
        fc.shuffledSubarray([...shape.keys()], { minLength: 2, maxLength: 2 }),
        fc.boolean(),
      ),
    );
    fc.assert(
      fc.property(cases, offset, ([x, [a, b], isFromEnd], k) => {
        const [rowAxis, columnAxis] = [a!, b!];
        const others = [...x.shape.keys()].filter(
          (axis) => axis !== rowAxis && axis !== columnAxis,
        );
        const [firstRow, firstColumn] = k >= 0 ? [0, k] : [-k, 0];
        let length = 0;
        while (firstRow + length < x.shape[rowAxis]! && firstColumn + length < x.shape[columnAxis]!)
          length++;
        const axes = [rowAxis, columnAxis].map((axis) => (isFromEnd ? axis - x.rank : axis));
        const y = x.diagonal(k, axes as never);
        expectMoved(y, x, [...others.map((axis) => x.shape[axis]!), length], (index) => {
          const from: number[] = [];
          others.forEach((axis, i) => (from[axis] = index[i]!));
          from[rowAxis] = firstRow + index.at(-1)!;
          from[columnAxis] = firstColumn + index.at(-1)!;
          return from;
        });
        expect(x.trace(k, axes as never).dataSync()).toEqual(y.sum(-1).dataSync());
      }),
      runs,
    );
  });

  test("diag makes the matrix whose diagonal is the vector", () => {
    fc.assert(
      fc.property(tensors({ shape: shapes({ minRank: 1, maxRank: 1 }) }), offset, (x, k) => {
        const size = x.size + Math.abs(k);
        const matrix = diag(x, k);
        expectMoved(matrix, x, [size, size], (index) =>
          index[1] === index[0]! + k ? [Math.min(...index)] : undefined,
        );
        expect(diag(matrix, k).dataSync()).toEqual(x.dataSync());
      }),
      runs,
    );
  });
});

test("a tensor is gone through along its first axis", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect([...x].map((row) => row.arraySync())).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect([...zeros([0, 2])]).toEqual([]);
  expect(() => [...tensor(1)]).toThrow(
    new ShapeError("iteration: a scalar has no axis to go along; itemSync() gives its number"),
  );
});
