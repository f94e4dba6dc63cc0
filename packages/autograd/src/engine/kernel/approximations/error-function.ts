// The error function: rational functions for |x| below 0.84375 and 1.25, and 1 - erfc(|x|) beyond,
// of which the factor e^(-x^2) is taken out. Method and coefficients: Sun's fdlibm (s_erf.c), free
// to use.
import {
  abs,
  add,
  div,
  input,
  less,
  min,
  mul,
  neg,
  type Part,
  type Scalar,
  select,
  sub,
} from "../../../scalar/expression.ts";
import type { Approximations } from "./approximation.ts";
import { exponential32, exponential64 } from "./exponential.ts";
import { polynomial } from "./polynomial.ts";

const x = input(0);

/** (erf(x) - x) / x, of x^2. */
const nearNumerator = [
  1.28379167095512558561e-1, -3.2504210724700149937e-1, -2.84817495755985104766e-2,
  -5.77027029648944159157e-3, -2.37630166566501626084e-5,
];
const nearDenominator = [
  1, 3.97917223959155352819e-1, 6.50222499887672944485e-2, 5.08130628187576562776e-3,
  1.32494738004321644526e-4, -3.9602282787753681232e-6,
];

/** erf(x) - `aroundOne`, of x - 1. */
const aroundOne = 8.45062911510467529297e-1;
const middleNumerator = [
  -2.36211856075265944077e-3, 4.14856118683748331666e-1, -3.72207876035701323847e-1,
  3.18346619901161753674e-1, -1.10894694282396677476e-1, 3.54783043256182359371e-2,
  -2.166375594868790843e-3,
];
const middleDenominator = [
  1, 1.06420880400844228286e-1, 5.40397917702171048937e-1, 7.18286544141962662868e-2,
  1.26171219808761642112e-1, 1.36370839120290507362e-2, 1.1984499846799107417e-2,
];

/** log(x e^(x^2 + 0.5625) erfc(x)), of 1 / x^2: below 1 / 0.35, and beyond. */
const tailNumerator = [
  -9.86494403484714822705e-3, -6.93858572707181764372e-1, -1.05586262253232909814e1,
  -6.23753324503260060396e1, -1.62396669462573470355e2, -1.84605092906711035994e2,
  -8.12874355063065934246e1, -9.81432934416914548592,
];
const tailDenominator = [
  1, 1.96512716674392571292e1, 1.376577541435190426e2, 4.34565877475229228821e2,
  6.45387271733267880336e2, 4.29008140027567833386e2, 1.08635005541779435134e2,
  6.57024977031928170135, -6.04244152148580987438e-2,
];
const farNumerator = [
  -9.86494292470009928597e-3, -7.99283237680523006574e-1, -1.77579549177547519889e1,
  -1.60636384855821916062e2, -6.37566443368389627722e2, -1.02509513161107724954e3,
  -4.83519191608651397019e2,
];
const farDenominator = [
  1, 3.03380607434824582924e1, 3.25792512996573918826e2, 1.53672958608443695994e3,
  3.19985821950859553908e3, 2.55305040643316442583e3, 4.74528541206955367215e2,
  -2.24409524465858183362e1,
];

function ratio(of: Scalar, numerator: readonly number[], denominator: readonly number[]): Scalar {
  return div(polynomial(of, numerator), polynomial(of, denominator));
}

function errorFunction(exponential: (of: Part) => Scalar): Scalar {
  // From 6 on it is 1.
  const size = min(abs(x), 6);
  const square = mul(size, size);
  const near = add(x, mul(x, ratio(square, nearNumerator, nearDenominator)));
  const middle = add(aroundOne, ratio(sub(size, 1), middleNumerator, middleDenominator));
  const inverse = div(1, square);
  const power = select(
    less(size, 1 / 0.35),
    ratio(inverse, tailNumerator, tailDenominator),
    ratio(inverse, farNumerator, farDenominator),
  );
  const complement = div(exponential(sub(sub(power, 0.5625), square)), size);
  const beyond = select(less(size, 1.25), middle, sub(1, complement));
  const signed = select(less(x, 0), neg(beyond), beyond);
  return select(less(size, 0.84375), near, signed);
}

/** The error function. */
export const erf: Approximations = {
  float32: { value: errorFunction(exponential32) },
  float64: { value: errorFunction(exponential64) },
};
