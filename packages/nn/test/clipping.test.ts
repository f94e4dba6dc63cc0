// Gradients of all sizes, clipped by their norm.
import { type DType, type Parameter, parameter, tensor } from "@nabla/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clipGradNorm } from "../src/clipping.ts";

/** Parameters with these gradients. */
function withGradients(
  gradients: readonly (readonly number[])[],
  dtypes: readonly DType[],
): Parameter[] {
  return gradients.map((values, i) => {
    const p = parameter([...values], { dtype: dtypes[i % dtypes.length]! });
    p.grad = tensor([...values], { dtype: p.dtype });
    return p;
  });
}

const gradientsOf = (parameters: readonly Parameter[]): number[] =>
  parameters.flatMap((p) => [...p.grad!.dataSync()]);

/** Their largest is taken off first, so that nothing over- or underflows. */
function norm(values: readonly number[]): number {
  const most = Math.max(...values.map(Math.abs)) || 1;
  return most * Math.sqrt(values.reduce((total, x) => total + (x / most) ** 2, 0));
}

describe("clipGradNorm", () => {
  const groups: readonly (readonly DType[])[] = [["float32"], ["float64"], ["float32", "float64"]];

  test.each(groups)("of any size (%s, %s)", (...dtypes) => {
    const [low, high] = dtypes.includes("float32") ? [-30, 30] : [-300, 300];
    const number = fc
      .tuple(fc.integer({ min: low, max: high }), fc.double({ min: -9, max: 9, noNaN: true }))
      .map(([exponent, x]) => Math.fround(x) * 10 ** exponent)
      .map((x) => (dtypes.includes("float32") ? Math.fround(x) : x));
    const gradients = fc.array(fc.array(number, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(gradients, fc.constantFrom(1, 1e-3, 1e3), (values, most) => {
        const parameters = withGradients(values, dtypes);
        const right = norm(values.flat());
        const given = clipGradNorm(parameters, most).itemSync();
        const least = dtypes.includes("float32") ? 1e-38 : 1e-300;
        expect(Math.abs(given - right)).toBeLessThanOrEqual(2e-7 * right + least);
        const scale = Math.min(1, most / (right + 1e-6));
        gradientsOf(parameters).forEach((g, i) => {
          const wanted = values.flat()[i]! * scale;
          expect(Math.abs(g - wanted)).toBeLessThanOrEqual(3e-7 * Math.abs(wanted) + least);
        });
      }),
      { numRuns: 25 },
    );
  });

  test("for example 1e20 and 1e-25 in float32", () => {
    const large = withGradients([[3e20], [4e20]], ["float32"]);
    expect(clipGradNorm(large, 1).itemSync() / 5e20).toBeCloseTo(1, 6);
    expect(gradientsOf(large)[0]).toBeCloseTo(0.6, 6);
    const huge = withGradients([[1.5e38], [2e38]], ["float32"]);
    clipGradNorm(huge, 1e-6);
    expect(gradientsOf(huge)[0]! / 6e-7).toBeCloseTo(1, 6);
    expect(gradientsOf(huge)[1]! / 8e-7).toBeCloseTo(1, 6);
    const small = withGradients([[3e-25], [4e-25]], ["float32"]);
    expect(clipGradNorm(small, 1).itemSync() / 5e-25).toBeCloseTo(1, 6);
    expect(gradientsOf(small)).toEqual([Math.fround(3e-25), Math.fround(4e-25)]);
  });

  test.each(groups)("of what is infinite or NaN (%s, %s)", (...dtypes) => {
    const infinite = withGradients([[Infinity, 1], [2]], dtypes);
    expect(clipGradNorm(infinite, 1).itemSync()).toBe(Infinity);
    expect(gradientsOf(infinite)).toEqual([NaN, 0, 0]);
    const nan = withGradients([[Infinity, 1], [NaN]], dtypes);
    expect(clipGradNorm(nan, 1).itemSync()).toBe(NaN);
    expect(gradientsOf(nan)).toEqual([NaN, NaN, NaN]);
  });

  test("has the dtype of the gradients, and 0 of none", () => {
    expect(clipGradNorm(withGradients([[1]], ["float32"]), 1).dtype).toBe("float32");
    expect(clipGradNorm(withGradients([[1], [1]], ["float32", "float64"]), 1).dtype).toBe(
      "float64",
    );
    expect(clipGradNorm([parameter([1])], 1).itemSync()).toBe(0);
    const zero = withGradients([[0, 0]], ["float32"]);
    expect(clipGradNorm(zero, 1).itemSync()).toBe(0);
    expect(gradientsOf(zero)).toEqual([0, 0]);
  });
});
