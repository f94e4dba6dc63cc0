// Everything that has a gradient, as functions of tensors with what draws their inputs: gradients.test.ts
// checks each against differences, and `pnpm mutate` breaks each rule to see that a check fails.
// Scalar operations come from their definitions, and what no line is about from the catalogue: a new
// operation is checked without a change here.
import * as nabla from "@nabla/autograd";
import {
  type CumulativeOptions,
  concat,
  einsum,
  logSoftmax,
  softmax,
  stack,
  type Tensor,
  tensor,
  where,
} from "@nabla/autograd";
import { broadcastablePairs, shapes, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";
import type { Elementwise } from "../src/graph/node.ts";
import * as elementwise from "../src/ops/elementwise.ts";
import type { Binary, Unary } from "../src/ops/families.ts";
import { linearRecurrence } from "../src/ops/prefix.ts";
import { nodeOf, tensorOf } from "../src/tensor/tensor.ts";
import { catalogue, onFloating, whyNoGradient } from "./catalogue.ts";
import { ofMatrices } from "./differentiable-matrices.ts";

export interface Differentiable {
  readonly name: string;
  readonly f: (...inputs: readonly Tensor[]) => Tensor;
  readonly inputs: fc.Arbitrary<readonly Tensor[]>;
}

const small = shapes({ maxRank: 2, maxSize: 3 });
const dtype = "float64";

/**
 * Numbers from a grid of 1/64, half a step off it where `isOff`: no kink lies at 1/128 and its odd
 * multiples, and two operands of which one is off are never equal.
 */
function drawn(
  shape: fc.Arbitrary<readonly number[]> | readonly number[],
  [min, max]: readonly [number, number] = [-2, 2],
  isOff = true,
): fc.Arbitrary<Tensor> {
  return tensors({ shape, dtype, min, max }).map((x) => (isOff ? x.add(1 / 128).realize() : x));
}

// Scalar operations

/** Where operations are smooth whose definition does not say it. */
const domains: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  div: [
    [-2, 2],
    [0.5, 2],
  ],
  // Between two jumps: 2 and a part.
  mod: [
    [2.6, 2.9],
    [1.05, 1.2],
  ],
};

function isOperation(x: unknown): x is Unary | Binary {
  return typeof x === "function" && "operation" in x;
}

/** All that are differentiable in some input. */
const scalarOperations = Object.entries(elementwise).flatMap(([name, build]) => {
  if (!isOperation(build)) return [];
  const { operation } = build as { operation: Elementwise };
  const isSmooth = operation.gradient.some((rule) => typeof rule !== "string");
  // The gradient of some is not that of their value, on purpose; an operand of another is an order.
  const isApart = ["stopGradient", "geluSlope", "polygamma"].includes(name);
  return isSmooth && !isApart ? [{ name, build, operation }] : [];
});

const scalars: readonly Differentiable[] = scalarOperations.map(({ name, build, operation }) => {
  const [first, second = first] = domains[name] ?? [operation.domain ?? [-2, 2]];
  if (operation.gradient.length === 1 && build.length === 1) {
    const unary = build as Unary;
    return {
      name,
      f: (x) => tensorOf(unary(nodeOf(name, x))),
      inputs: fc.tuple(drawn(small, first)),
    };
  }
  const binary = build;
  return {
    name,
    f: (a, b) => tensorOf(binary(nodeOf(name, a), nodeOf(name, b))),
    inputs: broadcastablePairs({ maxRank: 2, maxSize: 3 }).chain(([a, b]) =>
      fc.tuple(drawn(a, first), drawn(b, second, false)),
    ),
  };
});

// Reductions, movements and products

const one = (shape: readonly number[]): fc.Arbitrary<readonly Tensor[]> => fc.tuple(drawn(shape));

/** Distinct numbers, so that the greatest is greatest by more than a step. */
const distinct = (count: number): fc.Arbitrary<Tensor> =>
  fc
    .shuffledSubarray(
      Array.from({ length: 2 * count }, (_, i) => i / 8 - count / 8),
      { minLength: count, maxLength: count },
    )
    .map((values) => tensor(Float64Array.from(values)));

/** With the axes as a drawn detail: `f(x, k)`. */
function overAxes(
  name: string,
  f: (x: Tensor, axes: number | readonly number[] | undefined, keepDims: boolean) => Tensor,
  input: fc.Arbitrary<Tensor>,
): Differentiable {
  // The choice is an input that nothing is differentiated by: part of the function's name for a run.
  let [axes, keepDims]: [number | readonly number[] | undefined, boolean] = [undefined, false];
  return {
    name,
    f: (x) => f(x, axes, keepDims),
    inputs: fc
      .tuple(input, fc.constantFrom(undefined, 0, -1, [0, 1]), fc.boolean())
      .map(([x, drawnAxes, kept]) => {
        [axes, keepDims] = [drawnAxes, kept];
        return [x];
      }),
  };
}

/** Along a drawn axis, in a drawn way. */
function alongAxis(
  name: string,
  f: (x: Tensor, axis: number | undefined, options: CumulativeOptions) => Tensor,
  input: fc.Arbitrary<Tensor>,
): Differentiable {
  let [axis, options]: [number | undefined, CumulativeOptions] = [undefined, {}];
  return {
    name,
    f: (x) => f(x, axis, options),
    inputs: fc
      .tuple(input, fc.constantFrom(undefined, 0, -1), fc.boolean(), fc.boolean())
      .map(([x, drawnAxis, exclusive, reverse]) => {
        [axis, options] = [drawnAxis, { exclusive, reverse }];
        return [x];
      }),
  };
}

const rowsOfColumns = tensor(
  [
    [1, 0, -1],
    [1, 1, 0],
    [0, -2, 0],
  ],
  { dtype: "int32" },
);
const indices = tensor([1, 0, -1, 1], { dtype: "int32" });

const structured: readonly Differentiable[] = [
  {
    name: "prod of factors that are 0",
    f: (x) =>
      x
        .mul(tensor([1, 0, 1, 0, 1], { dtype }))
        .reshape([5])
        .prod(),
    inputs: one([5]),
  },
  {
    name: "prod of a factor that is 0",
    f: (x) => x.mul(tensor([1, 0, 1], { dtype })).prod(),
    inputs: one([3]),
  },
  overAxes(
    "variance",
    (x, axes, keepDims) => x.variance(axes as never, { keepDims, correction: 1 }),
    drawn([2, 3]),
  ),
  overAxes(
    "norm",
    (x, axes, keepDims) => x.norm(axes as never, { keepDims }),
    drawn([2, 3], [0.5, 2]),
  ),
  overAxes("norm of 3", (x, axes) => x.norm(axes as never, { p: 3 }), drawn([2, 3], [0.1, 2])),
  overAxes("norm of 1", (x, axes) => x.norm(axes as never, { p: 1 }), drawn([2, 3])),
  ...[0, 1, 2].map((order) => ({
    name: `polygamma ${order}`,
    f: (x: Tensor) => tensorOf(elementwise.polygamma(order, nodeOf("polygamma", x))),
    inputs: fc.tuple(drawn([3], [0.5, 4])),
  })),
  { name: "leakyRelu", f: (x) => x.leakyRelu(0.2), inputs: one([2, 3]) },
  { name: "elu", f: (x) => x.elu(1.5), inputs: one([2, 3]) },
  { name: "clip", f: (x) => x.clip(-1, 1), inputs: one([2, 3]) },
  { name: "gelu", f: (x) => x.gelu(), inputs: one([2, 3]) },
  { name: "gelu by tanh", f: (x) => x.gelu("tanh"), inputs: one([2, 3]) },
  { name: "hardSigmoid", f: (x) => x.mul(2).hardSigmoid(), inputs: one([2, 3]) },
  { name: "softmax", f: (x) => softmax(x), inputs: one([2, 3]) },
  { name: "logSoftmax", f: (x) => logSoftmax(x), inputs: one([2, 3]) },
  // Differences have few enough digits here that float32 holds them.
  {
    name: "cast",
    f: (x) => x.cast("float32"),
    inputs: fc.tuple(drawn([3], [-0.9, 0.9])),
  },
  {
    name: "where",
    f: (a, b) => where(tensor([true, false, true]), a, b),
    inputs: fc.tuple(drawn([2, 3]), drawn([3])),
  },
  { name: "reshape", f: (x) => x.reshape([3, 2]), inputs: one([2, 3]) },
  { name: "permute", f: (x) => x.permute([2, 0, 1]), inputs: one([2, 3, 2]) },
  { name: "transpose", f: (x) => x.transpose(), inputs: one([2, 3]) },
  { name: "expandDims", f: (x) => x.expandDims(1), inputs: one([2]) },
  { name: "squeeze", f: (x) => x.squeeze(), inputs: one([2, 1]) },
  { name: "broadcastTo", f: (x) => x.broadcastTo([2, 2, 3]), inputs: one([2, 1]) },
  { name: "slice", f: (x) => x.slice(1, 1, 3), inputs: one([2, 4]) },
  {
    name: "slice, several axes in steps and backwards",
    f: (x) => x.slice([[1], [undefined, undefined, -2]]),
    inputs: one([3, 4]),
  },
  ...(["edge", "reflect", "symmetric", "wrap"] as const).map((mode) => ({
    name: `pad, ${mode}`,
    f: (x: Tensor) =>
      x.pad(
        [
          [1, 0],
          [0, 2],
        ] as never,
        mode,
      ),
    inputs: one([2, 3]),
  })),
  { name: "roll", f: (x) => x.roll([1, -1], [0, 1]), inputs: one([3, 2]) },
  { name: "tile", f: (x) => x.tile([2, 1, 2]), inputs: one([3, 2]) },
  { name: "repeat", f: (x) => x.repeat(2, 0), inputs: one([2, 2]) },
  { name: "tril", f: (x) => x.tril(-1), inputs: one([2, 3, 3]) },
  { name: "triu", f: (x) => x.triu(1), inputs: one([3, 3]) },
  { name: "diagonal", f: (x) => x.diagonal(1, [2, 0] as never), inputs: one([3, 2, 3]) },
  { name: "diag", f: (x) => x.diag(-1), inputs: one([2]) },
  { name: "trace", f: (x) => x.trace(), inputs: one([2, 3]) },
  {
    name: "pad",
    f: (x) =>
      x.pad([
        [1, 2],
        [0, 1],
      ]),
    inputs: one([2, 3]),
  },
  { name: "flip", f: (x) => x.flip(0), inputs: one([3, 2]) },
  {
    name: "concat",
    f: (a, b) => concat([a, b], 1),
    inputs: fc.tuple(drawn([2, 1]), drawn([2, 3])),
  },
  {
    name: "stack",
    f: (a, b) => stack([a, b], 1),
    inputs: fc.tuple(drawn([2, 2]), drawn([2, 2])),
  },
  {
    name: "matmul",
    f: (a, b) => a.matmul(b as never),
    inputs: fc.tuple(drawn([2, 3]), drawn([3, 2])),
  },
  {
    name: "matmul, batches that broadcast",
    f: (a, b) => a.matmul(b as never),
    inputs: fc.tuple(drawn([2, 1, 2, 3]), drawn([2, 3, 1])),
  },
  {
    name: "matmul of vectors",
    f: (a, b) => a.matmul(b as never),
    inputs: fc.tuple(drawn([3]), drawn([3, 2])),
  },
  {
    name: "einsum",
    f: (a, b, c) => einsum("bij,bjk,kl->bil", a, b, c),
    inputs: fc.tuple(drawn([2, 2, 3]), drawn([1, 3, 2]), drawn([2, 2])),
  },
  {
    name: "einsum, a diagonal and dots",
    f: (a, b) => einsum("ii...,...j->j...", a, b),
    inputs: fc.tuple(drawn([2, 2, 3]), drawn([3, 2])),
  },
  {
    name: "tensordot",
    f: (a, b) =>
      a.tensordot(
        b as never,
        [
          [0, 2],
          [1, 0],
        ] as never,
      ),
    inputs: fc.tuple(drawn([2, 2, 3]), drawn([3, 2])),
  },
  {
    name: "dot",
    f: (a, b) => a.dot(b as never),
    inputs: fc.tuple(drawn([2, 3]), drawn([2, 3, 2])),
  },
  { name: "outer", f: (a, b) => a.outer(b), inputs: fc.tuple(drawn([2]), drawn([2, 2])) },
  { name: "gather", f: (x) => x.gather(1, indices as never), inputs: one([2, 3]) },
  {
    name: "scatterAdd",
    f: (x, y) => x.scatterAdd(1, indices, y),
    inputs: fc.tuple(drawn([2, 3]), drawn([2, 4])),
  },
  {
    name: "takeAlongAxis",
    f: (x) => x.takeAlongAxis(rowsOfColumns, 0),
    inputs: one([2, 3]),
  },
  {
    name: "takeAlongAxis, axes that broadcast",
    f: (x) => x.takeAlongAxis(rowsOfColumns, 0),
    inputs: one([2, 1]),
  },
  { name: "sort", f: (x) => x.sort(), inputs: fc.tuple(distinct(5)) },
  {
    name: "topK",
    f: (x) => x.reshape([2, 3]).topK(2, 0, { largest: false }).values,
    inputs: fc.tuple(distinct(6)),
  },
  {
    name: "linearRecurrence",
    f: (a, b) => tensorOf(linearRecurrence(nodeOf("test", a), nodeOf("test", b), 1)),
    inputs: fc.tuple(drawn([2, 4]), drawn([2, 4])),
  },
  alongAxis("cumSum", (x, axis, options) => x.cumSum(axis as never, options), drawn([2, 3])),
  // Whole numbers, of which many are 0.
  alongAxis(
    "cumProd",
    (x, axis, options) => x.cumProd(axis as never, options),
    tensors({ shape: [2, 4], dtype: "int32", min: -1, max: 2 }).map((x) => x.cast(dtype).realize()),
  ),
];

const listed = new Set([...scalars, ...structured, ...ofMatrices].map(({ name }) => name));

/** What the catalogue has and nothing above. */
const unlisted = catalogue.filter(
  ({ name, f, inputs }) => !listed.has(name) && whyNoGradient(inputs, f(...inputs)) === undefined,
);

/** Of which none is 0, and no two are near each other or each other's negative. */
const spreadOut = distinct(6).map((x) =>
  x
    .add(1 / 32)
    .reshape([2, 3])
    .realize(),
);

type Reduction = (x: Tensor, axes: unknown, options: object) => Tensor;

const reductions: readonly Differentiable[] = unlisted.flatMap(({ name, group }) => {
  const f = (nabla as unknown as Readonly<Record<string, Reduction>>)[name]!;
  const reduced = (x: Tensor, axes: unknown, keepDims: boolean) => f(x, axes, { keepDims });
  return group === "Reductions" ? [overAxes(name, reduced, spreadOut)] : [];
});

/** All else, on the catalogue's inputs, and on two that are smaller: always the same, away from kinks. */
const rest: readonly Differentiable[] = unlisted.flatMap((entry) => {
  if (entry.group === "Reductions") return [];
  const { f, inputs } = onFloating(entry);
  const near = fc.constantFrom(1, 0.95, 0.9);
  return [
    { name: entry.name, f, inputs: near.map((scale) => inputs.map((x) => x.mul(scale).realize())) },
  ];
});

/** All of them. */
export const differentiable: readonly Differentiable[] = [
  ...scalars,
  ...structured,
  ...ofMatrices,
  ...reductions,
  ...rest,
];

/** Which of them are linear in all inputs together. */
export const linear: ReadonlySet<string> = new Set([
  ...["sum", "mean", "reshape", "permute", "transpose", "expandDims", "squeeze", "broadcastTo"],
  ...[
    "slice",
    "roll",
    "tile",
    "repeat",
    "tril",
    "triu",
    "diagonal",
    "diag",
    "trace",
    "pad",
    "flip",
    "concat",
    "stack",
    "gather",
    "scatterAdd",
    "takeAlongAxis",
    "cumSum",
    "where",
    "add",
    "sub",
    "neg",
  ],
]);
