// Draws of gamma distributions, of which others are made.
import { type Shape, stopGradient, type Tensor, where } from "@nabla/autograd";
import { normals, openFractions } from "./draws.ts";
import { withImplicitGradient } from "./incomplete-gamma.ts";
import { firstAccepted, split } from "./rejection.ts";
import { batchedTo } from "./shapes.ts";

/**
 * Logarithms of draws from gamma distributions with rate 1 and shape `a` (float64, broadcastable to
 * `shape`), with gradients to `a`; logarithms, since draws of small shapes underflow. G. Marsaglia and W.
 * W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000), 363-372: at least 95 %
 * of proposals are accepted, so all 64 are rejected with a probability below 2^-276; that is an error.
 */
export function logGammaDraws(key: Tensor, a: Tensor, shape: Shape): Tensor {
  const all = batchedTo(a, shape);
  const fixed = stopGradient(all);
  const isSmall = fixed.less(1);
  const d = where(isSmall, fixed.add(1), fixed).sub(1 / 3);
  const c = d.mul(9).rsqrt();
  const [loopKey, boostKey] = split(key, 2);
  const value = firstAccepted(
    loopKey!,
    fixed.isNaN().logicalNot(),
    shape,
    (forNormal, forUniform) => {
      const z = normals(forNormal, shape);
      const root = c.mul(z).add(1);
      const isInside = root.greater(0);
      const logRoot = where(isInside, root, 1).log();
      const v = root.square().mul(root);
      const bound = z
        .square()
        .mul(0.5)
        .add(d.mul(v.neg().add(1).add(logRoot.mul(3))));
      const isTaken = isInside.logicalAnd(openFractions(forUniform, shape).log().less(bound));
      return { value: logRoot.mul(3), isTaken };
    },
  );
  // A shape below 1: x = y u^(1 / a), where y has the shape a + 1.
  const boost = openFractions(boostKey!, shape)
    .log()
    .div(where(isSmall, fixed, 1));
  const drawn = value.add(d.log()).add(where(isSmall, boost, 0));
  return withImplicitGradient(all, drawn);
}
