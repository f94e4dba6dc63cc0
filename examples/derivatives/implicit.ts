// The derivative of a solution, without going back through how it was found: implicit
// differentiation.
//
// Kepler's equation E - e sin E = M gives a planet's place E on an orbit of eccentricity e at time
// M. It is solved by iteration; but where F(E, M, e) = 0 holds, dE/dM = -(dF/dE)^-1 dF/dM, and
// likewise for e. The rule is made of operations, so it has derivatives in turn.

import { customGradient, gradients, onesLike, type Tensor, tensor, vjp } from "@nabla/autograd";

const F = (E: Tensor, M: Tensor, e: Tensor) => E.sub(e.mul(E.sin())).sub(M);

const anomaly = customGradient(
  (M: Tensor, e: Tensor) => {
    let E = M;
    for (let i = 0; i < 10; i++) E = E.sub(F(E, M, e).div(e.mul(E.cos()).neg().add(1)));
    return E;
  },
  (g, [M, e], E) => {
    const [, pullback] = vjp(F, E, M, e);
    const [slope] = pullback(onesLike(E));
    const [, ofM, ofE] = pullback(g.div(slope).neg());
    return [ofM, ofE];
  },
);

const M = tensor([0.5, 1, 2, 3], { dtype: "float64" });
// The Earth, Mercury, …, Halley's comet.
const e = tensor([0.0167, 0.2056, 0.5, 0.9671], { dtype: "float64" });
const E = anomaly(M, e);
const [ofM, ofE] = gradients(E.sum(), [M, e]);
const [second] = gradients(ofM.sum(), [M]);

// What is known: dE/dM = 1 / (1 - e cos E), dE/de = sin E / (1 - e cos E),
// d2E/dM2 = -e sin E / (1 - e cos E)^3.
const r = e.mul(E.cos()).neg().add(1);
const distances = [
  F(E, M, e),
  ofM.sub(r.reciprocal()),
  ofE.sub(E.sin().div(r)),
  second.add(e.mul(E.sin()).div(r.pow(3))),
];

/** The largest errors: of the equation, both derivatives, and a second one. */
export const errors: readonly number[] = distances.map((d) => d.abs().max().itemSync());
console.log(`dE/dM: ${ofM.arraySync().join(", ")}`);
console.log(`largest error: ${Math.max(...errors).toExponential(1)}`);
