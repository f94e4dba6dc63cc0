// The error function and its complement, which Math has not: for the reference and as the host's.
// M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions", 1964, 7.1.6 and 7.1.14.

/** 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to `x`. */
export function erf(x: number): number {
  const size = Math.abs(x);
  // From 6 on it is 1 to the last bit.
  if (size >= 6) return Math.sign(x);
  return size < 1.5 ? series(x) : Math.sign(x) * (1 - complement(size));
}

/** 1 - erf(x), with all digits of what is left for large `x`; 0 from 27.3 on. */
export function erfc(x: number): number {
  if (x >= 27.3) return 0;
  return x < 1.5 ? 1 - erf(x) : complement(x);
}

/**
 * 2 / sqrt(pi) e^(-x^2) (x + 2 x^3 / 3 + 4 x^5 / 15 + …): no term is negative, so that none cancel.
 */
function series(x: number): number {
  let [sum, term] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) by its continued fraction, of which 100 steps suffice from 1.5 on. */
function complement(x: number): number {
  let fraction = x;
  for (let n = 100; n >= 1; n--) fraction = x + n / 2 / fraction;
  // x^2 in two parts, as its rounding would be multiplied by x^2: the first is exact.
  const head = Math.fround(x);
  const rest = (x - head) * (x + head);
  return (Math.exp(-head * head) * Math.exp(-rest)) / (Math.sqrt(Math.PI) * fraction);
}
