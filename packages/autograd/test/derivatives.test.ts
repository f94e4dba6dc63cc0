// Derivatives keep the digits that their functions have: against values of any precision (fixtures/), and
// float32 against float64 everywhere.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decoded, readCases } from "../../../fixtures/cases.ts";
import { bounds, errorOf, isExcepted, withDerivatives } from "./derivative-accuracy.ts";

const cases = readCases("derivatives");
/** As many at a time, for one plan; 0.5 is added where there are fewer. */
const count = 96;
const filled = (x: readonly number[]): number[] =>
  Array.from({ length: count }, (_, i) => x[i] ?? 0.5);
const orders = ["value", "first derivative", "second derivative"];

describe.each([...new Set(cases.map(({ call }) => call))])("%s", (name) => {
  test.each(["float32", "float64"] as const)("of %s is within its bounds", (dtype) => {
    const [one] = cases.filter(({ call, inputs }) => call === name && inputs[0]![0] === dtype);
    const x = [...decoded(one!.inputs[0]!).dataSync()];
    const right = one!.outputs.map((output) => decoded(output).dataSync());
    expect(right.length).toBe(orders.length);
    withDerivatives(name, dtype, filled(x)).forEach((given, order) => {
      let tried = 0;
      x.forEach((_, i) => {
        const [y, wanted] = [given[i]!, right[order]![i]!];
        if (Number.isNaN(wanted) || isExcepted(name, order, x[i]!)) return;
        tried++;
        const error = errorOf(y, wanted, 0, dtype);
        // Half a unit more: of float64 the right result is rounded, too.
        const what = `${name}, ${orders[order]}, at ${x[i]} is ${y}, not ${wanted}`;
        if (!(error <= bounds[order]! + 0.5)) throw new Error(`${what}: ${error} ulp`);
      });
      if (!isExcepted(name, order, 0.1)) expect(tried).toBeGreaterThan(10);
    });
  });

  test("of float32 is that of float64, rounded", () => {
    const far = fc
      .tuple(fc.integer({ min: -30, max: 29 }), fc.double({ min: -10, max: 10, noNaN: true }))
      .map(([exponent, x]) => x * 10 ** exponent);
    // Uniform, as doubles of fast-check are not: most of those are near 0.
    const near = fc.integer({ min: -40 * 2 ** 20, max: 40 * 2 ** 20 }).map((x) => x / 2 ** 20);
    // Circles are measured as far as their reduction is exact.
    const most = ["sin", "cos", "tan"].includes(name) ? 6000 : Infinity;
    const number = fc
      .oneof(far, near)
      .map(Math.fround)
      .filter((x) => Math.abs(x) < most && x !== 0);
    fc.assert(
      fc.property(fc.array(number, { minLength: count, maxLength: count }), (x) => {
        const wide = withDerivatives(name, "float64", x);
        const isOutside = wide[0]!.map(Number.isNaN);
        withDerivatives(name, "float32", x).forEach((given, order) => {
          given.forEach((y, i) => {
            const wanted = wide[order]![i]!;
            const size = Math.abs(wanted);
            const isNormal = size === 0 || (size > 2 ** -126 && size < 2 ** 127);
            if (!isNormal || isOutside[i] || isExcepted(name, order, x[i]!)) return;
            const what = `${name}, ${orders[order]}, at ${x[i]} is ${y}, not ${wanted}`;
            const error = errorOf(y, wanted, 0, "float32");
            if (!(error <= bounds[order]!)) throw new Error(`${what}: ${error} ulp`);
          });
        });
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });
});

describe("tanh and sigmoid, whose derivatives are of their values", () => {
  test("have them within a few units in the last place of 1", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const unit = dtype === "float32" ? 2 ** -24 : 2 ** -53;
      const x = Array.from({ length: 400 }, (_, i) => (i - 200) / 5);
      const [, ofTanh] = withDerivatives("tanh", dtype, x);
      const [, ofSigmoid] = withDerivatives("sigmoid", dtype, x);
      x.forEach((at, i) => {
        const rounded = dtype === "float32" ? Math.fround(at) : at;
        const sech = 1 / Math.cosh(rounded);
        expect(Math.abs(ofTanh![i]! - sech * sech)).toBeLessThanOrEqual(8 * unit);
        const power = Math.exp(-Math.abs(rounded));
        const right = power / (1 + power) ** 2;
        expect(Math.abs(ofSigmoid![i]! - right)).toBeLessThanOrEqual(4 * unit);
      });
    }
  });
});
