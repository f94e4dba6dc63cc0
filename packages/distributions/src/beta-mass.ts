// The density of beta distributions with digits that do not fall as both parameters rise: terms of a log x
// cancel with those of log B(a, b) in the plain formula. In float64.
import { type Tensor, where } from "@nabla/autograd";
import { least, log1pMinus, stirlingRest } from "./gamma-mass.ts";

/**
 * log(x^(a - 1) y^(b - 1) / B(a, b)), y = 1 - x, where the plain formula loses digits; elsewhere `plain`. With
 * the means p = a / (a + b) and q = 1 - p, Stirling's series leaves a log(x / p) + b log(y / q), whose
 * first-order terms a (x - p) / p + b (y - q) / q are 0 together.
 */
export function logBetaDensity(a: Tensor, b: Tensor, x: Tensor, plain: Tensor): Tensor {
  const [p, q] = [a.div(a.add(b)), b.div(a.add(b))];
  const y = x.neg().add(1);
  const isLarge = a.minimum(b).greaterEqual(least);
  const isNear = x.greaterEqual(p.mul(0.25)).logicalAnd(y.greaterEqual(q.mul(0.25)));
  const isHere = isLarge.logicalAnd(isNear);
  const [m, n] = [where(isHere, a, least), where(isHere, b, least)];
  const total = m.add(n);
  const at = where(isHere, x, 0.5);
  const rest = at.neg().add(1);
  const exponent = along(m, at, m.div(total)).add(along(n, rest, n.div(total)));
  const scale = m
    .div(total)
    .mul(n)
    .div(2 * Math.PI);
  const ends = stirlingRest(total).sub(stirlingRest(m)).sub(stirlingRest(n));
  const value = exponent.add(scale.log().mul(0.5)).add(ends).sub(at.log()).sub(at.neg().log1p());
  return where(isHere, value, plain);
}

/** a (log(x / p) - (x - p) / p). */
function along(a: Tensor, x: Tensor, p: Tensor): Tensor {
  return a.mul(log1pMinus(x.sub(p).div(p)));
}
