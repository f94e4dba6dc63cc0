// Gradients against central differences.
import {
  DTypeError,
  formatShape,
  GradientError,
  gradients,
  NablaError,
  random,
  type Tensor,
  tensor,
} from "../index.ts";
import { indexOf } from "./expect-close.ts";

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
 * Throws unless the gradient of `f` at `inputs` agrees with differences of its values. `f` takes the
 * tensors and gives one of any shape, whose elements are added up with fixed random weights between
 * -1 and 1. All is computed in float64, to which the inputs are converted. Differences are central,
 * with two step widths combined so that errors of second order cancel (L. F. Richardson, 1911):
 * what is left is about step^4 = 1e-11 of the fifth derivative, and as much rounding. So near a kink (of
 * relu, abs, maximum) the two differ rightly: choose inputs a few steps away from it. Inputs of more
 * than 200 elements in all are checked along 24 random directions, not element by element.
 *
 * The message names input, index, both derivatives and the step. NaN fails. Throws `DTypeError` for
 * integers, and `NablaError` if `f` does not give the same for the same inputs.
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
  const points = inputs.map((input, i) => {
    if (input.dtype !== "float32" && input.dtype !== "float64") {
      throw new DTypeError(
        `checkGradients: input ${i} is ${input.dtype}, expected float32 or float64; ` +
          "only numbers with fractions have gradients",
      );
    }
    return { shape: input.shape, data: Float64Array.from(input.dataSync()) };
  });
  const project = weighted(f as unknown as Projected, 0);
  check(project, points, 1, options);
  if (options.order !== 2) return;
  const second = (...xs: readonly Tensor[]): Tensor => {
    const parts = gradients(project(...xs), xs).map((g, i) => weighted(() => g, i + 1)());
    return parts.reduce((sum, part) => sum.add(part));
  };
  check(second, points, 2, options);
}

type Projected = (...xs: readonly Tensor[]) => Tensor;

/** Where a function is differentiated: one for each input. */
interface Point {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** One number from whatever `f` gives, by weights that are always the same. */
function weighted(f: Projected, seed: number): Projected {
  return (...xs) => {
    const y = f(...xs);
    const weights = random.uniform([...y.shape], { low: -1, high: 1, seed, dtype: "float64" });
    return y
      .cast("float64")
      .mul(weights as Tensor)
      .sum() as Tensor;
  };
}

function check(
  f: Projected,
  points: readonly Point[],
  order: number,
  options: CheckGradientsOptions,
): void {
  const tensorsAt = (at: readonly Point[]) =>
    at.map(({ shape, data }) => tensor(data, { shape: [...shape], dtype: "float64" }) as Tensor);
  const valueAt = (at: readonly Point[]) => f(...tensorsAt(at)).itemSync();
  const value = valueAt(points);
  if (!Object.is(value, valueAt(points))) {
    throw new NablaError(
      "checkGradients: f gives another value for the same inputs; seed its draws",
    );
  }
  const xs = tensorsAt(points);
  const analytic = gradients(f(...xs), xs).map((g) => g.dataSync() as Float64Array);
  const { epsilon = 2 ** -9, relativeTolerance = 1e-6, absoluteTolerance = 1e-7 } = options;
  /** The derivative along a direction, by differences of step widths h and h / 2. */
  const along = (direction: readonly Float64Array[], h: number): number => {
    const moved = (by: number) =>
      valueAt(
        points.map(({ shape, data }, i) => ({
          shape,
          data: data.map((x, j) => x + by * direction[i]![j]!),
        })),
      );
    const difference = (step: number) => (moved(step) - moved(-step)) / (2 * step);
    return (4 * difference(h / 2) - difference(h)) / 3;
  };
  const compare = (derivative: number, numeric: number, h: number): number => {
    const size = Math.max(Math.abs(derivative), Math.abs(numeric));
    const rounding = (32 * Number.EPSILON * Math.max(1, Math.abs(value))) / h;
    const allowed = Math.max(absoluteTolerance, rounding) + relativeTolerance * size;
    const error = Math.abs(derivative - numeric) / allowed;
    // NaN is as far off as can be.
    return error <= 1 ? error : Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  };
  let worst = { error: 0, message: "" };
  const note = (error: number, where: string, derivative: number, numeric: number, h: number) => {
    if (error <= Math.max(1, worst.error)) return;
    const prefix = order === 1 ? "" : "second derivative, ";
    const message =
      `checkGradients: ${prefix}${where}: the gradient is ${derivative}, ` +
      `differences give ${numeric} (step ${h.toPrecision(3)})`;
    worst = { error, message };
  };
  const count = points.reduce((sum, { data }) => sum + data.length, 0);
  const zero = () => points.map(({ data }) => new Float64Array(data.length));
  if (count <= mostComponents) {
    points.forEach(({ shape, data }, i) => {
      data.forEach((x, j) => {
        const h = epsilon * Math.max(1, Math.abs(x));
        const direction = zero();
        direction[i]![j] = 1;
        const [derivative, numeric] = [analytic[i]![j]!, along(direction, h)];
        const where = `input ${i}, element ${formatShape(indexOf(j, shape))}`;
        note(compare(derivative, numeric, h), where, derivative, numeric, h);
      });
    });
  } else {
    for (let k = 0; k < directions; k++) {
      const direction = points.map(({ data }, i) => {
        const drawn = random.normal([data.length], { seed: 1000 * k + i, dtype: "float64" });
        return (drawn.dataSync() as Float64Array).map((x) => x / Math.sqrt(count));
      });
      const derivative = analytic.reduce(
        (sum, g, i) => sum + g.reduce((part, x, j) => part + x * direction[i]![j]!, 0),
        0,
      );
      const numeric = along(direction, epsilon);
      note(
        compare(derivative, numeric, epsilon),
        `along random direction ${k}`,
        derivative,
        numeric,
        epsilon,
      );
    }
  }
  if (worst.error > 1) throw new GradientError(worst.message);
}
