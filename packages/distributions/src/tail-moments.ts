// Moments of the standard normal distribution far from its mean, by integrals over what lies beyond a bound.
// The closed forms are differences of numbers that are nearly equal there. All in float64.
import { stopGradient, type Tensor, where } from "@nabla/autograd";
import { abscissas, weights } from "./quadrature.ts";

/** What a standard normal number has above `t`, 0 or more, if it lies there: moments of what is in excess of t. */
interface Excess {
  readonly mean: Tensor;
  /** The mean of its square. */
  readonly square: Tensor;
  /** The probability above t, divided by the density at t. */
  readonly ratio: Tensor;
}

function excessOver(t: Tensor): Excess {
  const width = stopGradient(t.add(1).reciprocal()).expandDims(-1);
  const y = width.mul(abscissas());
  const mass = t
    .expandDims(-1)
    .mul(y)
    .add(y.square().mul(0.5))
    .neg()
    .exp()
    .mul(weights())
    .mul(width);
  const total: Tensor = mass.sum(-1);
  return {
    mean: mass.mul(y).sum(-1).div(total),
    square: mass.mul(y.square()).sum(-1).div(total),
    ratio: total,
  };
}

/**
 * Mean and variance of what is in excess of `t`, of standard normal numbers between t and t + width, which may
 * be infinite. For t of 1 or more, and widths that hold most of what is beyond t.
 */
export function tailMoments(t: Tensor, width: Tensor): readonly [mean: Tensor, variance: Tensor] {
  const isOpen = width.equal(Number.POSITIVE_INFINITY);
  const w = where(isOpen, 1, width);
  const [all, beyond] = [excessOver(t), excessOver(t.add(w))];
  // The share of what is beyond t that is beyond t + width, too.
  const fall = t.mul(w).add(w.square().mul(0.5)).neg().exp();
  const share = where(isOpen, 0, fall.mul(beyond.ratio).div(all.ratio));
  const rest = share.neg().add(1);
  const mean = all.mean.sub(share.mul(w.add(beyond.mean))).div(rest);
  const outer = w.square().add(w.mul(beyond.mean).mul(2)).add(beyond.square);
  const square = all.square.sub(share.mul(outer)).div(rest);
  return [mean, square.sub(mean.square())];
}
