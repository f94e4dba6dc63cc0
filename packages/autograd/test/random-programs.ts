// Programs drawn at random: the text of some lines of nabla that make tensors from tensors, and what
// they make. Fast-check shrinks the list of choices that a program is made from; what fails is printed
// as a program to paste.

import type { DType, Tensor } from "@nabla/autograd";
import * as nabla from "@nabla/autograd";
import fc from "fast-check";

/** What one line is made from: each number stands for a choice among what is possible there. */
export type Choices = readonly [operation: number, first: number, second: number, detail: number];

/**
 * "exact": what every back end must agree on to the last bit. "smooth": everything else that is continuous,
 * so that small differences stay small.
 */
export type ProgramKind = "exact" | "smooth";

export interface Program {
  readonly lines: readonly string[];
  /** The tensors that its lines make. */
  readonly tensors: readonly Tensor[];
}

/** Choices for up to 16 lines. */
export const programs: fc.Arbitrary<readonly Choices[]> = fc.array(
  fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999), fc.nat(9999)),
  { minLength: 2, maxLength: 16, size: "max" },
);

/** A name and the tensor that it stands for. */
interface Named {
  readonly name: string;
  readonly tensor: Tensor;
}

/** Writes one line's expression; undefined where it is not possible. */
type Operation = (x: Named, y: Named, detail: number, pool: readonly Named[]) => string | undefined;

/** The program that the choices make; its tensors are graphs that nothing has been computed of. */
export function programOf(kind: ProgramKind, choices: readonly Choices[]): Program {
  const operations = kind === "exact" ? [...anywhere, ...exactOnly] : [...anywhere, ...smoothOnly];
  const lines: string[] = [];
  const pool: Named[] = [];
  const add = (expression: string): void => {
    const name = `t${pool.length}`;
    try {
      pool.push({ name, tensor: evaluated(expression, pool) });
      lines.push(`const ${name} = ${expression};`);
    } catch (error) {
      // Such as the largest of no elements: there is no such program.
      if (!(error instanceof nabla.NablaError)) throw error;
    }
  };
  choices.forEach(([operation, first, second, detail], i) => {
    if (i === 0 || detail % 5 === 0) {
      add(leaf(kind, first, second, detail));
      return;
    }
    const [x, y] = [pool[first % pool.length]!, pool[second % pool.length]!];
    const expression = operations[operation % operations.length]!(x, y, detail, pool);
    if (expression !== undefined) add(expression);
  });
  return { lines, tensors: pool.map(({ tensor }) => tensor) };
}

function evaluated(expression: string, pool: readonly Named[]): Tensor {
  const names = [...Object.keys(nabla), ...pool.map(({ name }) => name)];
  const values: readonly unknown[] = [
    ...Object.values<unknown>(nabla),
    ...pool.map(({ tensor }) => tensor),
  ];
  // oxlint-disable-next-line typescript/no-implied-eval
  return new Function(...names, `return ${expression}`)(...values) as Tensor;
}

// Leaves

const leafShapes = [
  "[]",
  "[1]",
  "[3]",
  "[4]",
  "[17]",
  "[2, 3]",
  "[3, 4]",
  "[1, 4]",
  "[5, 1]",
].concat(["[0]", "[2, 0]", "[2, 3, 4]", "[33]", "[4, 20]", "[2, 1, 3]", "[9, 5]"]);
const exactDTypes: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];

function leaf(kind: ProgramKind, first: number, second: number, detail: number): string {
  const shape = leafShapes[first % leafShapes.length]!;
  const seed = `{ seed: ${detail % 100} }`;
  if (kind === "smooth") {
    const dtype = second % 3 === 0 ? "float32" : "float64";
    return `random.uniform(${shape}, { low: -2, high: 2, seed: ${detail % 100}, dtype: "${dtype}" }).realize()`;
  }
  const dtype = exactDTypes[second % exactDTypes.length]!;
  const whole = `random.randint(${shape}, -9, 9, ${seed})`;
  switch (dtype) {
    case "float32":
    case "float64":
      // Quarters, and now and then what is special.
      return second % 4 === 0
        ? `${whole}.cast("${dtype}").div(random.randint(${shape}, -2, 3, ${seed})).realize()`
        : `${whole}.cast("${dtype}").div(4).realize()`;
    default:
      return `${whole}.cast("${dtype}").realize()`;
  }
}

// Operations

const isFloat = ({ tensor }: Named): boolean => tensor.dtype.startsWith("float");

const method =
  (name: string, isFor: (x: Named) => boolean = () => true): Operation =>
  (x) =>
    isFor(x) ? `${x.name}.${name}()` : undefined;

const isNumber = ({ tensor }: Named): boolean => tensor.dtype !== "bool";

/** With the other operand, or with one that fits: its sum, or its first element. */
const binary =
  (name: string, isFor: (x: Named) => boolean = isNumber): Operation =>
  (x, y, detail) => {
    if (!isFor(x) || !isFor(y)) return undefined;
    if (canBroadcast(x.tensor.shape, y.tensor.shape)) return `${x.name}.${name}(${y.name})`;
    return `${x.name}.${name}(${detail % 2 === 0 ? 2 : `${y.name}.sum()`})`;
  };

function canBroadcast(a: readonly number[], b: readonly number[]): boolean {
  return a
    .toReversed()
    .every((size, i) => size === 1 || (b.at(-1 - i) ?? 1) === 1 || size === b.at(-1 - i));
}

/** Some of the axes: none that is said, one, or two. */
function axesOf({ tensor }: Named, detail: number): string | undefined {
  const { rank } = tensor;
  if (rank === 0 || detail % 4 === 0) return "";
  const axis = detail % rank;
  return rank > 1 && detail % 3 === 0 ? `[${axis}, ${(axis + 1) % rank}]` : String(axis);
}

const reduction =
  (name: string, isFor: (x: Named) => boolean = isNumber): Operation =>
  (x, _, detail) => {
    if (!isFor(x)) return undefined;
    const axes = axesOf(x, detail);
    return detail % 2 === 0 || axes === ""
      ? `${x.name}.${name}(${axes})`
      : `${x.name}.${name}(${axes}, { keepDims: true })`;
  };

const order = (rank: number, detail: number): readonly number[] =>
  Array.from({ length: rank }, (_, i) => (i + detail) % rank);

/** Movements, and what else gives the same bits everywhere and the same derivatives. */
const anywhere: readonly Operation[] = [
  binary("add"),
  binary("sub"),
  binary("mul"),
  method("neg", isNumber),
  method("square", isNumber),
  reduction("sum"),
  reduction("mean", isFloat),
  (x, _, detail) => `${x.name}.permute([${order(x.tensor.rank, detail).join(", ")}])`,
  (x) => `${x.name}.reshape([${x.tensor.size}])`,
  (x, _, detail) => `${x.name}.expandDims(${detail % (x.tensor.rank + 1)})`,
  (x) => `${x.name}.broadcastTo([2, ${x.tensor.shape.join(", ")}])`,
  (x, _, detail) => (x.tensor.rank === 0 ? undefined : `${x.name}.flip(${detail % x.tensor.rank})`),
  (x, _, detail) =>
    x.tensor.rank === 0
      ? undefined
      : `${x.name}.pad([${x.tensor.shape.map((__, i) => `[${(detail + i) % 3}, ${(detail >> i) % 2}]`).join(", ")}])`,
  (x, _, detail) => {
    const axis = x.tensor.rank === 0 ? 0 : detail % x.tensor.rank;
    const size = x.tensor.shape[axis];
    if (size === undefined || size < 2) return undefined;
    return `${x.name}.slice(${axis}, ${detail % 2}, ${size - ((detail >> 2) % 2)})`;
  },
  (x, _, detail) =>
    x.tensor.rank === 0
      ? undefined
      : `concat([${x.name}, ${x.name}.flip()], ${detail % x.tensor.rank})`,
  (x, _, detail) => `stack([${x.name}, ${x.name}], ${detail % (x.tensor.rank + 1)})`,
  (x, _, detail) => {
    const axis = x.tensor.rank === 0 ? 0 : detail % x.tensor.rank;
    const size = x.tensor.shape[axis];
    if (!size) return undefined;
    return `${x.name}.gather(${axis}, tensor([${detail % size}, 0, -1], { dtype: "int32" }))`;
  },
  (x, _, detail) => {
    const axis = x.tensor.rank === 0 ? 0 : detail % x.tensor.rank;
    const size = x.tensor.shape[axis];
    if (!size || !isNumber(x)) return undefined;
    const at = `tensor([${detail % size}, 0, 0], { dtype: "int32" })`;
    return `${x.name}.scatterAdd(${axis}, ${at}, ${x.name}.gather(${axis}, ${at}))`;
  },
  (x, _, detail) =>
    x.tensor.rank === 0
      ? undefined
      : `${x.name}.slice(${detail % x.tensor.rank}, undefined, undefined, ${[-2, -1, 2, 3][detail % 4]})`,
  (x, _, detail) =>
    x.tensor.rank < 2 || !isNumber(x)
      ? undefined
      : `${x.name}.${detail % 2 === 0 ? "tril" : "triu"}(${(detail % 5) - 2})`,
  (x, _, detail) =>
    x.tensor.rank < 2 ? undefined : `${x.name}.diagonal(${(detail % 5) - 2}, [0, -1])`,
  (x, y, detail) => {
    const { rank } = x.tensor;
    const axis = rank === 0 ? 0 : detail % rank;
    if (!x.tensor.shape[axis] || rank !== y.tensor.rank) return undefined;
    const at = `${y.name}.cast("int32").mod(${x.tensor.shape[axis]}).slice(${axis}, 0, 3)`;
    return `${x.name}.takeAlongAxis(${at}, ${axis})`;
  },
  (x, _, detail) => {
    if (!isNumber(x) || x.tensor.rank === 0) return undefined;
    const options = `{ exclusive: ${detail % 2 === 0}, reverse: ${detail % 3 === 0} }`;
    return `${x.name}.cumSum(${detail % x.tensor.rank}, ${options})`;
  },
  // A gradient with respect to something further up.
  (x, y) =>
    isFloat(x) && isFloat(y)
      ? `gradients(${x.name}.mul(${x.name}).sum(), [${y.name}])[0]`
      : undefined,
];

const exactOnly: readonly Operation[] = [
  binary("div"),
  binary("maximum"),
  binary("minimum"),
  binary("less"),
  binary("lessEqual"),
  binary("equal"),
  method("abs", isNumber),
  method("sign", isNumber),
  method("sqrt", isFloat),
  method("floor", isFloat),
  method("ceil", isFloat),
  method("relu", isFloat),
  reduction("max"),
  reduction("min"),
  (x, _, detail) =>
    x.tensor.size === 0 || x.tensor.rank === 0 || !isNumber(x)
      ? undefined
      : `${x.name}.argMax(${detail % x.tensor.rank})`,
  (x, _, detail) => `${x.name}.cast("${exactDTypes[detail % exactDTypes.length]}")`,
  (x, y) =>
    canBroadcast(x.tensor.shape, y.tensor.shape) && isNumber(x) && isNumber(y)
      ? `where(${x.name}.less(${y.name}), ${x.name}, ${y.name}.add(1))`
      : undefined,
  // Products and sums are rounded once or twice, as the host has it: products of numbers of float32 are exact in
  // float64.
  (x) => product(x, isFloat(x) ? '.cast("float32").cast("float64")' : ""),
  (x, _, detail) =>
    x.tensor.rank === 0 || !isNumber(x)
      ? undefined
      : `${x.name}.argSort(${detail % x.tensor.rank})`,
];

const smoothOnly: readonly Operation[] = [
  (x, _, detail) =>
    isFloat(x) && x.tensor.rank > 0
      ? `${x.name}.tanh().cumProd(${detail % x.tensor.rank})`
      : undefined,
  method("tanh", isFloat),
  method("erf", isFloat),
  method("sigmoid", isFloat),
  method("sin", isFloat),
  method("cos", isFloat),
  (x) => (isFloat(x) ? `${x.name}.tanh().exp()` : undefined),
  (x) => (isFloat(x) ? `${x.name}.square().add(1).log()` : undefined),
  (x, y) =>
    isFloat(x) && isFloat(y) && canBroadcast(x.tensor.shape, y.tensor.shape)
      ? `${x.name}.div(${y.name}.square().add(1))`
      : undefined,
  (x) => (isFloat(x) ? `${x.name}.square().add(0.5).pow(0.7)` : undefined),
  (x) => (isFloat(x) && x.tensor.rank > 0 && x.tensor.size > 0 ? `${x.name}.softmax()` : undefined),
  (x) => product(x, ""),
  (x, y) =>
    isFloat(x) && isFloat(y) && x.tensor.shape.at(-1) === y.tensor.shape.at(-2)
      ? `${x.name}.matmul(${y.name}).add(1).sigmoid()`
      : undefined,
];

/** By its own transpose. */
function product(x: Named, cast: string): string | undefined {
  const { rank } = x.tensor;
  if (rank < 2 || !isNumber(x)) return undefined;
  const axes = Array.from({ length: rank }, (_, i) => i);
  const swapped = [...axes.slice(0, -2), rank - 1, rank - 2].join(", ");
  return `${x.name}${cast}.matmul(${x.name}${cast}.permute([${swapped}]))`;
}
