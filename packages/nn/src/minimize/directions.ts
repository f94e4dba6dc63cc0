// Directions of descent, from points and gradients. J. Nocedal and S. J. Wright, "Numerical
// Optimization", 2006.
import {
  concat,
  type DType,
  eye,
  hessianVectorProduct,
  outer,
  type Tensor,
  type Tree,
  where,
  whileLoop,
  zeros,
} from "@nabla/autograd";

/** A point, [n], and the gradient there. */
export type Point = { readonly x: Tensor; readonly gradient: Tensor };

/** How directions are found, and the state kept for the next. */
export interface Method<Memory extends Tree = Tree> {
  /** What is remembered at first. */
  readonly memory: Memory;
  /** What is remembered after a step; left out by methods that remember nothing. */
  learn(memory: Memory, before: Point, after: Point): Memory;
  /** The direction from `at`. */
  direction(memory: Memory, at: Point): Tensor;
  /** Whether a first direction is as long as the step should be. */
  readonly isScaled: boolean;
}

const dot = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum();

/** 1 / x where x is positive, and else 0. */
function overPositive(x: Tensor): Tensor {
  const is = x.greater(0);
  return where(is, where(is, x, 1).reciprocal(), 0);
}

/**
 * Limited-memory BFGS, algorithm 7.4: the last `history` steps and the resulting changes of the gradient,
 * the oldest first. Rows of 0 stand for steps not yet taken.
 */
export function limited(
  size: number,
  history: number,
  dtype: DType,
): Method<{ readonly steps: Tensor; readonly changes: Tensor }> {
  const none = zeros([history, size], { dtype }) as Tensor;
  return {
    isScaled: false,
    memory: { steps: none, changes: none },
    learn({ steps, changes }, before, after) {
      const step = after.x.sub(before.x);
      const change = after.gradient.sub(before.gradient);
      const isCurved = dot(step, change).greater(0);
      const pushed = (rows: Tensor, row: Tensor) =>
        where(isCurved, concat([rows.slice(0, 1), row.expandDims(0)]), rows);
      return { steps: pushed(steps, step), changes: pushed(changes, change) };
    },
    direction({ steps, changes }, { gradient }) {
      const rows = Array.from({ length: history }, (_, i) => {
        const [step, change] = [steps.at(i), changes.at(i)];
        return { step, change, over: overPositive(dot(step, change)) };
      });
      const parts: Tensor[] = [];
      let q = gradient;
      for (const { step, change, over } of rows.toReversed()) {
        const part = dot(step, q).mul(over);
        parts.unshift(part);
        q = q.sub(change.mul(part));
      }
      const { step, change } = rows.at(-1)!;
      const scale = dot(step, change).mul(overPositive(dot(change, change)));
      let r = q.mul(where(scale.greater(0), scale, 1));
      rows.forEach(({ step, change, over }, i) => {
        const part = dot(change, r).mul(over);
        r = r.add(step.mul(parts[i]!.sub(part)));
      });
      return r.neg();
    },
  };
}

/** BFGS, algorithm 6.1: a full matrix, [n, n], that approximates the inverse Hessian. */
export function whole(
  size: number,
  dtype: DType,
): Method<{ readonly inverse: Tensor; readonly isFirst: Tensor }> {
  return {
    isScaled: false,
    memory: { inverse: eye(size, { dtype }) as Tensor, isFirst: eye(1, { dtype }).sum() as Tensor },
    learn(memory, before, after) {
      const step = after.x.sub(before.x);
      const change = after.gradient.sub(before.gradient);
      const curvature = dot(step, change);
      const over = overPositive(curvature);
      // Before the first update the matrix gets the size that the first step has shown, formula 6.20.
      const size = curvature.mul(overPositive(dot(change, change)));
      const isSized = memory.isFirst.greater(0).logicalAnd(over.greater(0));
      const inverse = memory.inverse.mul(where(isSized, size, 1));
      const mapped = inverse.matmul(change);
      const crossed = outer(step, mapped).add(outer(mapped, step)).mul(over);
      const squared = outer(step, step).mul(over.add(over.square().mul(dot(change, mapped))));
      return {
        inverse: inverse.sub(crossed).add(squared),
        isFirst: where(isSized, 0, memory.isFirst),
      };
    },
    direction: ({ inverse }, { gradient }) => inverse.matmul(gradient).neg(),
  };
}

/**
 * Newton's direction by conjugate gradients, algorithm 7.1, to a tolerance that follows the gradient's
 * norm. A direction of negative curvature ends the iteration but is still used: without it, steps along a
 * curved valley are short.
 */
export function newton(f: (x: Tensor) => Tensor, size: number): Method<readonly []> {
  return {
    isScaled: true,
    memory: [],
    learn: () => [],
    direction(_, { x, gradient }) {
      const start = dot(gradient, gradient);
      const length = start.sqrt();
      const bound = length.mul(length.sqrt().minimum(0.1)).square();
      const none = gradient.mul(0);
      const first = {
        z: none,
        r: gradient,
        d: gradient.neg(),
        rr: start,
        turns: start.mul(0),
        isCurved: start.greater(-1),
      };
      const { z } = whileLoop(
        ({ rr, turns, isCurved }) =>
          isCurved.logicalAnd(rr.greater(bound)).logicalAnd(turns.less(2 * size)),
        ({ z, r, d, rr, turns }) => {
          const curved = hessianVectorProduct(f, x, d);
          const curvature = dot(d, curved);
          const isCurved = curvature.greater(0);
          // Where it curves downwards, as far as if it curved as much upwards, and no further.
          const size = curvature.abs();
          const length = where(size.greater(0), rr.mul(overPositive(size)), 1);
          const next = r.add(curved.mul(length));
          const after = dot(next, next);
          return {
            z: z.add(d.mul(length)),
            r: next,
            d: next.neg().add(d.mul(after.div(rr))),
            rr: after,
            turns: turns.add(1),
            isCurved,
          };
        },
        first,
      );
      return z;
    },
  };
}
