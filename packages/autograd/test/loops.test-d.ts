// Types of loops and branches: what is carried keeps its shape, and branches give the same.
import {
  associativeScan,
  cond,
  forLoop,
  ones,
  scan,
  type Tensor,
  tensor,
  whileLoop,
  zeros,
} from "@nabla/autograd";
import { expectTypeOf, test } from "vitest";

const [two, four] = [zeros([2]), zeros([4, 2])];
const yes = tensor(true);

test("a loop gives what it carries", () => {
  const [last, all] = scan((s, x) => [s.add(x), s.sum()], two, four);
  expectTypeOf(last).toEqualTypeOf<Tensor<[2]>>();
  expectTypeOf(all).toExtend<Tensor<readonly [number]>>();
  expectTypeOf(
    whileLoop(
      (x) => x.sum().less(3),
      (x) => x.add(1),
      two,
    ),
  ).toEqualTypeOf<Tensor<[2]>>();
  expectTypeOf(forLoop(0, 3, (i, x) => x.add(i), two)).toEqualTypeOf<Tensor<[2]>>();
  expectTypeOf(associativeScan((a, b) => a.mul(b), four)).toEqualTypeOf<Tensor<[4, 2]>>();
  const { state } = forLoop(0, 3, (_, { state: x }) => ({ state: x.mul(2) }), { state: two });
  expectTypeOf(state).toEqualTypeOf<Tensor<[2]>>();
});

test("a carry that changes shape is an error", () => {
  expectTypeOf(two).toEqualTypeOf<Tensor<[2]>>();
  // @ts-expect-error: a carry of [2] becomes []
  scan((s, x) => [s.add(x).sum()], two, four);
  // @ts-expect-error: a carry of [2] becomes [3]
  scan(() => [ones([3])], two, four);
  whileLoop(
    (x) => x.sum().less(3),
    // @ts-expect-error: a carry of [2] becomes []
    (x) => x.sum(),
    two,
  );
  // @ts-expect-error: a carry of [2] becomes [3]
  forLoop(0, 3, () => ones([3]), two);
});

test("branches give the same", () => {
  expectTypeOf(
    cond(
      yes,
      (x) => x.mul(2),
      (x) => x.add(1),
      two,
    ),
  ).toEqualTypeOf<Tensor<[2]>>();
  cond(
    yes,
    () => two,
    // @ts-expect-error: [2] and [3]
    () => ones([3]),
  );
  cond(
    yes,
    (x: Tensor<[3]>) => x,
    (x: Tensor<[3]>) => x,
    // @ts-expect-error: the operand is [2], and the branch takes [3]
    two,
  );
});
