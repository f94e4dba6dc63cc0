// Functions composed at random, and what must hold of all of them: random-functions.test.ts draws
// some hundred, `pnpm fuzz` as many as one likes.
import {
  checkpoint,
  compile,
  concat,
  conv1d,
  einsum,
  grad,
  hessian,
  hessianVectorProduct,
  jacobian,
  jvp,
  logSumExp,
  parameter,
  softmax,
  solve,
  stack,
  type Tensor,
  tensor,
  vjp,
  vmap,
  where,
} from "@nabla/autograd";
import { checkGradients, expectClose, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";

type Choice = readonly [step: number, x: number, y: number];

/**
 * A smooth function of two tensors of shape [2, 3], which gives another, and where it is looked at.
 */
export interface RandomFunction {
  readonly f: (...inputs: readonly Tensor[]) => Tensor;
  readonly inputs: readonly Tensor[];
  /** What it does, line by line: fast-check prints this where something fails. */
  readonly lines: readonly string[];
}

const kept = { keepDims: true } as const;
const last = tensor([1, 1], { dtype: "int32" });
const order = tensor(
  [
    [2, 0, 0],
    [1, 1, 2],
  ],
  { dtype: "int32" },
);

const twice = tensor(
  [
    [2, 0, 0],
    [0, 2, 0],
    [0, 0, 2],
  ],
  { dtype: "float64" },
);
const chosen = tensor([
  [true, false, true],
  [false, true, true],
]);

/**
 * One line each, of tensors of shape [2, 3]. Smooth, and of values that stay near 1: differences
 * lose digits where derivatives of fifth order are large.
 */
const steps = {
  "x + y": (x, y) => x.add(y),
  "x * sigmoid(y)": (x, y) => x.mul(y.sigmoid()),
  "x - tanh(y)": (x, y) => x.sub(y.tanh()),
  "x / (y^2 + 1)": (x, y) => x.div(y.square().add(1)),
  "x y^T y / 4": (x, y) =>
    x
      .matmul(y.transpose() as never)
      .matmul(y as never)
      .mul(0.25),
  "sin(x)": (x) => x.sin(),
  "exp(tanh(x))": (x) => x.tanh().exp(),
  "softmax(x)": (x) => softmax(x),
  "x - mean(x)": (x) => x.sub(x.mean(1, kept)),
  "rows of x and y": (x, y) => concat([x.slice(0, 0, 1), y.slice(0, 1, 2)], 0),
  "x in another order": (x) => x.flip().permute([1, 0]).reshape([2, 3]),
  "x + cos(sum(y))": (x, y) => x.add(y.sum(0).cos()),
  "a row of x twice": (x) => x.gather(0, last as never),
  "log(x^2 + 1)": (x) => x.square().add(1).log(),
  "softplus(x)": (x) => x.softplus(),
  "x - logSumExp(y)": (x, y) => x.sub(logSumExp(y, 1, kept)),
  "atan2(x, y^2 + 1)": (x, y) => x.atan2(y.square().add(1)),
  "hypot(x, y^2 + 1)": (x, y) => x.hypot(y.square().add(1)),
  "(x^2 + 1)^0.7": (x) => x.square().add(1).pow(0.7),
  "erf(x)": (x) => x.erf(),
  "running sums of x": (x) => x.tanh().cumSum(1),
  "running products of x": (x) => x.tanh().cumProd(1),
  "x / std(x)": (x) => x.div(x.variance(1, kept).add(1).sqrt()),
  "x at places": (x) => x.takeAlongAxis(order, 1),
  "x with y added at places": (x, y) => x.scatterAdd(0, last, y),
  "einsum of x and y": (x, y) => einsum("ij,kj->ik", x.sin(), y).matmul(y.tanh() as never),
  "windows of x": (x, y) =>
    conv1d(x.reshape([1, 2, 3]), y.tanh().slice(1, 0, 2).reshape([1, 2, 2]), { padding: "same" })
      .reshape([1, 3])
      .add(x),
  "solution of x": (x, y) => {
    const square = einsum("ij,ik->jk", x.tanh(), x.tanh()).add(twice);
    return solve<Tensor, Tensor>(square, y.transpose()).transpose();
  },
  "x or y": (x, y) => where(chosen, x, y),
  "x padded and cut": (x) =>
    x
      .pad([
        [0, 1],
        [1, 0],
      ])
      .slice(0, 1, 3)
      .slice(1, 1, 4)
      .add(x),
} satisfies Readonly<Record<string, (x: Tensor, y: Tensor) => Tensor>>;

const names = Object.keys(steps) as readonly (keyof typeof steps)[];

/** Where no kink lies, and as fine as differences can use. */
const point = tensors({ shape: [2, 3], dtype: "float64", min: -1, max: 1 }).map((x) =>
  x.add(1 / 128).realize(),
);

const choices: fc.Arbitrary<readonly Choice[]> = fc.array(
  fc.tuple(fc.nat(names.length - 1), fc.nat(2), fc.nat(2)),
  { minLength: 1, maxLength: 6, size: "max" },
);

export const randomFunctions: fc.Arbitrary<RandomFunction> = fc
  .tuple(choices, point, point)
  .map(([steps, a, b]) => ({
    f: (...inputs) => composed(steps, inputs),
    inputs: [a, b],
    lines: linesOf(steps),
  }));

function linesOf(choices: readonly Choice[]): readonly string[] {
  return choices.map(([step, x, y], i) => {
    const name = (n: number) => `t${i + 1 - (n % Math.min(3, i + 2))}`;
    return `t${i + 2} = ${names[step]!} with x = ${name(x)}, y = ${name(y)}`;
  });
}

type OfTwo = (x: Tensor, y: Tensor) => Tensor;

/** A function of which parts are compiled functions, and the same without. */
export interface CompiledFunction extends RandomFunction {
  readonly plain: RandomFunction["f"];
}

/**
 * The steps up to one, those up to another and the last are each a compiled function or none; the
 * second is given the results of the first, and is itself given to the third.
 */
export const compiledFunctions: fc.Arbitrary<CompiledFunction> = fc
  .tuple(
    fc.tuple(choices, choices, choices),
    fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
    point,
    point,
  )
  .map(([[first, second, last], areCompiled, a, b]) => {
    const wrapped = (i: number, f: OfTwo): OfTwo => (areCompiled[i]! ? compile(f) : f);
    const made = (wrap: typeof wrapped): OfTwo => {
      const inner = wrap(0, (x, y) => composed(first, [x, y]));
      const middle = wrap(1, (x, y) => composed(second, [inner(x, y), x]).add(x));
      const end = wrap(2, (x, y) => composed(last, [x, y]));
      return wrap(3, (x, y) => end(middle(x, y), inner(y, x)));
    };
    const parts = ["inner", "middle", "end", "all"].filter((_, i) => areCompiled[i]!);
    const lines = [first, second, last].flatMap((steps, i) => [`part ${i}:`, ...linesOf(steps)]);
    return {
      f: made(wrapped),
      plain: made((_, f) => f),
      inputs: [a, b],
      lines: [`compiled: ${parts.join(", ")}`, ...lines],
    };
  });

function composed(choices: readonly Choice[], inputs: readonly Tensor[]): Tensor {
  const pool = [...inputs];
  for (const [step, first, second] of choices) {
    // Recent results, so that the graph is deep.
    const pick = (n: number) => pool[pool.length - 1 - (n % Math.min(3, pool.length))]!;
    pool.push(steps[names[step]!](pick(first), pick(second)));
  }
  return pool.at(-1)!;
}

/** A function that depends on both inputs: the steps may leave one of them out. */
export function dependingOnBoth(f: RandomFunction["f"]): RandomFunction["f"] {
  return (x, y) => f(x, y).add(x.mul(y).mean());
}

/** Throws unless the gradient and the second gradient agree with differences. */
export function checkDerivatives({ f, inputs }: RandomFunction): void {
  checkGradients(dependingOnBoth(f), [...inputs], { order: 2 });
}

const close = { relativeTolerance: 1e-9, absoluteTolerance: 1e-9 };

/** Throws unless each transformation gives what it is defined by, alone and in others. */
export function checkTransformations({ f, inputs }: RandomFunction): void {
  const [x, y] = inputs as readonly [Tensor, Tensor];
  checkTangents(f, [x, y]);
  const cost = (one: Tensor) => f(one, y).sum();
  const examples = [x, y, x.sin()];
  checkBatches(f, cost, examples, y);
  checkHessian(cost, x);
}

/**
 * Throws unless transformations of a function with compiled functions in it give what those of the
 * same function without give, twice: the second time all is traced already.
 */
export function checkCompiled({ f, plain, inputs }: CompiledFunction): void {
  const [x, y] = inputs as readonly [Tensor, Tensor];
  const direction = x.cos();
  const all = stack([x, y, x.sin()]);
  const found = (g: RandomFunction["f"]): Tensor[] => {
    const cost = (one: Tensor) => g(one, y).sum();
    const weight = parameter(y);
    g(x, weight.mul(2)).add(weight).sum().backward();
    const slopes = (one: Tensor) => grad(cost)(one).mul(direction).sum();
    return [
      g(x, y),
      grad(cost)(x),
      weight.grad!,
      jvp(g, [x, y], [direction, x])[1],
      ...vjp(g, x, y)[1](direction),
      hessianVectorProduct(cost, x, direction),
      jacobian(cost)(x),
      grad(slopes)(x),
      vmap((one: Tensor) => g(one, y))(all),
      vmap(grad(cost))(all),
      grad(checkpoint(cost))(x),
      compile(grad(cost))(x),
      grad(compile((one: Tensor) => grad(cost)(one).square().sum()))(x),
    ];
  };
  const right = found(plain);
  for (let turn = 0; turn < 2; turn++) {
    found(f).forEach((tensor, i) => expectClose(tensor, right[i]!, close));
  }
}

/** jvp is a difference, and <jvp(v), u> = <v, vjp(u)>. */
function checkTangents(f: RandomFunction["f"], xs: readonly Tensor[]): void {
  const tangents = xs.map((x) => x.mul(1.7).cos());
  const [value, tangent] = jvp(f, [...xs], tangents);
  const [, pullback] = vjp(f, ...xs);
  const seed = value.mul(0.3).sin();
  const shares = pullback(seed).map((g, i) => g.mul(tangents[i]!).sum());
  const right = shares.reduce((a, b) => a.add(b));
  expectClose(tangent.mul(seed).sum(), right, close);
  const step = 1e-4;
  const moved = (by: number) => f(...xs.map((x, i) => x.add(tangents[i]!.mul(by))));
  const difference = moved(step)
    .sub(moved(-step))
    .div(2 * step);
  // Differences are right to some step^2 times a third derivative.
  expectClose(tangent, difference, { relativeTolerance: 1e-5, absoluteTolerance: 1e-5 });
}

/** vmap is a loop: of the function, of its gradient, within a gradient, compiled, nested. */
function checkBatches(
  f: RandomFunction["f"],
  cost: (x: Tensor) => Tensor,
  examples: readonly Tensor[],
  y: Tensor,
): void {
  const all: Tensor = stack(examples);
  expectClose(vmap((x: Tensor) => f(x, y))(all), stack(examples.map((x) => f(x, y))), close);
  const slopes = stack(examples.map((x) => grad(cost)(x)));
  const perExample = (batch: Tensor) => vmap(grad(cost))(batch);
  expectClose(perExample(all), slopes, close);
  expectClose(compile(perExample)(all), slopes, close);
  expectClose(grad((batch: Tensor) => vmap(cost)(batch).sum())(all), slopes, close);
  const pairs = vmap((a: Tensor) => vmap((b: Tensor) => f(a, b))(all))(all);
  const looped = stack(examples.map((a) => stack(examples.map((b) => f(a, b)))));
  expectClose(pairs, looped, close);
}

/** The Hessian is symmetric, the Jacobian of the gradient, and gives products with vectors. */
function checkHessian(cost: (x: Tensor) => Tensor, x: Tensor): void {
  const h = hessian(cost)(x).reshape([6, 6]);
  expectClose(h, h.transpose(), close);
  expectClose(jacobian(grad(cost))(x).reshape([6, 6]), h, close);
  const v = x.cos();
  const product = h.matmul(v.reshape([6]) as never);
  expectClose(hessianVectorProduct(cost, x, v).reshape([6]), product, close);
}
