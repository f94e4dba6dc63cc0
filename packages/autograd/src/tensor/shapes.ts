// The shape algebra: the shape of every operation's result, computed by the compiler. Types only;
// the same rules at run time are in ../graph/shape.ts. Conventions: ./shapes/dimension.ts.
export type {
  Cumulative,
  TakeAlong,
  TakeAlongCheck,
  TopK,
  TopKCheck,
} from "./shapes/along.ts";
export type {
  Axes,
  AxesCheck,
  InsertAt,
  InsertAtCheck,
  NonEmptyAxesCheck,
  Permute,
  PermuteCheck,
  Reduce,
  Squeeze,
  SqueezeCheck,
  Transpose,
  TransposeCheck,
} from "./shapes/axes.ts";
export type { Broadcast, BroadcastCheck, BroadcastToCheck } from "./shapes/broadcast.ts";
export type {
  AxisPair,
  Diag,
  DiagCheck,
  Diagonal,
  MatrixCheck,
  Trace,
} from "./shapes/diagonal.ts";
export type {
  Dimension,
  FormatDimension,
  FormatShape,
  IsAny,
  RankUnknown,
  SameDimension,
  SameShape,
  SameShapeCheck,
  Shape,
  SizesCheck,
} from "./shapes/dimension.ts";
export type { Einsum, EinsumCheck } from "./shapes/einsum.ts";
export type {
  Batch,
  Factor,
  QrMode,
  QrQ,
  QrR,
  SolveCheck,
  Spectrum,
  SquareCheck,
  SvdU,
  SvdVh,
} from "./shapes/factors.ts";
export type {
  Concat,
  ConcatCheck,
  Parts,
  Repeat,
  Split,
  SplitCheck,
  Stack,
  StackCheck,
  Tile,
  TimesCheck,
} from "./shapes/join.ts";
export type { Matmul, MatmulCheck } from "./shapes/matmul.ts";
export type { Nested, NestedCheck, NestedShape } from "./shapes/nested.ts";
export type {
  At,
  AtCheck,
  Gather,
  OneHot,
  Pad,
  PadCheck,
  Padding,
  Range,
  Slice,
  SliceCheck,
  StepCheck,
} from "./shapes/range.ts";
export type { Flatten, FlattenCheck, Product, Reshape, ReshapeCheck } from "./shapes/reshape.ts";
export type { Apply, KeepShape, ShapeFunction } from "./shapes/shape-function.ts";
export type {
  Dot,
  DotCheck,
  Outer,
  PairedAxes,
  Tensordot,
  TensordotCheck,
} from "./shapes/tensordot.ts";
export type {
  Convolution,
  KernelCheck,
  PoolCheck,
  Pooled,
  TransposedConvolution,
  TransposedKernelCheck,
  WindowAxes,
  WindowedCheck,
} from "./shapes/windows.ts";
