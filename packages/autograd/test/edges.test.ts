// Values and derivatives at kinks, zeros, ties and infinities, against closed forms.
import {
  averagePool,
  grad,
  gradients,
  hessian,
  hypot,
  logAddExp,
  logSoftmax,
  logSumExp,
  maxPool,
  mod,
  NablaError,
  ones,
  softmax,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const double = (values: number | number[]): Tensor => tensor(values, { dtype: "float64" });
const close = { relativeTolerance: 1e-12, absoluteTolerance: 1e-12 };
const { POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: lowest } = Number;

/** The derivative of order `order` of a function of one number. */
function derivative(f: (x: Tensor) => Tensor, order: number): (x: Tensor) => Tensor {
  if (order === 0) return f;
  const before = derivative(f, order - 1);
  return (x) => grad((y: Tensor) => before(y))(x);
}

describe("powers at 0", () => {
  const check = (p: number, order: number) => {
    // p (p - 1) … (p - order + 1) 0^(p - order); where a factor is 0 the power before was constant.
    let expected = 1;
    for (let i = 0; i < order; i++) expected *= p - i;
    if (expected !== 0) expected *= 0 ** (p - order);
    const found = derivative((x) => x.pow(p), order)(double(0)).itemSync();
    expect(found + 0, `order ${order} of x^${p}`).toBe(expected + 0);
    const ofTensor = derivative((x) => x.pow(double(p)), order)(double(0)).itemSync();
    expect(ofTensor + 0).toBe(expected + 0);
  };

  test("have their derivatives of any order", () => {
    for (const p of [0, 1, 2, 3, 4, -1, -2, 0.5, 1.5, 2.5]) {
      for (let order = 0; order <= Math.min(6, Math.abs(p) + 3); order++) check(p, order);
    }
  });

  test("so has a polynomial", () => {
    const polynomial = (x: Tensor): Tensor =>
      x
        .reshape([1])
        .pow(double([0, 1, 2, 3]))
        .mul(double([1, 2, 3, 4]))
        .sum();
    const found = [0, 1, 2, 3, 4].map((n) => derivative(polynomial, n)(double(0)).itemSync());
    expect(found).toEqual([1, 2, 6, 24, 0]);
  });
});

const component = fc
  .oneof(fc.constantFrom(0, -0, 1, -2), fc.double({ min: -4, max: 4, noNaN: true }))
  .map((x) => (Math.abs(x) < 0.1 ? 0 : x));

describe("norm", () => {
  test("has the Hessian (1 - u u^T) / |x|, at components of 0, too", () => {
    const check = (x: number[]) => {
      const length = Math.hypot(...x);
      fc.pre(length > 0);
      const expected = x.map((a, i) =>
        x.map((b, j) => ((i === j ? 1 : 0) - (a * b) / length ** 2) / length),
      );
      const found = hessian((y: Tensor) => y.norm())(double(x));
      expectClose(found, tensor(expected, { dtype: "float64" }), close);
      expectClose(
        hessian((y: Tensor) => y.norm().square())(double(x)),
        tensor(x.map((_, i) => x.map((_, j) => (i === j ? 2 : 0)))),
        close,
      );
    };
    fc.assert(fc.property(fc.array(component, { minLength: 1, maxLength: 4 }), check), {
      numRuns: 20,
    });
  });

  test("to an even power is smooth at components of 0", () => {
    const fourth = (x: Tensor): Tensor => x.norm(undefined, { p: 4 }).pow(4);
    const along = (t: Tensor): Tensor => fourth(t.reshape([1]).pad([[1, 0]], 2));
    expect([0, 1, 2, 3, 4].map((n) => derivative(along, n)(double(0)).itemSync())).toEqual([
      16, 0, 0, 0, 24,
    ]);
  });

  test.each([1, 2, 3, 4, 0.5, infinity])("of zeros has derivatives 0 (p = %d)", (p) => {
    const norm = (x: Tensor): Tensor => x.norm(undefined, { p });
    expect(grad(norm)(double([0, 0])).arraySync()).toEqual([0, 0]);
    expect(hessian(norm)(double([0, 0])).arraySync()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("its parts, the deviation and hypot, have derivatives 0 of any order where they are 0", () => {
    expect(hessian((x: Tensor) => x.std())(double([3, 3])).arraySync()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const length = (x: Tensor): Tensor => hypot(x.at(0), x.at(1));
    expect(hessian(length)(double([0, 0])).arraySync()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

/** Numerator and denominator. */
function fraction(x: number): readonly [bigint, bigint] {
  let [top, bottom] = [x, 1n];
  while (!Number.isInteger(top)) [top, bottom] = [top * 2, bottom * 2n];
  return [BigInt(top), bottom];
}

/** The greatest whole number that is not above a / b. */
function exactFloor(a: number, b: number): number {
  const [[p, q], [r, s]] = [fraction(a), fraction(b)];
  const [top, bottom] = r < 0n ? [-p * s, -q * r] : [p * s, q * r];
  const quotient = top / bottom;
  return Number(top % bottom < 0n ? quotient - 1n : quotient);
}

describe("mod", () => {
  const divisors = fc.constantFrom(0.1, 0.2, 0.3, -0.1, 0.7, 1 / 3, -3, 1e-3);
  const check = (divisor: number, times: number, off: number) => {
    const dividend = divisor * times + off;
    const [a, b] = [double(dividend), double(divisor)];
    const [byA, byB] = gradients(mod(a, b), [a, b]);
    expect(byA.itemSync()).toBe(1);
    expect(byB.itemSync() + 0).toBe(-exactFloor(dividend, divisor) + 0);
  };

  test("its divisor's derivative is -floor(a / b) of the exact quotient", () => {
    const near = fc.constantFrom(0, 0, 1e-17, -1e-17, 0.05);
    fc.assert(fc.property(divisors, fc.integer({ min: -200, max: 200 }), near, check));
    check(0.1, 10, 0);
    check(1, 0, -1e-20);
  });

  test("an infinite divisor counts as once for another sign, and not at all for the same", () => {
    const slope = (a: number) =>
      grad((b: Tensor) => mod(double(a), b))(double(infinity)).itemSync();
    expect([slope(2) + 0, slope(-2)]).toEqual([0, 1]);
  });
});

test("sums of exponentials of nothing but -infinity have derivatives 0", () => {
  const x = double([lowest, lowest]);
  const total = (y: Tensor): Tensor => logSumExp(y);
  expect(total(x).itemSync()).toBe(lowest);
  expect(grad(total)(x).arraySync()).toEqual([0, 0]);
  expect(hessian(total)(x).arraySync()).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(grad(total)(double([lowest, 1])).arraySync()).toEqual([0, 1]);
});

test.each([
  [lowest, lowest, 0, 0],
  [infinity, infinity, 0.5, 0.5],
  [infinity, 1, 1, 0],
  [lowest, 1, 0, 1],
  [2, 2, 0.5, 0.5],
])("logAddExp(%d, %d) has derivatives %d and %d", (a, b, byA, byB) => {
  const [x, y] = [double(a), double(b)];
  expect(gradients(logAddExp(x, y), [x, y]).map((g) => g.itemSync())).toEqual([byA, byB]);
});

test.each([[2, 0], [0, 2], [0]])(
  "of shape [%d, %d] softmax and its like are empty or of nothing",
  (...sizes) => {
    const shape = sizes.filter((size) => size !== undefined);
    const x = zeros(shape) as Tensor;
    for (const f of [softmax, logSoftmax]) {
      expect(f(x).shape).toEqual(shape);
      expect(grad((y: Tensor) => f(y).sum())(x).shape).toEqual(shape);
    }
    const count = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    expect(logSumExp(x, -1).flatten().arraySync()).toEqual(
      Array.from({ length: count }, () => (shape.at(-1) === 0 ? lowest : 0)),
    );
  },
);

describe("padding of windows with gaps", () => {
  const image = ones([1, 1, 8, 8]) as Tensor;

  test("may be half of what they reach over, as in PyTorch", () => {
    // The window reaches over 4 elements: 0, 3.
    const options = { dilation: 3, padding: 2, stride: 1 };
    expect(maxPool(image, 2, options).shape).toEqual([1, 1, 9, 9]);
    expect(maxPool(image, 2, options).min().itemSync()).toBe(1);
    expect(
      averagePool(image, 2, { ...options, countIncludePad: false })
        .min()
        .itemSync(),
    ).toBe(1);
    expect(() => maxPool(image, 2, { ...options, padding: 3 })).toThrow(NablaError);
    expect(() => maxPool(image, 2, { padding: 2 })).toThrow(
      /must be less than the window \[2, 2\]/,
    );
  });
});
