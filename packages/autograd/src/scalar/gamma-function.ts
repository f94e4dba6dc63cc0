// The logarithm of the gamma function and its derivatives, which Math has not. M. Abramowitz and I.
// A. Stegun, "Handbook of Mathematical Functions", 1964, 6.1.17, 6.1.40, 6.3.6, 6.3.18, 6.4.6,
// 6.4.11: from `least` on the asymptotic series, to where the recurrence leads.

/** From here on eight terms of the series are right to the last bits. */
const least = 12;

/** B_2, B_4, …, B_16. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** log |Gamma(x)|; the error is some 1e-15 of 1 or, if greater, of the value. */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x) || (x <= 0 && Number.isInteger(x))) return Infinity;
  if (x === 1 || x === 2) return 0;
  // Gamma is 1 / x at 0, as far as the digits go.
  if (Math.abs(x) < 1e-20) return -Math.log(Math.abs(x));
  if (x < 0.5) {
    return Math.log(Math.PI / Math.abs(sineOfTurns(x))) - lgamma(1 - x);
  }
  // Gamma(x) = Gamma(x + n) / (x (x + 1) … (x + n - 1))
  let [shifted, product] = [x, 1];
  for (; shifted < least; shifted++) product *= shifted;
  const square = 1 / (shifted * shifted);
  let [series, power] = [0, 1 / shifted];
  bernoulli.forEach((b, i) => {
    const n = 2 * (i + 1);
    series += (b / (n * (n - 1))) * power;
    power *= square;
  });
  const half = 0.5 * Math.log(2 * Math.PI);
  return (shifted - 0.5) * Math.log(shifted) - shifted + half + series - Math.log(product);
}

/** sin(pi x), of which nothing is lost near whole numbers. */
function sineOfTurns(x: number): number {
  const nearest = Math.round(x);
  const sine = Math.sin(Math.PI * (x - nearest));
  return nearest % 2 === 0 ? sine : -sine;
}

/** So many steps down from `least`; below, where poles lie close, polygamma is NaN. */
const mostSteps = 10_000;

/**
 * The derivative of order n + 1 of lgamma: digamma for n = 0. Infinite at 0, with the sign of its
 * side; NaN at the poles -1, -2, ….
 */
export function polygamma(n: number, x: number): number {
  if (!(Number.isInteger(n) && n >= 0) || Number.isNaN(x) || x === -Infinity) return Number.NaN;
  const sign = n % 2 === 0 ? 1 : -1;
  if (x === 0) return -sign / x ** (n + 1);
  if ((x < 0 && Number.isInteger(x)) || x < least - mostSteps) return Number.NaN;
  const from = least + n;
  // psi_n(x) = psi_n(x + 1) - (-1)^n n! / x^(n + 1)
  let [shifted, sum] = [x, 0];
  for (; shifted < from; shifted++) sum += shifted ** -(n + 1);
  return asymptotic(n, shifted) - sign * factorial(n) * sum;
}

/** psi_n for large x. */
function asymptotic(n: number, x: number): number {
  if (n === 0) {
    let series = Math.log(x) - 0.5 / x;
    bernoulli.forEach((b, i) => {
      const k = 2 * (i + 1);
      series -= b / (k * x ** k);
    });
    return series;
  }
  if (x === Infinity) return 0;
  let series = factorial(n - 1) / x ** n + factorial(n) / (2 * x ** (n + 1));
  bernoulli.forEach((b, i) => {
    const k = 2 * (i + 1);
    series += (b * rising(k + 1, n - 1)) / x ** (k + n);
  });
  return n % 2 === 0 ? -series : series;
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
