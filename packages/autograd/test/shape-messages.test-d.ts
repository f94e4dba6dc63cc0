import type * as nabla from "@nabla/autograd";
import type { Tensor } from "@nabla/autograd";
import { describe, expectTypeOf, test } from "vitest";
import type * as T from "../src/tensor/shapes.ts";
import {
  type AxisMisfit,
  type axisOperations,
  type BinaryMisfit,
  type binaryOperations,
  type Messages,
  messages,
} from "./shape-messages.ts";

/** The type that a check's parameter would have if it fitted. */
type Fits = "fits";

type InTypes = {
  "sizes, negative": T.SizesCheck<"zeros", [2, -3], Fits>;
  "sizes, fraction": T.SizesCheck<"zeros", [1.5, 3], Fits>;
  "same shape": T.SameShapeCheck<"quadraticCost", [32, 10], [32, 1], Fits>;
  "same shape, ranks": T.SameShapeCheck<"quadraticCost", [32, 1], [32], Fits>;

  broadcast: T.BroadcastCheck<"add", [32, 10], [128], Fits>;
  "broadcast, rightmost": T.BroadcastCheck<"add", [2, 3, 4], [5, 4, 4], Fits>;
  "broadcast, empty": T.BroadcastCheck<"add", [2, 0], [2, 3], Fits>;
  "broadcast three": T.BroadcastCheck<
    "where",
    [2, 1],
    [4],
    T.BroadcastCheck<"where", [3], [4], Fits>
  >;
  "broadcast to": T.BroadcastToCheck<[3], [4], Fits>;
  "broadcast to fewer axes": T.BroadcastToCheck<[1, 3], [3], Fits>;

  "matmul, inner": T.MatmulCheck<[100, 784], [128, 10], Fits>;
  "matmul, vectors": T.MatmulCheck<[3], [4], Fits>;
  "matmul, vector right": T.MatmulCheck<[2, 3], [2], Fits>;
  "matmul, batch": T.MatmulCheck<[2, 3, 4], [5, 4, 6], Fits>;
  "matmul, scalar left": T.MatmulCheck<[], [3], Fits>;
  "matmul, scalar right": T.MatmulCheck<[2, 3], [], Fits>;

  dot: T.DotCheck<[2, 3], [2], Fits>;
  tensordot: T.TensordotCheck<[2, 3], [2, 3], 1, Fits>;
  "tensordot, axes": T.TensordotCheck<[2, 3], [3, 4], [[0], [0]], Fits>;
  "tensordot, count": T.TensordotCheck<[2, 3], [4], 2, Fits>;
  "tensordot, range": T.TensordotCheck<[2, 3], [3, 4], [1, 2], Fits>;
  "einsum, sizes": T.EinsumCheck<"ij,jk", [[2, 3], [4, 5]], Fits>;
  "einsum, third": T.EinsumCheck<"ij,j,ji", [[2, 3], [1], [3, 6]], Fits>;
  "einsum, diagonal": T.EinsumCheck<"ii->i", [[2, 3]], Fits>;
  "einsum, dots": T.EinsumCheck<"...j,...j->...", [[2, 3], [5, 3]], Fits>;
  "einsum, rank": T.EinsumCheck<"ijk->", [[2, 3]], Fits>;
  "einsum, rank and dots": T.EinsumCheck<"i...jk", [[2, 3]], Fits>;
  "einsum, tensors": T.EinsumCheck<"ij,jk->ik", [[2, 3]], Fits>;
  "einsum, letters": T.EinsumCheck<"ij;jk->ik", [[2, 3], [3, 4]], Fits>;
  "einsum, two arrows": T.EinsumCheck<"ij->jk->k", [[2, 3]], Fits>;
  "einsum, output": T.EinsumCheck<"ij->ik", [[2, 3]], Fits>;
  "einsum, output twice": T.EinsumCheck<"ij->ii", [[2, 3]], Fits>;
  "einsum, output without dots": T.EinsumCheck<"...i->i", [[2, 3]], Fits>;

  square: T.SquareCheck<"inverse", [4, 2, 3], Fits>;
  "square, vector": T.SquareCheck<"cholesky", [3], Fits>;
  "qr, vector": T.MatrixCheck<"qr", [3], Fits>;
  "svd, scalar": T.MatrixCheck<"svd", [], Fits>;
  eigh: T.SquareCheck<"eigh", [2, 3], Fits>;
  "solve, sizes": T.SolveCheck<"solve", [3, 3], [2, 4], Fits>;
  "solve, batch": T.SolveCheck<"triangularSolve", [2, 3, 3], [5, 3, 1], Fits>;

  axis: T.AxesCheck<"sum", [100, 784], -3, Fits>;
  "axis, scalar": T.AxesCheck<"sum", [], 0, Fits>;
  "axis, in a list": T.AxesCheck<"sum", [100, 784], [0, 2], Fits>;
  "axis, repeated": T.AxesCheck<"sum", [100, 784], [1, -1], Fits>;
  "axis, empty": T.NonEmptyAxesCheck<"max", [2, 0], -1, Fits>;
  "axis, all and empty": T.NonEmptyAxesCheck<"max", [0, 3], undefined, Fits>;
  transpose: T.TransposeCheck<[3], Fits>;
  "permute, range": T.PermuteCheck<[2, 3], [0, 2], Fits>;
  "permute, repeated": T.PermuteCheck<[2, 3], [1, -1], Fits>;
  "permute, missing": T.PermuteCheck<[2, 3, 4], [1, 0], Fits>;
  expandDims: T.InsertAtCheck<"expandDims", [2, 3], 3, Fits>;
  squeeze: T.SqueezeCheck<[2, 3], 1, Fits>;
  "squeeze, empty": T.SqueezeCheck<[0, 3], 0, Fits>;
  "squeeze, in a list": T.SqueezeCheck<[1, 2, 1], [0, -2], Fits>;
  "squeeze, range": T.SqueezeCheck<[2, 1], 2, Fits>;

  reshape: T.ReshapeCheck<"reshape", [100, 28, 28], [100, 783], Fits>;
  "reshape, to a scalar": T.ReshapeCheck<"reshape", [2], [], Fits>;
  "reshape, open": T.ReshapeCheck<"reshape", [2, 6], [5, -1], Fits>;
  "reshape, two open": T.ReshapeCheck<"reshape", [2, 6], [-1, -1], Fits>;
  "reshape, any": T.ReshapeCheck<"reshape", [2, 0], [0, -1], Fits>;
  "reshape, negative": T.ReshapeCheck<"reshape", [2, 6], [-2, 6], Fits>;
  "reshape, fraction": T.ReshapeCheck<"reshape", [2], [2, 1.5], Fits>;
  flatten: T.FlattenCheck<[2, 3], 2, Fits>;
  "flatten, scalar": T.FlattenCheck<[], 1, Fits>;

  "concat, sizes": T.ConcatCheck<[[2, 3], [2, 4]], 0>;
  "concat, third": T.ConcatCheck<[[2, 3], [5, 3], [4, 2]], -2>;
  "concat, ranks": T.ConcatCheck<[[2, 3], [2]], 0>;
  "concat, axis": T.ConcatCheck<[[2, 3], [2, 3]], 2>;
  "concat, none": T.ConcatCheck<[], 0>;
  "stack, shapes": T.StackCheck<[[2, 3], [2, 4]], 0>;
  "stack, axis": T.StackCheck<[[2, 3], [2, 3]], 3>;
  "stack, none": T.StackCheck<[], 0>;
  "split, equal": T.SplitCheck<[5, 2], 2, 0, Fits>;
  "split, sizes": T.SplitCheck<[5, 4], [2, 1], -1, Fits>;
  "split, none": T.SplitCheck<[5, 4], 0, 0, Fits>;

  gather: T.AxesCheck<"gather", [2, 3], 2, Fits>;
  slice: T.AxesCheck<"slice", [2, 3], 2, Fits>;
  at: T.AtCheck<[3, 4], 3, Fits>;
  "at, negative": T.AtCheck<[3, 4], -4, Fits>;
  "at, scalar": T.AtCheck<[], 0, Fits>;
  "takeAlongAxis, axis": T.TakeAlongCheck<[2, 3], [2, 1], 2, Fits>;
  "takeAlongAxis, ranks": T.TakeAlongCheck<[2, 3], [3], -1, Fits>;
  takeAlongAxis: T.TakeAlongCheck<[2, 3], [4, 1], -1, Fits>;
  topK: T.TopKCheck<[2, 3], 5, -1, Fits>;
  "topK, negative": T.TopKCheck<[2, 3], -1, 0, Fits>;
  "slice, ranges": T.SliceCheck<[2, 3], [[1], [1], [1]], Fits>;
  "slice, step": T.StepCheck<1, 0>;
  "transpose, order": T.PermuteCheck<[2, 3, 4], [1, 0], Fits, "transpose">;
  "tile, times": T.TimesCheck<"tile", [2, -1], Fits>;
  "repeat, times": T.TimesCheck<"repeat", 1.5, Fits>;
  "repeat, axis": T.AxesCheck<"repeat", [2, 3], 2, Fits>;
  tril: T.MatrixCheck<"tril", [3], Fits>;
  triu: T.MatrixCheck<"triu", [], Fits>;
  diagonal: T.MatrixCheck<"diagonal", [3], Fits>;
  "diagonal, axis": T.AxesCheck<"diagonal", [2, 3], [0, 2], Fits>;
  "diagonal, twice": T.AxesCheck<"diagonal", [2, 3], [1, -1], Fits>;
  trace: T.MatrixCheck<"trace", [3], Fits>;
  diag: T.DiagCheck<[2, 3, 4], Fits>;
  pad: T.PadCheck<[2, 3], [[1, 1]], Fits>;

  "conv, rank": T.WindowedCheck<"conv2d", [2, 3], 2, Fits>;
  "conv, kernel": T.KernelCheck<"conv1d", [1, 3, 9], [2, 3], 1, 1, "valid", 1, 1, Fits>;
  "conv, channels": T.KernelCheck<"conv2d", [1, 3, 8, 8], [4, 2, 3, 3], 2, 1, "valid", 1, 1, Fits>;
  "conv, groups": T.KernelCheck<"conv1d", [1, 3, 8], [4, 2, 3], 1, 1, "valid", 1, 2, Fits>;
  "conv, divisible": T.KernelCheck<"conv1d", [1, 4, 8], [3, 2, 3], 1, 1, "valid", 1, 2, Fits>;
  "conv, window": T.KernelCheck<
    "conv2d",
    [1, 1, 6, 6],
    [1, 1, 5, 2],
    2,
    1,
    [1, [0, 1]],
    [2, 1],
    1,
    Fits
  >;
  "convTranspose, channels": T.TransposedKernelCheck<
    "convTranspose1d",
    [1, 3, 8],
    [4, 2, 3],
    1,
    1,
    Fits
  >;
  "pool, axes": T.PoolCheck<"maxPool", [1, 1, 4], [2, 2], [2, 2], "valid", 1, Fits>;
  "pool, no axes": T.PoolCheck<"averagePool", [4, 4], 2, 2, "valid", 1, Fits>;
  "pool, window": T.PoolCheck<"maxPool", [1, 1, 4, 9], 5, 5, "valid", 1, Fits>;

  ragged: T.NestedCheck<[[1, 2], [3]], Fits>;
  "ragged, deep": T.NestedCheck<[[1, 2], [3, 4, [5, 6]]], Fits>;
  "tensor of a shape": T.ReshapeCheck<"tensor", T.NestedShape<[1, 2, 3, 4]>, [2, 3], Fits>;
};

test("the compiler says what is thrown, word for word", () => {
  // Assigned both ways rather than by toEqualTypeOf: the error then names the text that differs.
  const inTypes: InTypes = messages;
  expectTypeOf(inTypes).toExtend<Messages>();
  const given: Messages = inTypes;
  expectTypeOf(given).toExtend<InTypes>();
});

describe("the message begins with the name that is called", () => {
  type Two = Tensor<[2]>;
  type Three = Tensor<[3]>;
  const two = {} as Two;
  type First<F> = F extends (a: infer A) => unknown ? Exclude<A, undefined> : never;
  type Second<F> = F extends (a: never, b: infer B) => unknown ? Exclude<B, undefined> : never;
  type Binary = { [Name in (typeof binaryOperations)[number]]: BinaryMisfit<Name> };
  type AlongAxis = { [Name in (typeof axisOperations)[number]]: AxisMisfit<Name> };

  test("of the function", () => {
    type BinaryFunctions = {
      add: Second<typeof nabla.add<Two, Three>>;
      sub: Second<typeof nabla.sub<Two, Three>>;
      mul: Second<typeof nabla.mul<Two, Three>>;
      div: Second<typeof nabla.div<Two, Three>>;
      mod: Second<typeof nabla.mod<Two, Three>>;
      pow: Second<typeof nabla.pow<Two, Three>>;
      maximum: Second<typeof nabla.maximum<Two, Three>>;
      minimum: Second<typeof nabla.minimum<Two, Three>>;
      equal: Second<typeof nabla.equal<Two, Three>>;
      notEqual: Second<typeof nabla.notEqual<Two, Three>>;
      less: Second<typeof nabla.less<Two, Three>>;
      lessEqual: Second<typeof nabla.lessEqual<Two, Three>>;
      greater: Second<typeof nabla.greater<Two, Three>>;
      greaterEqual: Second<typeof nabla.greaterEqual<Two, Three>>;
      logicalAnd: Second<typeof nabla.logicalAnd<Two, Three>>;
      logicalOr: Second<typeof nabla.logicalOr<Two, Three>>;
    };
    expectTypeOf<BinaryFunctions>().toEqualTypeOf<Binary>();
    type AxisFunctions = {
      sum: Second<typeof nabla.sum<Two, 1>>;
      mean: Second<typeof nabla.mean<Two, 1>>;
      max: Second<typeof nabla.max<Two, 1>>;
      min: Second<typeof nabla.min<Two, 1>>;
      logSumExp: Second<typeof nabla.logSumExp<Two, 1>>;
      argMax: Second<typeof nabla.argMax<Two, 1>>;
      argMin: Second<typeof nabla.argMin<Two, 1>>;
      softmax: Second<typeof nabla.softmax<Two, 1>>;
      logSoftmax: Second<typeof nabla.logSoftmax<Two, 1>>;
      argSort: Second<typeof nabla.argSort<Two, 1>>;
      sort: Second<typeof nabla.sort<Two, 1>>;
      cumSum: Second<typeof nabla.cumSum<Two, 1>>;
      cumProd: Second<typeof nabla.cumProd<Two, 1>>;
      flip: Second<typeof nabla.flip<Two, 1>>;
    };
    expectTypeOf<AxisFunctions>().toEqualTypeOf<AlongAxis>();
  });

  test("of the method", () => {
    type BinaryMethods = {
      add: First<typeof two.add<Two, Three>>;
      sub: First<typeof two.sub<Two, Three>>;
      mul: First<typeof two.mul<Two, Three>>;
      div: First<typeof two.div<Two, Three>>;
      mod: First<typeof two.mod<Two, Three>>;
      pow: First<typeof two.pow<Two, Three>>;
      maximum: First<typeof two.maximum<Two, Three>>;
      minimum: First<typeof two.minimum<Two, Three>>;
      equal: First<typeof two.equal<Two, Three>>;
      notEqual: First<typeof two.notEqual<Two, Three>>;
      less: First<typeof two.less<Two, Three>>;
      lessEqual: First<typeof two.lessEqual<Two, Three>>;
      greater: First<typeof two.greater<Two, Three>>;
      greaterEqual: First<typeof two.greaterEqual<Two, Three>>;
      logicalAnd: First<typeof two.logicalAnd<Two, Three>>;
      logicalOr: First<typeof two.logicalOr<Two, Three>>;
    };
    expectTypeOf<BinaryMethods>().toEqualTypeOf<Binary>();
    type AxisMethods = {
      sum: First<typeof two.sum<Two, 1>>;
      mean: First<typeof two.mean<Two, 1>>;
      max: First<typeof two.max<Two, 1>>;
      min: First<typeof two.min<Two, 1>>;
      logSumExp: First<typeof two.logSumExp<Two, 1>>;
      argMax: First<typeof two.argMax<Two, 1>>;
      argMin: First<typeof two.argMin<Two, 1>>;
      softmax: First<typeof two.softmax<Two, 1>>;
      logSoftmax: First<typeof two.logSoftmax<Two, 1>>;
      argSort: First<typeof two.argSort<Two, 1>>;
      sort: First<typeof two.sort<Two, 1>>;
      cumSum: First<typeof two.cumSum<Two, 1>>;
      cumProd: First<typeof two.cumProd<Two, 1>>;
      flip: First<typeof two.flip<Two, 1>>;
    };
    expectTypeOf<AxisMethods>().toEqualTypeOf<AlongAxis>();
  });
});
