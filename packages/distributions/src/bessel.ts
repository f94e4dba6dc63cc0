// Modified Bessel functions of the first kind, of orders 0 and 1, as the von Mises distribution needs them.
import { customGradient, type Tensor, tensor, where } from "@nabla/autograd";

/** From here on the expansion for large arguments has all digits. */
const large = 30;
const terms = 20;

/**
 * cos t - 1 at the midpoints of a half circle. I_0(k) = (1 / pi) times the integral of e^(k cos t) over it, and
 * the error of so many points, I_56(k) / I_0(k), is below 1e-19 for k up to 30: L. N. Trefethen and J. A. C.
 * Weideman, "The exponentially convergent trapezoidal rule", SIAM Review 56 (2014), 385-458.
 */
const points = 28;
const heights = (): Tensor =>
  tensor(
    Array.from(
      { length: points },
      (_, i) => -2 * Math.sin((Math.PI * (i + 0.5)) / (2 * points)) ** 2,
    ),
    { dtype: "float64" },
  );

/** The coefficients of 1 / k^j in sqrt(2 pi k) e^-k I_order(k): DLMF 10.40.1. */
function expansion(order: 0 | 1): readonly number[] {
  const coefficients = [1];
  for (let j = 1; j < terms; j++) {
    const factor = (4 * order * order - (2 * j - 1) ** 2) / (8 * j);
    coefficients.push(-coefficients[j - 1]! * factor);
  }
  return coefficients;
}

function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  return coefficients.reduceRight<Tensor>((sum, c) => sum.mul(x).add(c), x.mul(0));
}

/** Both sides of `large`, each computed where it holds. */
function bySize(k: Tensor, ofSmall: (k: Tensor) => Tensor, ofLarge: (k: Tensor) => Tensor): Tensor {
  const isLarge = k.greaterEqual(large);
  return where(isLarge, ofLarge(where(isLarge, k, large)), ofSmall(where(isLarge, 1, k)));
}

/** log (e^-k I_0(k)) for k of 0 or more, in float64; its derivative is `minusOneLess`. */
export const logScaledBessel: (k: Tensor) => Tensor = customGradient(
  (k: Tensor) =>
    bySize(
      k,
      (x) => x.expandDims(-1).mul(heights()).exp().mean(-1).log(),
      (x) =>
        polynomial(x.reciprocal(), expansion(0))
          .log()
          .sub(
            x
              .mul(2 * Math.PI)
              .log()
              .mul(0.5),
          ),
    ),
  (g, [k]) => g.mul(oneLess(k)).neg(),
);

/** 1 - I_1(k) / I_0(k), to full relative accuracy. */
export function oneLess(k: Tensor): Tensor {
  return bySize(
    k,
    (x) => {
      const mass = x.expandDims(-1).mul(heights()).exp();
      return mass.mul(heights()).sum(-1).div(mass.sum(-1)).neg();
    },
    (x) => {
      const [zeroth, first] = [expansion(0), expansion(1)];
      const inverse = x.reciprocal();
      const difference = zeroth.slice(1).map((c, j) => c - first[j + 1]!);
      return polynomial(inverse, difference).mul(inverse).div(polynomial(inverse, zeroth));
    },
  );
}
