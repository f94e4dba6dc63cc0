// The quantile function of the standard normal distribution: M. J. Wichura, "Algorithm AS 241: the
// percentage points of the normal distribution", Applied Statistics 37 (1988), 477-484, whose PPND16
// has a relative error of about 1e-16.
import { customGradient, type Tensor, where } from "@nabla/autograd";

type Coefficients = readonly number[];

const center: readonly [Coefficients, Coefficients] = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946,
    45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597,
    39307.89580009271, 28729.085735721943, 5226.495278852546,
  ],
];
const middle: readonly [Coefficients, Coefficients] = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045,
    1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008,
    0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
  ],
];
const tail: readonly [Coefficients, Coefficients] = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
    0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
];

function ratio(x: Tensor, [above, below]: readonly [Coefficients, Coefficients]): Tensor {
  const polynomial = (coefficients: Coefficients) =>
    coefficients
      .slice(0, -1)
      .reduceRight<Tensor>((sum, c) => sum.mul(x).add(c), x.mul(0).add(coefficients.at(-1)!));
  return polynomial(above).div(polynomial(below));
}

const rootOfTwo = Math.SQRT2;

/** The probability that a standard normal number is at most `z`; in tails, too, to full relative accuracy. */
export function normalCdf(z: Tensor): Tensor {
  return z.div(-rootOfTwo).erfc().mul(0.5);
}

/** The density of the standard normal distribution. */
export function normalDensity(z: Tensor): Tensor {
  return z
    .square()
    .mul(-0.5)
    .exp()
    .mul(1 / Math.sqrt(2 * Math.PI));
}

function quantileBelow(p: Tensor, q: Tensor): Tensor {
  const near = q.abs().lessEqual(0.425);
  const inner = where(near, q, 0);
  const byCenter = inner.mul(ratio(inner.square().neg().add(0.180625), center));
  const isEnd = p.lessEqual(0);
  const r = where(near, 0.25, where(isEnd, 0.25, p))
    .log()
    .neg()
    .sqrt();
  const isFar = r.greater(5);
  const byMiddle = ratio(where(isFar, 0, r.sub(1.6)), middle);
  const byTail = ratio(where(isFar, r.sub(5), 0), tail);
  const outer = where(isFar, byTail, byMiddle).neg();
  return where(near, byCenter, where(isEnd, Number.NEGATIVE_INFINITY, outer));
}

/** The z that `normalCdf` gives `p` for, `p` in float64; infinite at 0 and 1. */
export const normalQuantile: (p: Tensor) => Tensor = customGradient(
  (p: Tensor) => {
    const q = p.sub(0.5);
    const isUpper = q.greater(0);
    const below = where(isUpper, p.neg().add(1), p);
    const value = quantileBelow(below, where(isUpper, q.neg(), q));
    return where(isUpper, value.neg(), value);
  },
  (g, _, z) => g.div(normalDensity(z)),
);
