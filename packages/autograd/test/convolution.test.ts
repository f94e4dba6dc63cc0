// Convolutions and pooling against loops over every place and element of the window.
import {
  averagePool,
  backend,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  gradients,
  maxPool,
  random,
  type ShapeOf,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const float64 = { dtype: "float64" } as const;
const close = { relativeTolerance: 1e-10, absoluteTolerance: 1e-10 };
const normal = (shape: readonly number[], seed: number) =>
  random.normal([...shape], { seed, ...float64 });

interface Case {
  readonly channels: number;
  readonly outputs: number;
  readonly groups: number;
  readonly size: readonly [number, number];
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number];
}

const pair = (min: number, max: number) =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
const cases: fc.Arbitrary<Case> = fc
  .record({
    channels: fc.integer({ min: 1, max: 3 }),
    outputs: fc.integer({ min: 1, max: 5 }),
    groups: fc.integer({ min: 1, max: 2 }),
    size: pair(3, 12),
    window: pair(1, 3),
    stride: pair(1, 3),
    dilation: pair(1, 2),
    padding: pair(0, 2),
  })
  .filter(({ size, window, dilation, padding }) =>
    size.every((one, i) => one + 2 * padding[i]! > dilation[i]! * (window[i]! - 1)),
  );

/** What the operations take of it. */
const windowsOf = ({ stride, dilation, padding, groups }: Case) => ({
  stride,
  dilation,
  padding,
  groups,
});

/** [2, groups * channels, ...size] with [groups * outputs, channels, ...window], place by place. */
function looped(x: Tensor, kernel: Tensor, one: Case): readonly number[] {
  const { channels, outputs, groups, size, window, stride, dilation, padding } = one;
  const [from, weights] = [x.dataSync(), kernel.dataSync()];
  const places = size.map(
    (count, i) =>
      Math.floor((count + 2 * padding[i]! - dilation[i]! * (window[i]! - 1) - 1) / stride[i]!) + 1,
  );
  const found: number[] = [];
  for (let n = 0; n < 2; n++)
    for (let m = 0; m < groups * outputs; m++)
      for (let i = 0; i < places[0]!; i++)
        for (let j = 0; j < places[1]!; j++) {
          let total = 0;
          for (let c = 0; c < channels; c++)
            for (let u = 0; u < window[0]; u++)
              for (let v = 0; v < window[1]; v++) {
                const row = i * stride[0] + u * dilation[0] - padding[0];
                const column = j * stride[1] + v * dilation[1] - padding[1];
                if (row < 0 || row >= size[0] || column < 0 || column >= size[1]) continue;
                const channel = Math.floor(m / outputs) * channels + c;
                const at = ((n * groups * channels + channel) * size[0] + row) * size[1] + column;
                total += weights[((m * channels + c) * window[0] + u) * window[1] + v]! * from[at]!;
              }
          found.push(total);
        }
  return found;
}

function operands({ channels, outputs, groups, size, window }: Case): readonly [Tensor, Tensor] {
  return [
    normal([2, groups * channels, ...size], 1),
    normal([groups * outputs, channels, ...window], 2),
  ];
}

test("conv2d is what a loop gives, for any stride, padding, dilation and groups", () => {
  fc.assert(
    fc.property(cases, (one) => {
      const [x, kernel] = operands(one);
      const given = conv2d(x, kernel, windowsOf(one));
      expectClose(given.reshape([-1]), tensor(looped(x, kernel, one), float64), close);
      const single = conv2d(x.cast("float32"), kernel.cast("float32"), windowsOf(one));
      expectClose(single, given.cast("float32"), {
        relativeTolerance: 1e-4,
        absoluteTolerance: 1e-4,
      });
    }),
    { numRuns: 16 },
  );
});

test("its gradients, and theirs, agree with differences", () => {
  // Rules are the same on every back end; most is drawn where no shape has to be planned.
  const [order, numRuns] = backend() === "reference" ? ([2, 3] as const) : ([1, 1] as const);
  fc.assert(
    fc.property(cases, (one) => {
      const [x, kernel] = operands({ ...one, outputs: 2, size: [4, Math.min(one.size[1], 5)] });
      checkGradients((a, b) => conv2d(a, b, { ...windowsOf(one), padding: 2 }), [x, kernel], {
        order,
      });
    }),
    { numRuns },
  );
});

test("the transpose is the gradient of the input", () => {
  fc.assert(
    fc.property(cases, (one) => {
      const [x, kernel] = operands(one);
      const y = conv2d(x, kernel, windowsOf(one));
      const [g] = gradients(y, [x], { seed: y });
      const back = convTranspose2d(y, kernel, windowsOf(one));
      const missing = [2, 3].map((axis) => x.shape[axis]! - back.shape[axis]!);
      const whole = convTranspose2d(y, kernel, { ...windowsOf(one), padding: 0 });
      // What a stride leaves over at the end of an axis no window has seen: zeros.
      const wide = whole.pad([
        [0, 0],
        [0, 0],
        ...missing.map((rest) => [0, rest] as [number, number]),
      ]);
      const [top, left] = one.padding;
      const inside = wide.slice(2, top, top + x.shape[2]!).slice(3, left, left + x.shape[3]!);
      expectClose(inside, g, close);
    }),
    { numRuns: 8 },
  );
});

test("the transpose leaves out what is padding, and adds what no window reaches", () => {
  const around = fc.tuple(fc.nat(4), fc.nat(4));
  fc.assert(
    fc.property(cases, around, around, fc.nat(3), (one, rows, columns, outputPadding) => {
      const [x, kernel] = operands(one);
      const y = conv2d(x, kernel, windowsOf(one));
      const { stride, dilation, groups } = one;
      const whole = convTranspose2d(y, kernel, { stride, dilation, groups });
      const wide = whole.pad([
        [0, 0],
        [0, 0],
        [0, outputPadding],
        [0, outputPadding],
      ]);
      const [height, width] = wide.shape.slice(2) as [number, number];
      if (rows[0] + rows[1] >= height || columns[0] + columns[1] >= width) return;
      const padding = [rows, columns] as const;
      const options = { stride, dilation, groups, padding, outputPadding };
      const inside = wide
        .slice(2, rows[0], height - rows[1])
        .slice(3, columns[0], width - columns[1]);
      expectClose(convTranspose2d(y, kernel, options), inside, close);
    }),
    { numRuns: backend() === "reference" ? 25 : 6 },
  );
});

describe("along one axis and three", () => {
  test("conv1d slides", () => {
    const x = tensor([1, 2, 3, 4], { shape: [1, 1, 4] });
    const kernel = tensor([1, 10], { shape: [1, 1, 2] });
    expect(conv1d(x, kernel).arraySync()).toEqual([[[21, 32, 43]]]);
    expect(conv1d(x, kernel, { padding: "same" }).arraySync()).toEqual([[[21, 32, 43, 4]]]);
  });

  test("conv3d of one layer is conv2d", () => {
    const [x, kernel] = [normal([2, 3, 1, 5, 6], 1), normal([4, 3, 1, 3, 2], 2)];
    const flat = conv2d(x.squeeze(2 as never), kernel.squeeze(2 as never));
    expectClose(conv3d(x, kernel).squeeze(2 as never), flat, close);
  });
});

describe("pooling", () => {
  test("overlapping and side by side, against a loop", () => {
    const x = normal([1, 2, 7, 7], 3);
    for (const [window, stride] of [
      [2, 2],
      [3, 2],
      [3, 1],
      [2, 3],
    ] as const) {
      const rows = x.arraySync() as number[][][][];
      const count = Math.floor((7 - window) / stride) + 1;
      const under = (c: number, i: number, j: number) =>
        Array.from(
          { length: window * window },
          (_, w) => rows[0]![c]![i * stride + Math.floor(w / window)]![j * stride + (w % window)]!,
        );
      const expected = (f: (xs: readonly number[]) => number) =>
        tensor(
          [
            [0, 1].map((c) =>
              Array.from({ length: count }, (_, i) =>
                Array.from({ length: count }, (__, j) => f(under(c, i, j))),
              ),
            ),
          ],
          float64,
        );
      expectClose(
        maxPool(x, window, { stride }),
        expected((xs) => Math.max(...xs)),
        close,
      );
      const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
      expectClose(averagePool(x, window, { stride }), expected(mean), close);
      const corner = x.slice(1, 0, 1).slice(2, 0, 5).slice(3, 0, 4);
      checkGradients((a) => averagePool(a, window, { stride }), [corner], { order: 2 });
      checkGradients((a) => maxPool(a.mul(100), window, { stride }), [corner]);
    }
  });

  test("padding counts as zeros, or not at all", () => {
    const x = tensor([4, 8], { shape: [1, 1, 2] });
    expect(averagePool(x, 2, { padding: 1 }).arraySync()).toEqual([[[2, 4]]]);
    expect(averagePool(x, 2, { padding: 1, countIncludePad: false }).arraySync()).toEqual([
      [[4, 8]],
    ]);
    expect(maxPool(x.neg(), 2, { padding: 1 }).arraySync()).toEqual([[[-4, -8]]]);
  });
});

test("vmap over inputs, kernels and both is a loop", () => {
  const [xs, kernels] = [normal([3, 2, 2, 5, 5], 1), normal([3, 4, 2, 3, 3], 2)];
  const f = (x: Tensor, kernel: Tensor) => conv2d(x, kernel, { stride: 2 });
  const at = (t: Tensor, i: number) => t.at(i as never);
  const both = vmap(f)(xs, kernels);
  const shared = vmap(f, { inAxes: [0, null] })(xs, at(kernels, 0));
  const fixed = vmap(f, { inAxes: [null, 0] })(at(xs, 0), kernels);
  for (const i of [0, 1, 2]) {
    expectClose(at(both, i), f(at(xs, i), at(kernels, i)), close);
    expectClose(at(shared, i), f(at(xs, i), at(kernels, 0)), close);
    expectClose(at(fixed, i), f(at(xs, 0), at(kernels, i)), close);
  }
});

test("errors say what does not fit", () => {
  const x = normal([1, 3, 4, 4], 1);
  expect(() => conv2d(x, normal([8, 1, 3, 3], 2))).toThrow(
    "conv2d: [1, 3, 4, 4] with kernel [8, 1, 3, 3]: 3 channels, the kernel has 1",
  );
  expect(() => conv2d(x, normal([8, 3, 5, 5], 2))).toThrow("conv2d: a window of [5, 5]");
  expect(() => conv2d(x, normal([8, 3, 3, 3], 2), { stride: 0 })).toThrow(
    "conv2d: stride is 0, expected a positive integer, or 2 of them",
  );
  expect(() => maxPool(x, [2])).toThrow("maxPool: [1, 3, 4, 4] with a window of [2]");
});

/** Of the compiler's shape, too: what it knows must be what is given. */
function expectShape<X extends Tensor>(x: X, shape: ShapeOf<X>): void {
  expect(x.shape).toEqual(shape);
}

test("shapes are those that the compiler gives", () => {
  const digits = zeros([2, 1, 28, 28]);
  const kernel = zeros([20, 1, 5, 5]);
  expectShape(conv2d(digits, kernel), [2, 20, 24, 24]);
  const uneven = { stride: [2, 3], padding: [1, [2, 0]], dilation: 2 } as const;
  expectShape(conv2d(digits, kernel, uneven), [2, 20, 11, 8]);
  expectShape(conv2d(digits, kernel, { padding: "same", stride: 3 }), [2, 20, 10, 10]);
  expectShape(conv1d(zeros([1, 4, 9]), zeros([6, 2, 3]), { groups: 2 }), [1, 6, 7]);
  const solid = zeros([2, 3, 8, 9, 10]);
  expectShape(conv3d(solid, zeros([4, 3, 3, 3, 3]), { stride: 2 }), [2, 4, 3, 4, 4]);
  const y = zeros([2, 20, 12, 8]);
  expectShape(convTranspose2d(y, kernel), [2, 1, 16, 12]);
  expectShape(convTranspose2d(y, kernel, { ...uneven, outputPadding: [1, 0] }), [2, 1, 30, 28]);
  expectShape(convTranspose1d(zeros([1, 6, 7]), zeros([6, 2, 3]), { groups: 2 }), [1, 4, 9]);
  const small = zeros([2, 4, 3, 3, 3]);
  expectShape(convTranspose3d(small, zeros([4, 1, 2, 2, 2]), { stride: 2 }), [2, 1, 6, 6, 6]);
  expectShape(maxPool(digits, 2), [2, 1, 14, 14]);
  expectShape(averagePool(digits, [2, 3]), [2, 1, 14, 9]);
  expectShape(maxPool(digits, 3, { stride: 2, padding: 1 }), [2, 1, 14, 14]);
  expectShape(averagePool(zeros([2, 3, 9]), 4, { padding: "same" }), [2, 3, 3]);
});

test("what a stride leaves out is multiplied by nothing: an infinity stays where it reaches", () => {
  const x = tensor([[[1, Infinity, 2]]]);
  const kernel = tensor([[[1, 2]]]);
  expect(convTranspose1d(x, kernel, { stride: 3 }).arraySync()).toEqual([
    [[1, 2, 0, Infinity, Infinity, 0, 2, 4]],
  ]);
});

test("transposed in phases is what a loop gives, for any stride, dilation and window", () => {
  const one = fc.record({
    stride: fc.integer({ min: 1, max: 6 }),
    dilation: fc.integer({ min: 1, max: 5 }),
    window: fc.integer({ min: 1, max: 5 }),
    size: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(one, fc.nat(99), ({ stride, dilation, window, size }, seed) => {
      const drawn = (shape: number[], of: number): Tensor =>
        random
          .uniform(shape, { seed: seed + of, low: -9, high: 9 })
          .cast("int32")
          .cast("float64");
      const [x, kernel] = [drawn([1, 1, size], 0), drawn([1, 1, window], 1)];
      const given = [...x.dataSync()];
      const taps = [...kernel.dataSync()];
      const expected = new Array<number>((size - 1) * stride + (window - 1) * dilation + 1).fill(0);
      given.forEach((value, p) => {
        taps.forEach((tap, w) => (expected[p * stride + w * dilation]! += value * tap));
      });
      const found = convTranspose1d(x, kernel, { stride, dilation });
      expect([...found.dataSync()].map((value) => value + 0)).toEqual(expected);
    }),
  );
});
