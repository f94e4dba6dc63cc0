// What holds of transforms beside their values: functions of functions, edges and errors.
import {
  backend,
  compile,
  gradients,
  jvp,
  manualSeed,
  NablaError,
  random,
  ShapeError,
  scan,
  setBackend,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import {
  type Complex,
  fft,
  fft2,
  fftN,
  fftShift,
  ifft,
  irfft,
  irfft2,
  rfft,
  rfft2,
} from "@nabla/signal";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const drawn = (shape: number[], dtype: "float32" | "float64" = "float64"): Tensor =>
  random.normal(shape, { dtype });

/** One number of all elements, that depends on each of them otherwise. */
function mixed(...parts: readonly Tensor[]): Tensor {
  const sums = parts.map((part, k) => {
    const weights = Float64Array.from({ length: part.size }, (_, i) => Math.cos(i + k));
    return part
      .square()
      .mul(tensor(weights, { shape: [...part.shape] }))
      .sum() as Tensor;
  });
  return sums.reduce((a, b) => a.add(b));
}

beforeEach(() => manualSeed(3));
// As the project has it.
const usual = backend();
afterEach(() => setBackend(usual));

describe("derivatives to second order agree with differences", () => {
  // They are graphs that back ends do not know of; the reference has nothing to compile.
  beforeEach(() => setBackend("reference"));

  test.each([3, 4, 30])("of fft and ifft, length %d", (n) => {
    const f = (real: Tensor, imaginary: Tensor) => {
      const [y, z] = [fft({ real, imaginary }), ifft({ real: real.sin(), imaginary })];
      return mixed(y.real, y.imaginary).add(mixed(z.real, z.imaginary));
    };
    checkGradients(f, [drawn([n]), drawn([n])], { order: 2 });
  });

  test.each([3, 4, 20])("of rfft and irfft, length %d", (n) => {
    const f = (x: Tensor) => {
      const { real, imaginary } = rfft(x);
      return mixed(real, imaginary, irfft({ real: real.square(), imaginary }, { n }));
    };
    checkGradients(f, [drawn([n])], { order: 2 });
  });

  test("of a length with a large prime factor", () => {
    const x = drawn([131]);
    const f = (scale: Tensor) => mixed(...Object.values(fft(x.mul(scale.exp()))));
    checkGradients(f, [tensor(0.3, { dtype: "float64" })], { order: 2 });
  });

  test("of transforms along two axes", () => {
    const f = (x: Tensor) => mixed(irfft2(rfft2(x)), ...Object.values(fft2(x, { sizes: [2, 4] })));
    checkGradients(f, [drawn([3, 4])], { order: 2 });
  });
});

describe("in functions of functions", () => {
  test("vmap gives what a batch does", () => {
    const x = drawn([5, 3, 12]);
    expectClose(vmap((one: Tensor) => fft(one).imaginary)(x), fft(x).imaginary);
    const along = vmap((one: Tensor) => irfft(rfft(one, { axis: 0 }), { axis: 0, n: 3 }));
    expectClose(along(x), x);
    const across = vmap((one: Tensor) => rfft(one).real, { inAxes: 1 });
    expectClose(across(x), rfft(x).real.transpose([1, 0, 2]));
  });

  test("a transform that is first used while it is traced can be used elsewhere", () => {
    const f = compile((x: Tensor) => fft(x, { n: 221 }).imaginary);
    const [x, y] = [drawn([221]), drawn([221])];
    const expected = f(x).dataSync();
    expect(fft(x).imaginary.dataSync()).toEqual(expected);
    expect(f(y).dataSync()).toEqual(fft(y).imaginary.dataSync());
    const again = compile((z: Tensor) => fft(z).imaginary.add(0));
    expect(again(x).dataSync()).toEqual(expected);
  });

  test("tangents are transformed as values are", () => {
    const [x, v] = [drawn([10]), drawn([10])];
    const [value, tangent] = jvp((one: Tensor) => rfft(one).real, [x], [v]);
    expectClose(value, rfft(x).real);
    expectClose(tangent, rfft(v).real);
  });

  test("a loop transforms in each iteration", () => {
    const xs = drawn([4, 6]);
    const step = (sum: Tensor, x: Tensor) => {
      const next = sum.add(fft(x, { n: 8 }).real);
      return [next, next.sum()] as const;
    };
    const f = (all: Tensor) => scan(step, zeros([8], { dtype: "float64" }) as Tensor, all)[0];
    expectClose(f(xs), fft(xs, { n: 8 }).real.sum(0));
    const [own] = gradients(f(xs).square().sum(), [xs]);
    const [direct] = gradients(fft(xs, { n: 8 }).real.sum(0).square().sum(), [xs]);
    expectClose(own, direct);
  });

  test("the reference back end gives the same", () => {
    const x = drawn([2, 30]).dataSync("float64");
    const run = () => {
      const { real, imaginary } = fft(tensor(x, { shape: [2, 30] }));
      return [real.dataSync("float64"), imaginary.dataSync("float64")] as const;
    };
    const [real, imaginary] = run();
    setBackend("reference");
    expectClose(tensor(run()[0]), tensor(real));
    expectClose(tensor(run()[1]), tensor(imaginary));
  });
});

describe("edges", () => {
  test("a transform of one element is that element", () => {
    const { real, imaginary } = fft(tensor([3]));
    expect([real.arraySync(), imaginary.arraySync()]).toEqual([[3], [0]]);
    expect(rfft(tensor([3])).real.arraySync()).toEqual([3]);
    expect(irfft(tensor([3]), { n: 1 }).arraySync()).toEqual([3]);
  });

  test("a batch of none stays one of none", () => {
    expect(fft(zeros([0, 8])).real.shape).toEqual([0, 8]);
    expect(rfft(zeros([0, 8])).real.arraySync()).toEqual([]);
    expect(irfft(zeros([0, 5])).shape).toEqual([0, 8]);
  });

  test("complex numbers without a prototype are shifted as others are", () => {
    const z: Complex = Object.create(null, {
      real: { value: tensor([1, 2, 3]) },
      imaginary: { value: tensor([4, 5, 6]) },
    });
    expect(fftShift(z).imaginary.arraySync()).toEqual([6, 4, 5]);
  });

  test("integers and truth values are transformed in float32", () => {
    for (const dtype of ["int32", "uint8", "bool"] as const) {
      const { real } = fft(tensor([1, 0, 1, 1], { dtype }));
      expect([real.dtype, real.arraySync()]).toEqual(["float32", [3, 0, 1, 0]]);
    }
    const wide = tensor([1, 2], { dtype: "float64" });
    expect(fft({ real: wide, imaginary: tensor([0, 1]) }).real.dtype).toBe("float64");
  });

  test("NaN and infinities reach all frequencies", () => {
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const { real } = fft(tensor([1, x, 2, 3, 4, 5, 6, 7]));
      expect(real.dataSync().every((y) => !Number.isFinite(y))).toBe(true);
    }
  });

  test("imaginary parts that a real signal does not have are not read", () => {
    const real = tensor([1, 2, 3]);
    const [plain, other] = [tensor([0, 5, 0]), tensor([7, 5, Number.NaN])];
    expect(irfft({ real, imaginary: other }).arraySync()).toEqual(
      irfft({ real, imaginary: plain }).arraySync(),
    );
    const [g] = gradients(irfft({ real, imaginary: other }).sin().sum(), [other]);
    expect(g.abs().arraySync().map(Math.sign)).toEqual([0, 1, 0]);
  });
});

describe("errors", () => {
  const endless: unknown[] = [];
  endless.push(endless);
  const x = tensor([[1, 2, 3]]);
  const cases: readonly [string, () => unknown, new (...args: never[]) => Error, string][] = [
    ["a scalar", () => fft(tensor(1)), ShapeError, "fft: [] has no axis -1"],
    [
      "no axis",
      () => rfft(x, { axis: 2 }),
      ShapeError,
      "rfft: [1, 3] has no axis 2, expected -2 to 1",
    ],
    ["nothing", () => fft(zeros([2, 0])), ShapeError, "fft: [2, 0] has 0 along axis -1"],
    ["half of nothing", () => irfft(tensor([1])), ShapeError, "irfft: [1] has 1 along axis -1"],
    ["n", () => fft(x, { n: 0 }), NablaError, "fft: n is 0, expected a positive integer"],
    ["a fraction", () => ifft(x, { n: 2.5 }), NablaError, "ifft: n is 2.5"],
    ["NaN", () => fft(x, { axis: Number.NaN }), NablaError, "fft: axis is NaN"],
    ["a norm", () => fft(x, { norm: "unit" as never }), NablaError, 'fft: norm is "unit"'],
    ["an option", () => fft(x, { dim: 1 } as never), NablaError, 'fft: there is no option "dim"'],
    ["no options", () => fft(x, 8 as never), NablaError, "fft: options are 8"],
    ["no tensor", () => fft([1, 2] as never), NablaError, "fft: got an array, expected a tensor"],
    ["complex to rfft", () => rfft(fft(x) as never), NablaError, "rfft: got an object"],
    [
      "parts of two shapes",
      () => fft({ real: x, imaginary: tensor([1]) } as Complex),
      ShapeError,
      "fft: real is [1, 3], imaginary [1], expected one shape",
    ],
    ["an axis twice", () => fft2(x, { axes: [1, -1] }), NablaError, "fft2: axes are [1, -1]"],
    [
      "a list of itself",
      () => fft2(x, { axes: endless as never }),
      NablaError,
      "axes is [an array]",
    ],
    ["three axes", () => fft2(x, { axes: [0, 1, 2] }), NablaError, "fft2: axes are [0, 1, 2]"],
    ["too few", () => fft2(tensor([1])), ShapeError, "fft2: [1] has no axis -2"],
    ["sizes", () => fftN(x, { axes: [0], sizes: [1, 2] }), NablaError, "fftN: 2 sizes for 1 axes"],
  ];
  test.each(cases)("%s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});
