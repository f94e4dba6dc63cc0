// Checks gradients against central differences, and forward derivatives against gradients.
import { anything, checkOptions, describe, fromZero, positive } from "../checks.ts";
import {
  DTypeError,
  formatShape,
  GradientError,
  jvp,
  NablaError,
  Parameter,
  parameter,
  substitute,
  Tensor,
  toJSON,
  zeros,
} from "../index.ts";
import { totalsAt } from "./many-points.ts";
import {
  dataOf,
  gradientOf,
  haveSameNumbers,
  isOne,
  type Point,
  projected,
  type Several,
  type Single,
  tensorsAt,
  total,
  valuesOf,
  weight,
  weightsLike,
} from "./outputs.ts";
import { indexOf } from "./row-major.ts";

export interface CheckGradientsOptions {
  /** 1: the gradient. 2: also the gradient's own gradient. Default: 1. */
  readonly order?: 1 | 2;
  /** The step of the differences, in units of max(1, |x|). Default: 2^-9. */
  readonly epsilon?: number;
  /** Relative to the larger of the two derivatives. Default: 1e-6. */
  readonly relativeTolerance?: number;
  /** Default: 1e-7, or the rounding error of the differences if that is larger. */
  readonly absoluteTolerance?: number;
  /**
   * Float64 parameters that `f` captures, such as a layer's: their gradients are checked too. They
   * are substituted by other values meanwhile.
   */
  readonly parameters?: readonly Parameter[];
}

/** Up to this many components are checked one by one; larger inputs along random directions. */
const mostComponents = 200;
const directions = 24;

/**
 * Throws unless the gradient of `f` at `inputs` agrees with differences of its values, and `jvp`
 * with the gradient. `f` takes the tensors and returns one of any shape; several elements are
 * summed with fixed weights between -1 and 1. Everything is computed in float64, to which the
 * inputs are converted. Differences are central, with two step widths combined so that errors of
 * second order cancel (L. F. Richardson, 1911): what is left is about step^4 = 1e-11 of the fifth
 * derivative, and rounding of about the same size. So near a kink (of relu, abs, maximum) the two
 * rightly differ: choose inputs a few steps away from it. Inputs of more than 200 elements in all
 * are checked along 24 random directions, not element by element. `f` is called a few times, and
 * traced by `compile` for the differences; if it reads values, it is called for each.
 *
 * The message names the worst component by input and index, both derivatives and the step, and says
 * how many components differ. NaN fails. Throws `DTypeError` for integers, and `NablaError` if `f`
 * does not depend on one of the inputs, or returns different values for the same inputs.
 *
 * @example
 * checkGradients((x: Tensor, y: Tensor) => x.mul(y).sin(), [tensor([1, 2]), tensor([[3], [4]])]);
 * const wrong = (x: Tensor) => x.mul(stopGradient(x));
 * checkGradients(wrong, [tensor([3])]); // => throws checkGradients: input 0, element [0]: the gradient is
 *
 * const scale = parameter([2, 3], { dtype: "float64" });
 * const parameters = [scale]; // of a layer: layer.parameters()
 * checkGradients((x: Tensor) => x.mul(scale), [tensor([1, 2])], { parameters });
 */
export function checkGradients<Inputs extends readonly Tensor[]>(
  f: (...inputs: Inputs) => Tensor,
  inputs: readonly [...Inputs],
  options: CheckGradientsOptions = {},
): void {
  checkArguments(f, inputs, options);
  const { parameters = [], order } = options;
  const points = [...inputs.map(inputAt), ...parameters.map(parameterAt)];
  if (points.length === 0) {
    throw new NablaError(
      "checkGradients: there is nothing to check: neither inputs nor parameters",
    );
  }
  const value: Several = (xs) => {
    const [own, others] = [xs.slice(0, inputs.length), xs.slice(inputs.length)];
    return [substitute(parameters, others, () => valueOf((f as unknown as Single)(...own)))];
  };
  const gradient = gradientOf(value);
  const [values, slopes] = [valuesOf(value, points), valuesOf(gradient, points)];
  const again = valuesOf(value, points);
  if (!haveSameNumbers(values, again)) {
    throw new NablaError(
      "checkGradients: f gives another value for the same inputs; seed its draws",
    );
  }
  checkDependence(value, slopes, points);
  checkLinearity(value, slopes, points, options);
  compareForward(value, slopes, points, options);
  compareWithDifferences("", value, values, slopes, points, options);
  if (order !== 2) return;
  const curvatures = valuesOf(gradientOf(gradient), points);
  const name = "second derivative, ";
  compareWithDifferences(name, gradient, slopes, curvatures, points, options);
}

/** Throws `NablaError` for arguments that only callers in plain JavaScript can pass. */
function checkArguments(f: unknown, inputs: unknown, options: object): void {
  if (typeof f !== "function") {
    throw new NablaError(`checkGradients: f is ${describe(f)}, expected a function`);
  }
  if (!Array.isArray(inputs)) {
    const given = describe(inputs);
    throw new NablaError(`checkGradients: inputs are ${given}, expected a list of tensors: [x]`);
  }
  checkOptions<CheckGradientsOptions>("checkGradients", options, {
    order: anything,
    epsilon: positive,
    relativeTolerance: fromZero,
    absoluteTolerance: fromZero,
    parameters: anything,
  });
  const { order = 1, parameters = [] } = options as CheckGradientsOptions;
  if (order !== 1 && order !== 2) {
    throw new NablaError(`checkGradients: order is ${describe(order)}, expected 1 or 2`);
  }
  if (!Array.isArray(parameters)) {
    throw new NablaError(
      `checkGradients: parameters are ${describe(parameters)}, expected a list: layer.parameters()`,
    );
  }
}

function inputAt(x: Tensor, i: number): Point {
  if (!(x instanceof Tensor)) {
    throw new NablaError(`checkGradients: input ${i} is ${describe(x)}, expected a tensor`);
  }
  if (x.dtype !== "float32" && x.dtype !== "float64") {
    throw new DTypeError(
      `checkGradients: input ${i} is ${x.dtype}, expected float32 or float64; ` +
        "only numbers with fractions have gradients",
    );
  }
  return { name: `input ${i}`, shape: x.shape, data: Float64Array.from(x.dataSync()) };
}

function parameterAt(p: Parameter, i: number): Point {
  if (!(p instanceof Parameter)) {
    throw new NablaError(
      `checkGradients: parameters has ${describe(p)} at ${i}, expected a parameter; ` +
        "other tensors are inputs",
    );
  }
  const name = `parameter "${p.name}"`;
  if (p.dtype === "float64") {
    return { name, shape: p.shape, data: p.dataSync() as Float64Array };
  }
  throw new DTypeError(
    `checkGradients: ${name} is ${p.dtype}, expected float64, in which differences have digits; ` +
      'make it, or its layer, with { dtype: "float64" }',
  );
}

/** The result of `f`, in float64. */
function valueOf(y: unknown): Tensor {
  if (!(y instanceof Tensor)) {
    throw new NablaError(`checkGradients: f gives ${describe(y)}, expected a tensor`);
  }
  if (y.dtype === "float32" || y.dtype === "float64") return y.cast("float64");
  throw new DTypeError(
    `checkGradients: f gives ${y.dtype}, expected float32 or float64; ` +
      "only numbers with fractions have gradients",
  );
}

/** Throws for an input that the value does not depend on: there would be no gradient to compare. */
function checkDependence(
  f: Several,
  slopes: readonly Float64Array[],
  points: readonly Point[],
): void {
  const suspects = points.filter(
    (_, i) => slopes[i]!.length > 0 && slopes[i]!.every((x) => x === 0),
  );
  if (suspects.length === 0) return;
  const labelOf = (i: number) => `checkGradients ${i}`;
  const xs = tensorsAt(points).map((x, i) => parameter(x, { name: labelOf(i) }));
  const graphs = f(xs).map((y) => toJSON(y));
  const below = new Set(
    graphs.flatMap(({ nodes }) => nodes.map((node) => node.attributes["label"])),
  );
  const unused = suspects.find((point) => !below.has(labelOf(points.indexOf(point))));
  if (!unused) return;
  throw new NablaError(
    `checkGradients: f does not depend on ${unused.name}; ` +
      "parameters that f captures are an option: { parameters: layer.parameters() }",
  );
}

/** The difference of two derivatives, relative to the tolerance. */
function errorOf(
  derivative: number,
  expected: number,
  rounding: number,
  { relativeTolerance = 1e-6, absoluteTolerance = 1e-7 }: CheckGradientsOptions,
): number {
  const size = Math.max(Math.abs(derivative), Math.abs(expected));
  const allowed = Math.max(absoluteTolerance, rounding) + relativeTolerance * size;
  const error = Math.abs(derivative - expected) / allowed;
  // NaN is as wrong as can be.
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

/** Checks that twice the outputs have twice the gradient. */
function checkLinearity(
  f: Several,
  slopes: readonly Float64Array[],
  points: readonly Point[],
  options: CheckGradientsOptions,
): void {
  const doubled = valuesOf(gradientOf(f, 2), points);
  points.forEach(({ name, shape }, i) => {
    const j = doubled[i]!.findIndex((x, k) => {
      const slope = slopes[i]![k]!;
      return Number.isFinite(slope) && !(errorOf(x, 2 * slope, 0, options) <= 1);
    });
    if (j === -1) return;
    throw new GradientError(
      `checkGradients: ${name}, element ${formatShape(indexOf(j, shape))}: ` +
        `the gradient is ${slopes[i]![j]}, of twice the outputs ${doubled[i]![j]}: ` +
        "a rule is not linear in g, the gradient of its output; has it left g out?",
    );
  });
}

/** Compares the derivative along one direction of each input, forwards against backwards. */
function compareForward(
  f: Several,
  slopes: readonly Float64Array[],
  points: readonly Point[],
  options: CheckGradientsOptions,
): void {
  const still = points.map(({ shape }) => zeros([...shape], { dtype: "float64" }) as Tensor);
  points.forEach(({ name, shape }, i) => {
    const tangents = still.with(i, weightsLike(shape, i + 1));
    const [, tangent] = jvp((...xs: Tensor[]) => [...f(xs)], [...tensorsAt(points)], tangents);
    const forward = total(dataOf(tangent));
    const backward = projected([slopes[i]!], i + 1);
    // Differences say more about a NaN or an infinity.
    if (!Number.isFinite(backward) || errorOf(forward, backward, 0, options) <= 1) return;
    throw new GradientError(
      `checkGradients: ${name}: along a fixed direction jvp gives ${forward}, ` +
        `the gradient ${backward}: is a rule made of operations that pass on derivatives of g?`,
    );
  });
}

/**
 * A direction in which derivatives are compared, by differences of widths `step` and half of it.
 */
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
  const of = isOne(values) ? "" : " of the outputs' weighted sum";
  const size = Math.max(1, projected(values, 0, Math.abs));
  let worst = { error: 1, message: "" };
  let different = 0;
  const probes = probesOf(points, options.epsilon ?? 2 ** -9);
  const totals = totalsAt(f, values, points, movedAlong(probes, points));
  for (const { direction, step, where } of probes) {
    const difference = (h: number) => (totals.next().value! - totals.next().value!) / (2 * h);
    const [narrow, wide] = [difference(step / 2), difference(step)];
    const numeric = (4 * narrow - wide) / 3;
    const analytic = direction.reduce((sum, [i, j, part]) => sum + slopes[i]![j]! * part, 0);
    const error = errorOf(analytic, numeric, (32 * Number.EPSILON * size) / step, options);
    if (error <= 1) continue;
    different++;
    if (error <= worst.error) continue;
    const message =
      `checkGradients: ${name}${where}: the gradient${of} is ${analytic}, ` +
      `differences give ${numeric} (step ${step.toPrecision(3)})`;
    worst = { error, message };
  }
  if (different === 0) return;
  const share = `; ${different} of ${probes.length} differ`;
  throw new GradientError(worst.message + (probes.length > 1 ? share : ""));
}

/** The points whose differences are taken: for each probe those of half its step, then of its step. */
function* movedAlong(
  probes: readonly Probe[],
  points: readonly Point[],
): Generator<readonly Float64Array[]> {
  for (const { direction, step } of probes) {
    for (const distance of [step / 2, -step / 2, step, -step]) {
      const moved = points.map(({ data }) => data.slice());
      for (const [i, j, part] of direction) moved[i]![j]! += distance * part;
      yield moved;
    }
  }
}

/** Probes each component separately, or some random directions if there are many. */
function probesOf(points: readonly Point[], epsilon: number): readonly Probe[] {
  const components = points.flatMap(({ name, shape, data }, i) =>
    Array.from(data, (x, j) => ({ name, shape, i, j, x })),
  );
  if (components.length <= mostComponents) {
    return components.map(({ name, shape, i, j, x }) => ({
      where: `${name}, element ${formatShape(indexOf(j, shape))}`,
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
