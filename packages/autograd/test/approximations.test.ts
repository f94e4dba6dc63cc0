// What stands for Math's functions in WebAssembly. `pnpm ulp` measures more, and against better.
import fc from "fast-check";
import { expect, test } from "vitest";
import { approximated, approximationOf } from "../src/engine/kernel/approximations.ts";
import { allocate, type Float } from "../src/scalar/dtype.ts";
import { evaluateAll } from "../src/scalar/evaluate.ts";
import { type OperatorName, operators } from "../src/scalar/operators.ts";

function approximate(
  operator: OperatorName,
  dtype: Float,
  ...inputs: readonly (readonly number[])[]
): number[] {
  const given = inputs.map((own) => {
    const elements = allocate(dtype, own.length);
    elements.set(own);
    return elements;
  });
  const outputs = allocate(dtype, given[0]!.length);
  const types = given.map(() => dtype);
  evaluateAll(approximationOf(operator, dtype)!.value, given, types, outputs);
  return [...outputs];
}

const ofOne = approximated.filter((name) => operators[name].arity === 1);
const ofTwo = approximated.filter((name) => operators[name].arity === 2);

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
  test.each(ofOne)(`%s of any ${dtype} is within its bound`, (operator) => {
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
  test.each(ofOne)(`%s of ${dtype} is no NaN where the exponent ends`, (operator) => {
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

  test.each(ofOne)(`%s of what is special in ${dtype}`, (operator) => {
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

  test.each(ofTwo)(`%s of any two ${dtype} is within its bound`, (operator) => {
    const near = fc.double({ min: -20, max: 20, noNaN: true });
    const round = (x: number) => (dtype === "float32" ? Math.fround(x) : x);
    const number = fc.oneof(draws[dtype], near, fc.integer({ min: -9, max: 9 })).map(round);
    fc.assert(
      fc.property(number, number, (a, b) => {
        const [given] = approximate(operator, dtype, [a], [b]) as [number];
        const wanted = operators[operator].evaluate(a, b, 0);
        if (Object.is(given, round(wanted))) return;
        const off = Math.abs(given - wanted) / ulpOf(wanted, dtype);
        expect(off, `${operator}(${a}, ${b}) is ${given}, not ${wanted}`).toBeLessThanOrEqual(
          bounds[dtype],
        );
      }),
      { numRuns: 4000 },
    );
  });

  test.each(ofTwo)(`%s of what is special in ${dtype}`, (operator) => {
    const round = (x: number) => (dtype === "float32" ? Math.fround(x) : x);
    const special = [
      ...[0, 1, 2, 3, 0.5, 2.5, 1e-45, 5e-324, 1e30, 2 ** 31 + 1, Infinity, Number.NaN],
      ...[1 - 2 ** -24, 1 + 2 ** -52, 3e38, 1e300, 2 ** 53 - 1],
    ].flatMap((x) => [round(x), round(-x)]);
    const pairs = special.flatMap((a) => special.map((b) => [a, b] as const));
    const [first, second] = [0, 1].map((i) => pairs.map((pair) => pair[i]!)) as [
      number[],
      number[],
    ];
    const given = approximate(operator, dtype, first, second);
    const wrong = pairs.flatMap(([a, b], i) => {
      const wanted = round(operators[operator].evaluate(a, b, 0));
      const isRight =
        Object.is(given[i], wanted) ||
        (given[i] !== 0 && Math.abs(given[i]! - wanted) <= 2 * ulpOf(wanted, dtype));
      return isRight ? [] : [`${operator}(${a}, ${b}) is ${given[i]}, not ${wanted}`];
    });
    expect(wrong).toEqual([]);
  });
}
