// The logarithm of the gamma function and its derivatives, which Math lacks. M. Abramowitz and I.
// A. Stegun, "Handbook of Mathematical Functions", 1964, 6.1.33, 6.1.40, 6.3.5, 6.3.7, 6.3.18,
// 6.4.6, 6.4.7, 6.4.11. Sums and products alone, which have the same bits on every host, and in C
// (packages/native/src/c/gamma-function.ts).
import { artanhSeries, cosineSeries, log2Parts, sineSeries } from "./coefficients.ts";
import { logarithm } from "./logarithm.ts";
import { polynomial } from "./polynomial.ts";

/** From here on eight terms of the asymptotic series are accurate to the last bits. */
const least = 12;

/** B_2, B_4, …, B_16. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** log(2 pi) / 2. */
const halfLogOfTurn = 0.9189385332046727;

/** 1 minus Euler's constant. */
const oneMinusEuler = 0.42278433509846713;

/**
 * log Gamma(2 + z) = z (`oneMinusEuler` + z c[0] + z^2 c[1] + …), c[k - 2] = ±(zeta(k) - 1) / k.
 */
const aroundTwo = [
  0.3224670334241132, -0.0673523010531981, 0.020580808427784546, -0.007385551028673986,
  0.0028905103307415234, -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939,
  9.945751278180853e-5, -4.492623673813314e-5, 2.050721277567069e-5, -9.439488275268397e-6,
  4.374866789907488e-6, -2.039215753801366e-6, 9.55141213040742e-7, -4.492469198764566e-7,
  2.1207184805554665e-7, -1.0043224823968099e-7, 4.7698101693639804e-8, -2.2711094608943164e-8,
  1.0838659214896955e-8, -5.183475041970047e-9, 2.4836745438024785e-9, -1.1921401405860912e-9,
  5.731367241678862e-10, -2.7595228851242334e-10, 1.330476437424449e-10, -6.4229645638381e-11,
  3.1044247747322276e-11,
];

/** Coefficients of its derivative: digamma(2 + z) = `oneMinusEuler` + z (c[0] + z c[1] + …). */
const slopesAroundTwo = aroundTwo.map((coefficient, i) => (i + 2) * coefficient);

/** The zero of digamma, and its rounding error. */
const zero = 1.4616321449683622;
const zeroLost = 9.549995429965697e-17;

/** digamma(`zero` + z) = z (c[0] + z c[1] + …). */
const aroundZero = [
  0.9676722454476212, -0.4427631689835921, 0.258499760955651, -0.16394270544240652,
  0.10782405069126237, -0.07219956125645471, 0.04880428816414311, -0.03316112647484736,
  0.022597648232218104, -0.01542476590494896, 0.010538791616612175, -0.007204534386356869,
  0.004926781395729853, -0.003369801655439328, 0.002305126326734928, -0.0015769367714301972,
  0.0010788252019162967, -0.0007380709389960052, 0.000504953265834602, -0.0003454680251063077,
  0.00023635601564027053, -0.00016170622091974803, 0.0001106337276874741, -7.569179582195066e-5,
  5.178575795222081e-5, -3.5430070947659604e-5, 2.424006611860132e-5, -1.6584242271854135e-5,
  1.134638458466385e-5, -7.762817668462094e-6,
];

export interface GammaNumbers {
  readonly artanhSeries: readonly number[];
  readonly log2Parts: typeof log2Parts;
  readonly bernoulli: readonly number[];
  readonly aroundTwo: readonly number[];
  readonly slopesAroundTwo: readonly number[];
  readonly zeroOfDigamma: readonly [high: number, low: number];
  readonly aroundZero: readonly number[];
  readonly sineSeries: readonly number[];
  readonly cosineSeries: readonly number[];
  readonly oneMinusEuler: number;
  readonly halfLogOfTurn: number;
  readonly leastAsymptotic: number;
}

/** All of these numbers, for devices that compute as is done here. */
export const gammaNumbers: GammaNumbers = {
  artanhSeries,
  log2Parts,
  bernoulli,
  aroundTwo,
  slopesAroundTwo,
  zeroOfDigamma: [zero, zeroLost],
  aroundZero,
  sineSeries,
  cosineSeries,
  oneMinusEuler,
  halfLogOfTurn,
  leastAsymptotic: least,
};

/**
 * log |Gamma(x)|, within a few ulp for x > 0, also next to its zeros 1 and 2. Below 0 it has zeros
 * between the poles; next to these digits are lost.
 */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x) || (x <= 0 && Number.isInteger(x))) return Infinity;
  if (x < -0.5) return logarithm(Math.PI / Math.abs(turnOf(x).sine)) - lgamma(1 - x);
  // Gamma(x) = Gamma(x + 1) / x = Gamma(x + 2) / (x (x + 1))
  if (x < 0.5) return logGamma2Plus(x) - logarithm(Math.abs(x * (1 + x)));
  if (x < 1.4) return logGamma2Plus(x - 1) - logarithm(x);
  if (x < least) {
    let [shifted, product] = [x, 1];
    for (; shifted >= 2.5; product *= shifted) shifted--;
    const value = logGamma2Plus(shifted - 2);
    return product === 1 ? value : logarithm(product) + value;
  }
  const square = 1 / (x * x);
  let [series, power] = [0, 1 / x];
  bernoulli.forEach((b, i) => {
    const n = 2 * (i + 1);
    series += (b / (n * (n - 1))) * power;
    power *= square;
  });
  return (x - 0.5) * (logarithm(x) - 1) + (halfLogOfTurn - 0.5 + series);
}

/** log Gamma(2 + z), for |z| <= 0.6. */
function logGamma2Plus(z: number): number {
  return z * (oneMinusEuler + z * polynomial(z, aroundTwo));
}

/**
 * The derivative of order n + 1 of lgamma: digamma for n = 0. At ±0 infinite, with opposite signs;
 * NaN at the poles -1, -2, ….
 */
export function polygamma(n: number, x: number): number {
  if (!(Number.isInteger(n) && n >= 0) || Number.isNaN(x) || x === -Infinity) return Number.NaN;
  const sign = n % 2 === 0 ? 1 : -1;
  if (x === 0) return -sign / powerOf(x, n + 1);
  if (x < 0 && Number.isInteger(x)) return Number.NaN;
  // From -0.5 on, 1 - x would be rounded for no gain.
  if (x < -0.5) return sign * polygamma(n, 1 - x) - derivativeOfCotangent(n, x);
  if (n === 0 && x < least) return digammaNear(x);
  const from = least + n;
  // psi_n(x) = psi_n(x + 1) - (-1)^n n! / x^(n + 1): the smallest terms are added first.
  const steps = Math.max(Math.ceil(from - x), 0);
  let sum = 0;
  for (let i = steps - 1; i >= 0; i--) sum += 1 / powerOf(x + i, n + 1);
  return asymptotic(n, x + steps) - sign * factorial(n) * sum;
}

/** digamma from -1/2 to `least`. */
function digammaNear(x: number): number {
  // psi(x) = psi(x + 1) - 1 / x
  if (x < 0.5) return digamma2Plus(x) - 1 / (1 + x) - 1 / x;
  if (Math.abs(x - zero) < 0.3) {
    const z = x - zero - zeroLost;
    return z * polynomial(z, aroundZero);
  }
  if (x < 1.5) return digamma2Plus(x - 1) - 1 / x;
  let [shifted, sum] = [x, 0];
  for (; shifted >= 2.5; sum += 1 / shifted) shifted--;
  return digamma2Plus(shifted - 2) + sum;
}

/** digamma(2 + z), for |z| <= 1/2. */
function digamma2Plus(z: number): number {
  return oneMinusEuler + z * polynomial(z, slopesAroundTwo);
}

/** psi_n for large x. */
function asymptotic(n: number, x: number): number {
  if (x === Infinity) return n === 0 ? Infinity : 0;
  const square = 1 / (x * x);
  if (n === 0) {
    let [series, power] = [0, square];
    bernoulli.forEach((b, i) => {
      series += (b / (2 * (i + 1))) * power;
      power *= square;
    });
    return logarithm(x) - (0.5 / x + series);
  }
  // x^-n is multiplied in first: alone it could underflow where a factor would prevent it.
  let [series, power] = [0, square];
  bernoulli.forEach((b, i) => {
    series += b * rising(2 * i + 3, n - 1) * power;
    power *= square;
  });
  const value = (factorial(n - 1) + factorial(n) / (2 * x) + series) / powerOf(x, n);
  return n % 2 === 0 ? -value : value;
}

/** sin(pi x) and cos(pi x), accurate next to integers and half-integers. */
function turnOf(x: number): { readonly sine: number; readonly cosine: number } {
  const nearest = Math.round(x);
  const sign = nearest % 2 === 0 ? 1 : -1;
  const rest = x - nearest;
  const size = Math.abs(rest);
  const isSmall = size <= 0.25;
  const r = Math.PI * (isSmall ? size : 0.5 - size);
  const square = r * r;
  const [sine, cosine] = [
    r + r * square * polynomial(square, sineSeries),
    1 - (0.5 * square - square * square * polynomial(square, cosineSeries)),
  ];
  const sineOfRest = Math.sign(rest) * (isSmall ? sine : cosine);
  return { sine: sign * sineOfRest, cosine: sign * (isSmall ? cosine : sine) };
}

/** pi times the derivative of order n of cot(pi x), as a polynomial in cot(pi x). */
function derivativeOfCotangent(n: number, x: number): number {
  const { sine, cosine } = turnOf(x);
  const cotangent = cosine / sine;
  // The derivative of c is -pi (1 + c^2).
  let coefficients = [0, 1];
  for (let order = 0; order < n; order++) {
    const next = coefficients.map(() => 0).concat(0);
    coefficients.forEach((coefficient, k) => {
      if (k === 0) return;
      next[k - 1]! -= k * coefficient;
      next[k + 1]! -= k * coefficient;
    });
    coefficients = next;
  }
  return powerOf(Math.PI, n + 1) * polynomial(cotangent, coefficients);
}

/** x^n, by products: powers may differ in their last bit between hosts. */
function powerOf(x: number, n: number): number {
  let [power, factor] = [1, x];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power *= factor;
    factor *= factor;
  }
  return power;
}

/** k (k + 1) … (k + count - 1), which is (k + count - 1)! / (k - 1)!. */
function rising(k: number, count: number): number {
  let product = 1;
  for (let i = 0; i < count; i++) product *= k + i;
  return product;
}

function factorial(n: number): number {
  return rising(1, n);
}
