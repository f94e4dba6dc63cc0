// Solutions of ordinary differential equations, with derivatives.
import {
  type BatchOf,
  closureConvert,
  concat,
  customGradient,
  type DType,
  ensure,
  formatShape,
  NablaError,
  ShapeError,
  scan,
  Tensor,
  type Tree,
  type TreeLike,
  tensor,
  vjp,
  zeros,
} from "@nabla/autograd";
import {
  checkOptions,
  count,
  describe,
  flag,
  notNegative,
  oneOf,
  positive,
} from "@nabla/autograd/checks";
import { formOf } from "../flat-trees.ts";
import { classical, dormandPrince, type Field, type Method } from "./runge-kutta.ts";

export interface OdeOptions {
  /**
   * "dopri5" chooses its steps by the tolerances, "rk4" takes steps of one size. Default: "dopri5".
   */
  readonly method?: "dopri5" | "rk4";
  /** Of "dopri5", the error of a step that is allowed in proportion to y. Default: 1e-6. */
  readonly rtol?: number;
  /** For "dopri5", the error of a step that is allowed in addition. Default: 1e-8. */
  readonly atol?: number;
  /** Of "dopri5", the most steps from one time to the next. Default: 1000. */
  readonly maxSteps?: number;
  /** Of "rk4", how many steps from one time to the next. Default: 1. */
  readonly steps?: number;
  /**
   * Whether gradients are computed by solving backwards in time, in memory that does not grow with the
   * number of steps, instead of going back through the steps. Default: false.
   */
  readonly adjoint?: boolean;
}

/**
 * Solves y' = f(y, t) from y = `y0` at the first of the `times`; returns y at all of them, along a
 * first axis. The state is a tensor, or an array or plain object of tensors, of one dtype; `f` returns
 * the like. Times increase, or they decrease. As `odeint` of SciPy, JAX and torchdiffeq. `f` is called
 * a few times, with tensors that stand for those of any step.
 *
 * Methods: "dopri5", of order 5, by J. R. Dormand and P. J. Prince, with steps such that the error of
 * each is below `atol` + `rtol` |y| (root of the mean square over the state); "rk4", the classical one
 * of order 4, whose error only the number of steps decides.
 *
 * Gradients go to `y0`, to the times, and to whatever `f` captures, such as parameters. They are those
 * of the steps that were taken, exactly; of "dopri5" memory for `maxSteps` states is taken between any
 * two times. With `adjoint: true` they are a solution themselves, of the equation backwards in time (L.
 * S. Pontryagin et al., 1962; R. T. Q. Chen et al., "Neural ordinary differential equations", 2018): as
 * exact as the tolerances, and in memory that does not depend on the number of steps.
 *
 * Throws `NablaError` for times that go back and forth, and, when the graph runs, if no step is small
 * enough for the tolerances or if `maxSteps` do not suffice; `ShapeError` if `f` returns another shape.
 *
 * @example
 * // A pendulum's small swings: x'' = -x.
 * const start = { x: tensor(1), v: tensor(0) };
 * const swing = ({ x, v }: typeof start) => ({ x: v, v: x.neg() });
 * const { x } = odeint(swing, start, [0, 1, 2]);
 * x.arraySync(); // => [1, 0.5403, -0.4161]
 *
 * @example
 * // How the end of a decay depends on its rate: -t e^(-rate t).
 * const end = (rate: Tensor<[]>) =>
 *   odeint((y: Tensor<[]>) => y.mul(rate).neg(), tensor(1), [0, 2], { adjoint: true }).at(1);
 * grad(end)(tensor(0.5)).itemSync().toFixed(4); // => "-0.7358"
 */
export function odeint<State extends TreeLike<State>>(
  f: (y: State, t: Tensor<[]>) => NoInfer<State>,
  y0: State,
  times: Tensor | readonly number[],
  options: OdeOptions = {},
): BatchOf<State> {
  if (typeof f !== "function") {
    throw new NablaError(`odeint: f is ${describe(f)}, expected a function of y and t`);
  }
  checkOptions("odeint", options, {
    method: oneOf("dopri5", "rk4"),
    rtol: notNegative,
    atol: positive,
    maxSteps: count,
    steps: count,
    adjoint: flag,
  });
  const { method = "dopri5", rtol = 1e-6, atol = 1e-8, maxSteps = 1000, steps = 1 } = options;
  const others = method === "rk4" ? (["rtol", "atol", "maxSteps"] as const) : (["steps"] as const);
  const unused = others.find((name) => options[name] !== undefined);
  if (unused) throw new NablaError(`odeint: ${unused} is given, which ${method} does not have`);
  const form = formOf("odeint", "y0", y0);
  const at = timesOf(times, form.dtype);
  const start = form.flat(y0, "y0");
  const field = (y: Tensor, t: Tensor): Tensor =>
    form.flat(f(form.tree(y) as State, t as Tensor<[]>), "what f gives");
  const [converted, captured] = closureConvert(
    field,
    start,
    zeros([], { dtype: form.dtype }) as Tensor,
  );
  const own: Field = (y, t, given) => converted(given, y, t);
  const solve: Solve = (g, y, ts, given) =>
    method === "rk4"
      ? along(classical(g, given, steps), y, ts)
      : along(dormandPrince(g, given, { rtol, atol, maxSteps }), y, ts);
  const solver = options.adjoint ? backwards(solve) : solve;
  return form.tree(solver(own, start, at, captured)) as BatchOf<State>;
}

/** y [times, size] of y0 [size] and times [times]. */
type Solve = (field: Field, y0: Tensor, times: Tensor, captured: readonly Tensor[]) => Tensor;

function along<Memory extends Tree>(method: Method<Memory>, y0: Tensor, times: Tensor): Tensor {
  const first = y0.expandDims(0);
  if (times.size === 1) return first;
  const [from, to] = [times.slice(0, 0, -1), times.slice(0, 1)];
  const memory = method.begin(y0, from.at(0), to.at(0));
  const [, rest] = scan(
    ([y, before]: readonly [Tensor, Memory], [begin, end]: readonly [Tensor, Tensor]) => {
      const [next, after] = method.go(y, begin, end, before);
      return [[next, after], next] as const;
    },
    [y0, memory] as readonly [Tensor, Memory],
    [from, to] as readonly [Tensor, Tensor],
  );
  return concat([first, rest]);
}

/** Gradients by the adjoint equation, which can be differentiated in the same way. */
function backwards(solve: Solve): Solve {
  const solveBack: Solve = (field, y0, times, captured) =>
    customGradient(
      (y: Tensor, ts: Tensor, ...given: Tensor[]) => solve(field, y, ts, given),
      (g, [y, ts, ...given], ys) => {
        const [size, sizes] = [y.size, given.map((one) => one.size)];
        const dtype = y.dtype;
        /**
         * Derivatives of y, of the cost's gradient with respect to it, and of those with respect to
         * captured tensors.
         */
        const together: Field = (all, t, others) => {
          const [state, costate] = [all.slice(0, 0, size), all.slice(0, size, 2 * size)];
          const [slope, pullback] = vjp(
            (one: Tensor, ...rest: Tensor[]) => field(one, t, rest),
            state,
            ...others,
          );
          const found = pullback(costate).map((one) => one.reshape([one.size]).neg());
          return concat([slope, ...found]);
        };
        const total = sizes.reduce((sum, one) => sum + one, 0);
        const none = zeros([total], { dtype }) as Tensor;
        const count = ts.size;
        const [[atStart, ofCaptured], ofTimes] = scan(
          (
            [costate, so]: readonly [Tensor, Tensor],
            [gy, state, end, begin]: readonly Tensor[],
          ) => {
            const moving = field(state!, end!, given).mul(gy!).sum();
            const whole = concat([state!, costate.add(gy!), so]);
            const span = concat([end!.reshape([1]), begin!.reshape([1])]);
            const before = solveBack(together, whole, span, given).at(1);
            return [[before.slice(0, size, 2 * size), before.slice(0, 2 * size)], moving] as const;
          },
          [zeros([size], { dtype }), none] as readonly [Tensor, Tensor],
          [g.slice(0, 1), ys.slice(0, 1), ts.slice(0, 1), ts.slice(0, 0, count - 1)],
          { reverse: true },
        );
        // A later beginning is a state that has gone less far.
        const ofStart = field(y, ts.at(0), given).mul(atStart).sum().neg();
        let next = 0;
        return [
          atStart.add(g.at(0)),
          concat([ofStart.reshape([1]), ofTimes]),
          ...given.map((one, i) => {
            const own = ofCaptured.slice(0, next, (next += sizes[i]!));
            return own.reshape([...one.shape]);
          }),
        ];
      },
    )(y0, times, ...captured);
  return (field, y0, times, captured) =>
    times.size === 1 ? solve(field, y0, times, captured) : solveBack(field, y0, times, captured);
}

/** The times, checked to go one way; those of a list now, those of a tensor when the graph runs. */
function timesOf(times: unknown, dtype: DType): Tensor {
  const wrong =
    "odeint: the times go back and forth, or stand still; expected ones that increase, or that decrease";
  if (times instanceof Tensor) {
    const given: Tensor = times;
    if (given.rank !== 1 || given.size === 0) {
      throw new ShapeError(
        `odeint: the times are ${formatShape(given.shape)}, expected [times], at least one`,
      );
    }
    const own = given.cast(dtype);
    if (own.size === 1) return own;
    const steps = own.slice(0, 1).sub(own.slice(0, 0, -1));
    return ensure(own, steps.greater(0).all().logicalOr(steps.less(0).all()), wrong);
  }
  if (!Array.isArray(times) || times.length === 0) {
    const given = Array.isArray(times) ? "an empty list" : describe(times);
    throw new NablaError(`odeint: the times are ${given}, expected a tensor or a list of numbers`);
  }
  const list = Array.from<unknown>(times);
  const wrongOne = list.findIndex((time) => typeof time !== "number" || !Number.isFinite(time));
  if (wrongOne >= 0) {
    const given = `time ${wrongOne} is ${describe(list[wrongOne])}`;
    throw new NablaError(`odeint: ${given}, expected a finite number`);
  }
  const numbers = list as readonly number[];
  const way = Math.sign(numbers[1]! - numbers[0]!);
  const back = numbers.findIndex(
    (t, i) => i > 0 && (way === 0 || Math.sign(t - numbers[i - 1]!) !== way),
  );
  if (back >= 0) {
    const given = `time ${back} is ${numbers[back]}, after ${numbers[back - 1]}`;
    throw new NablaError(`odeint: ${given}; expected times that increase, or that decrease`);
  }
  return tensor(numbers, { dtype });
}
