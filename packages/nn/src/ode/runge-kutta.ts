// Steps along a differential equation y' = f(y, t), of which y is one vector: the classical method of
// fourth order, and the pair of orders 4 and 5 of J. R. Dormand and P. J. Prince, "A family of embedded
// Runge-Kutta formulae", 1980, with steps as E. Hairer, S. P. Nørsett and G. Wanner choose them,
// "Solving ordinary differential equations I", 1993, section II.4.
import {
  customGradient,
  ensure,
  forLoop,
  maximum,
  minimum,
  type Tensor,
  tensor,
  vjp,
  where,
  whileLoop,
} from "@nabla/autograd";

/** y' from y [size], t [] and captured tensors, to which derivatives flow. */
export type Field = (y: Tensor, t: Tensor, captured: readonly Tensor[]) => Tensor;

/** Goes from one time to another. */
export interface Method<Memory> {
  /** What it begins with, of the first state and both first times. */
  begin(y: Tensor, from: Tensor, to: Tensor): Memory;
  /** The state at `to`, and the values that the next interval starts from. */
  go(y: Tensor, from: Tensor, to: Tensor, memory: Memory): readonly [y: Tensor, memory: Memory];
}

/** y + sum of coefficients times slopes times h. */
function moved(y: Tensor, h: Tensor, terms: readonly (readonly [number, Tensor])[]): Tensor {
  const used = terms.filter(([coefficient]) => coefficient !== 0);
  const sum = used.map(([coefficient, k]) => k.mul(coefficient)).reduce((a, b) => a.add(b));
  return y.add(sum.mul(h));
}

/** The classical method, with a fixed number of steps from one time to the next. */
export function classical(
  field: Field,
  captured: readonly Tensor[],
  steps: number,
): Method<readonly Tensor[]> {
  const step = (y: Tensor, t: Tensor, h: Tensor): Tensor => {
    const [half, middle] = [h.mul(0.5), t.add(h.mul(0.5))];
    const k1 = field(y, t, captured);
    const k2 = field(y.add(k1.mul(half)), middle, captured);
    const k3 = field(y.add(k2.mul(half)), middle, captured);
    const k4 = field(y.add(k3.mul(h)), t.add(h), captured);
    return y.add(k1.add(k2.add(k3).mul(2)).add(k4).mul(h.div(6)));
  };
  return {
    begin: () => [],
    go(y, from, to, memory) {
      const h = to.sub(from).div(steps);
      if (steps === 1) return [step(y, from, h), memory];
      const at = (i: Tensor) => from.add(h.mul(i.cast(h.dtype)));
      return [forLoop(0, steps, (i, before: Tensor) => step(before, at(i), h), y), memory];
    },
  };
}

/** Rows of slopes' coefficients for each next stage; the last one is the solution of order 5. */
const stages: readonly (readonly number[])[] = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
const times: readonly number[] = [1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
/** Of the difference to the solution of order 4. */
const errors: readonly number[] = [
  71 / 57600,
  0,
  -71 / 16695,
  71 / 1920,
  -17253 / 339200,
  22 / 525,
  -1 / 40,
];

export interface Tolerances {
  readonly rtol: number;
  readonly atol: number;
  readonly maxSteps: number;
}

/** What an adaptive method goes on with: the next step's size, without sign, and y'. */
export type Pace = { readonly h: Tensor; readonly slope: Tensor };

const tooSmall =
  "odeint: no step is small enough for the tolerances: the solution grows without bound or is NaN " +
  "there, or rtol and atol are finer than the dtype; rk4 has fixed steps";

/**
 * The adaptive method. Derivatives treat step sizes as constants, except for the last step before each
 * time, which ends there. The gradient of a step needs only the state before it: the stages are
 * recomputed.
 */
export function dormandPrince(
  field: Field,
  captured: readonly Tensor[],
  { rtol, atol, maxSteps }: Tolerances,
): Method<Pace> {
  const norm = (x: Tensor, scale: Tensor): Tensor => x.div(scale).square().mean().sqrt();
  const scaleOf = (y: Tensor) => y.abs().mul(rtol).add(atol);

  /** The state after a step of `h`, with all its slopes; `first` is y' at the start. */
  const stepped = (y: Tensor, t: Tensor, h: Tensor, first: Tensor, given: readonly Tensor[]) => {
    const slopes = [first];
    let next = y;
    stages.forEach((row, i) => {
      next = moved(
        y,
        h,
        row.map((coefficient, j) => [coefficient, slopes[j]!] as const),
      );
      slopes.push(field(next, t.add(h.mul(times[i]!)), given));
    });
    return { next, slopes };
  };

  /** A step that is small enough, from h on; nothing of it is differentiated. */
  const found = (y: Tensor, t: Tensor, h: Tensor, sign: Tensor, slope: Tensor) =>
    whileLoop(
      ({ ratio, isStuck }) => ratio.lessEqual(1).logicalOr(isStuck).logicalNot(),
      ({ retry: size }) => {
        // Of NaN, too.
        const isStuck = t.add(size.mul(sign)).sub(t).abs().greater(0).logicalNot();
        const { next, slopes } = stepped(y, t, size.mul(sign), slope, captured);
        const difference = moved(
          y.mul(0),
          size,
          errors.map((e, i) => [e, slopes[i]!] as const),
        );
        const ratio = norm(difference, maximum(scaleOf(y), scaleOf(next)));
        const factor = ratio.pow(-0.2).mul(0.9).clip(0.2, 10);
        const again = where(
          ratio.isFinite(),
          minimum(factor, where(ratio.lessEqual(1), 10, 0.9)),
          0.2,
        );
        return { size, retry: size.mul(again), ratio, next, slope: slopes[6]!, isStuck };
      },
      {
        size: h,
        retry: h,
        ratio: tensor(Number.POSITIVE_INFINITY, { dtype: h.dtype }) as Tensor,
        next: y,
        slope,
        isStuck: tensor(false) as Tensor,
      },
    );

  const step = (y: Tensor, t: Tensor, to: Tensor, { h, slope }: Pace) => {
    const [own, at, end] = [y, t, to].map((x) => x.stopGradient());
    const sign = end!.sub(at!).sign();
    const left = end!.sub(at!).abs();
    const tried = found(own!, at!, minimum(h, left), sign, slope);
    const isLast = tried.size.greaterEqual(left);
    const size = where(isLast, to.sub(t), tried.size.mul(sign).stopGradient());
    // The value is that of the search.
    const taken = customGradient(
      (..._inputs: Tensor[]) => tried.next.stopGradient(),
      (g, [before, time, length, ...given]) => {
        const again = (from: Tensor, begin: Tensor, whole: Tensor, ...others: Tensor[]): Tensor =>
          stepped(from, begin, whole, field(from, begin, others), others).next;
        return vjp(again, before!, time!, length!, ...given)[1](g);
      },
    );
    return {
      y: taken(y, t, size, ...captured),
      t: where(isLast, to, t.add(size)),
      // A step shortened to end at a requested time is no reason to avoid longer ones.
      h: where(isLast, maximum(h, tried.retry), tried.retry).stopGradient(),
      slope: tried.slope.stopGradient(),
      isStuck: tried.isStuck,
    };
  };

  return {
    begin(y, from, to) {
      const [own, at] = [y.stopGradient(), from.stopGradient()];
      const sign = to.stopGradient().sub(at).sign();
      const slope = field(own, at, captured).stopGradient();
      return { h: firstStep(own, at, sign, slope).stopGradient(), slope };
    },
    go(y, from, to, pace) {
      const zero = tensor(0, { dtype: "int32" }) as Tensor;
      const last = whileLoop(
        ({ t, count, isStuck }) =>
          t.equal(to).logicalOr(isStuck).logicalNot().logicalAnd(count.less(maxSteps)),
        ({ y: before, t, h, slope, count }) => ({
          ...step(before, t, to, { h, slope }),
          count: count.add(1),
        }),
        { y, t: from, ...pace, isStuck: tensor(false) as Tensor, count: zero },
        { maxSteps },
      );
      const moving = ensure(last.y, last.isStuck.logicalNot(), tooSmall);
      const message = `odeint: ${maxSteps} steps do not get from one time to the next; give more as maxSteps, or larger rtol and atol`;
      return [ensure(moving, last.t.equal(to), message), { h: last.h, slope: last.slope }];
    },
  };

  /** Hairer's choice: so that an explicit Euler step is small, and its error about the tolerance. */
  function firstStep(y: Tensor, t: Tensor, sign: Tensor, slope: Tensor): Tensor {
    const scale = scaleOf(y);
    const [d0, d1] = [norm(y, scale), norm(slope, scale)];
    const isTiny = minimum(d0, d1).less(1e-5);
    const h0 = where(isTiny, 1e-6, d0.div(d1).mul(0.01));
    const h = h0.mul(sign);
    const next = field(y.add(slope.mul(h)), t.add(h), captured);
    const d2 = norm(next.sub(slope), scale).div(h0);
    const most = maximum(d1, d2);
    const h1 = where(
      most.lessEqual(1e-15),
      maximum(h0.mul(1e-3), 1e-6),
      tensor(0.01, { dtype: h.dtype }).div(most).pow(0.2),
    );
    return minimum(h0.mul(100), h1);
  }
}
