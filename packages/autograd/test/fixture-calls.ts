// How each call of fixtures/data is written with nabla.

import type { Tensor } from "@nabla/autograd";
import * as nabla from "@nabla/autograd";
import type { Call } from "../../../fixtures/cases.ts";

type Options = Readonly<Record<string, unknown>>;
/** A function of tensors whose further arguments stand in the options, in this order. */
type Loose = (...args: readonly unknown[]) => Tensor;

const functions = nabla as unknown as Readonly<Record<string, Loose>>;

/** Calls the function of this name with the inputs, then the named options. */
const withOptions =
  (name: string, ...names: readonly string[]): Call =>
  (inputs, options) =>
    functions[name]!(...inputs, ...names.map((one) => options[one]));

/** Calls it with the inputs, then all options as one object. */
const withAll =
  (name: string): Call =>
  (inputs, options) =>
    functions[name]!(...inputs, options);

/** Calls it with an axis, then the other options as one object. */
const alongAxis =
  (name: string): Call =>
  ([x], { axis, ...others }) =>
    functions[name]!(x, axis, others);

const eye = (x: Tensor): Tensor => nabla.eye(x.shape.at(-1)!, x.shape.at(-1), { dtype: x.dtype });
/** Near twice the identity. */
const regular = (x: Tensor): Tensor => x.mul(0.25).add(eye(x).mul(2));
/** Symmetric, with eigenvalues of at least 1. */
const positive = (x: Tensor): Tensor => x.matmul(x.transpose() as never).add(eye(x));
/** Symmetric, with eigenvalues that are about 1, 2, 3, …. */
const apart = (x: Tensor): Tensor => {
  const diagonal = nabla.arange(1, x.shape.at(-1)! + 1, 1, { dtype: x.dtype }).diag();
  return x
    .add(x.transpose() as never)
    .mul(0.1)
    .add(diagonal);
};
const lastDiagonal = (x: Tensor): Tensor => x.diagonal(0, [-2, -1] as never);
const signAndSize = (x: Tensor): readonly Tensor[] => {
  const { sign, logAbsDet } = nabla.slogdet(x);
  return [sign, logAbsDet];
};

const named: Readonly<Record<string, Call>> = {
  cast: withOptions("cast", "dtype"),
  gelu: withOptions("gelu", "approximate"),
  leakyRelu: withOptions("leakyRelu", "slope"),
  elu: withOptions("elu", "alpha"),
  clip: withOptions("clip", "low", "high"),
  reshape: withOptions("reshape", "shape"),
  flatten: withOptions("flatten", "axis"),
  expandDims: withOptions("expandDims", "axis"),
  permute: withOptions("permute", "order"),
  squeeze: withOptions("squeeze", "axis"),
  broadcastTo: withOptions("broadcastTo", "shape"),
  slice: ([x], { ranges }) =>
    functions["slice"]!(
      x,
      (ranges as (number | null)[][]).map((range) => range.map((bound) => bound ?? undefined)),
    ),
  at: withOptions("at", "index"),
  pad: withOptions("pad", "padding", "mode"),
  flip: withOptions("flip", "axis"),
  roll: withOptions("roll", "shift", "axis"),
  tile: withOptions("tile", "times"),
  repeat: withOptions("repeat", "times", "axis"),
  split: withOptions("split", "parts", "axis"),
  concat: (inputs, { axis }) => functions["concat"]!(inputs, axis),
  stack: (inputs, { axis }) => functions["stack"]!(inputs, axis),
  tril: withOptions("tril", "offset"),
  triu: withOptions("triu", "offset"),
  diagonal: withOptions("diagonal", "offset", "axes"),
  trace: withOptions("trace", "offset"),
  diag: withOptions("diag", "offset"),
  gather: ([x, indices], { axis }) => functions["gather"]!(x, axis, indices),
  takeAlongAxis: withOptions("takeAlongAxis", "axis"),
  scatterAdd: ([x, indices, y], { axis }) => functions["scatterAdd"]!(x, axis, indices, y),
  ...Object.fromEntries(
    ["scatterMax", "scatterMin", "scatterMean"].map((name): [string, Call] => [
      name,
      ([x, at, y], { axis, ...others }) => functions[name]!(x, axis, at, y, others),
    ]),
  ),
  scatterSet: ([x, at, y], { axis }) => functions["scatterSet"]!(x, axis, at, y),
  putAlongAxis: withOptions("putAlongAxis", "axis"),
  uniqueSync: ([x]) => {
    const { values, indices, inverse, counts } = nabla.uniqueSync(x!);
    return [values, indices, inverse, counts];
  },
  oneHot: withOptions("oneHot", "depth"),
  topK: ([x], { k, axis, largest }) =>
    (functions["topK"]!(x, k, axis, { largest }) as unknown as { values: Tensor }).values,
  einsum: (inputs, { expression }) => functions["einsum"]!(expression, ...inputs),
  tensordot: withOptions("tensordot", "axes"),
  norm: ([x], { axis, p, ...others }) =>
    functions["norm"]!(x, axis, { p: Number(p ?? 2), ...others }),
  quantile: ([x], { q, axis, ...others }) => functions["quantile"]!(x, q, axis, others),
  nanQuantile: ([x], { q, axis, ...others }) => functions["nanQuantile"]!(x, q, axis, others),
  searchSorted: withAll("searchSorted"),
  binCount: withOptions("binCount", "length"),
  "weighted binCount": ([x, weights], { length }) => functions["binCount"]!(x, length, { weights }),
  histogram: ([x], { bins, ...others }) => {
    const { counts, edges } = nabla.histogram(x!, bins as number, others);
    return [counts, edges];
  },
  meshgrid: (inputs, options) => nabla.meshgrid(inputs, options) as readonly Tensor[],
  cross: withOptions("cross", "axis"),
  nanToNum: withAll("nanToNum"),
  isClose: withAll("isClose"),
  allClose: withAll("allClose"),
  maxPool: ([x], { window, ...others }) => functions["maxPool"]!(x, window, others),
  averagePool: ([x], { window, ...others }) => functions["averagePool"]!(x, window, others),
  slogdet: ([x]) => signAndSize(x!),
  average: ([x, weights], { axis }) => functions["average"]!(x, weights, axis),
  cov: withAll("cov"),
  trapezoid: withAll("trapezoid"),
  "trapezoid at": ([y, x], { axis }) => functions["trapezoid"]!(y, { x, axis }),
  vander: ([x], { columns, ...others }) => functions["vander"]!(x, columns, others),
  moveAxis: withOptions("moveAxis", "from", "to"),
  swapAxes: withOptions("swapAxes", "a", "b"),
  rot90: withOptions("rot90", "times", "axes"),
  unstack: withOptions("unstack", "axis"),
  blockDiag: (inputs) => functions["blockDiag"]!(inputs),
  cdist: ([a, b], { p }) => functions["cdist"]!(a, b, { p: Number(p) }),
  matrixNorm: ([x], { order, ...others }) => {
    const which = typeof order === "string" && order.endsWith("Infinity") ? Number(order) : order;
    return functions["matrixNorm"]!(x, which, others);
  },
  lu: ([x]) => {
    const { p, l, u } = nabla.lu(x!);
    return [p, l, u];
  },
  lstsq: ([a, b]) => nabla.lstsq(a!, b!).solution,
  "lstsq residuals": ([a, b]) => nabla.lstsq(a!, b!).residuals,
  matrixRank: withAll("matrixRank"),
  matrixPower: withOptions("matrixPower", "power"),
  "matrixPower of regular": ([x], { power }) => nabla.matrixPower(regular(x!), power as number),
  "expm of scaled": ([x], { scale }) => nabla.expm(x!.mul(scale as number)),
  "cholesky of positive": ([x]) => nabla.cholesky(positive(x!)),
  "inverse of regular": ([x]) => nabla.inverse(regular(x!)),
  "determinant of regular": ([x]) => nabla.determinant(regular(x!)),
  "slogdet of regular": ([x]) => signAndSize(regular(x!)),
  "qr of regular": ([x]) => {
    const { r } = nabla.qr(regular(x!));
    return r.mul(lastDiagonal(r).sign().expandDims(-1));
  },
  "eigh of apart": ([x]) => {
    const { eigenvalues, eigenvectors } = nabla.eigh(apart(x!));
    return [eigenvalues, eigenvectors.square()];
  },
  "svd of apart": ([x]) => {
    const { u, s, vh } = nabla.svd(apart(x!));
    return [u.square(), s, vh.square()];
  },
  "solve of regular": ([a, b]) => nabla.solve(regular(a!), b!),
  "triangularSolve of regular": ([a, b], options: Options) =>
    nabla.triangularSolve(regular(a!), b!, options),
  ...Object.fromEntries(
    ["sum", "mean", "max", "min", "prod", "any", "all", "logSumExp", "variance", "std"]
      .concat(["argMax", "argMin", "softmax", "logSoftmax", "cumSum", "cumProd", "sort", "argSort"])
      .concat([
        "median",
        "diff",
        "cumMax",
        "cumMin",
        "logCumSumExp",
        "nanSum",
        "nanProd",
        "nanMean",
      ])
      .concat(["nanMax", "nanMin", "nanArgMax", "nanArgMin", "nanVariance", "nanStd", "nanMedian"])
      .concat(["nanCumSum", "nanCumProd", "peakToPeak", "countNonzero"])
      .map((name) => [name, alongAxis(name)]),
  ),
  ...Object.fromEntries(
    [1, 2, 3].flatMap((n) =>
      [`conv${n}d`, `convTranspose${n}d`].map((name) => [name, withAll(name)]),
    ),
  ),
};

/** The call of this name: all else is a function of the inputs alone. */
export function callNamed(name: string): Call {
  return named[name] ?? withOptions(name);
}
