// The cumulative probabilities of beta distributions: the integral of the density relative to its value at
// x, in log x from x down to 0 below the mean; of the mirrored one above. In float64.
import { stopGradient, type Tensor, where } from "@nabla/autograd";
import { abscissas, weights } from "./quadrature.ts";

/** From here on Stirling's series with four terms has all digits of float64. */
const fromLarge = 64;

/** log of the beta function. */
export function logBeta(a: Tensor, b: Tensor): Tensor {
  const isFirst = a.greaterEqual(b);
  const [most, least] = [where(isFirst, a, b), where(isFirst, b, a)];
  const isLarge = most.greaterEqual(fromLarge);
  const large = where(isLarge, most, fromLarge);
  const moderate = where(isLarge, 1, most);
  const rise = where(isLarge, logRise(large, least), moderate.add(least).lgamma());
  return least
    .lgamma()
    .sub(rise)
    .add(where(isLarge, 0, moderate.lgamma()));
}

/** log (Gamma(x + n) / Gamma(x)) of a large x, whose two logarithms would cancel. */
function logRise(x: Tensor, n: Tensor): Tensor {
  const end = x.add(n);
  const growth = x.sub(0.5).mul(n.div(x).log1p());
  return growth.add(n.mul(end.log()).sub(n)).add(stirling(end).sub(stirling(x)));
}

/** What log Gamma(x) is beyond (x - 1/2) log x - x + log sqrt(2 pi). */
function stirling(x: Tensor): Tensor {
  const square = x.square().reciprocal();
  return square
    .mul(-1 / 1680)
    .add(1 / 1260)
    .mul(square)
    .sub(1 / 360)
    .mul(square)
    .add(1 / 12)
    .div(x);
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
  const density = shape
    .mul(logOf(own, rest))
    .add(other.sub(1).mul(logOf(rest, own)))
    .sub(logBeta(a, b));
  const tail = mass.mul(density.exp());
  return where(isLower, tail, tail.neg().add(1));
}

/** log x, next to 1 by `y` = 1 - x, which has more digits there. */
function logOf(x: Tensor, y: Tensor): Tensor {
  const isNearOne = y.less(0.5);
  return where(isNearOne, where(isNearOne, y, 0).neg().log1p(), where(isNearOne, 1, x).log());
}
