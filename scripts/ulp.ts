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
import { allocate, type Float } from "../packages/autograd/src/scalar/dtype.ts";
import { evaluateAll } from "../packages/autograd/src/scalar/evaluate.ts";
import { type OperatorName, operators } from "../packages/autograd/src/scalar/operators.ts";
import { longSums } from "./long-sums.ts";
import { derivativesSection } from "./ulp/derivatives.ts";
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

// float64: fixed-point numbers with 256 bits behind the point

const places = 256n;
const one = 1n << places;
const parts = new DataView(new ArrayBuffer(8));

function fixed(x: number): bigint {
  parts.setFloat64(0, x);
  const bits = parts.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = (bits & 0xfffffffffffffn) | (exponent === 0n ? 0n : 1n << 52n);
  const shift = places - 1075n + (exponent === 0n ? 1n : exponent);
  const size = shift >= 0n ? fraction << shift : fraction >> -shift;
  return bits >> 63n ? -size : size;
}

/** |x|, whose bits behind the point do not matter where there are hundreds before it. */
function sizeOf(x: bigint): number {
  const size = x < 0n ? -x : x;
  return size >> (2n * places) > 0n ? Number(size >> places) : Number(size) / 2 ** Number(places);
}

const times = (a: bigint, b: bigint): bigint => (a * b) >> places;
const over = (a: bigint, b: bigint): bigint => (a << places) / b;

/** Adds terms, each made from the one before, until they vanish. */
function series(first: bigint, next: (term: bigint, k: bigint) => bigint): bigint {
  let [sum, term] = [0n, first];
  for (let k = 1n; term !== 0n && term !== -1n; k++) {
    sum += term;
    term = next(term, k);
  }
  return sum;
}

/** 2 artanh((x - 1) / (x + 1)), for x near 1. */
function logNear1(x: bigint): bigint {
  const t = over(x - one, x + one);
  const square = times(t, t);
  let [sum, power] = [0n, t];
  for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
    sum += power / k;
    power = times(power, square);
  }
  return 2n * sum;
}

const ln2 = -logNear1(one / 2n);

function logOf(x: bigint): bigint {
  const e = BigInt(x.toString(2).length) - 1n - places;
  return e * ln2 + logNear1(e >= 0n ? x >> e : x << -e);
}

function expOf(x: bigint): bigint {
  const n = (2n * x + ln2) / (2n * ln2);
  const small = series(one, (term, k) => times(term, (x - n * ln2) >> 8n) / k);
  let value = small;
  for (let i = 0; i < 8; i++) value = times(value, value);
  return n >= 0n ? value << n : value >> -n;
}

/** Machin's formula: pi/4 = 4 arctan 1/5 - arctan 1/239. */
function arctanOfReciprocal(n: bigint): bigint {
  let [sum, power, sign] = [0n, one / n, 1n];
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += (sign * power) / k;
    power /= n * n;
    sign = -sign;
  }
  return sum;
}
const halfPi = 2n * (4n * arctanOfReciprocal(5n) - arctanOfReciprocal(239n));

function sinOf(x: bigint, shift: bigint): bigint {
  const n = (2n * x + halfPi * (x < 0n ? -1n : 1n)) / (2n * halfPi);
  const r = x - n * halfPi;
  const square = times(r, r);
  const quarter = (((n + shift) % 4n) + 4n) % 4n;
  const isOdd = quarter % 2n === 1n;
  const value = isOdd
    ? series(one, (term, k) => -times(term, square) / (2n * k * (2n * k - 1n)))
    : series(r, (term, k) => -times(term, square) / (2n * k * (2n * k + 1n)));
  return quarter >= 2n ? -value : value;
}

/** The sum of (-1)^n x^(2n + 1) / (n! (2n + 1)). */
function erfSeries(x: bigint): bigint {
  const square = times(x, x);
  let [sum, power] = [0n, x];
  for (let n = 1n; power !== 0n && power !== -1n; n++) {
    sum += power / (2n * n - 1n);
    power = -times(power, square) / n;
  }
  return sum;
}

/** By Newton's method, from above. */
function squareRoot(x: bigint): bigint {
  let root = x + one;
  for (let next = 0n; ; root = next) {
    next = (root + over(x, root)) / 2n;
    if (next >= root) return root;
  }
}

const erfOf = (x: bigint): bigint => times(over(2n * one, squareRoot(2n * halfPi)), erfSeries(x));
const rootOf2 = squareRoot(2n * one);

const exact: Readonly<Partial<Record<OperatorName, (x: bigint) => bigint>>> = {
  exp: expOf,
  expm1: (x) => expOf(x) - one,
  tanh: (x) => {
    const e = expOf(2n * x);
    return over(e - one, e + one);
  },
  erf: erfOf,
  erfc: (x) => one - erfOf(x),
  normalCdf: (x) => (one + erfOf(over(x, rootOf2))) / 2n,
  log: logOf,
  log2: (x) => over(logOf(x), ln2),
  log1p: (x) => logOf(x + one),
  sin: (x) => sinOf(x, 0n),
  cos: (x) => sinOf(x, 1n),
};

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
};
const draws = 20_000;

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
      const wanted = exact[operator]!(fixed(x));
      const off = fixed(outputs[i]!) - wanted;
      const size = sizeOf(wanted);
      const ulp = 2 ** (Math.max(Math.floor(Math.log2(size)), -1022) - 52);
      const error = sizeOf(off) / ulp;
      if (isWorse(error, worst)) worst = { error, at: x, count };
    });
  }
  return { ...worst, count };
}

/** Multiples of the golden ratio modulo 1: evenly spread, with all low bits in use. */
function sequence(i: number): number {
  return (0.5 + i * 0.6180339887498949) % 1;
}

const bounds: Readonly<Record<Float, number>> = { float32: 2, float64: 4 };
/** Of products with an exponential, which has an error of its own. */
const wider: Readonly<Partial<Record<OperatorName, number>>> = { erfc: 3, normalCdf: 5 };
const rows: string[] = [];
for (const dtype of ["float32", "float64"] as const) {
  for (const operator of approximated) {
    const { error, at, count } = dtype === "float32" ? worst32(operator) : worst64(operator);
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
numbers compared with 256-bit arithmetic. Beyond the inputs that are named, and for operators that are
not here (\`pow\`, \`atan2\`, \`remainder\`, \`lgamma\`, \`digamma\`), WebAssembly asks the host, element by element.
Float32 products and their additions are rounded once here, as relaxed SIMD does where the host has it.

| operator | dtype | largest error (ulp) | at | inputs | tried |
|---|---|---|---|---|---|
${rows.join("\n")}

What is made of them adds its own roundings: \`sigmoid\` is 1 / (1 + exp(-x)), with two more. \`lgamma\` and
\`digamma\` are computed in float64 by sums, products and logarithms that are the same in Node 20 and 24; \`lgamma\`
is within some 4 ulp for x > 0, beside its zeros 1 and 2, too, and \`digamma\` within 2.

${longSums()}
${derivatives.text}`;
writeFileSync(fileURLToPath(new URL("../docs/accuracy.md", import.meta.url)), page);
if (process.exitCode === 1)
  console.error("beyond a bound: of an operator 2 ulp in float32 and 4 in float64");
