// Steps of a loop's body that all iterations share, such as copies of weights for products: they run in
// the first one, and what they give lasts.
import {
  backend,
  compile,
  explainPlan,
  random,
  scan,
  type Tensor,
  tensor,
  whileLoop,
} from "@nabla/autograd";
import { expect, test } from "vitest";

/** Small whole numbers, whose products and sums are exact. */
const whole = (seed: number, ...shape: number[]): Tensor =>
  random.randint(shape, -2, 3, { seed }).cast("float32").realize();

// Large enough for both products to read copies of the weights.
const [state, up, down] = [whole(1, 32, 64), whole(2, 64, 512), whole(3, 512, 64)];
const xs = whole(4, 3, 32, 64);

/** What it computes after the products could take the memory of the first copy. */
const cell = (s: Tensor, x: Tensor, u: Tensor, v: Tensor): Tensor => {
  const own = s.matmul(u).sign().matmul(v).sign();
  return own.add(own.sum(0)).add(x).sign();
};
const loop = (s: Tensor, of: Tensor, u: Tensor, v: Tensor): Tensor =>
  scan((before: Tensor, x: Tensor) => [cell(before, x, u, v)], s, of)[0];

const ones = new Float32Array(32).fill(1);

/** The cell, once for each x, of arrays. */
function unrolled(s: Tensor, of: readonly Tensor[], u: Tensor, v: Tensor): Float32Array {
  const [a, b] = [u.dataSync(), v.dataSync()];
  return of
    .map((x) => x.dataSync())
    .reduce((now: ArrayLike<number>, x) => {
      const inner = product(now, a, 64, 512).map(Math.sign);
      const own = product(inner, b, 512, 64).map(Math.sign);
      const sums = product(ones, own, 32, 64);
      return own.map((element, i) => Math.sign(element + sums[i % 64]! + x[i]!));
    }, s.dataSync()) as Float32Array;
}

function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  inner: number,
  columns: number,
): Float32Array {
  const result = new Float32Array((a.length / inner) * columns);
  for (let i = 0; i < a.length; i++) {
    const [row, from] = [Math.floor(i / inner) * columns, (i % inner) * columns];
    for (let j = 0; j < columns; j++) result[row + j]! += a[i]! * b[from + j]!;
  }
  return result;
}

const each = [0, 1, 2].map((i) => xs.at(i));

test("what all iterations share lasts for all of them, in each call", async () => {
  const wanted = unrolled(state, each, up, down);
  expect(loop(state, xs, up, down).dataSync()).toEqual(wanted);
  expect(await loop(state, xs, up, down).data()).toEqual(wanted);
  const compiled = compile(loop);
  for (const weights of [up, up.neg(), up.mul(2)]) {
    const given = compiled(state, xs, weights.realize(), down);
    expect(given.dataSync()).toEqual(unrolled(state, each, weights, down));
  }
});

test("a loop in a loop computes it for each of its runs", () => {
  const weights = whole(5, 2, 64, 512);
  const nested = scan((s: Tensor, u: Tensor) => [loop(s, xs, u, down)], state, weights)[0];
  let wanted = state;
  for (const i of [0, 1]) {
    wanted = tensor(unrolled(wanted, each, weights.at(i), down), { shape: [32, 64] });
  }
  expect(nested.arraySync()).toEqual(wanted.arraySync());
});

test("a loop that ends early computes it in the first iteration that runs", () => {
  const [first] = each as [Tensor];
  const until = (count: number) =>
    whileLoop(
      ({ i }: { i: Tensor; s: Tensor }) => i.less(count),
      ({ i, s }) => ({ i: i.add(1), s: cell(s, first, up, down) }),
      { i: tensor(0), s: state },
    ).s;
  for (const count of [0, 1, 2]) {
    const repeated = Array.from({ length: count }, () => first);
    expect(until(count).dataSync()).toEqual(unrolled(state, repeated, up, down));
  }
});

test.skipIf(backend() === "reference")("explainPlan tells what runs once", () => {
  const plan = explainPlan(loop(state, xs, up, down));
  expect(plan.match(/.*first iteration only.*/g)).toEqual([
    "  1. pack, in the first iteration only: 0 FLOP, 262 kB",
    "  2. pack, in the first iteration only: 0 FLOP, 262 kB",
  ]);
});
