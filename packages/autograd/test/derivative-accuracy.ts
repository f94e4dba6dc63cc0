// How far functions of one element and their first two derivatives are off, in units in the last place
// of the right result: for tests and for `pnpm ulp`.
import * as nabla from "@nabla/autograd";
import { gradients, type Tensor, tensor } from "@nabla/autograd";

type Float = "float32" | "float64";
type Unary = (x: Tensor) => Tensor;

const functions = nabla as unknown as Readonly<Record<string, Unary>>;
const others: Readonly<Record<string, Unary>> = {
  elu: (x) => x.elu(1.5),
  "gelu of tanh": (x) => x.gelu("tanh"),
};

/** The value (order 0) or a derivative where its error is not bounded by a few ulp, and why. */
interface Exception {
  readonly order: 0 | 1 | 2;
  readonly ranges: readonly (readonly [from: number, to: number])[];
  readonly why: string;
}

const everywhere: Exception["ranges"] = [[-Infinity, Infinity]];
const beside = (zero: number): readonly [number, number] => [zero - 0.45, zero + 0.45];
const belowZero: Exception["ranges"] = [[-Infinity, 0]];
const byValue = "by the value, of which few digits are left to tell it from its limit";
const besideZeros = "beside its zeros its terms cancel";
const byExponent = "as many ulp as the exponent: that is a polynomial of x, rounded";
const inTails = (from: number): Exception["ranges"] => [
  [-Infinity, -from],
  [from, Infinity],
];
const beyondHalf = inTails(0.5);
const densityIsSubnormal = (from: number): string =>
  `there the density, its factor, is subnormal in float32 (from ${from} on in float64)`;
const subnormal = "there e^x or e^-x is subnormal in float32 (from 708 on in float64)";
const farOut = inTails(87);
const gated = (first: number, second: number): readonly Exception[] => [
  { order: 1, ranges: [beside(first)], why: besideZeros },
  { order: 2, ranges: [beside(-second), beside(second)], why: besideZeros },
];

const inTail = (why: string): readonly Exception[] =>
  ([0, 1, 2] as const).map((order) => ({ order, ranges: [[-Infinity, -13]], why: `there ${why}` }));

export const exceptions: Readonly<Record<string, readonly Exception[]>> = {
  tanh: [
    { order: 1, ranges: beyondHalf, why: byValue },
    { order: 2, ranges: beyondHalf, why: byValue },
  ],
  sigmoid: [
    { order: 1, ranges: [[0.5, Infinity]], why: byValue },
    { order: 2, ranges: [[-1, Infinity]], why: `${byValue} (and from 1/2)` },
  ],
  softplus: [{ order: 2, ranges: [[0.5, Infinity]], why: "as sigmoid's first" }],
  logSigmoid: [{ order: 2, ranges: [[-Infinity, -0.5]], why: "as sigmoid's first" }],
  erf: [{ order: 2, ranges: inTails(9.2), why: densityIsSubnormal(26.5) }],
  erfc: [{ order: 2, ranges: inTails(9.2), why: densityIsSubnormal(26.5) }],
  gelu: [
    ...gated(-0.7518, Math.SQRT2),
    ...inTail("erfc is subnormal in float32 (from -37.5 on in float64)"),
    { order: 2, ranges: [[13, Infinity]], why: densityIsSubnormal(37.5) },
  ],
  silu: [
    ...gated(-1.2785, 2.3994),
    { order: 0, ranges: [farOut[0]!], why: subnormal },
    { order: 1, ranges: [farOut[0]!], why: subnormal },
    { order: 2, ranges: farOut, why: subnormal },
  ],
  "gelu of tanh": [
    { order: 0, ranges: [[-Infinity, -0.5]], why: byExponent },
    { order: 1, ranges: [[-Infinity, -0.3]], why: `${byExponent}; ${besideZeros}` },
    { order: 2, ranges: everywhere, why: `${byExponent}; ${besideZeros}` },
  ],
  lgamma: [
    { order: 0, ranges: [[-Infinity, -2]], why: besideZeros },
    { order: 1, ranges: belowZero, why: besideZeros },
  ],
  digamma: [
    { order: 0, ranges: belowZero, why: besideZeros },
    { order: 2, ranges: belowZero, why: besideZeros },
  ],
};

/** Whether `x` lies where an exception is made. */
export function isExcepted(name: string, order: number, x: number): boolean {
  const own = exceptions[name] ?? [];
  return own.some((one) => one.order === order && one.ranges.some(([a, b]) => a <= x && x <= b));
}

/** In ulp, elsewhere: of values, and of first and second derivatives, which have more roundings. */
export const bounds: readonly number[] = [4.5, 6, 9];

/** The value of the function of this name at each of `inputs`, and its first two derivatives. */
export function withDerivatives(
  name: string,
  dtype: Float,
  inputs: Iterable<number>,
): readonly (readonly number[])[] {
  const x = tensor(Float64Array.from(inputs)).cast(dtype).realize();
  const value = (others[name] ?? functions[name]!)(x);
  const orders = [value];
  // A derivative that is constant depends on nothing.
  for (let order = 1; order <= 2; order++) {
    const below = orders.at(-1)!;
    const seeded = below.sum().add(x.mul(0).sum());
    orders.push(gradients(seeded, [x])[0]);
  }
  return orders.map((y) => [...y.dataSync()]);
}

const least = { float32: -126, float64: -1022 };
const bits = { float32: 23, float64: 52 };

/** How far `given` is off from `right` + `rest`, in ulp of that. */
export function errorOf(given: number, right: number, rest: number, dtype: Float): number {
  if (right === 0) return given === 0 ? 0 : Number.NaN;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(right))), least[dtype]);
  return Math.abs(given - right - rest) / 2 ** (exponent - bits[dtype]);
}
