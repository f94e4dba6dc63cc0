import { compile, grad, random, type Tensor, tensor, vmap } from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import {
  adjustBrightness,
  adjustContrast,
  adjustGamma,
  adjustHue,
  adjustSaturation,
  grayscale,
  hsvToRgb,
  imageNet,
  linearToSrgb,
  normalize,
  rgbToHsv,
  rgbToYCbCr,
  srgbToLinear,
  toBytes,
  toFloat,
  yCbCrToRgb,
} from "@nabla/images";
import { describe, expect, test } from "vitest";

const draw = (...shape: readonly number[]): Tensor =>
  random.uniform([...shape], { seed: 5, dtype: "float64", low: 0.05, high: 0.95 });
const pixel = (...rgb: readonly number[]): Tensor =>
  tensor([...rgb], { dtype: "float64" }).reshape([3, 1, 1]);
const numbers = (x: Tensor): number[] => [...x.dataSync()];

describe("spaces of colour", () => {
  const pairs = [
    [rgbToHsv, hsvToRgb],
    [rgbToYCbCr, yCbCrToRgb],
    [srgbToLinear, linearToSrgb],
  ] as const;

  test("there and back is the same", () => {
    const x = draw(2, 3, 4, 5);
    for (const [there, back] of pairs) {
      expectClose(back(there(x)), x, { relativeTolerance: 1e-12, absoluteTolerance: 1e-12 });
    }
  });

  test("second gradients are those of the values", () => {
    const x = draw(3, 1, 2);
    for (const f of [...pairs.flat(), grayscale] as readonly ((x: Tensor) => Tensor)[]) {
      checkGradients((one: Tensor) => f(one).square(), [x], { order: 2 });
    }
  });

  test("known colours", () => {
    expect(numbers(rgbToHsv(pixel(1, 1, 0)))).toEqual([expect.closeTo(1 / 6, 12), 1, 1]);
    expect(numbers(rgbToHsv(pixel(1, 0, 1)))).toEqual([expect.closeTo(5 / 6, 12), 1, 1]);
    expect(numbers(hsvToRgb(pixel(-0.75, 1, 0.5)))).toEqual(numbers(hsvToRgb(pixel(0.25, 1, 0.5))));
    expect(numbers(yCbCrToRgb(rgbToYCbCr(pixel(0, 0, 0))))).toEqual([0, 0, 0]);
  });

  test("grey and black have finite gradients, and no NaN", () => {
    for (const value of [0, 0.5, 1]) {
      const g = grad((x: Tensor) => rgbToHsv(x).sum() as Tensor)(pixel(value, value, value));
      expect(numbers(g).every(Number.isFinite)).toBe(true);
      expect(numbers(rgbToHsv(pixel(value, value, value)))).toEqual([0, 0, value]);
    }
    for (const f of [srgbToLinear, linearToSrgb]) {
      const g = grad((x: Tensor) => f(x).sum() as Tensor)(tensor([-1, 0, 0.04, 1]));
      expect(numbers(g).every(Number.isFinite)).toBe(true);
    }
  });

  test("NaN stays NaN", () => {
    const x = pixel(Number.NaN, 0.5, 0.2);
    for (const f of [rgbToHsv, hsvToRgb, rgbToYCbCr, grayscale] as readonly ((
      x: Tensor,
    ) => Tensor)[]) {
      expect(numbers(f(x)).some(Number.isNaN)).toBe(true);
    }
  });

  test("other channels and whole numbers are refused", () => {
    const first = draw(4, 5, 3);
    expect(() => rgbToHsv(first)).toThrow(
      "rgbToHsv: expects [..., 3, height, width], got [4, 5, 3]; channels come first: x.permute([2, 0, 1])",
    );
    expect(() => grayscale(draw(4, 3))).toThrow(
      "grayscale: expects [..., 3, height, width], got [4, 3]",
    );
    const bytes = tensor([1, 2, 3], { dtype: "uint8" }).reshape([3, 1, 1]);
    expect(() => rgbToYCbCr(bytes)).toThrow(
      "rgbToYCbCr: the image is uint8, expected fractions; toFloat(x) gives them",
    );
    expect(() => grayscale(draw(3, 1, 1), { channels: 2 as never })).toThrow(
      "grayscale: channels is 2, expected 1 or 3",
    );
    expect(grayscale(draw(2, 3, 4, 5), { channels: 3 }).shape).toEqual([2, 3, 4, 5]);
  });
});

describe("adjustments", () => {
  const all = { adjustBrightness, adjustContrast, adjustGamma, adjustHue, adjustSaturation };

  test("a factor may be a tensor: learnt, or one for each image", () => {
    const x = draw(4, 3, 2, 3);
    for (const adjust of Object.values(all)) {
      const f = (image: Tensor, factor: Tensor): Tensor => adjust(image, factor);
      const factors = tensor([0.3, 0.7, 1, 1.1], { dtype: "float64" });
      const together = compile(vmap(f))(x, factors);
      const each = [0.3, 0.7, 1, 1.1].map((factor, i) => adjust(x.at(i), factor));
      for (const [i, one] of each.entries()) expectClose(together.at(i), one);
      checkGradients(f, [x.at(0).mul(0.4).add(0.2), tensor(0.6, { dtype: "float64" })], {
        order: 2,
      });
    }
  });

  test("1, or no turn, is the image itself", () => {
    const x = draw(3, 2, 3);
    for (const [name, adjust] of Object.entries(all)) {
      const same = { relativeTolerance: 1e-12, absoluteTolerance: 1e-12 };
      expectClose(adjust(x, name === "adjustHue" ? 0 : 1), x, same);
    }
  });

  test("an image of one channel has no colour to change", () => {
    const x = draw(1, 2, 3);
    expect(numbers(adjustHue(x, 0.3))).toEqual(numbers(x));
    expect(numbers(adjustSaturation(x, 0.3))).toEqual(numbers(x));
    expect(
      adjustContrast(x, 0)
        .dataSync()
        .every((y, _, { 0: first }) => Math.abs(y - first!) < 1e-15),
    ).toBe(true);
  });

  test("what is no factor is refused", () => {
    const x = draw(3, 2, 2);
    expect(() => adjustBrightness(x, -1)).toThrow(
      "adjustBrightness: factor is -1, expected a finite number, 0 or more, or a tensor of shape []",
    );
    expect(() => adjustGamma(x, Number.NaN)).toThrow("adjustGamma: gamma is NaN");
    expect(() => adjustHue(x, tensor([1, 2]))).toThrow(
      "adjustHue: turns is a tensor of shape [2], expected",
    );
    expect(() => adjustContrast(draw(4, 2, 2), 1)).toThrow(
      "adjustContrast: expects [..., 3, height, width]",
    );
  });
});

describe("numbers of pixels", () => {
  test("bytes are fractions and come back", () => {
    const bytes = tensor(
      Uint8Array.from({ length: 256 }, (_, i) => i),
      { shape: [256] },
    );
    expect(numbers(toBytes(toFloat(bytes)))).toEqual(numbers(bytes));
    expect(toFloat(bytes, { dtype: "float64" }).dataSync()[51]).toBe(0.2);
    expect(numbers(toBytes(tensor([true, false])))).toEqual([255, 0]);
  });

  test("what has no range of colours is refused", () => {
    const whole = tensor([1, 2], { dtype: "int32" });
    expect(() => toFloat(whole)).toThrow("toFloat: the image is int32, expected uint8");
    expect(() => toBytes(whole)).toThrow(
      'toBytes: the image is int32, expected fractions; x.cast("float32")',
    );
    expect(() => toBytes(tensor([Number.NaN])).dataSync()).toThrow("toBytes: the image has NaN");
    expect(numbers(toBytes(tensor([Infinity, -Infinity])))).toEqual([255, 0]);
  });

  test("normalize wants fractions, and statistics of each channel", () => {
    const x = draw(2, 3, 2, 2);
    checkGradients((one: Tensor) => normalize(one, imageNet).square(), [x], { order: 2 });
    expect(() => normalize(x, { mean: [0, 1], standardDeviation: 1 })).toThrow(
      "normalize: mean is [0, 1], expected one for each of 3 channels",
    );
    expect(() => normalize(x, { mean: 0, standardDeviation: 0 })).toThrow(
      "normalize: standardDeviation is 0, expected a positive finite number, or one for each channel",
    );
    expect(() => normalize(x, { mean: 0 } as never)).toThrow(
      "normalize: standardDeviation is undefined",
    );
    expect(() => normalize(tensor([[[1]]], { dtype: "uint8" }), imageNet)).toThrow(
      "toFloat(x) gives them",
    );
  });
});
