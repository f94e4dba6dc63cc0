// The operations among the public calls (edge-calls.ts). Functions of elements and reductions come from their faces in src/tensor, as in
// catalogue.ts; edges.test.ts says which is missing.
import fc from "fast-check";
import * as activations from "../src/tensor/activations.ts";
import * as arithmetic from "../src/tensor/arithmetic.ts";
import * as comparison from "../src/tensor/comparison.ts";
import * as exponentials from "../src/tensor/exponentials.ts";
import * as reductions from "../src/tensor/reduce.ts";
import * as special from "../src/tensor/special.ts";
import * as statistics from "../src/tensor/statistics.ts";
import * as trigonometry from "../src/tensor/trigonometry.ts";
import { type Arguments, type EdgeCall, exact, functions, graph, list } from "./edge-call.ts";
import {
  anyDType,
  axes,
  axis,
  type EdgeTensorOptions,
  edgeShapes,
  edgeTensors,
  indicesOf,
  number,
  options,
  squares,
  whole,
} from "./edge-values.ts";

const x = edgeTensors();
const plain = edgeTensors({ isPlain: true });
const keepDims = fc.boolean();

/** Two tensors whose shapes broadcast, or nearly. */
function pairs(given: EdgeTensorOptions = {}): Arguments {
  return edgeShapes.chain((shape) => {
    const other = fc
      .tuple(fc.nat(shape.length), fc.nat(31))
      .map(([from, ones]) => shape.slice(from).map((size, i) => ((ones >> i) & 1 ? 1 : size)));
    const one = edgeTensors({ ...given, shape: fc.constant(shape) });
    const two = edgeTensors({ ...given, shape: fc.oneof(other, other, other, edgeShapes) });
    return list(fc.oneof({ weight: 8, arbitrary: one }, { weight: 1, arbitrary: number }), two);
  });
}

/** Two tensors of given shapes. */
const both = (shapes: readonly (readonly [readonly number[], readonly number[]])[]): Arguments =>
  fc
    .constantFrom(...shapes)
    .chain(([a, b]) =>
      list(
        edgeTensors({ shape: fc.constant(a), isPlain: true }),
        edgeTensors({ shape: fc.constant(b), isPlain: true }),
      ),
    );

const products = both([
  [
    [2, 3],
    [3, 2],
  ],
  [[3], [3]],
  [
    [2, 0],
    [0, 3],
  ],
  [[1, 1], [1]],
  [
    [2, 1, 2, 3],
    [2, 3, 1],
  ],
  [
    [0, 3],
    [3, 2],
  ],
  [
    [2, 3],
    [2, 3],
  ],
  [[], [2]],
]);

const solved = both([
  [
    [2, 2],
    [2, 3],
  ],
  [[3, 3], [3]],
  [
    [2, 1, 1],
    [1, 2],
  ],
  [
    [0, 0],
    [0, 2],
  ],
  [[2, 2], [3]],
  [[2, 3], [2]],
]);

/** The methods of a face: on one tensor, or on two. */
function ofElements(face: object, exact: readonly string[]): readonly EdgeCall[] {
  return Object.keys(face).map((name): EdgeCall => {
    const args = functions[name]!.length === 1 ? list(fc.oneof(x, x, x, number)) : pairs();
    return { name, f: functions[name]!, args, kind: exact.includes(name) ? "exact" : "graph" };
  });
}

const exactElements = [
  "add sub mul div maximum minimum neg abs sign square sqrt floor ceil round trunc",
  "equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalNot isNaN isFinite",
  "relu leakyRelu reciprocal",
].flatMap((line) => line.split(" "));

const reduced = (given: fc.Arbitrary<unknown>): Arguments => list(x, axes, given);
const withKeepDims = options({ keepDims });
const exactReductions = new Set(["max", "min", "any", "all", "argMax", "argMin", "sum"]);

const reductionCalls: readonly EdgeCall[] = Object.keys(reductions).map((name) =>
  name === "softmax" || name === "logSoftmax"
    ? graph(name, list(x, axis))
    : (exactReductions.has(name) ? exact : graph)(name, reduced(withKeepDims)),
);

const statisticCalls: readonly EdgeCall[] = Object.keys(statistics).map((name) =>
  graph(
    name,
    reduced(
      name === "norm"
        ? options({ keepDims, p: fc.constantFrom(2, 1, 0.5, 0, -1, Infinity, 3) })
        : options({ keepDims, correction: fc.constantFrom(0, 1, -1, 100, 0.5) }),
    ),
  ),
);

const sizes = fc.array(fc.constantFrom(1, 2, 3, 0, -1), { maxLength: 4 });
const window = fc.constantFrom<unknown>(1, 2, 3, 0, [2, 1], [1], [2], [1, 1, 2], -1);
const perAxis = fc.constantFrom<unknown>(1, 2, 3, [1, 2], [2], [1, 1, 1], 0);
const padding = fc.constantFrom<unknown>("same", "valid", 0, 1, 2, [1, 0], [[0, 1]], "full");
const windows = { stride: perAxis, padding, dilation: perAxis };

/** Axes of a window: an input and a kernel that mostly go together, and options. */
function convolution(count: number, isTransposed: boolean): Arguments {
  const along = fc.array(fc.constantFrom(3, 1, 4, 2, 0), { minLength: count, maxLength: count });
  const inside = fc.array(fc.constantFrom(1, 2, 3, 0), { minLength: count, maxLength: count });
  const channels = fc.constantFrom(1, 2, 0, 4);
  return fc
    .tuple(fc.constantFrom(1, 2, 0), channels, channels, along, inside, fc.constantFrom(1, 1, 2))
    .chain(([n, c, m, size, kernel, groups]) => {
      const own = isTransposed ? [c, m] : [m, Math.floor(c / groups)];
      const small = { dtype: anyDType, isPlain: true };
      return list(
        edgeTensors({ ...small, shape: fc.constant([n, c, ...size]) }),
        edgeTensors({ ...small, shape: fc.constant([...own, ...kernel]) }),
        options({
          ...windows,
          groups: fc.constant(groups),
          ...(isTransposed ? { outputPadding: fc.constantFrom<unknown>(0, 1, 2, [1]) } : {}),
        }),
      );
    });
}

const images = edgeTensors({
  shape: fc.tuple(...[1, 2, 3, 3].map((size) => fc.constantFrom(size, 1, size, 0))),
});

const scans = list(
  x,
  fc.oneof(axis, fc.constant(undefined)),
  options({ exclusive: fc.boolean(), reverse: fc.boolean() }),
);
const matrices = (dtype = anyDType) => edgeTensors({ shape: squares, isPlain: true, dtype });
const range = fc.constantFrom<number | undefined>(undefined, 0, 1, 2, -1, -5, 9, 2 ** 40);

/** An axis of a tensor, and positions along it. */
const places = list(x, axis, indicesOf(fc.constantFrom([2], [], [0], [1, 2])));

const arrangements: readonly EdgeCall[] = [
  exact("cast", list(x, anyDType)),
  exact("stopGradient", list(x)),
  exact("reshape", list(x, fc.oneof(sizes, fc.constant([-1])))),
  exact("flatten", list(x, fc.option(axis, { nil: undefined }))),
  exact("transpose", list(x)),
  exact(
    "permute",
    list(x, fc.constantFrom([0], [1, 0], [0, 1, 2], [2, 0, 1], [-1, 0], [], [0, 0])),
  ),
  exact("expandDims", list(x, axis)),
  exact("squeeze", list(x, axes)),
  exact("broadcastTo", list(x, sizes)),
  exact("slice", list(x, axis, range, range, fc.constantFrom(undefined, 1, 2, -1, -3, 0, 2 ** 52))),
  exact("at", list(x, axis, axis)),
  exact(
    "pad",
    list(
      edgeTensors({ shape: fc.array(fc.constantFrom(1, 2, 3, 0), { minLength: 2, maxLength: 2 }) }),
      fc.constantFrom<unknown>(
        [
          [1, 0],
          [0, 2],
        ],
        [
          [0, 0],
          [0, 0],
        ],
        [[1, 1]],
        [
          [3, 3],
          [1, 1],
        ],
        [],
      ),
      fc.oneof(number, fc.constantFrom<unknown>("edge", "reflect", "symmetric", "wrap", undefined)),
    ),
  ),
  exact("flip", list(x, axes)),
  exact("roll", list(x, whole, fc.option(axis, { nil: undefined }))),
  exact("tile", list(x, fc.constantFrom<unknown>(2, 1, 0, [2, 1], [1, 0, 2], [], -1))),
  exact("repeat", list(x, fc.constantFrom(2, 1, 0, 3, -1), fc.option(axis, { nil: undefined }))),
  exact("split", list(x, fc.constantFrom<unknown>(2, 1, 3, [1, 1], [0, 2], [2, 0, 1], 0), axis)),
  exact(
    "concat",
    fc.tuple(pairs(), axis).map(([both, along]) => [both, along]),
  ),
  exact(
    "stack",
    fc.tuple(fc.array(edgeTensors({ shape: fc.constantFrom([2], []) }), { maxLength: 3 }), axis),
  ),
  exact("tril", list(x, whole)),
  exact("triu", list(x, whole)),
  exact("diagonal", list(x, whole, fc.constantFrom(undefined, [0, 1], [-1, 0], [1, 2], [0, 0]))),
  exact("diag", list(x, whole)),
  exact("trace", list(x, whole, fc.constantFrom(undefined, [0, 1], [-1, 0]))),
];

const indexing: readonly EdgeCall[] = [
  exact("gather", places),
  exact("takeAlongAxis", list(x, indicesOf(edgeShapes), axis)),
  exact(
    "scatterAdd",
    fc
      .constantFrom<readonly number[]>([2, 3], [3], [2, 0])
      .chain((shape) =>
        list(
          edgeTensors({ shape: fc.constant(shape) }),
          fc.constantFrom(0, 0, -1),
          indicesOf(fc.constant([2])),
          edgeTensors({ shape: fc.constant([2, ...shape.slice(1)]) }),
        ),
      ),
  ),
  exact("sort", list(x, axis, options({ descending: fc.boolean() }))),
  exact("argSort", list(x, axis, options({ descending: fc.boolean() }))),
  exact("topK", list(x, whole, axis, options({ largest: fc.boolean() }))),
  exact(
    "oneHot",
    list(indicesOf(edgeShapes), fc.constantFrom(2, 6, 1, 0), options({ dtype: anyDType })),
  ),
  exact("where", list(x, number, x)),
  exact(
    "where",
    pairs().map(([a, b]) => [b, a, b]),
  ),
  exact("clip", list(x, number, number)),
];

const linear: readonly EdgeCall[] = [
  graph("matmul", products),
  graph("dot", products),
  graph(
    "outer",
    both([
      [[2], [3]],
      [[], [2]],
      [[0], [1]],
      [[2, 1], [2]],
    ]),
  ),
  graph(
    "tensordot",
    fc
      .tuple(products, fc.constantFrom<unknown>(1, 0, 2, undefined, [[1], [0]], [0, 0]))
      .map(([two, along]) => [...two, along]),
  ),
  graph(
    "einsum",
    fc
      .tuple(
        products,
        fc.constantFrom("ij,jk->ik", "i,i->", "ij,ij->i", "...,...", "ii,j->j", "ij,jk", "i->", ""),
      )
      .map(([two, text]) => [text, ...two]),
  ),
  ...[1, 2, 3].flatMap((count) => [
    graph(`conv${count}d`, convolution(count, false)),
    graph(`convTranspose${count}d`, convolution(count, true)),
  ]),
  exact("maxPool", list(images, window, options(windows))),
  graph(
    "averagePool",
    list(images, window, options({ ...windows, countIncludePad: fc.boolean() })),
  ),
  graph("cumSum", scans),
  graph("cumProd", scans),
  graph("cholesky", list(matrices())),
  graph(
    "triangularSolve",
    fc
      .tuple(
        solved,
        options({ lower: fc.boolean(), transpose: fc.boolean(), unitDiagonal: fc.boolean() }),
      )
      .map(([two, given]) => [...two, given]),
  ),
  graph("solve", solved),
  ...["inverse", "determinant", "slogdet"].map((name) => graph(name, list(matrices()))),
  graph("qr", list(plain, options({ mode: fc.constantFrom("reduced", "complete") }))),
  graph("eigh", list(matrices(), options({ lower: fc.boolean() }))),
  graph("svd", list(plain, options({ fullMatrices: fc.boolean() }))),
];

export const operationCalls: readonly EdgeCall[] = [
  ...[arithmetic, exponentials, trigonometry, special, activations, comparison].flatMap((face) =>
    ofElements(face, exactElements).filter(({ name }) => name !== "where" && name !== "clip"),
  ),
  ...reductionCalls,
  ...statisticCalls,
  ...arrangements,
  ...indexing,
  ...linear,
];
