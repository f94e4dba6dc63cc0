// Integrals of the standard normal density over an interval on which it is smooth: Gauss and Legendre's formula
// of 16 points (M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions", 1964, table 25.4). The
// differences of cumulative probabilities that stand for wide intervals lose their digits there.
import { type Tensor, tensor } from "@nabla/autograd";
import { normalDensity } from "./normal-quantile.ts";

const halfOfPlaces = [
  0.09501250983763745, 0.2816035507792589, 0.45801677765722737, 0.6178762444026438,
  0.755404408355003, 0.8656312023878318, 0.9445750230732326, 0.9894009349916499,
];
const halfOfWeights = [
  0.18945061045506859, 0.1826034150449236, 0.16915651939500262, 0.14959598881657676,
  0.12462897125553403, 0.09515851168249259, 0.062253523938647706, 0.027152459411754037,
];

const places = () =>
  tensor([...halfOfPlaces, ...halfOfPlaces.map((x) => -x)], { dtype: "float64" });
const weights = () => tensor([...halfOfWeights, ...halfOfWeights], { dtype: "float64" });

/** Whether the formula has all digits: the density changes by a factor below e^8. */
export function isNarrow(center: Tensor, half: Tensor): Tensor {
  return center.abs().mul(half).less(4).logicalAnd(half.less(1));
}

/** The density at each place, relative to that in the center, with its weight: `[..., 16]`. */
function shares(center: Tensor, half: Tensor): Tensor {
  const [c, h] = [center.expandDims(-1), half.expandDims(-1)];
  const t = h.mul(places());
  return c.mul(t).add(t.square().mul(0.5)).neg().exp().mul(weights());
}

/** The probability of an interval by its center and half its width. */
export function narrowMass(center: Tensor, half: Tensor): Tensor {
  return shares(center, half).sum(-1).mul(half).mul(normalDensity(center));
}

/** The mean of the normal distribution within an interval, and its variance there. */
export function narrowMoments(center: Tensor, half: Tensor): readonly [Tensor, Tensor] {
  const each = shares(center, half);
  const total = each.sum(-1);
  const moment = (power: Tensor) => each.mul(power).sum(-1).div(total);
  const [first, second] = [moment(places()), moment(places().square())];
  return [center.add(half.mul(first)), half.square().mul(second.sub(first.square()))];
}
