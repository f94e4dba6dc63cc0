// Descent along lines: a direction, a point on its line that is low and flat enough, and again.
import {
  compile,
  type DType,
  DTypeError,
  NablaError,
  stack,
  type Tensor,
  type Tree,
  tensor,
  valueAndGrad,
  zerosLike,
} from "@nabla/autograd";
import { callable, checkOptions, count, notNegative, oneOf } from "@nabla/autograd/checks";
import { checkOneNumber } from "../fit-cost.ts";
import { limited, type Method, newton, type Point, whole } from "./directions.ts";
import { lineSearch, type Trial } from "./line-search.ts";
import type { MinimizeOptions, MinimizeReport } from "./options.ts";

/** A point on a line, with the known value and slope. */
interface Found extends Trial {
  readonly point: Point;
  /** The largest component of the gradient, and the sum of all; without signs. */
  readonly norm: number;
  readonly total: number;
}

/** A direction, and how steep it is. */
interface Line {
  readonly direction: Tensor;
  readonly slope: number;
}

/** Numbers closer than this, relative to their size, may differ by rounding alone. */
const resolutions: Readonly<Partial<Record<DType, number>>> = { float32: 1e-6, float64: 1e-14 };

/** Where going down from `start`, [n], ends. */
export async function descended(
  operation: string,
  f: (x: Tensor) => Tensor,
  start: Tensor,
  options: MinimizeOptions,
): Promise<MinimizeReport & { readonly at: Tensor }> {
  checkOptions(operation, options, {
    method: oneOf("lbfgs", "bfgs", "newtonCg"),
    tolerance: notNegative,
    valueTolerance: notNegative,
    maxIterations: count,
    maxEvaluations: count,
    history: count,
    afterIteration: callable,
  });
  const { tolerance = 1e-5, valueTolerance = 0, maxIterations = 1000 } = options;
  const { maxEvaluations = 10_000, afterIteration } = options;
  if (start.size === 0) throw new NablaError(`${operation}: there is nothing to change: [0]`);
  const parts = compiledParts(operation, f, start, options);
  let evaluations = 0;
  const foundAt = (from: Tensor, direction: Tensor) => (t: number) => {
    evaluations++;
    return parts.evaluate(from, direction, t);
  };
  let at = await foundAt(start, zerosLike(start))(0);
  checkFinite(operation, at);
  let memory = parts.memory;
  let isFresh = true;
  let line = await parts.begin(at.point);
  let iterations = 0;
  const state = () => ({ iterations, value: at.value, gradientNorm: at.norm, evaluations });
  const ended = (why: MinimizeReport["why"]) => ({
    at: at.point.x,
    ...state(),
    converged: why === "gradient" || why === "value",
    why,
  });
  if (at.norm <= tolerance) return ended("gradient");
  while (iterations < maxIterations) {
    if (evaluations >= maxEvaluations) return ended("evaluations");
    const isShort = isFresh && !parts.isScaled;
    const found =
      line.slope < 0
        ? await lineSearch(
            { t: 0, value: at.value, slope: line.slope },
            isShort ? Math.min(1, 1 / at.total) : 1,
            { resolution: resolutions[start.dtype]!, most: maxEvaluations - evaluations },
            foundAt(at.point.x, line.direction),
          )
        : undefined;
    if (!found) {
      if (evaluations >= maxEvaluations) return ended("evaluations");
      if (isFresh) return ended("lineSearch");
      // What was remembered may have led astray.
      [memory, isFresh] = [parts.memory, true];
      line = await parts.begin(at.point);
      continue;
    }
    const before = at;
    at = found;
    iterations++;
    const isStopped = (await afterIteration?.(state())) === true;
    if (at.norm <= tolerance) return ended("gradient");
    const least = valueTolerance * Math.max(Math.abs(at.value), 1);
    if (valueTolerance > 0 && before.value - at.value <= least) return ended("value");
    if (isStopped) return ended("stopped");
    ({ memory, ...line } = await parts.next(memory, before.point, at.point));
    isFresh = false;
  }
  return ended("iterations");
}

/** What runs on the device, each part compiled once. */
function compiledParts(
  operation: string,
  f: (x: Tensor) => Tensor,
  { size, dtype }: Tensor,
  options: MinimizeOptions,
) {
  const own = (x: Tensor): Tensor => {
    const value: unknown = f(x);
    checkOneNumber(`${operation}: what is minimised`, value);
    if (value.dtype !== "float32" && value.dtype !== "float64") {
      throw new DTypeError(
        `${operation}: what is minimised is ${value.dtype}, whose gradient is 0; expected float32 or float64`,
      );
    }
    return value.reshape([]);
  };
  const method = methodOf(own, size, dtype, options);
  const { memory, isScaled } = method;
  const evaluation = compile((from: Tensor, along: Tensor, t: Tensor) => {
    const x = from.add(along.mul(t));
    const [value, gradient] = valueAndGrad(own)(x);
    const slope = gradient.mul(along).sum();
    const [norm, total] = [gradient.abs().max(), gradient.abs().sum()];
    const numbers = [value, slope, norm, total].map((one) => one.cast("float64"));
    return { x, gradient, numbers: stack(numbers) };
  });
  const lineOf = (along: Tensor, { gradient }: Point) => ({
    direction: along,
    slope: gradient.mul(along).sum(),
  });
  const first = compile((at: Point) => lineOf(method.direction(memory, at), at));
  const later = compile((known: Tree, before: Point, after: Point) => {
    const learnt = method.learn(known, before, after);
    return { memory: learnt, ...lineOf(method.direction(learnt, after), after) };
  });
  return {
    memory,
    isScaled,
    async evaluate(from: Tensor, along: Tensor, t: number): Promise<Found> {
      const { x, gradient, numbers } = await evaluation.async(from, along, tensor(t, { dtype }));
      const [value, slope, norm, total] = await numbers.data("float64");
      const point = { x, gradient };
      return { t, value: value!, slope: slope!, norm: norm!, total: total!, point };
    },
    async begin(at: Point): Promise<Line> {
      const line = await first.async(at);
      return { direction: line.direction, slope: await line.slope.item() };
    },
    async next(known: Tree, before: Point, after: Point): Promise<Line & { memory: Tree }> {
      const found = await later.async(known, before, after);
      return { ...found, slope: await found.slope.item() };
    },
  };
}

function methodOf(
  f: (x: Tensor) => Tensor,
  size: number,
  dtype: DType,
  { method = "lbfgs", history = 10 }: MinimizeOptions,
): Method {
  if (method === "lbfgs") return limited(size, history, dtype);
  if (method === "bfgs") return whole(size, dtype);
  return newton(f, size);
}

function checkFinite(operation: string, { value, norm }: Found): void {
  if (Number.isFinite(value) && Number.isFinite(norm)) return;
  const [what, is] = Number.isFinite(value) ? ["gradient has", norm] : ["value is", value];
  throw new NablaError(
    `${operation}: the ${what} ${is} where it begins, expected a finite number; findNaN tells where NaN comes from`,
  );
}
