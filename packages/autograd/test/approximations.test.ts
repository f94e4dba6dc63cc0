// What stands for Math's functions in WebAssembly. `pnpm ulp` measures more, and against better.
import fc from "fast-check";
import { expect, test } from "vitest";
import { approximated, approximationOf } from "../src/engine/kernel/approximations.ts";
import { allocate, type Float } from "../src/scalar/dtype.ts";
import { evaluateAll } from "../src/scalar/evaluate.ts";
import { type OperatorName, operators } from "../src/scalar/operators.ts";

function approximate(operator: OperatorName, dtype: Float, inputs: readonly number[]): number[] {
  const given = allocate(dtype, inputs.length);
  given.set(inputs);
  const outputs = allocate(dtype, inputs.length);
  evaluateAll(approximationOf(operator, dtype)!.value, [given], [dtype], outputs);
  return [...outputs];
}

const fractionBits = { float32: 23, float64: 52 };
const leastExponent = { float32: -126, float64: -1022 };

/** Distance from `x` to the next number. */
function ulpOf(x: number, dtype: Float): number {
  const exponent = Math.floor(Math.log2(Math.abs(x)));
  return 2 ** (Math.max(exponent, leastExponent[dtype]) - fractionBits[dtype]);
}

const draws = { float32: fc.float({ noNaN: true }), float64: fc.double({ noNaN: true }) };
/** Measured bounds are in docs/accuracy.md; Math's own error is below one ulp of float64. */
const bounds = { float32: 2, float64: 5 };
/** Of products with an exponential, which has an error of its own. */
const wider: Partial<Record<OperatorName, number>> = { erfc: 3, normalCdf: 5 };

for (const dtype of ["float32", "float64"] as const) {
  test.each(approximated)(`%s of any ${dtype} is within its bound`, (operator) => {
    const { limit = Number.POSITIVE_INFINITY } = approximationOf(operator, dtype)!;
    const near = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(draws[dtype], near), (drawn) => {
        const x = dtype === "float32" ? Math.fround(drawn) : drawn;
        if (Math.abs(x) > limit) return;
        const [given] = approximate(operator, dtype, [x]) as [number];
        const wanted = operators[operator].evaluate(x, 0, 0);
        const rounded = dtype === "float32" ? Math.fround(wanted) : wanted;
        if (Object.is(given, rounded)) return;
        const off = Math.abs(given - wanted) / ulpOf(wanted, dtype);
        const bound = Math.max(bounds[dtype], wider[operator] ?? 0);
        expect(off, `${operator}(${x}) is ${given}, not ${wanted}`).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 2000 },
    );
  });

  // Where exponentials over- and underflow: every thousandth of a step of n.
  test.each(approximated)(`%s of ${dtype} is no NaN where the exponent ends`, (operator) => {
    const { limit = Number.POSITIVE_INFINITY } = approximationOf(operator, dtype)!;
    const end = dtype === "float32" ? 127 : 1023;
    const inputs = Array.from({ length: 5000 }, (_, i) => (end + i / 1000) * Math.LN2)
      .flatMap((x) => [x, -x, x / 2, -x / 2])
      .filter((x) => Math.abs(x) <= limit);
    const given = approximate(operator, dtype, inputs);
    const wrong = inputs.filter((x, i) => {
      return Number.isNaN(given[i]) && !Number.isNaN(operators[operator].evaluate(x, 0, 0));
    });
    expect(wrong).toEqual([]);
  });

  test.each(approximated)(`%s of what is special in ${dtype}`, (operator) => {
    const { limit } = approximationOf(operator, dtype)!;
    const infinities = limit === undefined ? [Infinity, -Infinity, Number.NaN] : [];
    const special = [0, -0, 1, -1, -2, 1e-45, -1e-45, 1e30, -1e30, ...infinities].filter(
      (x) => limit === undefined || Math.abs(x) <= limit,
    );
    const round = (x: number) => (dtype === "float32" ? Math.fround(x) : x);
    const wanted = special.map((x) => round(operators[operator].evaluate(round(x), 0, 0)));
    approximate(operator, dtype, special).forEach((given, i) => {
      const isRight =
        Object.is(given, wanted[i]) || Math.abs(given - wanted[i]!) <= 2 * ulpOf(wanted[i]!, dtype);
      expect(isRight, `${operator}(${special[i]}) is ${given}, not ${wanted[i]}`).toBe(true);
      if (given === 0) expect(Object.is(given, wanted[i])).toBe(true);
    });
  });
}
