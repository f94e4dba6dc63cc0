// Convolutions and cosine transforms: derivatives, functions of functions, edges and errors.
import {
  backend,
  conv1d,
  grad,
  manualSeed,
  NablaError,
  ones,
  random,
  ShapeError,
  setBackend,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import {
  complex,
  conjugate,
  dct,
  fft,
  fftConvolve,
  fftFreq,
  fftShift,
  idct,
  magnitude,
  multiply,
  phase,
  squaredMagnitude,
} from "@nabla/signal";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const drawn = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float64" });

beforeEach(() => manualSeed(8));
// As the project has it.
const usual = backend();
afterEach(() => setBackend(usual));

describe("fftConvolve", () => {
  test("agrees with conv1d, whose kernels are turned", () => {
    const [x, kernel] = [drawn(2, 1, 50), drawn(1, 1, 9)];
    const own = fftConvolve(x, kernel, { axes: [-1], mode: "valid" });
    expectClose(own, conv1d(x, kernel.flip(2)));
  });

  test("derivatives to second order agree with differences", () => {
    setBackend("reference"); // which has nothing to compile
    for (const mode of ["full", "same", "valid"] as const) {
      checkGradients((x, y) => fftConvolve(x, y, { mode }).pow(3).sum(), [drawn(7), drawn(3)], {
        order: 2,
      });
    }
  });

  test("vmap over one operand gives what a batch does", () => {
    const [xs, y] = [drawn(3, 6), drawn(4)];
    expectClose(
      vmap((x: Tensor) => fftConvolve(x, y))(xs),
      fftConvolve(xs, y.expandDims(0), { axes: [1] }),
    );
  });
});

describe("cosine transforms", () => {
  test.each([1, 2, 7, 16, 131])("of %d are inverses", (n) => {
    const x = drawn(2, n);
    expectClose(idct(dct(x)), x);
    expectClose(dct(idct(x, { norm: "ortho" }), { norm: "ortho" }), x);
  });

  test("derivatives to second order agree with differences", () => {
    setBackend("reference"); // which has nothing to compile
    const f = (x: Tensor) => dct(x, { axis: 0 }).pow(3).sum().add(idct(x.sin()).pow(3).sum());
    checkGradients(f, [drawn(5, 2)], { order: 2 });
  });
});

describe("complex numbers", () => {
  test("are multiplied, conjugated and turned as numbers are", () => {
    const z = complex(tensor([3, 0, -2]), tensor([4, 0, 0]));
    expect(magnitude(z).arraySync()).toEqual([5, 0, 2]);
    expect(squaredMagnitude(z).arraySync()).toEqual([25, 0, 4]);
    expectClose(phase(z), tensor([Math.atan2(4, 3), 0, Math.PI]));
    const { real, imaginary } = multiply(z, conjugate(z));
    expect([real.arraySync(), imaginary.arraySync()]).toEqual([
      [25, 0, 4],
      [0, 0, 0],
    ]);
    expect(complex(tensor([1, 2])).imaginary.arraySync()).toEqual([0, 0]);
  });

  test("the magnitude neither overflows nor has a slope at 0", () => {
    expect(magnitude(complex(tensor([3e30]), tensor([4e30]))).arraySync()[0]).toBeCloseTo(
      5e30,
      -25,
    );
    const slope = grad((x: Tensor) => magnitude(complex(x, x.mul(0))).sum());
    expect(slope(tensor([0, -2])).arraySync()).toEqual([0, -1]);
  });
});

describe("errors", () => {
  const x = ones([3, 4]);
  const cases: readonly [string, () => unknown, new (...args: never[]) => Error, string][] = [
    [
      "axes differ",
      () => fftConvolve(x, ones([4])),
      ShapeError,
      "fftConvolve: [3, 4] and [4] have 2 and 1 axes",
    ],
    [
      "neither larger",
      () => fftConvolve(x, ones([2, 5]), { mode: "valid" }),
      ShapeError,
      'fftConvolve: "valid" of [3, 4] and [2, 5]',
    ],
    [
      "an axis twice",
      () => fftConvolve(x, x, { axes: [0, 0] }),
      NablaError,
      "fftConvolve: axes are [0, 0]",
    ],
    ["nothing", () => fftConvolve(zeros([0]), ones([2])), ShapeError, "have nothing along an axis"],
    [
      "a mode",
      () => fftConvolve(x, x, { mode: "half" as never }),
      NablaError,
      'fftConvolve: mode is "half"',
    ],
    ["complex", () => fftConvolve(fft(x) as never, x), NablaError, "fftConvolve: got an object"],
    ["forward", () => dct(x, { norm: "forward" as never }), NablaError, 'dct: norm is "forward"'],
    ["a scalar", () => idct(tensor(2)), ShapeError, "idct: [] has no axis -1"],
    ["spacing", () => fftFreq(4, { spacing: 0 }), NablaError, "fftFreq: spacing is 0"],
    ["a size", () => fftFreq(0), NablaError, "fftFreq: n is 0"],
    ["an axis", () => fftShift(x, 2), ShapeError, "fftShift: [3, 4] has no axis 2"],
    ["parts", () => complex(x, ones([2]) as never), ShapeError, "complex: real is [3, 4]"],
    ["a tensor", () => magnitude(x as never), NablaError, "magnitude: got a tensor"],
  ];
  test.each(cases)("%s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});
