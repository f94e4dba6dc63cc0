/**
 * Tensors, operations and their derivatives: the public names, grouped by what a user does.
 *
 * @module @nabla/autograd
 */

// Create

export type { DataOf, DType, Numbers as Data } from "./scalar/dtype.ts";
export type { Half } from "./scalar/half.ts";
export type { DTypeOption, LogspaceOptions, OneHotOptions } from "./tensor/creation.ts";
export {
  arange,
  eye,
  full,
  fullLike,
  geomspace,
  linspace,
  logspace,
  oneHot,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "./tensor/creation.ts";
export type { ParameterOptions } from "./tensor/new-parameter.ts";
export { parameter } from "./tensor/new-parameter.ts";
export { Parameter } from "./tensor/parameter.ts";
export type { Random, RandomOptions, RandomState, Seed } from "./tensor/random.ts";
export { manualSeed, random } from "./tensor/random.ts";
export type { ArrayOf, Operand, ShapeOf } from "./tensor/tensor.ts";
export { Tensor } from "./tensor/tensor.ts";

// Compute

export * from "./tensor/activations.ts";
export * from "./tensor/arithmetic.ts";
export * from "./tensor/arrangement.ts";
export * from "./tensor/axis-moves.ts";
export * from "./tensor/bits.ts";
export { fromBits16, toBits16 } from "./tensor/bits16.ts";
export * from "./tensor/comparison.ts";
export * from "./tensor/composed.ts";
export * from "./tensor/composed-elements.ts";
export * from "./tensor/conversion.ts";
export * from "./tensor/convolution.ts";
export * from "./tensor/covariance.ts";
export * from "./tensor/cumulative.ts";
export * from "./tensor/curves.ts";
export * from "./tensor/diagonal.ts";
export * from "./tensor/distances.ts";
export * from "./tensor/exponentials.ts";
export * from "./tensor/factors.ts";
export * from "./tensor/indexing.ts";
export * from "./tensor/joining.ts";
export * from "./tensor/linear-algebra.ts";
export * from "./tensor/matrix-functions.ts";
export * from "./tensor/nan-reductions.ts";
export * from "./tensor/order.ts";
export * from "./tensor/pooling.ts";
export * from "./tensor/products.ts";
export * from "./tensor/reading.ts";
export * from "./tensor/reduce.ts";
export * from "./tensor/scatter.ts";
export * from "./tensor/special.ts";
export * from "./tensor/statistics.ts";
export * from "./tensor/trigonometry.ts";

// Differentiate, and other functions of functions

export type { AssociativeScanOptions } from "./tensor/associative-scan.ts";
export { associativeScan } from "./tensor/associative-scan.ts";
export type { AxesOf } from "./tensor/axes.ts";
export { closureConvert } from "./tensor/closure.ts";
export { cond } from "./tensor/cond.ts";
export type { GradientRuleOf } from "./tensor/custom.ts";
export { checkpoint, customGradient } from "./tensor/custom.ts";
export type { ArgumentOptions, GradientOptions, GradientsOf } from "./tensor/differentiate.ts";
export { backward, grad, gradients, takeGradients, valueAndGrad } from "./tensor/differentiate.ts";
export type { JacobianOf } from "./tensor/jacobian.ts";
export { hessian, jacobian } from "./tensor/jacobian.ts";
export { hessianVectorProduct, jvp, vjp } from "./tensor/linearize.ts";
export type { ElementOf, LoopOptions } from "./tensor/scan.ts";
export { scan } from "./tensor/scan.ts";
export { substitute } from "./tensor/substitute.ts";
export type { Tree, TreeLike } from "./tensor/tree.ts";
export type { BatchOf, VmapOptions } from "./tensor/vmap.ts";
export { vmap } from "./tensor/vmap.ts";
export type { LoopBound, WhileOptions } from "./tensor/while-loop.ts";
export { forLoop, whileLoop } from "./tensor/while-loop.ts";

// Run

export type { BackendName } from "./engine/backends.ts";
export type { BucketOptions } from "./tensor/buckets.ts";
export type { CompiledFunction, CompileOptions } from "./tensor/compile.ts";
export { compile } from "./tensor/compile.ts";
export { ensure } from "./tensor/ensure.ts";
export type { MemoryUse } from "./tensor/execution.ts";
export {
  backend,
  guard,
  keep,
  memory,
  mustAwait,
  realize,
  realizeAsync,
  setBackend,
  threads,
} from "./tensor/execution.ts";
export { external } from "./tensor/external.ts";

// Look

export type { GraphData, GraphNode, LoopData } from "./graph/json.ts";
export type { GradientOrigin, LoopStep, ValueRange } from "./tensor/find-nan.ts";
export { findNaN, NaNReport } from "./tensor/find-nan.ts";
export { explainPlan, print, toDot, toJSON } from "./tensor/inspect.ts";

// Errors

export { DTypeError, GradientError, NablaError, ShapeError, TracingError } from "./graph/errors.ts";

// Shapes as text and as types, for functions and layers of one's own

export { printable } from "./graph/printable.ts";
export type { PadMode } from "./graph/shape.ts";
export { checkSameShape, formatShape } from "./graph/shape.ts";
export type * from "./tensor/shapes.ts";
