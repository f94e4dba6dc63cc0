// The cumulative probabilities of beta distributions: the integral of the density relative to its value at
// x, in log x from x down to 0 below the mean; of the mirrored one above. In float64.
import { stopGradient, type Tensor, where } from "@nabla/autograd";
import { abscissas, weights } from "./quadrature.ts";

/** log of the beta function. */
export function logBeta(a: Tensor, b: Tensor): Tensor {
  return a.lgamma().add(b.lgamma()).sub(a.add(b).lgamma());
}

/** The regularised incomplete beta function I_x(a, b), 0 < x < 1; `y` is 1 - x, with digits of its own. */
export function betaCdf(a: Tensor, b: Tensor, x: Tensor, y: Tensor): Tensor {
  const isBelowMean = x.mul(b).lessEqual(y.mul(a));
  // Where the density rises steeply to an end next to x, two scales would meet in the integral: then that of
  // the other side is taken, which has the end's scale alone.
  const isSteepUp = isBelowMean.logicalAnd(b.less(1)).logicalAnd(a.greater(10));
  const isSteepDown = isBelowMean.logicalNot().logicalAnd(a.less(1)).logicalAnd(b.greater(10));
  const turnsDown = isSteepUp.logicalAnd(a.mul(y).less(5));
  const turnsUp = isSteepDown.logicalAnd(b.mul(x).less(5));
  const isTurned = turnsDown.logicalOr(turnsUp);
  const isLower = isBelowMean.notEqual(isTurned);
  const [shape, other] = [where(isLower, a, b), where(isLower, b, a)];
  const [own, rest] = [where(isLower, x, y), where(isLower, y, x)];
  const ratio = own.div(rest);
  const over = other.sub(1).maximum(0);
  const curve = over.mul(ratio).div(rest);
  const slope = shape.sub(over.mul(ratio)).maximum(0);
  const steep = slope.add(curve.div(curve.sqrt().add(1)));
  const width = stopGradient(where(isTurned, shape, steep).reciprocal()).expandDims(-1);
  const s = width.mul(abscissas());
  const growth = s.neg().expm1().neg().mul(ratio.expandDims(-1)).log1p();
  const exponent = other.sub(1).expandDims(-1).mul(growth).sub(shape.expandDims(-1).mul(s));
  const mass = exponent.exp().mul(weights()).mul(width).sum(-1);
  const density = shape.mul(own.log()).add(other.sub(1).mul(rest.log())).sub(logBeta(a, b));
  const tail = mass.mul(density.exp());
  return where(isLower, tail, tail.neg().add(1));
}
