// Random loops, and the same as loops of the host, which unroll, and decide by values: the same bits, the same
// derivatives, and the same in batches, compiled and planned in plain JavaScript.
import {
  backend,
  compile,
  cond,
  gradients,
  jvp,
  random,
  scan,
  stack,
  type Tensor,
  vmap,
  where,
  whileLoop,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import fc from "fast-check";
import { plannedValues } from "./planned.ts";

const size = 3;

/** Loops and branches, by the graph or by the host. */
interface Control {
  readonly cond: (predicate: Tensor, yes: () => Tensor, no: () => Tensor) => Tensor;
  readonly whileLoop: (
    condition: (x: Tensor) => Tensor,
    body: (x: Tensor) => Tensor,
    first: Tensor,
  ) => Tensor;
  readonly scan: (
    step: (carry: readonly Tensor[], x: Tensor) => readonly [readonly Tensor[], Tensor],
    carry: readonly Tensor[],
    xs: Tensor,
    options: Options,
  ) => readonly [readonly Tensor[], Tensor];
}

interface Options {
  readonly reverse: boolean;
  readonly checkpoint: boolean | number;
}

const inGraph: Control = {
  cond: (predicate, yes, no) => cond(predicate, yes, no),
  whileLoop: (condition, body, first) => whileLoop(condition, body, first, { maxSteps: 8 }),
  scan: (step, carry, xs, options) =>
    scan(step as never, carry, xs, options as never) as never as readonly [
      readonly Tensor[],
      Tensor,
    ],
};

const byHost: Control = {
  cond: (predicate, yes, no) => (predicate.itemSync() ? yes() : no()),
  whileLoop(condition, body, first) {
    let x = first;
    while (condition(x).itemSync()) x = body(x);
    return x;
  },
  scan(step, first, xs, { reverse }) {
    const outputs: Tensor[] = [];
    let carry = first;
    const length = xs.shape[0]!;
    for (let i = 0; i < length; i++) {
      const at = reverse ? length - 1 - i : i;
      [carry, outputs[at]] = step(carry, xs.at(at));
    }
    return [carry, stack(outputs)];
  },
};

type Operation = (a: Tensor, b: Tensor, w: Tensor, control: Control) => Tensor;

/** What a step may do with two of its values, and with what it captures. All are bounded. */
const operations: Readonly<Record<string, Operation>> = {
  add: (a, b) => a.add(b).mul(0.5),
  mul: (a, b) => a.mul(b).sin(),
  tanh: (a, b) => a.sub(b).tanh(),
  matmul: (a, _, w) => a.reshape([1, size]).matmul(w).reshape([size]).tanh(),
  column: (a, _, w) => w.matmul(a).sin(),
  where: (a, b) => where(a.greater(b), a, b.mul(0.5)),
  softmax: (a) => a.softmax(),
  cumSum: (a) => a.cumSum(0).sin(),
  flip: (a) => a.flip(0),
  weights: (a, _, w) => a.mul(w.sum(0)).sin(),
  mean: (a, b) => a.mul(b.mean()).sigmoid(),
  same: (a) => a,
  cond: (a, b, w, { cond: choose }) =>
    choose(
      a.at(0).greater(b.at(1)),
      () => a.mul(w.at(0)).sin(),
      () => b.add(a.square()).sigmoid(),
    ),
  root: (a, b, _, { cond: choose }) =>
    choose(
      a.min().greater(0),
      () => a.sqrt().add(b).sin(),
      () => b.cos(),
    ),
  while: (a, b, _, { whileLoop: loop }) =>
    loop(
      (x) => x.abs().max().greater(0.2),
      (x) => x.mul(0.5).add(b.sin().mul(0.01)),
      a.tanh(),
    ),
  scan: (a, b, w, { scan: loop }) => {
    const [[last], all] = loop(([s], x) => [[s!.mul(x).add(a).sin()], s!], [b], w, {
      reverse: false,
      checkpoint: false,
    });
    return last!.add(all.sum(0)).sin();
  },
};

/** A loop of two carries, by the names of the operations of its step and the numbers of their operands. */
export interface RandomLoop {
  readonly steps: readonly (readonly [operation: string, a: number, b: number])[];
  readonly picks: readonly [number, number, number];
  readonly length: number;
  readonly options: Options;
  readonly seed: number;
}

export const randomLoops: fc.Arbitrary<RandomLoop> = fc.record({
  steps: fc.array(fc.tuple(fc.constantFrom(...Object.keys(operations)), fc.nat(9), fc.nat(9)), {
    minLength: 1,
    maxLength: 5,
  }),
  picks: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)),
  length: fc.integer({ min: 1, max: 5 }),
  options: fc.record({
    reverse: fc.boolean(),
    checkpoint: fc.constantFrom<boolean | number>(false, false, true, 2),
  }),
  seed: fc.nat(1000),
});

/** The values of the loop: carries, and outputs. */
function valuesOf(
  { steps, picks, options }: RandomLoop,
  [a, b, xs, w]: readonly Tensor[],
  control: Control,
): readonly Tensor[] {
  const step = (carry: readonly Tensor[], x: Tensor) => {
    const values = [...carry, x];
    const pick = (i: number) => values[i % values.length]!;
    for (const [name, i, j] of steps) values.push(operations[name]!(pick(i), pick(j), w!, control));
    const last = [...values].reverse();
    const end = (i: number) => last[i % last.length]!;
    return [[end(picks[0]), end(picks[1])], end(picks[2])] as const;
  };
  const [carry, outputs] = control.scan(step, [a!, b!], xs!, options);
  return [...carry, outputs];
}

function costOf(values: readonly Tensor[]): Tensor<[]> {
  const [p, q, ys] = values as readonly [Tensor, Tensor, Tensor];
  return p.square().sum().add(q.sin().sum()).add(ys.cos().sum());
}

/** Gradients, and those of their squares. */
function derivativesOf(cost: Tensor, inputs: readonly Tensor[]): readonly Tensor[] {
  const slopes = gradients(cost, [...inputs]);
  const squares = slopes.map((g) => g.square().sum()).reduce((sum, g) => sum.add(g));
  return [...slopes, ...gradients(squares, [...inputs])];
}

// In float64; contributions to gradients are added in another order, and batches in other products. Derivatives of
// bounded steps, of which there are at most 40, stay below some thousands.
const rounded = { absoluteTolerance: 1e-10, relativeTolerance: 1e-8 };

function inputsOf({ length, seed }: RandomLoop, other = 0): readonly Tensor[] {
  const normal = (number: number, ...shape: number[]): Tensor =>
    random.normal(shape, { seed: 10 * seed + number + 5 * other, dtype: "float64" }).realize();
  return [normal(1, size), normal(2, size), normal(3, length, size), normal(4, size, size)];
}

/** Throws where a loop differs from that of the host, in whatever it goes through. */
export function checkLoop(loop: RandomLoop): void {
  const inputs = inputsOf(loop);
  const f = (given: readonly Tensor[]) => valuesOf(loop, given, inGraph);
  const [own, other] = [f(inputs), valuesOf(loop, inputs, byHost)];
  own.forEach((value, i) => expectSame("a value", value, other[i]!));
  const all = derivativesOf(costOf(own), inputs);
  derivativesOf(costOf(other), inputs).forEach((g, i) => expectClose(all[i]!, g, rounded));

  const compiled = compile((...given: Tensor[]) => f(given) as Tensor[]);
  compiled(...inputs).forEach((value, i) => expectSame("compiled", value, other[i]!));
  checkBatch(loop, inputs, other);
  checkTangent((...given) => costOf(f(given)), inputs);
  if (backend() === "reference") return;
  plannedValues(f(inputs)).forEach((value, i) => {
    // Where WebAssembly has fused multiply-add, it rounds once.
    const near = other[i]!.dataSync();
    value.forEach((x, j) => {
      if (!(Math.abs(x - near[j]!) <= 1e-9)) throw new Error(`planned: ${x}, expected ${near[j]}`);
    });
  });
}

function expectSame(what: string, value: Tensor, expected: Tensor): void {
  const [own, other] = [value.dataSync(), expected.dataSync()];
  own.forEach((x, i) => {
    if (Object.is(x, other[i])) return;
    throw new Error(`${what}: ${x} at ${i}, expected ${other[i]}`);
  });
}

/** Two examples, of which the second has other starts and sequences, by `vmap`. */
function checkBatch(loop: RandomLoop, inputs: readonly Tensor[], first: readonly Tensor[]): void {
  const others = inputsOf(loop, 1);
  const w = inputs[3]!;
  const values = (a: Tensor, b: Tensor, xs: Tensor) =>
    valuesOf(loop, [a, b, xs, w], inGraph) as Tensor[];
  const slopes = (a: Tensor, b: Tensor, xs: Tensor) => {
    const own = [a, b, xs];
    return [...values(a, b, xs), ...gradients(costOf(values(a, b, xs)), own)];
  };
  const both = [0, 1, 2].map((i) => stack([inputs[i]!, others[i]!])) as [Tensor, Tensor, Tensor];
  const batch = vmap(slopes)(...both);
  [inputs, [...others.slice(0, 3), w]].forEach((given, example) => {
    const plain = example === 0 ? first : valuesOf(loop, given, byHost);
    const all = [...plain, ...gradients(costOf(plain), given.slice(0, 3))];
    all.forEach((value, i) => expectClose(batch[i]!.at(example), value, rounded));
  });
}

/** The change along a direction is that of differences. */
function checkTangent(f: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): void {
  const along = inputs.map((x, i) =>
    random.normal(x.shape, { seed: 7 + i, dtype: "float64" }).realize(),
  );
  const [, change] = jvp(f, [...inputs], along);
  const at = (step: number) => f(...inputs.map((x, i) => x.add(along[i]!.mul(step)))).itemSync();
  const difference = (step: number) => (at(step) - at(-step)) / (2 * step);
  const [own, near, far] = [change.itemSync(), difference(1e-6), difference(1e-5)];
  // Third derivatives times 1e-12, and roundings of about 1e-15 / 1e-6.
  const isSame = (x: number, y: number) => Math.abs(x - y) <= 1e-5 * (1 + Math.abs(y));
  // At a jump, as where a branch begins, differences grow as their steps shrink.
  if (isSame(own, near) || !isSame(far, near)) return;
  throw new Error(`jvp: ${own}, expected ${near}`);
}
