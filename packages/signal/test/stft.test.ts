// What holds of spectra of frames beside their values.
import {
  arange,
  backend,
  compile,
  gradients,
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
  type Complex,
  decibels,
  fftFreq,
  hertzToMel,
  istft,
  melFilters,
  melSpectrogram,
  melToHertz,
  mfcc,
  type StftOptions,
  spectrogram,
  stft,
  window,
} from "@nabla/signal";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const drawn = (...shape: number[]): Tensor => random.normal(shape, { dtype: "float64" });

beforeEach(() => manualSeed(5));
// As the project has it.
const usual = backend();
afterEach(() => setBackend(usual));

describe("stft and istft", () => {
  const ways: readonly [number, StftOptions][] = [
    [8, {}],
    [9, { hopLength: 4 }],
    [16, { hopLength: 5, window: "hamming" }],
    [12, { windowLength: 8, normalized: true }],
    [8, { center: false, window: "boxcar", hopLength: 8 }],
  ];
  test.each(ways)("of %d with %o are inverses", (fftSize, options) => {
    const x = drawn(2, 40);
    const { padMode: _, ...back } = options;
    expectClose(istft(stft(x, fftSize, options), fftSize, { ...back, length: 40 }), x);
  });

  test("a tensor is a window as its name is", () => {
    const x = drawn(30);
    const hann = window("hann", 6, { dtype: "float64" });
    const named = stft(x, 8, { window: "hann", windowLength: 6 });
    expectClose(stft(x, 8, { window: hann }).imaginary, named.imaginary);
    expectClose(istft(named, 8, { window: hann, length: 30 }), x);
  });

  test("derivatives to second order agree with differences", () => {
    setBackend("reference"); // which has nothing to compile
    const f = (x: Tensor, hann: Tensor) => {
      const z = stft(x, 6, { hopLength: 4, window: hann });
      const back = istft({ real: z.real.sin(), imaginary: z.imaginary }, 6, {
        hopLength: 4,
        window: hann,
      });
      return back.square().mul(arange(0, back.size)).sum().add(z.real.pow(3).sum());
    };
    checkGradients(f, [drawn(9), window("hamming", 6, { dtype: "float64" })], { order: 2 });
  });

  test("the magnitude has the gradient 0 where it is 0", () => {
    const x = zeros([16]);
    const [g] = gradients(spectrogram(x, 8, { power: 1 }).sum(), [x]);
    expect(g.dataSync().every((one) => one === 0)).toBe(true);
  });

  test("vmap and compile give what a call does", () => {
    const xs = drawn(3, 20);
    const f = (x: Tensor) => spectrogram(x, 8, { hopLength: 3 });
    expectClose(vmap(f)(xs), f(xs));
    expectClose(compile(f)(xs), f(xs));
  });

  test("a longer length than frames give is padded with zeros", () => {
    const x = drawn(16);
    const long = istft(stft(x, 8), 8, { length: 30 });
    expect(long.shape).toEqual([30]);
    expectClose(long.slice(0, 0, 16), x);
    expect(long.dataSync()[29]).toBe(0);
  });

  test("one frame alone does not ask where the next would be", () => {
    const options = { hopLength: 2 ** 50, center: false, window: "boxcar" } as const;
    const x = drawn(2, 20);
    const z = stft(x, 16, options);
    expect(z.real.shape).toEqual([2, 9, 1]);
    expectClose(istft(z, 16, options), x.slice(1, 0, 16));
  });

  test("integers are framed in float32", () => {
    const { real } = stft(ones([8], { dtype: "int32" }), 4, { window: "boxcar" });
    expect([real.dtype, real.shape]).toEqual(["float32", [3, 9]]);
    expect(real.at(0).arraySync()).toEqual(Array(9).fill(4));
  });
});

describe("windows", () => {
  test("Kaiser's are finite for any beta", () => {
    const kaiser = (beta: number) =>
      window("kaiser", 5, { beta, symmetric: true, dtype: "float64" }).dataSync();
    // SciPy's i0e, times the powers of e that it leaves out.
    const beyond = [
      [601, 1.154536172244117e-35, 5.990363045574103e-260],
      [720, 1.3754927721664098e-42, 1.3666388463503e-311],
      [1e300, 0, 0],
    ] as const;
    for (const [beta, second, first] of beyond) {
      const found = kaiser(beta);
      expect(found[2]).toBe(1);
      expect(Math.abs(found[1]! - second)).toBeLessThanOrEqual(1e-12 * second);
      expect(Math.abs(found[0]! - first)).toBeLessThanOrEqual(1e-12 * first);
    }
  });

  test("more elements than a tensor can have are refused before they are computed", () => {
    const huge = 2 ** 40;
    const message = /has \d+ elements, expected less than 2\^31/;
    for (const call of [
      () => window("hann", huge),
      () => stft(ones([20]), huge),
      () => fftFreq(huge),
      () => melFilters(8000, huge),
      () => melFilters(8000, 16, { mels: huge }),
    ]) {
      expect(call).toThrow(ShapeError);
      expect(call).toThrow(message);
    }
  });
});

describe("mel spectra", () => {
  test("are spectra times filters", () => {
    const x = drawn(2, 64);
    const own = melSpectrogram(x, 8000, 16, { mels: 4, hopLength: 8, low: 50 });
    const filters = melFilters(8000, 16, { mels: 4, low: 50, dtype: "float64" });
    expectClose(own, filters.matmul(spectrogram(x, 16, { hopLength: 8 })));
  });

  test("scales are inverses of each other", () => {
    for (const scale of ["slaney", "htk"] as const) {
      for (const hertz of [0, 300, 1000, 4000]) {
        expect(melToHertz(hertzToMel(hertz, scale), scale)).toBeCloseTo(hertz, 9);
      }
    }
  });

  test("filters narrower than numbers tell apart are empty", () => {
    const filters = melFilters(8000, 16, { low: 1000, high: 1000.0000000000002, mels: 2 });
    expect(filters.abs().max().itemSync()).toBe(0);
  });

  test("decibels are cut below a range", () => {
    expectClose(decibels(tensor([1, 1e-3, 1e-9]), { range: 40 }), tensor([0, -30, -40]));
    expectClose(decibels(tensor([5, 50]), { reference: 5 }), tensor([0, 10]));
  });

  test("decibels of 0 are those of the least power, also where float32 has none so small", () => {
    const x = tensor([0, -1, 1e-3, Number.NaN]);
    const level = (y: Tensor): Tensor => decibels(y, { least: 1e-50 });
    expectClose(level(x), tensor([-500, -500, -30, Number.NaN]));
    const some = x.slice(0, 0, 3);
    const [g] = gradients(level(some).sum(), [some]);
    expectClose(g.slice(0, 0, 2), zeros([2]));
  });

  test("coefficients of a constant spectrum are its mean alone", () => {
    setBackend("reference");
    const level = ones([4, 3]).mul(2);
    expectClose(
      mfcc(level, 2),
      tensor([
        [4, 4, 4],
        [0, 0, 0],
      ]),
    );
    const f = (x: Tensor) =>
      mfcc(decibels(melSpectrogram(x, 100, 8, { mels: 3 })), 2)
        .square()
        .mean();
    checkGradients(f, [drawn(16)], { order: 2, relativeTolerance: 1e-4 });
  });
});

describe("errors", () => {
  const x = ones([20]);
  const z = stft(x, 8);
  const leavesOut = { hopLength: 8, window: "hann", center: false } as const;
  const cases: readonly [string, () => unknown, new (...args: never[]) => Error, string][] = [
    ["a scalar", () => stft(tensor(1), 4), ShapeError, "stft: [] is no signal"],
    [
      "a short signal",
      () => stft(ones([4]), 8, { center: false }),
      ShapeError,
      "stft: [4] has 4 elements, expected 8",
    ],
    ["a reflection", () => stft(ones([4]), 8), ShapeError, "expected 5 or more to pad 4"],
    ["nothing", () => stft(zeros([0]), 8, { padMode: "constant" }), ShapeError, "stft: [0]"],
    [
      "a list of options",
      () => melSpectrogram(x, 8000, 8, [] as never),
      NablaError,
      "melSpectrogram: options are an array",
    ],
    ["fftSize", () => stft(x, 0), NablaError, "stft: fftSize is 0, expected a positive integer"],
    ["hopLength", () => stft(x, 8, { hopLength: 0 }), NablaError, "stft: hopLength is 0"],
    [
      "a window",
      () => stft(x, 8, { window: "hat" as never }),
      NablaError,
      'stft: there is no window "hat"',
    ],
    [
      "a long window",
      () => stft(x, 8, { windowLength: 9 }),
      ShapeError,
      "the window has 9 elements",
    ],
    [
      "a matrix",
      () => stft(x, 8, { window: ones([2, 4]) }),
      ShapeError,
      "stft: the window is a tensor",
    ],
    [
      "an option",
      () => stft(x, 8, { hop: 2 } as never),
      NablaError,
      'stft: there is no option "hop"',
    ],
    [
      "bins",
      () => istft(z, 16),
      ShapeError,
      "istft: spectra are [5, 11], expected [..., 9, frames]",
    ],
    ["no complex", () => istft(x as unknown as Complex, 8), NablaError, "istft: got a tensor"],
    [
      "an element left out",
      () => istft(stft(x, 8, leavesOut), 8, leavesOut).dataSync(),
      NablaError,
      "istft: the windows leave out an element",
    ],
    [
      "power",
      () => spectrogram(x, 8, { power: 3 as never }),
      NablaError,
      "spectrogram: power is 3",
    ],
    [
      "low",
      () => melFilters(8000, 16, { low: 4000 }),
      NablaError,
      "melFilters: low is 4000, high 4000",
    ],
    [
      "high",
      () => melSpectrogram(x, 8, 8, { high: 5 }),
      NablaError,
      "melSpectrogram: low is 0, high 5",
    ],
    [
      "mels",
      () => melSpectrogram(x, 8, 8, { mels: 1.5 }),
      NablaError,
      "melSpectrogram: mels is 1.5",
    ],
    ["coefficients", () => mfcc(ones([4, 2]), 5), ShapeError, "mfcc: got [4, 2]"],
    ["a frequency", () => hertzToMel(-1), NablaError, "hertzToMel: hertz is -1"],
    [
      "kaiser",
      () => window("kaiser", 4),
      NablaError,
      'window: beta is missing, which "kaiser" needs',
    ],
    [
      "beta",
      () => window("hann", 4, { beta: 1 }),
      NablaError,
      'window: beta is given, which "hann"',
    ],
    ["alpha", () => window("tukey", 4, { alpha: 2 }), NablaError, "window: alpha is 2"],
  ];
  test.each(cases)("%s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  });
});
