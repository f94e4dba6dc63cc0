// The cumulative probabilities of gamma distributions, and how their quantiles move with the shape.
// Both are integrals of the density relative to its value at x, from x down to 0 in log x, or from x up:
// whichever side of the mode falls. All in float64.
import { customGradient, stopGradient, type Tensor, where } from "@nabla/autograd";
import { expMinusPlus, log1pMinus, logMass } from "./gamma-mass.ts";
import { abscissas, weights } from "./quadrature.ts";

interface Tail {
  /** Whether it is the lower one. */
  readonly isLower: Tensor;
  /** By which log x is smaller or larger at the points, last axis. */
  readonly shift: Tensor;
  /** The density in log x at the points relative to that at x, times the points' weights. */
  readonly mass: Tensor;
}

function tailOf(a: Tensor, x: Tensor): Tail {
  const isLower = x.lessEqual(a);
  const width = stopGradient(
    a
      .sub(x)
      .abs()
      .add(x.div(x.sqrt().add(1)))
      .reciprocal(),
  );
  const s = width.expandDims(-1).mul(abscissas());
  const [shape, at, lower] = [a, x, isLower].map((one) => one.expandDims(-1)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const exponent = where(
    lower,
    at.mul(expMinusPlus(s)).add(shape.sub(at).mul(s)).neg(),
    shape.sub(1).mul(log1pMinus(s)).add(shape.sub(at).sub(1).mul(s)),
  );
  const mass = exponent.exp().mul(weights()).mul(width.expandDims(-1));
  return { isLower, shift: where(lower, s.neg(), s.log1p()), mass };
}

/** x^a e^-x / Gamma(a) */
function densityAt(a: Tensor, x: Tensor): Tensor {
  return logMass(a, x, a.mul(x.log()).sub(x).sub(a.lgamma())).exp();
}

/** The regularised lower incomplete gamma function P(a, x), x > 0 and finite. */
export function gammaCdf(a: Tensor, x: Tensor): Tensor {
  const { isLower, mass } = tailOf(a, x);
  const tail = mass.sum(-1).mul(densityAt(a, x));
  return where(isLower, tail, tail.neg().add(1));
}

/** 1 - P(a, x), with all digits where it is small. */
export function gammaSurvival(a: Tensor, x: Tensor): Tensor {
  const { isLower, mass } = tailOf(a, x);
  const tail = mass.sum(-1).mul(densityAt(a, x));
  return where(isLower, tail.neg().add(1), tail);
}

/** The derivative of log x by a where P(a, x) stays as it is. */
export function quantileSlope(a: Tensor, logX: Tensor): Tensor {
  const { isLower, shift, mass } = tailOf(a, logX.exp());
  const score = shift.add(logX.sub(a.digamma()).expandDims(-1));
  const moved = mass.mul(score).sum(-1);
  return where(isLower, moved.neg(), moved);
}

/**
 * Gives logarithms of gamma draws, `logX`, their gradient by the shape, `a`: M. Figurnov, S. Mohamed and A.
 * Mnih, "Implicit reparameterization gradients", NeurIPS 2018.
 */
export const withImplicitGradient: (a: Tensor, logX: Tensor) => Tensor = customGradient(
  (_: Tensor, logX: Tensor) => logX.mul(1),
  (g, [a], y) => [g.mul(quantileSlope(a, y)), null],
);
