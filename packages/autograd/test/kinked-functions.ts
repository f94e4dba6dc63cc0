// Functions composed at random and looked at where they are not smooth: at kinks, ties, zeros,
// infinities and extremes. Derivatives follow the conventions that docs/operations.md has: a chain of
// functions of one number is compared with what these give in plain numbers; of the others all ways to
// compute them must agree. kinked-functions.test.ts draws some, `pnpm fuzz functions` as many as one
// likes.
import {
  compile,
  concat,
  grad,
  hypot,
  jacobian,
  jvp,
  logAddExp,
  logSumExp,
  setBackend,
  stack,
  type Tensor,
  tensor,
  vjp,
  vmap,
  where,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import fc from "fast-check";

/** A function of one number, and its derivative; `undefined` where a choice leaves it out. */
interface Step {
  readonly of: (x: Tensor) => Tensor;
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number | undefined;
}

const step = (of: Step["of"], value: Step["value"], slope: Step["slope"]): Step => ({
  of,
  value,
  slope,
});

/** Of what is greater than `bound`: 1; of what equals it, half; else nothing. */
const above = (x: number, bound: number) => (x > bound ? 1 : x === bound ? 0.5 : undefined);

const steps = {
  "relu(x)": step(
    (x) => x.relu(),
    (x) => Math.max(x, 0),
    (x) => (x > 0 ? 1 : undefined),
  ),
  "leakyRelu(x)": step(
    (x) => x.leakyRelu(0.5),
    (x) => (x > 0 ? x : x / 2),
    (x) => (x > 0 ? 1 : 0.5),
  ),
  "|x|": step(
    (x) => x.abs(),
    Math.abs,
    (x) => (x === 0 ? undefined : Math.sign(x)),
  ),
  "max(x, 1)": step(
    (x) => x.maximum(1),
    (x) => Math.max(x, 1),
    (x) => above(x, 1),
  ),
  "min(x, 1)": step(
    (x) => x.minimum(1),
    (x) => Math.min(x, 1),
    (x) => above(-x, -1),
  ),
  "x cut to 0 and infinity": step(
    (x) => x.clip(0, Infinity),
    (x) => Math.max(x, 0),
    (x) => {
      const low = above(x, 0);
      return low === undefined || x !== Infinity ? low : low / 2;
    },
  ),
  "log(x) where x > 0": step(
    (x) => where(x.greater(0), x.log(), 0),
    (x) => (x > 0 ? Math.log(x) : 0),
    (x) => (x > 0 ? 1 / x : undefined),
  ),
  "sqrt(x) unless x <= 0": step(
    (x) => where(x.lessEqual(0), 2, x.sqrt()),
    (x) => (x <= 0 ? 2 : Math.sqrt(x)),
    (x) => (x <= 0 ? undefined : 0.5 / Math.sqrt(x)),
  ),
  "sqrt(x)": step(
    (x) => x.sqrt(),
    Math.sqrt,
    (x) => 0.5 / Math.sqrt(x),
  ),
  "x^2": step(
    (x) => x.square(),
    (x) => x * x,
    (x) => 2 * x,
  ),
  "x^3": step(
    (x) => x.pow(3),
    (x) => x ** 3,
    (x) => 3 * x * x,
  ),
  "x^0": step(
    (x) => x.pow(0),
    () => 1,
    () => undefined,
  ),
  "1 / x": step(
    (x) => x.reciprocal(),
    (x) => 1 / x,
    (x) => -(1 / x) * (1 / x),
  ),
  "-x": step(
    (x) => x.neg(),
    (x) => -x,
    () => -1,
  ),
  "x + 1": step(
    (x) => x.add(1),
    (x) => x + 1,
    () => 1,
  ),
  "exp(x)": step((x) => x.exp(), Math.exp, Math.exp),
  "x in another shape": step(
    (x) => x.expandDims(0).transpose().flatten(),
    (x) => x,
    () => 1,
  ),
} satisfies Readonly<Record<string, Step>>;

const special = [0, -0, 1, -1, 0.5, 2, -2, Infinity, -Infinity];

export interface Chain {
  readonly names: readonly (keyof typeof steps)[];
  readonly points: readonly number[];
}

export const chains: fc.Arbitrary<Chain> = fc.record({
  names: fc.array(fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[])), {
    minLength: 1,
    maxLength: 5,
  }),
  points: fc.array(fc.constantFrom(...special), { minLength: 1, maxLength: 6 }),
});

const close = { relativeTolerance: 1e-9, absoluteTolerance: 1e-12 };

/** Value and derivative of a chain at a number; what a choice leaves out is 0, whatever is beside it. */
function inNumbers(names: Chain["names"], point: number): readonly [number, number] {
  let [value, slope, isLeftOut] = [point, 1, false];
  for (const name of names) {
    const { value: f, slope: of }: Step = steps[name];
    const next = of(value);
    if (next === undefined) isLeftOut = true;
    else slope *= next;
    value = f(value);
  }
  return [value, isLeftOut ? 0 : slope];
}

/** Throws unless values and derivatives, backwards and forwards, follow the conventions. */
export function checkChain({ names, points }: Chain): void {
  const f = (x: Tensor): Tensor => names.reduce((y, name) => steps[name].of(y), x);
  const all = points.map((point) => inNumbers(names, point));
  // Beyond what is NaN no choice is made as in numbers.
  const kept = points.filter((_, i) => !Number.isNaN(all[i]![0]));
  if (kept.length === 0) return;
  const expected = all.filter(([value]) => !Number.isNaN(value));
  const x = tensor(kept, { dtype: "float64" }) as Tensor;
  const numbers = (list: readonly number[]) => tensor([...list], { dtype: "float64" });
  const slopes = numbers(expected.map(([, slope]) => slope));
  expectClose(f(x), numbers(expected.map(([value]) => value)), close);
  expectClose(grad((y: Tensor) => f(y).sum())(x), slopes, close);
  expectClose(jvp(f, [x], [x.greaterEqual(-Infinity).cast("float64")])[1], slopes, close);
}

const kept = { keepDims: true } as const;

/** Of tensors of shape [2, 3]: kinks, poles, ties and choices. */
const kinked = {
  "x + y": (x, y) => x.add(y),
  "x y": (x, y) => x.mul(y),
  "x / y": (x, y) => x.div(y),
  "max(x, y)": (x, y) => x.maximum(y),
  "min(x, y)": (x, y) => x.minimum(y),
  "x or y": (x, y) => where(x.greater(y), x, y.sqrt()),
  "x if it is above 0": (x) => where(x.greater(0), x.log().mul(x.sqrt()), 0),
  "x^y": (x, y) => x.pow(y),
  "x^2": (x) => x.pow(2),
  "|x|": (x) => x.abs(),
  "relu(x)": (x) => x.relu(),
  "sqrt(x)": (x) => x.sqrt(),
  "log(x)": (x) => x.log(),
  "hypot(x, y)": (x, y) => hypot(x, y),
  "x mod y": (x, y) => x.mod(y),
  "log(e^x + e^y)": (x, y) => logAddExp(x, y),
  "x - logSumExp(y)": (x, y) => x.sub(logSumExp(y, 1, kept)),
  "x as unit vectors": (x) => {
    const length = x.norm(1, kept);
    return where(length.greater(0), x.div(length), 0);
  },
  "x + deviation of y": (x, y) => x.add(y.std(1, kept)),
  "the greatest of x, and y": (x, y) => x.max(0, kept).add(y),
  "the least of x, and y": (x, y) => x.min(1, kept).mul(y),
  "x sorted": (x) => x.sort(1),
  "products of x": (x) => x.cumProd(1),
  "softmax(x)": (x) => x.softmax(),
  "rows of x and y": (x, y) => concat([x.slice(0, 0, 1), y.slice(0, 1, 2)], 0),
  "x the other way round": (x) => x.reshape([3, 2]).transpose(),
} satisfies Readonly<Record<string, (x: Tensor, y: Tensor) => Tensor>>;

type Choice = readonly [name: keyof typeof kinked, x: number, y: number];

export interface Kinked {
  readonly choices: readonly Choice[];
  readonly inputs: readonly [Tensor, Tensor];
}

const extremes = [...special, 1e200, -1e-200, Number.NaN];
const place: fc.Arbitrary<Tensor> = fc
  .array(fc.constantFrom(...extremes, ...special, 0, 1, 0, 1), { minLength: 6, maxLength: 6 })
  .map((values) => tensor([values.slice(0, 3), values.slice(3)], { dtype: "float64" }));

export const kinkedFunctions: fc.Arbitrary<Kinked> = fc.record({
  choices: fc.array(
    fc.tuple(
      fc.constantFrom(...(Object.keys(kinked) as (keyof typeof kinked)[])),
      fc.nat(2),
      fc.nat(2),
    ),
    { minLength: 1, maxLength: 4 },
  ),
  inputs: fc.tuple(place, place),
});

/** Throws unless a function and its derivatives are the same however they are computed. */
export function checkKinked({ choices, inputs }: Kinked): void {
  const f = (...xs: readonly Tensor[]): Tensor => {
    const pool = [...xs];
    for (const [name, first, second] of choices) {
      const pick = (n: number) => pool[pool.length - 1 - (n % Math.min(3, pool.length))]!;
      pool.push(kinked[name](pick(first), pick(second)));
    }
    return pool.at(-1)!;
  };
  const [x, y] = inputs;
  const slopes = (a: Tensor): Tensor => grad((one: Tensor) => f(one, y).sum())(a);
  const bends = (a: Tensor): Tensor => grad((one: Tensor) => slopes(one).sum())(a);
  const found = (): Tensor[] => [f(x, y), slopes(x), bends(x)].map((of) => of.realize());
  setBackend("reference");
  const expected = found();
  setBackend("wasm");
  found().forEach((one, i) => expectClose(one, expected[i]!, close));
  [(a: Tensor) => f(a, y), slopes, bends].forEach((of, i) => {
    expectClose(compile(of)(x), expected[i]!, close);
  });
  const examples = [x, y];
  const [batch, loop]: readonly Tensor[] = [stack(examples), stack(examples.map(slopes))];
  expectClose(vmap(slopes)(batch!), loop!, close);
  checkDirections((a) => f(a, y), x);
}

/** Where both are numbers, rows of the Jacobian backwards are its columns forwards. */
function checkDirections(f: (x: Tensor) => Tensor, x: Tensor): void {
  const [, pullback] = vjp(f, x);
  const units = Array.from({ length: 6 }, (_, i) =>
    tensor(
      Array.from({ length: 6 }, (_, j) => (i === j ? 1 : 0)),
      { dtype: "float64" },
    ).reshape([2, 3]),
  ) as Tensor[];
  const rows = units.map((unit) => [...pullback(unit)[0].dataSync()]);
  const columns = units.map((unit) => [...jvp(f, [x], [unit])[1].dataSync()]);
  const whole = [...jacobian(f)(x).dataSync()];
  rows.forEach((row, i) => {
    row.forEach((backwards, j) => {
      const forwards = columns[j]![i]!;
      for (const [a, b] of [
        [backwards, forwards],
        [backwards, whole[6 * i + j]!],
      ] as const) {
        if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
        if (!(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)))) {
          throw new Error(`derivative ${i}, ${j}: ${a} backwards, ${b} otherwise`);
        }
      }
    });
  });
}
