// The operations among the public calls (edge-calls.ts). Functions of elements and reductions come from their faces in src/tensor, as in
// catalogue.ts; arguments.test.ts says which is missing.
import type { Tensor } from "@nabla/autograd";
import fc from "fast-check";
import * as activations from "../src/tensor/activations.ts";
import * as arithmetic from "../src/tensor/arithmetic.ts";
import * as comparison from "../src/tensor/comparison.ts";
import * as exponentials from "../src/tensor/exponentials.ts";
import * as nanReductions from "../src/tensor/nan-reductions.ts";
import * as reductions from "../src/tensor/reduce.ts";
import * as special from "../src/tensor/special.ts";
import * as statistics from "../src/tensor/statistics.ts";
import * as trigonometry from "../src/tensor/trigonometry.ts";
import { type Arguments, type EdgeCall, exact, functions, graph, list } from "./edge-call.ts";
import {
  anyDType,
  axes,
  axesOf,
  axis,
  axisOf,
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

const leastSquares = both([
  [
    [3, 2],
    [3, 2],
  ],
  [[2, 3], [2]],
  [
    [2, 1, 2],
    [1, 1],
  ],
  [
    [0, 2],
    [0, 1],
  ],
  [[2, 2], [3]],
]);
const tolerances = options({
  relativeTolerance: fc.constantFrom<unknown>(0, 1e-6, 0.1, -1),
  absoluteTolerance: fc.constantFrom<unknown>(0, 0.5, Number.NaN),
});

/** The methods of a face: on one tensor, or on two. */
function ofElements(face: object, exact: readonly string[]): readonly EdgeCall[] {
  return Object.keys(face).map((name): EdgeCall => {
    const args = functions[name]!.length === 1 ? list(fc.oneof(x, x, x, number)) : pairs();
    return { name, f: functions[name]!, args, kind: exact.includes(name) ? "exact" : "elements" };
  });
}

const exactElements = [
  "add sub mul div maximum minimum neg abs sign square sqrt floor ceil round trunc",
  "equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalNot isNaN isFinite",
  "relu leakyRelu reciprocal",
].flatMap((line) => line.split(" "));

/** A tensor, and what is drawn for its shape. */
function onShape(
  draw: (shape: readonly number[]) => readonly fc.Arbitrary<unknown>[],
  tensors: fc.Arbitrary<Tensor> = x,
): Arguments {
  return tensors.chain((one) => list(fc.constant(one), ...draw(one.shape)));
}
/** A tensor, one of its axes, and what else there is. */
const onAxis = (...others: readonly fc.Arbitrary<unknown>[]): Arguments =>
  onShape((shape) => [axisOf(shape), ...others]);
const onAxes = (...others: readonly fc.Arbitrary<unknown>[]): Arguments =>
  onShape((shape) => [axesOf(shape), ...others]);
/** Mostly the first, which are valid. */
const mostly = (fits: fc.Arbitrary<unknown>, others: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 5, arbitrary: fits }, { weight: 1, arbitrary: others });

const withKeepDims = options({ keepDims });
const exactReductions = new Set(["max", "min", "any", "all", "argMax", "argMin", "sum"]);

const reductionCalls: readonly EdgeCall[] = Object.keys(reductions).map((name) =>
  name === "softmax" || name === "logSoftmax"
    ? graph(name, onAxis())
    : (exactReductions.has(name) ? exact : graph)(name, onAxes(withKeepDims)),
);

const statisticCalls: readonly EdgeCall[] = Object.keys(statistics).map((name) =>
  graph(
    name,
    onAxes(
      name === "norm"
        ? options({ keepDims, p: fc.constantFrom(2, 1, 0.5, 0, -1, Infinity, 3) })
        : options({ keepDims, correction: fc.constantFrom(0, 1, -1, 100, 0.5) }),
    ),
  ),
);

const totals = onShape((shape) => [
  fc.oneof(axisOf(shape), fc.constant(undefined)),
  options({ exclusive: fc.boolean(), reverse: fc.boolean() }),
]);
const running = onShape((shape) => [
  fc.oneof(axisOf(shape), fc.constant(undefined)),
  options({ reverse: fc.boolean() }),
]);
const exactNanReductions = new Set(["nanMax", "nanMin", "nanArgMax", "nanArgMin", "nanSum"]);

/** What there is beside a tensor and its axes. */
const nanOptions: Readonly<Record<string, Arguments>> = {
  nanVariance: onAxes(options({ keepDims, correction: fc.constantFrom(0, 1, -1, 100, 0.5) })),
  nanStd: onAxes(options({ keepDims, correction: fc.constantFrom(0, 1, -1, 100, 0.5) })),
  nanQuantile: onShape((shape) => [
    mostly(fc.constantFrom(0, 0.5, 1, 0.3, 0.75), fc.constantFrom<unknown>(-1, 2, Number.NaN)),
    axesOf(shape),
    withKeepDims,
  ]),
  nanCumSum: totals,
  nanCumProd: totals,
};

const nanCalls: readonly EdgeCall[] = Object.keys(nanReductions).map((name) =>
  (exactNanReductions.has(name) ? exact : graph)(name, nanOptions[name] ?? onAxes(withKeepDims)),
);

const sizes = fc.array(fc.constantFrom(1, 2, 3, 2, 1, 0, -1), { maxLength: 4 });
const window = fc.constantFrom<unknown>(1, 2, 3, 2, [2, 1], [2, 2], 0, [1], [1, 1, 2], -1);
/** One number for all axes, or one for each. */
const perAxis = (count: number) =>
  mostly(
    fc.oneof(
      fc.constantFrom(1, 2),
      fc.array(fc.constantFrom(1, 2, 3), { minLength: count, maxLength: count }),
    ),
    fc.constantFrom<unknown>(0, [], [1], -1, 1.5, 100),
  );
const padding = (count: number) =>
  mostly(
    fc.oneof(
      fc.constantFrom<unknown>("same", "valid", 0, 1),
      fc.array(fc.constantFrom<unknown>(0, 1, [1, 0]), { minLength: count, maxLength: count }),
    ),
    fc.constantFrom<unknown>("full", 2, [[0]], -1),
  );
const windows = (count: number) => ({
  stride: perAxis(count),
  padding: padding(count),
  dilation: mostly(fc.constant(1), perAxis(count)),
});

/** Axes of a window: an input and a kernel that mostly go together, and options. */
function convolution(count: number, isTransposed: boolean): Arguments {
  const along = fc.array(fc.constantFrom(3, 2, 4, 3, 1, 2, 3, 0), {
    minLength: count,
    maxLength: count,
  });
  const inside = fc.array(fc.constantFrom(1, 2, 1, 2, 1, 2, 3, 0), {
    minLength: count,
    maxLength: count,
  });
  const channels = fc.constantFrom(2, 1, 2, 4, 2, 0);
  return fc
    .tuple(
      fc.constantFrom(1, 2, 2, 1, 0),
      channels,
      channels,
      along,
      inside,
      fc.constantFrom(1, 1, 2),
    )
    .chain(([n, c, m, size, kernel, groups]) => {
      const own = isTransposed ? [c, m] : [m, Math.floor(c / groups)];
      const small = { dtype: anyDType, isPlain: true };
      return list(
        edgeTensors({ ...small, shape: fc.constant([n, c, ...size]) }),
        edgeTensors({ ...small, shape: fc.constant([...own, ...kernel]) }),
        options({
          ...windows(count),
          groups: fc.constant(groups),
          ...(isTransposed
            ? { outputPadding: mostly(fc.constantFrom(0, 1), fc.constantFrom<unknown>(2, [1], -1)) }
            : {}),
        }),
      );
    });
}

const images = edgeTensors({
  shape: fc.tuple(
    ...[1, 2, 4, 3].map((size) => fc.constantFrom(size, size, 1, size, size, size, 0)),
  ),
});

const matrices = (dtype = anyDType) => edgeTensors({ shape: squares, isPlain: true, dtype });
const matrixLike = edgeTensors({
  shape: fc.constantFrom([2, 3], [3, 3], [2, 1, 2], [1, 1], [0, 2], [3, 2], [4]),
});
const range = fc.constantFrom<number | undefined>(undefined, 0, 1, 2, -1, -5, 9, 2 ** 40);

/** An axis of a tensor, and positions along it. */
const places = onAxis(indicesOf(fc.constantFrom([2], [], [0], [1, 2])));

const arrangements: readonly EdgeCall[] = [
  exact("cast", list(x, anyDType)),
  exact("stopGradient", list(x)),
  exact("reshape", list(x, fc.oneof(sizes, fc.constant([-1])))),
  exact("flatten", list(x, fc.option(axis, { nil: undefined }))),
  exact("transpose", list(x)),
  exact(
    "permute",
    onShape((shape) => [
      mostly(
        fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
        fc.constantFrom([0], [1, 0], [-1, 0], [], [0, 0]),
      ),
    ]),
  ),
  exact("expandDims", onAxis()),
  exact(
    "squeeze",
    onShape((shape) => [
      fc.oneof(
        fc.constant(undefined),
        fc.subarray([...shape.keys()].filter((i) => shape[i] === 1)),
        axes,
      ),
    ]),
  ),
  exact(
    "broadcastTo",
    onShape((shape) => [
      mostly(
        fc.constantFrom(
          [2, ...shape],
          shape.map((size) => (size === 1 ? 3 : size)),
          [...shape],
        ),
        sizes,
      ),
    ]),
  ),
  exact("slice", onAxis(range, range, fc.constantFrom(undefined, 1, 2, -1, -3, 0, 2 ** 52))),
  exact("at", list(x, axis)),
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
  exact("flip", onAxes()),
  exact(
    "roll",
    onShape((shape) => [whole, fc.option(axisOf(shape), { nil: undefined })]),
  ),
  exact("tile", list(x, fc.constantFrom<unknown>(2, 1, 0, [2, 1], [1, 0, 2], [], -1))),
  exact(
    "repeat",
    onShape((shape) => [
      fc.constantFrom(2, 1, 0, 3, 2, 1, -1),
      fc.option(axisOf(shape), { nil: undefined }),
    ]),
  ),
  exact(
    "split",
    list(
      edgeTensors({ shape: fc.constantFrom([4], [3, 2], [2, 1], [0, 2]) }),
      fc.constantFrom<unknown>(2, 1, 3, [1, 1], [0, 2], [3, 1], [2, 0, 1], 0),
      fc.constantFrom(0, 0, 1, -1),
    ),
  ),
  exact(
    "concat",
    edgeShapes.chain((shape) =>
      list(
        fc.array(edgeTensors({ shape: fc.constant(shape) }), { minLength: 1, maxLength: 3 }),
        axisOf(shape),
      ),
    ),
  ),
  exact(
    "stack",
    fc
      .constantFrom<readonly number[]>([2], [], [1, 2])
      .chain((shape) =>
        list(fc.array(edgeTensors({ shape: fc.constant(shape) }), { maxLength: 3 }), axisOf(shape)),
      ),
  ),
  exact("tril", list(matrixLike, whole)),
  exact("triu", list(matrixLike, whole)),
  exact(
    "diagonal",
    list(matrixLike, whole, fc.constantFrom(undefined, [0, 1], [-1, 0], [1, 2], [0, 0])),
  ),
  exact(
    "diag",
    list(edgeTensors({ shape: fc.constantFrom([3], [2, 3], [0], [1], [], [2, 1, 2]) }), whole),
  ),
  exact("trace", list(matrixLike, whole, fc.constantFrom(undefined, [0, 1], [-1, 0]))),
];

const scatters: Arguments = fc
  .constantFrom<readonly number[]>([2, 3], [3], [2, 0])
  .chain((shape) =>
    list(
      edgeTensors({ shape: fc.constant(shape) }),
      fc.constantFrom(0, 0, -1),
      indicesOf(fc.constant([2])),
      edgeTensors({ shape: fc.constant([2, ...shape.slice(1)]) }),
    ),
  );
const includeSelf = options({ includeSelf: fc.boolean() });
const wholeDType = mostly(fc.constantFrom("int32", "uint8", "bool"), anyDType) as typeof anyDType;
const bits = pairs({ dtype: wholeDType });

const indexing: readonly EdgeCall[] = [
  exact("gather", places),
  exact(
    "takeAlongAxis",
    onShape((shape) => [
      indicesOf(mostly(fc.constant(shape), edgeShapes) as fc.Arbitrary<readonly number[]>),
      axisOf(shape),
    ]),
  ),
  exact("scatterAdd", scatters),
  exact("scatterSet", scatters),
  ...["scatterMax", "scatterMin"].map((name) =>
    exact(
      name,
      scatters.chain((given) => list(...given.map((one) => fc.constant(one)), includeSelf)),
    ),
  ),
  graph(
    "scatterMean",
    scatters.chain((given) => list(...given.map((one) => fc.constant(one)), includeSelf)),
  ),
  exact(
    "gatherNd",
    onShape(() => [indicesOf(fc.constantFrom([2, 1], [2], [1, 2, 2], [0, 1], [3, 3], []))]),
  ),
  exact(
    "putAlongAxis",
    onShape((shape) => [
      indicesOf(
        fc.constantFrom(
          shape,
          [...shape.slice(0, -1), 2],
          shape.map(() => 1),
          [2],
        ),
      ),
      edgeTensors({ shape: fc.constantFrom([], [1], shape) }),
      fc.constantFrom(undefined, -1, 0, 1),
    ]),
  ),
  exact("sort", onAxis(options({ descending: fc.boolean() }))),
  graph(
    "quantile",
    onShape((shape) => [
      mostly(fc.constantFrom(0, 0.5, 1, 0.3, 0.75), fc.constantFrom<unknown>(-1, 2, Number.NaN)),
      axesOf(shape),
      withKeepDims,
    ]),
  ),
  graph("median", onAxes(withKeepDims)),
  exact(
    "searchSorted",
    list(
      mostly(
        edgeTensors({ shape: fc.constantFrom([3], [0], [1], [4]) }).map((one) => one.sort()),
        x,
      ),
      x,
      options({ right: fc.boolean() }),
    ),
  ),
  exact(
    "binCount",
    onShape(
      () => [fc.constantFrom<unknown>(256, 5, 0, -1)],
      edgeTensors({
        isPlain: true,
        dtype: mostly(fc.constantFrom("uint8", "int32"), anyDType) as typeof anyDType,
      }),
    ),
  ),
  graph(
    "histogram",
    list(
      x,
      fc.constantFrom<unknown>(1, 3, 10, 0, 1.5),
      options({ range: fc.constantFrom<unknown>(undefined, [0, 1], [-2, 3.5], [1, 0], [1]) }),
    ),
  ),
  exact("diff", onAxis(options({ times: fc.constantFrom(1, 0, 2, 9) }))),
  graph("kron", products),
  graph("cross", pairs().map((given) => [...given, -1]) as Arguments),
  exact(
    "meshgrid",
    list(
      fc.array(
        edgeTensors({
          shape: mostly(fc.constantFrom([2], [0], [1]), fc.constant([])) as fc.Arbitrary<
            readonly number[]
          >,
        }),
        { maxLength: 3 },
      ),
      options({ indexing: fc.constantFrom<unknown>("xy", "ij", "yx") }),
    ),
  ),
  exact(
    "nanToNum",
    list(
      x,
      options({ nan: fc.constantFrom(0, 3), positiveInfinity: fc.constantFrom(undefined, 9) }),
    ),
  ),
  graph("isClose", pairs({ isPlain: true })),
  graph("allClose", pairs({ isPlain: true })),
  exact("argSort", onAxis(options({ descending: fc.boolean() }))),
  exact(
    "topK",
    onShape((shape) => [
      fc.constantFrom(1, 1, 2, 0, -1),
      axisOf(shape),
      options({ largest: fc.boolean() }),
    ]),
  ),
  exact(
    "oneHot",
    list(indicesOf(edgeShapes), fc.constantFrom(6, 7, 6, 2, 1, 0), options({ dtype: anyDType })),
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
      .tuple(products, fc.constantFrom<unknown>(1, 1, 0, 2, undefined, [1, 0], [[1], [0]], [0, 0]))
      .map(([two, along]) => [...two, along]),
  ),
  graph(
    "einsum",
    fc
      .oneof(
        fc.tuple(
          products,
          fc.constantFrom(
            "ij,jk->ik",
            "i,i->",
            "ij,ij->i",
            "...,...",
            "ij,jk",
            "ij,kj->k",
            "",
            "ii,j",
          ),
        ),
        fc.tuple(
          both([
            [
              [2, 3],
              [3, 2],
            ],
            [
              [0, 3],
              [3, 2],
            ],
          ]),
          fc.constantFrom("ij,jk->ik", "ij,jk", "ij,jk->k", "ij,jk->", "ij,...->i..."),
        ),
      )
      .map(([two, text]) => [text, ...two]),
  ),
  ...[1, 2, 3].flatMap((count) => [
    graph(`conv${count}d`, convolution(count, false)),
    graph(`convTranspose${count}d`, convolution(count, true)),
  ]),
  exact("maxPool", list(images, window, options(windows(2)))),
  graph(
    "averagePool",
    list(images, window, options({ ...windows(2), countIncludePad: fc.boolean() })),
  ),
  graph("cumSum", totals),
  graph("cumProd", totals),
  exact("cumMax", running),
  exact("cumMin", running),
  graph("logCumSumExp", running),
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
  graph(
    "matrixNorm",
    list(
      plain,
      fc.constantFrom<unknown>("fro", "nuc", 1, 2, -1, -2, Infinity, -Infinity, 3, undefined),
      withKeepDims,
    ),
  ),
  graph("inner", products),
  graph(
    "vecdot",
    pairs().chain((two) => list(...two.map((one) => fc.constant(one)), axis)),
  ),
  graph(
    "cdist",
    both([
      [
        [2, 3],
        [4, 3],
      ],
      [
        [2, 1, 2],
        [3, 2],
      ],
      [
        [0, 2],
        [1, 2],
      ],
      [
        [2, 0],
        [1, 0],
      ],
      [
        [2, 2],
        [2, 3],
      ],
      [[2], [2]],
    ]).chain((two) =>
      list(
        ...two.map((one) => fc.constant(one)),
        options({ p: fc.constantFrom(1, 2, 3, Infinity, 0, Number.NaN) }),
      ),
    ),
  ),
  graph("lu", list(plain)),
  graph("pinv", list(plain, tolerances)),
  graph("matrixRank", list(plain, tolerances)),
  graph(
    "lstsq",
    fc.tuple(leastSquares, tolerances).map(([two, given]) => [...two, given]),
  ),
  graph("matrixPower", list(matrices(), fc.constantFrom<unknown>(0, 1, 2, 3, -1, -2, 0.5))),
  graph("expm", list(matrices())),
  graph("svd", list(plain, options({ fullMatrices: fc.boolean() }))),
];

const points = fc
  .constantFrom<readonly number[]>([3], [1], [0], [2], [])
  .chain((shape) =>
    list(x, edgeTensors({ shape: fc.constant(shape) }), edgeTensors({ shape: fc.constant(shape) })),
  );

const compositions: readonly EdgeCall[] = [
  ...["exp2", "log10", "deg2rad", "rad2deg"].map((name) => graph(name, list(fc.oneof(x, number)))),
  exact("isInf", list(fc.oneof(x, number))),
  ...["logicalXor", "copySign", "heaviside", "fmax", "fmin"].map((name) => exact(name, pairs())),
  graph("xlogy", pairs()),
  graph(
    "lerp",
    pairs({ isPlain: true }).map(([a, b]) => [a, b, a]),
  ),
  exact("isIn", list(x, x)),
  graph(
    "average",
    onShape((shape) => [
      edgeTensors({ shape: fc.constantFrom(shape, shape.slice(-1)), isPlain: true }),
      axesOf(shape),
      withKeepDims,
    ]),
  ),
  graph("peakToPeak", onAxes(withKeepDims)),
  exact("countNonzero", onAxes(withKeepDims)),
  graph("cov", list(plain, options({ correction: fc.constantFrom(0, 1, 9, Number.NaN) }))),
  graph("corrCoef", list(plain)),
  graph(
    "trapezoid",
    onShape((shape) => [
      options({
        axis: axisOf(shape),
        dx: number,
        x: edgeTensors({ shape: fc.constantFrom(shape, shape.slice(-1)) }),
      }),
    ]),
  ),
  graph("interp", points),
  graph("polyval", list(edgeTensors({ shape: fc.constantFrom([3], [0], [1], []) }), plain)),
  graph(
    "vander",
    list(
      edgeTensors({ shape: fc.constantFrom([3], [0], [1], []), isPlain: true }),
      fc.constantFrom(undefined, 0, 3, -1),
      options({ increasing: fc.boolean() }),
    ),
  ),
  exact(
    "moveAxis",
    onShape((shape) => [axisOf(shape), axisOf(shape)]),
  ),
  exact(
    "moveAxis",
    onShape(() => [fc.constantFrom([0, 1], [0]), fc.constantFrom([1, 0], [-1])]),
  ),
  exact(
    "swapAxes",
    onShape((shape) => [axisOf(shape), axisOf(shape)]),
  ),
  exact(
    "rot90",
    onShape(() => [whole, fc.constantFrom(undefined, [0, 1], [-1, 0], [0, 0], [1, 2])]),
  ),
  exact("unstack", onAxis()),
  exact("blockDiag", list(fc.array(matrixLike, { maxLength: 3 }))),
];

export const operationCalls: readonly EdgeCall[] = [
  ...[arithmetic, exponentials, trigonometry, special, activations, comparison].flatMap((face) =>
    ofElements(face, exactElements).filter(({ name }) => name !== "where" && name !== "clip"),
  ),
  ...reductionCalls,
  ...statisticCalls,
  ...nanCalls,
  ...compositions,
  ...["bitwiseAnd", "bitwiseOr", "bitwiseXor", "leftShift", "rightShift"].map((name) =>
    exact(name, bits),
  ),
  exact("bitwiseNot", list(edgeTensors({ dtype: wholeDType }))),
  ...arrangements,
  ...indexing,
  ...linear,
];
