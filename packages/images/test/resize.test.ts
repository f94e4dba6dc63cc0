import {
  arange,
  compile,
  grad,
  jvp,
  manualSeed,
  random,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import { centerCrop, crop, type Method, resize } from "@nabla/images";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const draw = (...shape: readonly number[]): Tensor =>
  random.normal([...shape], { seed: 3, dtype: "float64" });

describe("resize", () => {
  test("second gradients are those of the values", () => {
    for (const method of ["nearest", "bilinear", "bicubic"] as const) {
      const f = (x: Tensor) => resize(x, [3, 5], { method }).square();
      checkGradients(f, [draw(4, 3)], { order: 2 });
    }
  });

  test("weights add up to 1: a constant image stays as it is", () => {
    const options = fc.constantFrom(
      { method: "bilinear" as const },
      { method: "bilinear" as const, alignCorners: true },
      { method: "bilinear" as const, antialias: true },
      { method: "bicubic" as const },
      { method: "bicubic" as const, alignCorners: true },
      { method: "bicubic" as const, antialias: true },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(sizes, options, ([h, w, height, width], option) => {
        const x = tensor(new Float64Array(h! * w!).fill(0.7), { shape: [h!, w!] });
        const y = resize(x, [height!, width!], option).dataSync();
        expect(y.every((value) => Math.abs(value - 0.7) < 1e-14)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test("the nearest pixel is found by whole numbers", () => {
    // floor(29 · (1/49 · 49)) and the like: each of 49 pixels once, at any multiple.
    for (const [size, wanted] of [
      [49, 49],
      [3, 147],
      [147, 3],
      [7, 10],
    ] as const) {
      const x = arange(0, size, 1, { dtype: "int32" }).reshape([1, size]);
      const expected = Array.from({ length: wanted }, (_, i) =>
        Number((BigInt(i) * BigInt(size)) / BigInt(wanted)),
      );
      expect(resize(x, [1, wanted], { method: "nearest" }).arraySync()).toEqual([expected]);
    }
  });

  test("copies keep the dtype, means of whole numbers are fractions", () => {
    const x = tensor([[0, 255]], { dtype: "uint8" });
    expect(resize(x, [1, 4], { method: "nearestExact" }).dtype).toBe("uint8");
    expect(resize(x, [1, 3]).dtype).toBe("float32");
    expect(resize(x, [1, 3]).arraySync()).toEqual([[0, 127.5, 255]]);
    expect(resize(tensor([[0, 1]], { dtype: "float64" }), [1, 3]).dtype).toBe("float64");
  });

  test("an infinite pixel is in the elements that it is a part of, and in no others", () => {
    const x = tensor([[0, 1, 2, Infinity]]);
    const y = resize(x, [1, 8]).arraySync() as number[][];
    expect(y[0]!.slice(0, 5)).toEqual([0, 0.25, 0.75, 1.25, 1.75]);
    expect(y[0]!.slice(5, 7)).toEqual([Infinity, Infinity]);
  });

  test("is the same compiled, batched, and in forward derivatives", () => {
    manualSeed(0);
    const x = draw(3, 2, 5, 4);
    const f = (image: Tensor): Tensor => resize(image, [7, 3], { method: "bicubic" });
    const expected = f(x);
    expectClose(compile(f)(x), expected);
    expectClose(vmap(f)(x), expected);
    expectClose(jvp(f, [x], [x])[1], expected); // linear
    const cost = (image: Tensor): Tensor => f(image).square().sum();
    expectClose(vmap(grad(cost))(x), grad(cost)(x));
  });

  test("what cannot be is refused", () => {
    const x = draw(2, 3, 4);
    expect(() => resize(draw(4), [2, 2])).toThrow("resize: expects [..., height, width], got [4]");
    expect(() => resize(draw(3, 0, 2), [2, 2])).toThrow("got [3, 0, 2]");
    expect(() => resize(x, [0, 2])).toThrow(
      "resize: size is [0, 2], expected [height, width], two",
    );
    expect(() => resize(x, [2.5, 2])).toThrow("resize: size is [2.5, 2]");
    expect(() => resize(x, [2 ** 40, 1])).toThrow(
      "resize: [2, 1099511627776, 1] has 2199023255552 elements, expected less than 2^31",
    );
    expect(() => resize(zeros([0, 2, 2]), [2 ** 40, 1])).toThrow(
      "resize: [0, 1099511627776, 1] has 1099511627776 along an axis",
    );
    expect(() => resize(x, 5 as never)).toThrow("resize: size is 5");
    expect(() => resize([[1]] as never, [2, 2])).toThrow("resize: got an array, expected a tensor");
    expect(() => resize(x, [2, 2], { method: "lanczos" as Method })).toThrow(
      'resize: method is "lanczos", expected "bilinear" or "bicubic" or "nearest" or "nearestExact"',
    );
    expect(() => resize(x, [2, 2], { method: "nearest", alignCorners: true })).toThrow(
      'resize: alignCorners is for "bilinear" and "bicubic", method is "nearest"',
    );
    expect(() => resize(x, [2, 2], { alignCorners: true, antialias: true })).toThrow(
      "resize: antialias is not defined with alignCorners",
    );
    expect(() => resize(x, [2, 2], { antiAlias: true } as never)).toThrow(
      'resize: there is no option "antiAlias", expected method, alignCorners, antialias; did you mean "antialias"?',
    );
  });
});

describe("crop", () => {
  const x = arange(0, 24, 1, { dtype: "int32" }).reshape([2, 3, 4]);

  test("cuts a rectangle of every channel", () => {
    const expected = [
      [
        [5, 6],
        [9, 10],
      ],
      [
        [17, 18],
        [21, 22],
      ],
    ];
    expect(crop(x, { top: 1, left: 1, height: 2, width: 2 }).arraySync()).toEqual(expected);
    expect(centerCrop(x, [3, 2]).arraySync()).toEqual(x.slice(-1, 1, 3).arraySync());
    expect(centerCrop(x, [2, 3]).arraySync()).toEqual(
      x.slice(-1, 0, 3).slice(-2, 0, 2).arraySync(),
    );
  });

  test("the gradient is 0 outside", () => {
    const f = (image: Tensor): Tensor =>
      crop(image, { top: 0, left: 2, height: 1, width: 1 }).square().sum();
    const image = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(grad(f)(image).arraySync()).toEqual([
      [0, 0, 6],
      [0, 0, 0],
    ]);
    checkGradients((one: Tensor) => centerCrop(one, [1, 2]).square(), [draw(3, 3)], { order: 2 });
  });

  test("what is not inside is refused", () => {
    expect(() => crop(x, { top: 2, left: 0, height: 2, width: 2 })).toThrow(
      "crop: rows 2 to 4 and columns 0 to 2 are not inside of the image, [2, 3, 4]",
    );
    expect(() => crop(x, { top: -1, left: 0, height: 2, width: 2 })).toThrow(
      "crop: top is -1, expected a non-negative integer",
    );
    expect(() => crop(x, { top: 0, left: 0, height: 2 } as never)).toThrow(
      "crop: width is undefined",
    );
    expect(() => centerCrop(x, [4, 4])).toThrow(
      "centerCrop: [4, 4] is not inside of the image, [2, 3, 4]",
    );
  });
});
