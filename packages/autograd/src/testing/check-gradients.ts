// Gradients against central differences, and forward derivatives against gradients.
import {
  DTypeError,
  formatShape,
  GradientError,
  gradients,
  jvp,
  NablaError,
  realize,
  type Tensor,
  tensor,
} from "../index.ts";
import { elementCount, indexOf } from "./row-major.ts";

export interface CheckGradientsOptions {
  /** 1: the gradient. 2: the gradient's own gradient, too. Default: 1. */
  readonly order?: 1 | 2;
  /** The step of the differences, in units of max(1, |x|). Default: 2^-9. */
  readonly epsilon?: number;
  /** Of the larger of the two derivatives. Default: 1e-6. */
  readonly relativeTolerance?: number;
  /** Default: 1e-7, and no less than what rounding makes of the differences. */
  readonly absoluteTolerance?: number;
}

/** So many components are checked one by one; larger inputs along random directions. */
const mostComponents = 200;
const directions = 24;

/**
 * Throws unless the gradient of `f` at `inputs` agrees with differences of its values, and `jvp`
 * with the gradient. `f` takes the tensors and gives one of any shape, whose elements are added up
 * with fixed weights between -1 and 1. All is computed in float64, to which the inputs are
 * converted. Differences are central, with two step widths combined so that errors of second order
 * cancel (L. F. Richardson, 1911): what is left is about step^4 = 1e-11 of the fifth derivative,
 * and as much rounding. So near a kink (of relu, abs, maximum) the two differ rightly: choose
 * inputs a few steps away from it. Inputs of more than 200 elements in all are checked along 24
 * random directions, not element by element.
 *
 * The message names the worst component by input and index, both derivatives and the step, and says
 * how many components differ. NaN fails. Throws `DTypeError` for integers, and `NablaError` if `f`
 * does not give the same for the same inputs.
 *
 * @example
 * checkGradients((x: Tensor, y: Tensor) => x.mul(y).sin(), [tensor([1, 2]), tensor([[3], [4]])]);
 * const wrong = (x: Tensor) => x.mul(stopGradient(x));
 * checkGradients(wrong, [tensor([3])]); // => throws checkGradients: input 0, element [0]: the gradient is
 */
export function checkGradients<Inputs extends readonly Tensor[]>(
  f: (...inputs: Inputs) => Tensor,
  inputs: readonly [...Inputs],
  options: CheckGradientsOptions = {},
): void {
  const points = inputs.map((input, i): Point => {
    if (input.dtype !== "float32" && input.dtype !== "float64") {
      throw new DTypeError(
        `checkGradients: input ${i} is ${input.dtype}, expected float32 or float64; ` +
          "only numbers with fractions have gradients",
      );
    }
    return { shape: input.shape, data: Float64Array.from(input.dataSync()) };
  });
  const value: Several = (xs) => [(f as unknown as Single)(...xs).cast("float64")];
  const gradient = gradientOf(value);
  const [values, slopes] = [valuesOf(value, points), valuesOf(gradient, points)];
  const again = valuesOf(value, points);
  if (!values.every((data, i) => data.every((x, j) => Object.is(x, again[i]![j])))) {
    throw new NablaError(
      "checkGradients: f gives another value for the same inputs; seed its draws",
    );
  }
  compareForward(value, slopes, points, options);
  compareWithDifferences("", value, values, slopes, points, options);
  if (options.order !== 2) return;
  const curvatures = valuesOf(gradientOf(gradient), points);
  const name = "second derivative, ";
  compareWithDifferences(name, gradient, slopes, curvatures, points, options);
}

type Single = (...xs: readonly Tensor[]) => Tensor;
type Several = (xs: readonly Tensor[]) => readonly Tensor[];

/** Where a function is differentiated: one for each input. */
interface Point {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The weight of element `j` of output `i`: as good as random, and always the same. */
function weight(i: number, j: number): number {
  return Math.sin((j + 1) * (j + 1) + i);
}

function weightsLike(shape: readonly number[], i: number): Tensor {
  const data = Float64Array.from({ length: elementCount(shape) }, (_, j) => weight(i, j));
  return tensor(data, { shape: [...shape] }) as Tensor;
}

/** One number from all outputs, each weighted as output `first` and those after it. */
function projected(
  outputs: readonly Float64Array[],
  first = 0,
  part = (x: number): number => x,
): number {
  return outputs.reduce(
    (sum, data, i) => data.reduce((total, x, j) => total + part(x * weight(first + i, j)), sum),
    0,
  );
}

/** The gradient of `f`'s outputs, added up by their weights. */
function gradientOf(f: Several): Several {
  return (xs) => {
    const shares = f(xs).map((y, i) => gradients(y, xs, { seed: weightsLike(y.shape, i) }));
    return shares.reduce((sums, share) => sums.map((sum, i) => sum.add(share[i]!)));
  };
}

function tensorsAt(points: readonly Point[]): readonly Tensor[] {
  return points.map(({ shape, data }) => tensor(data, { shape: [...shape] }) as Tensor);
}

function valuesOf(f: Several, points: readonly Point[]): readonly Float64Array[] {
  return dataOf(f(tensorsAt(points)));
}

function dataOf(outputs: readonly Tensor[]): readonly Float64Array[] {
  realize(...outputs);
  return outputs.map((y) => y.dataSync() as Float64Array);
}

/** What two derivatives differ by, in parts of what is allowed. */
function errorOf(
  derivative: number,
  expected: number,
  rounding: number,
  { relativeTolerance = 1e-6, absoluteTolerance = 1e-7 }: CheckGradientsOptions,
): number {
  const size = Math.max(Math.abs(derivative), Math.abs(expected));
  const allowed = Math.max(absoluteTolerance, rounding) + relativeTolerance * size;
  const error = Math.abs(derivative - expected) / allowed;
  // NaN is as far off as can be.
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

/** The derivative along one direction, forwards against backwards. */
function compareForward(
  f: Several,
  slopes: readonly Float64Array[],
  points: readonly Point[],
  options: CheckGradientsOptions,
): void {
  const tangents = points.map(({ shape }, i) => weightsLike(shape, i + 1));
  const [, tangent] = jvp((...xs: Tensor[]) => [...f(xs)], [...tensorsAt(points)], tangents);
  const forward = projected(dataOf(tangent));
  const backward = projected(slopes, 1);
  if (errorOf(forward, backward, 0, options) <= 1) return;
  throw new GradientError(
    `checkGradients: along a fixed direction jvp gives ${forward}, the gradient ${backward}`,
  );
}

/** Both derivatives in one direction, by differences of widths `step` and half of it. */
interface Probe {
  readonly where: string;
  readonly direction: readonly (readonly [input: number, element: number, part: number])[];
  readonly step: number;
}

function compareWithDifferences(
  name: string,
  f: Several,
  values: readonly Float64Array[],
  slopes: readonly Float64Array[],
  points: readonly Point[],
  options: CheckGradientsOptions,
): void {
  const valueAt = ({ direction }: Probe, distance: number): number => {
    const moved = points.map(({ shape, data }) => ({ shape, data: data.slice() }));
    for (const [i, j, part] of direction) moved[i]!.data[j]! += distance * part;
    return projected(valuesOf(f, moved));
  };
  const size = Math.max(1, projected(values, 0, Math.abs));
  let worst = { error: 1, message: "" };
  let different = 0;
  const probes = probesOf(points, options.epsilon ?? 2 ** -9);
  for (const probe of probes) {
    const { direction, step, where } = probe;
    const difference = (h: number) => (valueAt(probe, h) - valueAt(probe, -h)) / (2 * h);
    const numeric = (4 * difference(step / 2) - difference(step)) / 3;
    const analytic = direction.reduce((sum, [i, j, part]) => sum + slopes[i]![j]! * part, 0);
    const error = errorOf(analytic, numeric, (32 * Number.EPSILON * size) / step, options);
    if (error <= 1) continue;
    different++;
    if (error <= worst.error) continue;
    const message =
      `checkGradients: ${name}${where}: the gradient is ${analytic}, ` +
      `differences give ${numeric} (step ${step.toPrecision(3)})`;
    worst = { error, message };
  }
  if (different === 0) return;
  const share = `; ${different} of ${probes.length} differ`;
  throw new GradientError(worst.message + (probes.length > 1 ? share : ""));
}

/** Each component by itself, or some random directions where there are many. */
function probesOf(points: readonly Point[], epsilon: number): readonly Probe[] {
  const components = points.flatMap(({ shape, data }, i) =>
    Array.from(data, (x, j) => ({ shape, i, j, x })),
  );
  if (components.length <= mostComponents) {
    return components.map(({ shape, i, j, x }) => ({
      where: `input ${i}, element ${formatShape(indexOf(j, shape))}`,
      direction: [[i, j, 1]],
      step: epsilon * Math.max(1, Math.abs(x)),
    }));
  }
  const scale = Math.sqrt(2 / components.length);
  return Array.from({ length: directions }, (_, k) => ({
    where: `along random direction ${k}`,
    direction: components.map(({ i, j }) => [i, j, scale * weight(1000 * (k + 1) + i, j)] as const),
    step: epsilon,
  }));
}
