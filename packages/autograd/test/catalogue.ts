// Every public operation with something to call it on: what docs/operations.md is measured with
// (operations-table.ts). Functions of elements and reductions come from their faces in src/tensor, and a
// new one is here without a change; a line says what is special about one. Any other public name that is
// missing fails a test.

import * as nabla from "@nabla/autograd";
import { Tensor, tensor } from "@nabla/autograd";
import type { Elementwise } from "../src/graph/node.ts";
import { topologicalOrder } from "../src/graph/order.ts";
import * as elementwise from "../src/ops/elementwise.ts";
import * as activations from "../src/tensor/activations.ts";
import * as arithmetic from "../src/tensor/arithmetic.ts";
import * as comparison from "../src/tensor/comparison.ts";
import * as exponentials from "../src/tensor/exponentials.ts";
import * as nanReductions from "../src/tensor/nan-reductions.ts";
import * as reductions from "../src/tensor/reduce.ts";
import * as special from "../src/tensor/special.ts";
import * as statistics from "../src/tensor/statistics.ts";
import { nodeOf } from "../src/tensor/tensor.ts";
import * as trigonometry from "../src/tensor/trigonometry.ts";

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
    .add(eye(x).cumSum(0).mul(eye(x).cumSum(1)).mul(eye(x)).cast(x.dtype));
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
/** NaN in place of some elements. */
const withGaps = (x: Tensor): Tensor =>
  x.dtype.startsWith("float") ? nabla.where(x.less(-1.2), Number.NaN, x) : x;
const eighths = tensor([0.125, -0.5, 0.875], { dtype: "float64" });
const positives = numbers([2, 3], 0.3, 3);
const square = numbers([3, 3]);
const pair = [numbers([2, 3]), numbers([3], 0.4, 1.9)];
const cube = numbers([2, 3, 4]);
const rows = indices(1, 0, -1);

/** The functions of a face in src/tensor. */
type Face = Readonly<Record<string, unknown>>;

/** Functions of elements, and reductions: methods as well. */
export const methods: readonly string[] = namesOf(
  ...[activations, arithmetic, comparison, exponentials, reductions, special, statistics],
  trigonometry,
);

/** In the order in which they became methods, which is that of their file. */
function namesOf(...faces: readonly Face[]): readonly string[] {
  const methods = Reflect.ownKeys(Tensor.prototype);
  const names = faces.flatMap((face) => Object.keys(face));
  const place = (name: string) => (methods.includes(name) ? methods.indexOf(name) : methods.length);
  return names.sort((a, b) => place(a) - place(b));
}

/** A row for each name: the one that is given, else what `otherwise` makes. */
function rowsOf(
  names: readonly string[],
  otherwise: (name: string) => Row,
  given: readonly Row[],
): readonly Row[] {
  const known = new Map(given.map((row) => [row[0], row]));
  const unused = given.filter(([name]) => !names.includes(name));
  return [...names.map((name) => known.get(name) ?? otherwise(name)), ...unused];
}

/**
 * Functions of one element, or of two, with options that may be left out; on numbers of the
 * definition's domain, where there is a definition.
 */
function ofElements(face: Face, ...given: readonly Row[]): readonly Row[] {
  const otherwise = (name: string): Row => {
    const { operation } = ((elementwise as Face)[name] ?? {}) as { operation?: Elementwise };
    const [low, high] = operation?.domain ?? [];
    if (functions[name]!.length === 1) return [name, [numbers([2, 3], low, high)]];
    return [name, [numbers([2, 3], low, high), numbers([3], low ?? 0.4, high ?? 1.9)]];
  };
  return rowsOf(namesOf(face), otherwise, given);
}

/** Functions of what lies along an axis, which is the second argument. */
function alongAxes(faces: readonly Face[], ...given: readonly Row[]): readonly Row[] {
  const otherwise = (name: string): Row => [name, [any], (x) => functions[name]!(x, 1)];
  return rowsOf(namesOf(...faces), otherwise, given);
}

const inClosedForm = "loops (`creation.test.ts`)";
const byMoments = "moments, Kolmogorov-Smirnov and known answers (`random.test.ts`)";

export const catalogue: readonly Entry[] = [
  ...group("Arithmetic", ofElements(arithmetic, ["clip", [any], (x) => x.clip(-1, 1)])),
  ...group("Exponentials and logarithms", ofElements(exponentials)),
  ...group("Trigonometry", ofElements(trigonometry)),
  ...group("Special functions", ofElements(special, ["digamma", [positives]])),
  ...group("Activations", ofElements(activations)),
  ...group("Comparison, logic, choice", [
    ...ofElements(comparison, ["where", pair, (a, b) => nabla.where(a.less(b), a, b)]),
    ["nanToNum", [any]],
    ["isClose", pair],
    ["allClose", pair],
  ]),
  ...group("Compositions of functions of elements", [
    ["exp2", [any]],
    ["log10", [positives]],
    ["deg2rad", [any]],
    ["rad2deg", [any]],
    ["isInf", [any]],
    ["logicalXor", pair],
    ["copySign", [any, numbers([3], 0.4, 1.9)]],
    ["heaviside", [any, numbers([3], 0.4, 1.9)]],
    ["xlogy", [any, positives]],
    ["fmax", [any, numbers([2, 3], -1, 1)]],
    ["fmin", [any, numbers([2, 3], -1, 1)]],
    ["lerp", [any, numbers([3], 1, 2), numbers([2, 1], 0.1, 0.4)]],
    ["isIn", pair],
  ]),
  ...group("Bits of integers", [
    ["bitwiseAnd", [indices(6, -3, 255), indices(3, 5, 15)]],
    ["bitwiseOr", [indices(6, -3, 255), indices(3, 5, 15)]],
    ["bitwiseXor", [indices(6, -3, 255), indices(3, 5, 15)]],
    ["bitwiseNot", [indices(6, -3, 255)]],
    ["leftShift", [indices(6, -3, 255), indices(3, 5, 32)]],
    ["rightShift", [indices(6, -3, 255), indices(1, 5, 32)]],
  ]),
  ...group("Dtypes and gradients", [
    // Steps of differences are numbers of float32 here.
    ["cast", [eighths], (x) => x.cast("float32"), "definition (`elementwise.test.ts`)"],
    ["stopGradient", [any], undefined, "definition (`gradients.test.ts`)"],
  ]),
  ...group(
    "Reductions",
    alongAxes(
      [reductions, statistics],
      ["any", [any], (x) => x.greater(0).any(1)],
      ["all", [any], (x) => x.greater(0).all(1)],
    ),
  ),
  ...group("Averages and covariances", [
    ["average", [any, positives], (x, weights) => nabla.average(x, weights, 1)],
    ["peakToPeak", [any], (x) => nabla.peakToPeak(x, 1)],
    ["countNonzero", [any], (x) => nabla.countNonzero(x, 1)],
    ["cov", [any]],
    ["corrCoef", [numbers([2, 4])]],
  ]),
  ...group("Curves", [
    ["trapezoid", [any]],
    [
      "interp",
      [numbers([4], 0, 2.5), numbers([3]), numbers([3])],
      (x, places, heights) => nabla.interp(x, places.mul(0.1).add(nabla.arange(3)), heights),
    ],
    ["polyval", [numbers([4]), any]],
    ["vander", [numbers([3])]],
  ]),
  ...group("Running totals and differences", [
    ["cumSum", [any], (x) => x.cumSum(1)],
    ["cumProd", [any], (x) => x.cumProd(1)],
    ["cumMax", [any], (x) => nabla.cumMax(x, 1)],
    ["cumMin", [any], (x) => nabla.cumMin(x, 1)],
    ["logCumSumExp", [any], (x) => nabla.logCumSumExp(x, 1)],
    ["diff", [any]],
  ]),
  ...group(
    "Reductions that leave out NaN",
    Object.keys(nanReductions)
      .sort()
      .map((name): Row => {
        const rest = name === "nanQuantile" ? [0.3, 1] : [1];
        return [name, [any], (x) => functions[name]!(withGaps(x), ...rest)];
      }),
  ),
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
    ["moveAxis", [cube], (x) => nabla.moveAxis(x, 0, -1)],
    ["swapAxes", [cube], (x) => nabla.swapAxes(x, 0, 2)],
    ["rot90", [any]],
    ["unstack", [any], (x) => nabla.unstack(x)[1]!],
    ["blockDiag", [any, square], (a, b) => nabla.blockDiag([a, b])],
    ["meshgrid", [numbers([2]), numbers([3])], (a, b) => nabla.stack(nabla.meshgrid([a, b]))],
  ]),
  ...group("Indices and order", [
    ["gather", [any, rows], (x, at) => x.gather(0, at as never)],
    ["takeAlongAxis", [any, indices(2, 0).reshape([2, 1])], (x, at) => x.takeAlongAxis(at, 1)],
    [
      "scatterAdd",
      [any, indices(1, 0), square.slice(0, 0, 2)],
      (x, at, y) => x.scatterAdd(0, at, y),
    ],
    ["scatterSet", [any, rows, square], (x, at, y) => nabla.scatterSet(x, 0, at, y)],
    ["scatterMax", [any, rows, square], (x, at, y) => nabla.scatterMax(x, 0, at, y)],
    ["scatterMin", [any, rows, square], (x, at, y) => nabla.scatterMin(x, 0, at, y)],
    ["scatterMean", [any, rows, square], (x, at, y) => nabla.scatterMean(x, 0, at, y)],
    ["gatherNd", [cube, indices(1, 0, 0, -1, 1, 0).reshape([3, 2])]],
    [
      "putAlongAxis",
      [any, indices(2, 0).reshape([2, 1]), numbers([2, 1])],
      (x, at, y) => nabla.putAlongAxis(x, at, y, 1),
    ],
    ["sort", [any]],
    ["argSort", [any]],
    ["topK", [any], (x) => x.topK(2).values],
    ["oneHot", [indices(1, 0, 2)], (at) => nabla.oneHot(at, 3)],
    ["quantile", [any], (x) => nabla.quantile(x, 0.3, 1)],
    ["median", [any], (x) => nabla.median(x, 1)],
    ["searchSorted", [numbers([4]).sort(), any]],
    [
      "binCount",
      [indices(1, 0, 1), numbers([3])],
      (at, weights) => nabla.binCount(at, 2, { weights }),
    ],
    ["histogram", [any], (x) => nabla.histogram(x, 3).counts],
  ]),
  ...group("Products", [
    ["matmul", [any, numbers([3, 2])]],
    ["dot", [any, numbers([3])]],
    ["outer", [numbers([2]), numbers([3])]],
    ["tensordot", [any, numbers([3, 2])], (a, b) => a.tensordot(b as never, 1)],
    ["einsum", [any, numbers([3, 2])], (a, b) => nabla.einsum("ij,jk->ik", a, b)],
    ["inner", [any, numbers([2, 3], 0.4, 1.9)]],
    ["vecdot", [any, numbers([3])]],
    ["cdist", [any, numbers([4, 3], 2.5, 4)]],
    ["kron", [any, numbers([2])]],
    ["cross", [any, numbers([3])]],
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
    ["matrixNorm", [any]],
    ["lu", [square], (x) => nabla.lu(regular(x)).u],
    ["pinv", [numbers([3, 2])], (x) => nabla.pinv(x)],
    ["lstsq", [numbers([3, 2]), numbers([3])], (a, b) => nabla.lstsq(a, b).solution],
    ["matrixRank", [square]],
    ["matrixPower", [square], (x) => nabla.matrixPower(regular(x), 3)],
    ["expm", [square], (x) => nabla.expm<Tensor>(x)],
  ]),
  ...group("Creation", [
    ...(["zerosLike", "onesLike"] as const).map(
      (name): Row => [name, [any], undefined, inClosedForm],
    ),
    ["fullLike", [any], (x) => nabla.fullLike(x, 7), inClosedForm],
    ["logspace", [], () => nabla.logspace(0, 2, 3), inClosedForm],
    ["geomspace", [], () => nabla.geomspace(1, 8, 4), inClosedForm],
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
    ["random.foldIn", [], () => nabla.random.foldIn(1, 2), byMoments],
    ["random.permutation", [], () => nabla.random.permutation(4, { seed: 1 }), byMoments],
    ["random.randint", [], () => nabla.random.randint([4], 0, 9, { seed: 1 }), byMoments],
  ]),
];

/** Public functions that are no operations: they take functions, read, run, or look. */
export const others: ReadonlySet<string> = new Set(
  [
    "parameter tensor",
    "backward grad gradients valueAndGrad vjp jvp hessianVectorProduct jacobian hessian vmap",
    "scan associativeScan cond whileLoop forLoop",
    "customGradient checkpoint compile external keep realize realizeAsync backend setBackend mustAwait threads memory",
    "manualSeed random.state random.restore print toDot toJSON",
    "ensure closureConvert",
    "explainPlan checkSameShape formatShape printable findNaN guard takeGradients substitute",
    "constructor currentNode shape dtype size rank data dataSync array arraySync",
    "item itemSync toString unique uniqueSync nonzero nonzeroSync toBits16 fromBits16",
  ].flatMap((line) => line.split(" ")),
);

/** The function, and its inputs, of those inputs alone that have fractions. */
export function onFloating({ f, inputs }: Entry): Pick<Entry, "f" | "inputs"> {
  const ofFloating = (...given: Tensor[]): Tensor => {
    let next = 0;
    return f(...inputs.map((x) => (x.dtype === "float64" ? given[next++]! : x)));
  };
  return { f: ofFloating, inputs: inputs.filter(({ dtype }) => dtype === "float64") };
}

/** Why what was made of `inputs` cannot be differentiated by them; undefined: it can. */
export function whyNoGradient(inputs: readonly Tensor[], made: Tensor): string | undefined {
  if (inputs.every((x) => x.dtype !== "float64")) return "none: no input with fractions";
  if (made.dtype === "bool") return "none: truth values";
  if (!made.dtype.startsWith("float")) return "none: whole numbers";
  const below = new Set(topologicalOrder([nodeOf("test", made)]));
  const isUsed = inputs.some((x) => x.size === 0 || below.has(nodeOf("test", x)));
  if (!isUsed) return "none: depends on the shape alone";
  const rules = nodeOf("test", made).operation.gradient;
  const isNone = rules.length > 0 && rules.every((one) => typeof one === "string");
  return isNone ? String(rules[0]) : undefined;
}
