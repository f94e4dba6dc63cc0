// The public names of @nabla/autograd, grouped by what a user does.

export type { BackendName } from "./engine/backend.ts";
// Errors
export { DTypeError, GradientError, NablaError, ShapeError } from "./graph/errors.ts";
export type { GraphData, GraphNode } from "./graph/json.ts";
export type { PadMode } from "./graph/shape.ts";
export { checkSameShape, formatShape } from "./graph/shape.ts";
export type { Data, DType } from "./scalar/dtype.ts";
// Compute
export * from "./tensor/activations.ts";
export * from "./tensor/arithmetic.ts";
export * from "./tensor/arrangement.ts";
export * from "./tensor/comparison.ts";
// Run
export { compile } from "./tensor/compile.ts";
export * from "./tensor/conversion.ts";
export * from "./tensor/convolution.ts";
export type { DTypeOption, OneHotOptions } from "./tensor/creation.ts";
// Create
export {
  arange,
  eye,
  full,
  linspace,
  oneHot,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "./tensor/creation.ts";
export * from "./tensor/cumulative.ts";
export type { GradientRuleOf } from "./tensor/custom.ts";
export { checkpoint, customGradient } from "./tensor/custom.ts";
export * from "./tensor/diagonal.ts";
export type { ArgumentOptions, GradientOptions, GradientsOf } from "./tensor/differentiate.ts";
// Differentiate
export { backward, grad, gradients, valueAndGrad } from "./tensor/differentiate.ts";
export * from "./tensor/exponentials.ts";
export { external } from "./tensor/external.ts";
export * from "./tensor/factors.ts";
// Look
export type { GradientOrigin, ValueRange } from "./tensor/find-nan.ts";
export { findNaN, NaNReport } from "./tensor/find-nan.ts";
export * from "./tensor/indexing.ts";
export type { JacobianOf } from "./tensor/jacobian.ts";
export { hessian, jacobian } from "./tensor/jacobian.ts";
export * from "./tensor/joining.ts";
export * from "./tensor/linear-algebra.ts";
export { hessianVectorProduct, jvp, vjp } from "./tensor/linearize.ts";
export { explainPlan, print, toDot, toJSON } from "./tensor/look.ts";
export type { ParameterOptions } from "./tensor/parameter.ts";
export { Parameter, parameter } from "./tensor/parameter.ts";
export * from "./tensor/pooling.ts";
export * from "./tensor/products.ts";
export type { Random, RandomOptions, RandomState, Seed } from "./tensor/random.ts";
export { manualSeed, random } from "./tensor/random.ts";
export * from "./tensor/reduce.ts";
export type { MemoryUse } from "./tensor/run.ts";
export { backend, keep, memory, realize, setBackend, threads } from "./tensor/run.ts";
// Shapes as text and as types, for functions and layers of one's own
export type * from "./tensor/shapes.ts";
export * from "./tensor/special.ts";
export * from "./tensor/statistics.ts";
export type { ArrayOf, Operand, ShapeOf } from "./tensor/tensor.ts";
export { Tensor } from "./tensor/tensor.ts";
export type { Tree } from "./tensor/tree.ts";
export * from "./tensor/trigonometry.ts";
export type { AxesOf, BatchOf, VmapOptions } from "./tensor/vmap.ts";
export { vmap } from "./tensor/vmap.ts";
