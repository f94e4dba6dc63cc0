// How far the approximations of engine/kernel/approximations.ts are off, in units in the last place of
// the right result. float32: one of every 509 bit patterns (a prime, so that all low bits occur), and all
// next to what is special, against float64, whose own error is a billionth of that. float64: random
// numbers against fixed-point arithmetic of 256 bits. Derivatives: ulp/derivatives.ts. Writes
// docs/accuracy.md.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  approximated,
  approximationOf,
} from "../packages/autograd/src/engine/kernel/approximations.ts";
import { allocate, type Data, type Float } from "../packages/autograd/src/scalar/dtype.ts";
import { evaluateAll } from "../packages/autograd/src/scalar/evaluate.ts";
import { type OperatorName, operators } from "../packages/autograd/src/scalar/operators.ts";
import { longSums } from "./long-sums.ts";
import { derivativesSection } from "./ulp/derivatives.ts";
import { exact, fixed, sizeOf } from "./ulp/exact.ts";
import { isWorse } from "./ulp/worst.ts";

interface Worst {
  readonly error: number;
  readonly at: number;
  readonly count: number;
}

// float32

const stride = 509;
const chunk = 2 ** 20;

function worst32(operator: OperatorName): Worst {
  const { value, limit = Number.POSITIVE_INFINITY } = approximationOf(operator, "float32")!;
  const { evaluate } = operators[operator];
  let worst: Worst = { error: 0, at: 0, count: 0 };
  let count = 0;
  const bits = new Uint32Array(chunk);
  const inputs = new Float32Array(bits.buffer);
  const outputs = allocate("float32", chunk) as Float32Array;
  for (let from = 0; from < 2 ** 32; from += chunk * stride) {
    for (let i = 0; i < chunk; i++) bits[i] = Math.min(from + i * stride, 2 ** 32 - 1);
    evaluateAll(value, [inputs], ["float32"], outputs);
    for (let i = 0; i < chunk; i++) {
      const x = inputs[i]!;
      if (Number.isNaN(x) || Math.abs(x) > limit) continue;
      count++;
      const error = error32(outputs[i]!, evaluate(x, 0, 0));
      if (isWorse(error, worst)) worst = { error, at: x, count };
    }
  }
  return { ...worst, count };
}

/** NaN where one of them is NaN, and infinity where one of them is infinite, alone. */
function error32(given: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(given, rounded) && !Number.isFinite(rounded)) return 0;
  if (exact === 0) return Object.is(given, exact) ? 0 : Number.NaN;
  // Infinity stands for 2^128.
  const finite = Number.isFinite(given) ? given : Math.sign(given) * 2 ** 128;
  return Math.abs(finite - exact) / ulp32(exact);
}

function ulp32(x: number): number {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), -126);
  return 2 ** (Math.min(exponent, 127) - 23);
}

// float64

/** Where random numbers are drawn: between these, by size or by exponent. */
const ranges64: Readonly<Partial<Record<OperatorName, readonly (readonly [number, number])[]>>> = {
  exp: [
    [-100, 700],
    [-1, 1],
  ],
  expm1: [
    [-40, 700],
    [-1, 1],
    [-1e-5, 1e-5],
  ],
  tanh: [
    [-22, 22],
    [-1, 1],
    [-1e-5, 1e-5],
  ],
  erf: [
    [-7, 7],
    [-1.5, 1.5],
    [-1e-5, 1e-5],
  ],
  // Beyond, too few of the 256 bits are left.
  erfc: [
    [-7, 8],
    [-1.5, 1.5],
    [-1e-5, 1e-5],
  ],
  normalCdf: [
    [-11, 10],
    [-2, 2],
    [-1e-5, 1e-5],
  ],
  log: [
    [1e-30, 1e30],
    [0.5, 2],
    [0.999, 1.001],
  ],
  log2: [
    [1e-30, 1e30],
    [0.5, 2],
    [0.999, 1.001],
  ],
  log1p: [
    [-0.999, 1e30],
    [-0.5, 1],
    [-1e-5, 1e-5],
  ],
  sin: [
    [-1e6, 1e6],
    [-7, 7],
  ],
  cos: [
    [-1e6, 1e6],
    [-7, 7],
  ],
  asin: [
    [-1, 1],
    [0.99, 1],
    [-1e-5, 1e-5],
  ],
  acos: [
    [-1, 1],
    [0.99, 1],
    [-1e-5, 1e-5],
  ],
  atan: [
    [-1, 1],
    [-10, 10],
    [1e-30, 1e30],
  ],
  sinh: [
    [-100, 700],
    [-1, 1],
    [-1e-5, 1e-5],
  ],
  cosh: [
    [-100, 700],
    [-1, 1],
  ],
  asinh: [
    [-3, 3],
    [-1e-5, 1e-5],
    [1e-30, 1e30],
  ],
  acosh: [
    [1, 3],
    [1, 1.001],
    [2, 1e30],
  ],
  atanh: [
    [-1, 1],
    [-0.5, 0.5],
    [-1e-5, 1e-5],
  ],
};
const draws = 20_000;

function error64(given: number, wanted: bigint): number {
  const ulp = 2 ** (Math.max(Math.floor(Math.log2(sizeOf(wanted))), -1022) - 52);
  return sizeOf(fixed(given) - wanted) / ulp;
}

function worst64(operator: OperatorName): Worst {
  const { value } = approximationOf(operator, "float64")!;
  let worst: Worst = { error: 0, at: 0, count: 0 };
  let count = 0;
  for (const [from, to] of ranges64[operator]!) {
    const inputs = Float64Array.from({ length: draws }, (_, i) => from + (to - from) * sequence(i));
    if (from > 0 && to / from > 1e6) {
      const [low, high] = [Math.log(from), Math.log(to)];
      inputs.forEach((_, i) => (inputs[i] = Math.exp(low + (high - low) * sequence(i))));
    }
    const outputs = allocate("float64", draws) as Float64Array;
    evaluateAll(value, [inputs], ["float64"], outputs);
    inputs.forEach((x, i) => {
      count++;
      const wanted = exact[operator]!(fixed(x), 0n);
      const error = error64(outputs[i]!, wanted);
      if (isWorse(error, worst)) worst = { error, at: x, count };
    });
  }
  return { ...worst, count };
}

// Operators on two numbers

/** Of powers, the exponents (to base 2) of bases and results; in float64 as far as 256 bits reach. */
const powers: Readonly<
  Record<Float, { readonly base: number; readonly from: number; readonly to: number }>
> = {
  float32: { base: 126, from: -140, to: 126 },
  float64: { base: 170, from: -150, to: 1000 },
};

/** Pairs for which the result is neither infinite nor 0. */
const pairs: Readonly<
  Partial<Record<OperatorName, (dtype: Float, i: number) => readonly [number, number]>>
> = {
  pow: (dtype, i) => {
    const { base, from, to } = powers[dtype];
    // Half of the bases are close to 1.
    const drawn = 2 ** ((2 * sequence(i) - 1) * (i % 2 === 0 ? base : 1));
    const a = dtype === "float32" ? Math.fround(drawn) : drawn;
    return [a, (from + (to - from) * sequence(3 * i + 1)) / Math.log2(a)];
  },
  atan2: (_, i) => {
    const [rise, run] = [2 * sequence(i) - 1, 2 * sequence(3 * i + 1) - 1];
    return [rise, i % 2 === 0 ? run : run * 2 ** (40 * sequence(7 * i) - 20)];
  },
};
/** Pairs that are tried. */
const tried: Readonly<Record<Float, number>> = { float32: 2 ** 22, float64: 2 ** 16 };

function worstOfPairs(operator: OperatorName, dtype: Float): WorstOfPairs {
  const { value } = approximationOf(operator, dtype)!;
  const count = tried[dtype];
  const [a, b, outputs] = [0, 1, 2].map(() => allocate(dtype, count)) as [Data, Data, Data];
  for (let i = 0; i < count; i++) [a[i], b[i]] = pairs[operator]!(dtype, i) as [number, number];
  evaluateAll(value, [a, b], [dtype, dtype], outputs);
  let worst: WorstOfPairs = { error: 0, at: "", count };
  for (let i = 0; i < count; i++) {
    const [x, y, given] = [a[i]!, b[i]!, outputs[i]!];
    const error =
      dtype === "float32"
        ? error32(given, operators[operator].evaluate(x, y, 0))
        : error64(given, exact[operator]!(fixed(x), fixed(y)));
    if (isWorse(error, worst)) worst = { error, at: `${x}, ${y}`, count };
  }
  return worst;
}

interface WorstOfPairs {
  readonly error: number;
  readonly at: string;
  readonly count: number;
}

/** Multiples of the golden ratio modulo 1: evenly spread, with all low bits in use. */
function sequence(i: number): number {
  return (0.5 + i * 0.6180339887498949) % 1;
}

function worstOf(operator: OperatorName, dtype: Float): Worst | WorstOfPairs {
  if (operators[operator].arity === 2) return worstOfPairs(operator, dtype);
  return dtype === "float32" ? worst32(operator) : worst64(operator);
}

const bounds: Readonly<Record<Float, number>> = { float32: 2, float64: 4 };
/** Of products with an exponential, which has an error of its own. */
const wider: Readonly<Partial<Record<OperatorName, number>>> = { erfc: 3, normalCdf: 5 };
const rows: string[] = [];
for (const dtype of ["float32", "float64"] as const) {
  for (const operator of approximated) {
    const { error, at, count } = worstOf(operator, dtype);
    const { limit } = approximationOf(operator, dtype)!;
    const inputs = limit === undefined ? "all" : `|x| <= ${limit.toPrecision(4)}`;
    rows.push(`| ${operator} | ${dtype} | ${error.toFixed(2)} | ${at} | ${inputs} | ${count} |`);
    console.log(rows.at(-1));
    if (!(error <= Math.max(bounds[dtype], wider[operator] ?? 0))) process.exitCode = 1;
  }
}

const derivatives = derivativesSection();
if (!derivatives.isGood) process.exitCode = 1;

const page = `# Accuracy

Sums, products, quotients, square roots, comparisons and roundings are those of IEEE 754 on every back end.
The functions below are approximations in WebAssembly (\`engine/kernel/approximations\`), and the host's
\`Math\` in the reference. Errors are in units in the last place of the right result, the largest found by
\`pnpm ulp\`, which wrote this page: in float32 over one of every ${stride} bit patterns, in float64 over random
numbers compared with 256-bit arithmetic; of two operands over random pairs. Beyond the inputs that are named, and
for operators that are not here (\`remainder\`, \`lgamma\`, \`digamma\`, powers of whole numbers), WebAssembly asks the
host, element by element.
Float32 products and their additions are rounded once here, as relaxed SIMD does where the host has it.

| operator | dtype | largest error (ulp) | at | inputs | tried |
|---|---|---|---|---|---|
${rows.join("\n")}

What is made of them adds its own roundings: \`sigmoid\` is 1 / (1 + exp(-x)), with two more. \`lgamma\` and
\`digamma\` are computed in float64 by sums and products alone, which have the same bits everywhere; \`lgamma\`
is within some 4 ulp for x > 0, beside its zeros 1 and 2, too, and \`digamma\` within 2.

${longSums()}
${derivatives.text}`;
writeFileSync(fileURLToPath(new URL("../docs/accuracy.md", import.meta.url)), page);
if (process.exitCode === 1)
  console.error("beyond a bound: of an operator 2 ulp in float32 and 4 in float64");
