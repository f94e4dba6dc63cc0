// Functions of fixed-point numbers with 256 bits behind the point.
import type { OperatorName } from "../../packages/autograd/src/scalar/operators.ts";

const places = 256n;
const one = 1n << places;
const parts = new DataView(new ArrayBuffer(8));

/** A float64 as a fixed-point number. */
export function fixed(x: number): bigint {
  parts.setFloat64(0, x);
  const bits = parts.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = (bits & 0xfffffffffffffn) | (exponent === 0n ? 0n : 1n << 52n);
  const shift = places - 1075n + (exponent === 0n ? 1n : exponent);
  const size = shift >= 0n ? fraction << shift : fraction >> -shift;
  return bits >> 63n ? -size : size;
}

/** |x|, whose bits behind the point do not matter where there are hundreds before it. */
export function sizeOf(x: bigint): number {
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

/** The angle is halved until its series is short. */
function arctanOf(x: bigint): bigint {
  let t = x;
  for (let i = 0; i < 8; i++) t = over(t, one + squareRoot(one + times(t, t)));
  const square = times(t, t);
  let [sum, power] = [0n, t];
  for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
    sum += power / k;
    power = -times(power, square);
  }
  return sum << 8n;
}

const arcsinOf = (x: bigint): bigint => arctanOf(over(x, squareRoot(one - times(x, x))));

/** The angle of a point, from -pi to pi. */
function angleOf(y: bigint, x: bigint): bigint {
  if (x < 0n) return angleOf(y, -x) * -1n + (y < 0n ? -2n : 2n) * halfPi;
  const size = y < 0n ? -y : y;
  const angle = size > x ? halfPi - arctanOf(over(x, size)) : arctanOf(over(size, x));
  return y < 0n ? -angle : angle;
}

/** The results that are right, of one operand or two. */
export const exact: Readonly<Partial<Record<OperatorName, (x: bigint, y: bigint) => bigint>>> = {
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
  pow: (x, y) => expOf(times(y, logOf(x))),
  atan2: angleOf,
  asin: arcsinOf,
  acos: (x) => halfPi - arcsinOf(x),
  atan: arctanOf,
  sinh: (x) => (expOf(x) - expOf(-x)) / 2n,
  cosh: (x) => (expOf(x) + expOf(-x)) / 2n,
  asinh: (x) => (x < 0n ? -1n : 1n) * logOf((x < 0n ? -x : x) + squareRoot(times(x, x) + one)),
  acosh: (x) => logOf(x + squareRoot(times(x, x) - one)),
  atanh: (x) => (logOf(one + x) - logOf(one - x)) / 2n,
};
