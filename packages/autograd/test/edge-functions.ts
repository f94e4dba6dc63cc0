// What is no operation among the public calls (edge-calls.ts): what makes tensors of none, what takes functions, reads
// and looks.
import * as nabla from "@nabla/autograd";
import { type Tensor, tensor } from "@nabla/autograd";
import fc from "fast-check";
import {
  type Arguments,
  call,
  type EdgeCall,
  exact,
  type Function,
  functions,
  graph,
  list,
  method,
} from "./edge-call.ts";
import { anyDType, edgeTensors, floatDType, number, options } from "./edge-values.ts";

const x = edgeTensors();
const weight = nabla.parameter([1, 2]);
const seed = fc.constantFrom<unknown>(0, 7, -1, 5, 2 ** 31, 2 ** 40, 1.5);
const sizes = fc.array(fc.constantFrom(1, 2, 3, 2, 1, 0, -1), { maxLength: 3 });
const dtype = options({ dtype: anyDType });
const random = nabla.random as unknown as Readonly<Record<string, Function>>;
const seeded = (name: string, args: Arguments): EdgeCall =>
  exact(`random.${name}`, args, (...given) => random[name]!(...given));
/** With a seed: draws without one are other ones each time. */
const fixed = (given: object) => fc.record({ seed, ...given });

const creation: readonly EdgeCall[] = [
  exact(
    "tensor",
    list(
      fc.constantFrom<unknown>(
        3,
        [],
        [[]],
        [1, [2]],
        [
          [1, 2],
          [3, 4],
        ],
        [true],
        Float32Array.of(1, 2),
        new Uint8Array(0),
      ),
      options({ dtype: anyDType, shape: sizes }),
    ),
  ),
  exact("zeros", list(sizes, dtype)),
  exact("ones", list(sizes, dtype)),
  exact("full", list(sizes, number, dtype)),
  exact("zerosLike", list(x)),
  exact("onesLike", list(x)),
  exact(
    "arange",
    list(
      fc.constantFrom(0, 3, -2, 0.5),
      fc.constantFrom(5, -1, 0),
      fc.constantFrom(1, 0.5, -1, 0),
      dtype,
    ),
  ),
  exact("fullLike", list(x, number, dtype)),
  graph(
    "logspace",
    list(
      number,
      number,
      fc.constantFrom(3, 1, 0, 2),
      options({ dtype: anyDType, base: fc.constantFrom(10, 2, 0.5, -1) }),
    ),
  ),
  graph("geomspace", list(number, number, fc.constantFrom(3, 1, 0, 2), dtype)),
  exact("linspace", list(number, number, fc.constantFrom(3, 1, 0, 2), dtype)),
  exact("eye", list(fc.constantFrom(2, 0, 1), fc.constantFrom(3, undefined, 0), dtype)),
  seeded(
    "uniform",
    list(
      sizes,
      fixed({ dtype: floatDType, low: fc.constantFrom(0, -1, 5), high: fc.constantFrom(1, 5) }),
    ),
  ),
  seeded(
    "normal",
    list(
      sizes,
      fixed({ dtype: floatDType, mean: number, standardDeviation: fc.constantFrom(1, 0, -1) }),
    ),
  ),
  seeded("bernoulli", list(sizes, fc.constantFrom(0.5, 0, 1, 2), fixed({ dtype: anyDType }))),
  seeded("permutation", list(fc.constantFrom(3, 0, 1, -1), fixed({ dtype: anyDType }))),
  seeded(
    "randint",
    list(
      sizes,
      fc.constantFrom(0, -3, 5),
      fc.constantFrom(1, 300, 2 ** 31),
      fixed({ dtype: anyDType }),
    ),
  ),
  seeded("key", list(seed)),
  seeded("split", list(seed, fc.constantFrom(2, 0, 1, 3))),
  seeded("foldIn", list(seed, fc.constantFrom(0, 1, -1, 2 ** 31))),
];

/** Functions to differentiate, to batch and to compile. */
const ofOne: Readonly<Record<string, Function>> = {
  square: (a) => nabla.sum(nabla.mul(a as Tensor, a as Tensor)),
  same: (a) => a,
  exp: (a) => nabla.exp(a as Tensor),
  two: (a) => [nabla.sin(a as Tensor), { b: a }],
  constant: () => tensor([1, 2]),
  nothing: () => undefined,
  number: () => 3,
  map: () => new Map(),
};
const names = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("square", "square", "exp", "same", "two") },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(ofOne)) },
);
const f = names.map((name) => {
  const one = ofOne[name]!;
  return Object.assign((...given: readonly unknown[]) => one(...given), { text: name });
});
/** Steps of a loop. */
const iterations: readonly Function[] = [
  (a) => [nabla.mul(a as Tensor, 2), a],
  (a) => [a],
  (a) => [nabla.sin(a as Tensor), { b: a, c: [a] }],
  (a, b) => [a, b],
  (a) => [nabla.sum(a as Tensor)],
  (a) => a,
  () => [],
];
/** Conditions of a loop, of which not all are ones. */
const conditions: readonly Function[] = [
  (a) => nabla.less(nabla.sum(a as Tensor), 100),
  (a) => nabla.greater(a as Tensor, 1),
  (a) => nabla.sum(a as Tensor),
  () => true,
];
const steps: readonly Function[] = [
  (a) => nabla.mul(a as Tensor, 2),
  (a) => nabla.add(a as Tensor, 50),
  (a) => a,
  (a) => nabla.sum(a as Tensor),
  () => [],
];
/** Of two elements. */
const combinations: readonly Function[] = [
  (a, b) => nabla.add(a as Tensor, b as Tensor),
  (a, b) => nabla.mul(a as Tensor, b as Tensor),
  (a, b) => nabla.maximum(a as Tensor, b as Tensor),
  (a) => a,
  (a) => nabla.sum(a as Tensor),
  () => [],
];
const truths = edgeTensors({
  shape: fc.constantFrom<readonly number[]>([], [], [], [2]),
  isPlain: true,
  dtype: fc.constantFrom("bool", "bool", "bool", "float32"),
});
const smallShapes = fc.constantFrom<readonly number[]>([], [1], [2], [2, 1], [3], [0]);
const smallDType = fc.oneof(
  { weight: 5, arbitrary: floatDType },
  { weight: 1, arbitrary: anyDType },
);
const small = edgeTensors({ shape: smallShapes, isPlain: true, dtype: smallDType });
/** So many of one shape. */
const alike = (count: number): Arguments =>
  fc
    .tuple(smallShapes, floatDType)
    .chain(([shape, dtype]) =>
      fc.tuple(
        ...Array.from({ length: count }, () =>
          edgeTensors({ shape: fc.constant(shape), isPlain: true, dtype: fc.constant(dtype) }),
        ),
      ),
    );
const trees = fc.oneof(
  small,
  small.map((one) => [one, { b: one }]),
  fc.constant([]),
);
const applied =
  (name: string): Function =>
  (g, given, ...rest) =>
    (functions[name]!(g, given) as Function)(...rest);
const argnums = options({ argnums: fc.constantFrom<unknown>(0, 0, [0], [0], [0, 1], 1, [], -1) });
const costs = small.map((one) => one.sum());

const transformations: readonly EdgeCall[] = [
  graph("grad", list(f, argnums, small), applied("grad")),
  graph("valueAndGrad", list(f, argnums, small), applied("valueAndGrad")),
  graph("jacobian", list(f, fc.constant(undefined), small), applied("jacobian")),
  graph("hessian", list(f, fc.constant(undefined), small), applied("hessian")),
  graph(
    "vmap",
    list(
      f,
      options({
        inAxes: fc.constantFrom<unknown>(0, 0, [0], -1, null, [[0]], 1),
        outAxes: fc.constantFrom<unknown>(0, 1, -1),
        randomness: fc.constantFrom("same", "different"),
      }),
      trees,
    ),
    applied("vmap"),
  ),
  graph(
    "scan",
    list(
      fc.constantFrom<unknown>(...iterations),
      small,
      fc.oneof(small, fc.constant(undefined), trees),
      options({
        length: fc.constantFrom(0, 1, 3, -1),
        reverse: fc.boolean(),
        checkpoint: fc.constantFrom<unknown>(false, true, 2, 0),
      }),
    ),
  ),
  graph(
    "associativeScan",
    list(
      fc.constantFrom<unknown>(...combinations),
      fc.oneof(small, trees),
      options({ axis: fc.constantFrom(0, -1, 1, 0.5), reverse: fc.boolean() }),
    ),
  ),
  graph("cond", list(truths, f, f, small)),
  graph(
    "whileLoop",
    list(
      fc.constantFrom<unknown>(...conditions),
      fc.constantFrom<unknown>(...steps),
      fc.oneof(small, trees),
      fc.record({ maxSteps: fc.constantFrom(1, 3, 20, 0) }),
    ),
  ),
  graph(
    "forLoop",
    list(
      fc.constantFrom(0, 0, -1, 1.5),
      fc.constantFrom<unknown>(3, 0, -3, tensor(2, { dtype: "int32" }), tensor([2])),
      fc.constantFrom<unknown>(
        (_: unknown, a: unknown) => steps[0]!(a),
        steps[0],
        (i: unknown, a: unknown) => nabla.mul(a as Tensor, i as Tensor),
      ),
      fc.oneof(small, trees),
      fc.record({ maxSteps: fc.constantFrom(5, 0) }),
    ),
  ),
  graph("compile", list(f, fc.constant(undefined), trees), applied("compile")),
  graph("checkpoint", list(f, fc.constant(undefined), trees), applied("checkpoint")),
  graph("closureConvert", list(f, small), (g, one) => {
    const [converted, captured] = functions["closureConvert"]!(g, one) as [Function, unknown];
    return converted(captured, one);
  }),
  graph(
    "customGradient",
    list(
      f,
      fc.constantFrom<unknown>(
        (g: unknown) => g,
        () => null,
        () => [null],
        () => [tensor([1, 2, 3])],
        () => [],
      ),
      small,
    ),
    applied("customGradient"),
  ),
  // Of the cost as a graph: an argument that stands for it is another thing.
  call(
    "gradients",
    fc
      .tuple(small, fc.constantFrom("own", "none", "other"))
      .map(([one, which]) => [
        one.mul(one).sum(),
        which === "own" ? [one] : which === "none" ? [] : [tensor(1)],
      ]),
  ),
  graph("gradients", list(costs, fc.array(small, { maxLength: 2 }), options({ seed: small }))),
  graph(
    "vjp",
    fc.tuple(f, alike(2)).map(([g, two]) => [g, ...two]),
    (g, one, cotangent) => {
      const [value, pullback] = functions["vjp"]!(g, one) as readonly [unknown, Function];
      return [value, pullback(cotangent)];
    },
  ),
  graph(
    "jvp",
    fc.tuple(f, alike(2)).map(([g, [one, tangent]]) => [g, [one], [tangent]]),
  ),
  graph(
    "hessianVectorProduct",
    fc.tuple(f, alike(2)).map(([g, two]) => [g, ...two]),
  ),
  call("backward", list(costs, fc.option(small, { nil: undefined }))),
  call("backward", alike(2), (one, cotangent) => {
    const w = nabla.parameter(one as Tensor);
    w.exp().backward(cotangent as Tensor);
    return w.grad;
  }),
  call(
    "substitute",
    list(
      fc.constant([weight]),
      fc.tuple(x),
      fc.constant(() => weight.exp()),
    ),
  ),
  call("takeGradients", list(fc.constantFrom<unknown>([], [nabla.parameter([1])]))),
  call("parameter", list(trees, options({ name: fc.constantFrom("w", ""), dtype: anyDType }))),
  call("assign", fc.oneof(alike(2), list(small, trees)), (one, value) =>
    nabla.parameter(one as Tensor).assign(value as never),
  ),
  call("grad of a parameter", fc.oneof(alike(2), list(small, small)), (one, value) => {
    nabla.parameter(one as Tensor).grad = value as never;
  }),
];

const looks: readonly EdgeCall[] = [
  exact(
    "external",
    list(
      fc.constant(() => 2.5),
      options({ dtype: anyDType }),
    ),
  ),
  exact("keep", list(x, x)),
  exact(
    "guard",
    list(
      x,
      fc.constantFrom<Function>(
        () => undefined,
        (one) => (one as Tensor).dataSync(),
      ),
    ),
  ),
  exact("ensure", list(x, truths, fc.constantFrom("not so", ""))),
  call("realize", fc.array(x, { maxLength: 2 })),
  call("realizeAsync", fc.array(x, { maxLength: 2 })),
  call("backend", list()),
  call("mustAwait", list()),
  call("setBackend", list(fc.constantFrom("cuda", ""))),
  // How many there are is the back end's.
  call(
    "threads",
    list(fc.constantFrom(undefined, 0, -1, 0.5)),
    (count) => void nabla.threads(count as number),
  ),
  call("memory", list(), () => void nabla.memory()),
  call("manualSeed", list(seed)),
  call("random.state", list(), () => nabla.random.state()),
  call("random.restore", list(fc.record({ seed, draws: fc.constantFrom(0, 3, -1) })), (state) =>
    nabla.random.restore(state as never),
  ),
  ...["print", "toDot", "toJSON", "explainPlan"].map((name) =>
    call(name, fc.array(x, { maxLength: 2 })),
  ),
  call("findNaN", list(x)),
  ...["unique", "uniqueSync", "nonzero", "nonzeroSync"].map((name) => call(name, list(x))),
  ...["toBits16", "fromBits16"].map((name) =>
    call(
      name,
      list(
        fc.constantFrom([1, Number.NaN], Uint16Array.of(1, 0xffff), []),
        fc.constantFrom("float16", "bfloat16", "float32"),
      ),
    ),
  ),
  call("checkSameShape", list(fc.constant("f"), sizes, sizes)),
  call("formatShape", list(sizes)),
  call("printable", list(fc.constantFrom("a", "\u001b[2J"))),
  ...["data", "dataSync", "array", "arraySync", "item", "itemSync", "toString"].map((name) =>
    method(name, list(x)),
  ),
  method("shape", list(x), (one) => [...(one as Tensor).shape]),
  method("iteration", list(x), (one) => [...(one as Tensor)]),
];

export const functionCalls: readonly EdgeCall[] = [...creation, ...transformations, ...looks];
