// Every public operation with something to call it on: what docs/operations.md is measured with
// (operations-table.ts). A name that is missing here fails a test.

import type { Tensor } from "@nabla/autograd";
import * as nabla from "@nabla/autograd";
import { tensor } from "@nabla/autograd";

export interface Entry {
  readonly name: string;
  readonly group: string;
  readonly f: (...inputs: Tensor[]) => Tensor;
  /** Of float64 where the dtype is free. */
  readonly inputs: readonly Tensor[];
  /** Where the values come from that it is compared with, if not from fixtures/. */
  readonly oracle?: string;
}

type Loose = (...args: readonly unknown[]) => Tensor;
const functions = nabla as unknown as Readonly<Record<string, Loose>>;

/** Distinct numbers between `low` and `high` in a mixed order, none of them whole. */
function numbers(shape: readonly number[], low = -2, high = 2): Tensor {
  const size = shape.reduce((product, count) => product * count, 1);
  const data = Float64Array.from(
    { length: size },
    (_, i) => low + (high - low) * ((0.137 + 0.618034 * i) % 1),
  );
  return tensor(data, { shape: [...shape] });
}

const indices = (...values: readonly number[]) => tensor([...values], { dtype: "int32" });

/** Near twice the identity, and symmetric with eigenvalues that are apart. */
const eye = (x: Tensor): Tensor => nabla.eye(x.shape.at(-1)!, x.shape.at(-1), { dtype: x.dtype });
const regular = (x: Tensor): Tensor => x.mul(0.25).add(eye(x).mul(2));
const spread = (x: Tensor): Tensor =>
  x
    .add(x.transpose() as never)
    .mul(0.1)
    .add(eye(x).cumSum(0).mul(eye(x).cumSum(1)).mul(eye(x)));
const positive = (x: Tensor): Tensor => x.matmul(x.transpose() as never).add(eye(x));

type Row = readonly [
  name: string,
  inputs: readonly Tensor[],
  f?: ((...inputs: Tensor[]) => Tensor) | undefined,
  oracle?: string,
];

function group(title: string, rows: readonly Row[]): readonly Entry[] {
  return rows.map(([name, inputs, f = functions[name]!, oracle]) => {
    return { name, group: title, inputs, f, ...(oracle === undefined ? {} : { oracle }) };
  });
}

const any = numbers([2, 3]);
const eighths = tensor([0.125, -0.5, 0.875], { dtype: "float64" });
const positives = numbers([2, 3], 0.3, 3);
const inside = numbers([2, 3], -0.9, 0.9);
const square = numbers([3, 3]);
const pair = [numbers([2, 3]), numbers([3], 0.4, 1.9)];
const cube = numbers([2, 3, 4]);
const rows = indices(1, 0, -1);

const onAny = (names: string): readonly Row[] => names.split(" ").map((name) => [name, [any]]);
const onPairs = (names: string): readonly Row[] => names.split(" ").map((name) => [name, pair]);

const inClosedForm = "loops (`creation.test.ts`)";
const byMoments = "moments, Kolmogorov-Smirnov and known answers (`random.test.ts`)";

export const catalogue: readonly Entry[] = [
  ...group("Arithmetic", [
    ...onPairs("add sub mul div mod"),
    ["pow", [positives, numbers([3])]],
    ...onPairs("maximum minimum hypot"),
    ...onAny("neg abs sign square"),
    ["sqrt", [positives]],
    ["rsqrt", [positives]],
    ["reciprocal", [positives]],
    ["clip", [any], (x) => x.clip(-1, 1)],
    ...onAny("floor ceil round trunc"),
  ]),
  ...group("Exponentials and logarithms", [
    ...onAny("exp expm1"),
    ["log", [positives]],
    ["log1p", [positives]],
    ["log2", [positives]],
    ...onPairs("logAddExp"),
  ]),
  ...group("Trigonometry", [
    ...onAny("sin cos"),
    ["tan", [inside]],
    ["asin", [inside]],
    ["acos", [inside]],
    ...onAny("atan"),
    ...onPairs("atan2"),
    ...onAny("sinh cosh tanh asinh"),
    ["acosh", [numbers([2, 3], 1.2, 4)]],
    ["atanh", [inside]],
  ]),
  ...group("Special functions", [
    ...onAny("erf erfc"),
    ["lgamma", [positives]],
    ["digamma", [positives]],
  ]),
  ...group("Activations", [
    ...onAny("sigmoid logSigmoid softplus relu leakyRelu elu gelu silu hardSigmoid"),
    ["softmax", [any]],
    ["logSoftmax", [any]],
  ]),
  ...group("Comparison, logic, choice", [
    ...onPairs("equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr"),
    ...onAny("logicalNot isNaN isFinite"),
    ["where", pair, (a, b) => nabla.where(a.less(b), a, b)],
  ]),
  ...group("Dtypes and gradients", [
    // Steps of differences are numbers of float32 here.
    ["cast", [eighths], (x) => x.cast("float32"), "definition (`elementwise.test.ts`)"],
    ["stopGradient", [any], undefined, "definition (`gradients.test.ts`)"],
  ]),
  ...group("Reductions", [
    ...["sum", "mean", "max", "min", "prod", "logSumExp", "variance", "std"].map(
      (name): Row => [name, [any], (x) => functions[name]!(x, 1)],
    ),
    ["norm", [any], (x) => x.norm(1)],
    ["any", [any], (x) => x.greater(0).any(1)],
    ["all", [any], (x) => x.greater(0).all(1)],
    ["argMax", [any], (x) => x.argMax(1)],
    ["argMin", [any], (x) => x.argMin(1)],
  ]),
  ...group("Running totals", [
    ["cumSum", [any], (x) => x.cumSum(1)],
    ["cumProd", [any], (x) => x.cumProd(1)],
  ]),
  ...group("Shapes and arrangement", [
    ["reshape", [any], (x) => x.reshape([3, 2])],
    ["flatten", [any]],
    ["transpose", [any]],
    ["permute", [cube], (x) => x.permute([2, 0, 1])],
    ["expandDims", [any], (x) => x.expandDims(1)],
    ["squeeze", [numbers([2, 1])]],
    ["broadcastTo", [numbers([2, 1])], (x) => x.broadcastTo([3, 2, 2])],
    ["slice", [any], (x) => x.slice(1, 0, 3, 2)],
    ["at", [any], (x) => x.at(1 as never)],
    [
      "pad",
      [any],
      (x) =>
        x.pad([
          [1, 0],
          [0, 2],
        ]),
    ],
    ["flip", [any]],
    ["roll", [any], (x) => x.roll(1, 1)],
    ["tile", [any], (x) => x.tile([2, 1])],
    ["repeat", [any], (x) => x.repeat(2, 1)],
    ["split", [numbers([4])], (x) => nabla.split(x, 2)[1]],
    ["concat", [any, numbers([1, 3])], (a, b) => nabla.concat([a, b])],
    ["stack", [any, positives], (a, b) => nabla.stack([a, b])],
    ["tril", [square]],
    ["triu", [square]],
    ["diagonal", [square]],
    ["diag", [numbers([3])]],
    ["trace", [square]],
  ]),
  ...group("Indices and order", [
    ["gather", [any, rows], (x, at) => x.gather(0, at as never)],
    ["takeAlongAxis", [any, indices(2, 0).reshape([2, 1])], (x, at) => x.takeAlongAxis(at, 1)],
    [
      "scatterAdd",
      [any, indices(1, 0), square.slice(0, 0, 2)],
      (x, at, y) => x.scatterAdd(0, at, y),
    ],
    ["sort", [any]],
    ["argSort", [any]],
    ["topK", [any], (x) => x.topK(2).values],
    ["oneHot", [rows], (at) => nabla.oneHot(at, 3)],
  ]),
  ...group("Products", [
    ["matmul", [any, numbers([3, 2])]],
    ["dot", [any, numbers([3])]],
    ["outer", [numbers([2]), numbers([3])]],
    ["tensordot", [any, numbers([3, 2])], (a, b) => a.tensordot(b as never, 1)],
    ["einsum", [any, numbers([3, 2])], (a, b) => nabla.einsum("ij,jk->ik", a, b)],
  ]),
  ...group("Windows", [
    ["conv1d", [numbers([1, 2, 5]), numbers([2, 2, 2])]],
    ["conv2d", [numbers([1, 1, 3, 3]), numbers([2, 1, 2, 2])]],
    ["conv3d", [numbers([1, 1, 2, 3, 2]), numbers([1, 1, 2, 2, 1])]],
    ["convTranspose1d", [numbers([1, 2, 3]), numbers([2, 2, 2])]],
    ["convTranspose2d", [numbers([1, 1, 2, 2]), numbers([1, 2, 2, 2])]],
    ["convTranspose3d", [numbers([1, 1, 1, 2, 1]), numbers([1, 1, 2, 2, 1])]],
    ["maxPool", [numbers([1, 1, 4, 4])], (x) => nabla.maxPool(x, 2)],
    ["averagePool", [numbers([1, 1, 4, 4])], (x) => nabla.averagePool(x, 2)],
  ]),
  ...group("Linear algebra", [
    ["cholesky", [square], (x) => nabla.cholesky(positive(x))],
    [
      "triangularSolve",
      [square, numbers([3, 2])],
      (a, b) => nabla.triangularSolve<Tensor, Tensor>(regular(a), b),
    ],
    ["solve", [square, numbers([3, 2])], (a, b) => nabla.solve<Tensor, Tensor>(regular(a), b)],
    ["inverse", [square], (x) => nabla.inverse(regular(x))],
    ["determinant", [square], (x) => nabla.determinant<Tensor>(regular(x))],
    ["slogdet", [square], (x) => nabla.slogdet(regular(x)).logAbsDet],
    ["qr", [square], (x) => nabla.qr(regular(x)).r],
    ["eigh", [square], (x) => nabla.eigh(spread(x)).eigenvalues],
    ["svd", [square], (x) => nabla.svd(spread(x)).s],
  ]),
  ...group("Creation", [
    ...(["zerosLike", "onesLike"] as const).map(
      (name): Row => [name, [any], undefined, inClosedForm],
    ),
    ["zeros", [], () => nabla.zeros([2, 3]), inClosedForm],
    ["ones", [], () => nabla.ones([2, 3]), inClosedForm],
    ["full", [], () => nabla.full([2, 3], 7), inClosedForm],
    ["arange", [], () => nabla.arange(4), inClosedForm],
    ["linspace", [], () => nabla.linspace(0, 1, 5), inClosedForm],
    ["eye", [], () => nabla.eye(3), inClosedForm],
  ]),
  ...group("Random", [
    ["random.uniform", [], () => nabla.random.uniform([4], { seed: 1 }), byMoments],
    ["random.normal", [], () => nabla.random.normal([4], { seed: 1 }), byMoments],
    ["random.bernoulli", [], () => nabla.random.bernoulli([4], 0.5, { seed: 1 }), byMoments],
    ["random.key", [], () => nabla.random.key(1), byMoments],
    ["random.split", [], () => nabla.random.split(1), byMoments],
    ["random.permutation", [], () => nabla.random.permutation(4, { seed: 1 }), byMoments],
    ["random.randint", [], () => nabla.random.randint([4], 0, 9, { seed: 1 }), byMoments],
  ]),
];

/** Public functions that are no operations: they take functions, read, run, or look. */
export const others: ReadonlySet<string> = new Set(
  [
    "parameter tensor",
    "backward grad gradients valueAndGrad vjp jvp hessianVectorProduct jacobian hessian vmap",
    "customGradient checkpoint compile external keep realize backend setBackend threads memory",
    "manualSeed random.state random.restore print toDot toJSON",
    "explainPlan checkSameShape formatShape findNaN",
    "constructor currentNode shape dtype size rank data dataSync array arraySync",
    "item itemSync toString",
  ].flatMap((line) => line.split(" ")),
);
