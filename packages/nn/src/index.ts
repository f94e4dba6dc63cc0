// The public names of @nabla/nn, grouped by what a user does.

export { relu, sigmoid, softmax, tanh } from "@nabla/autograd";
export type { Batch, BatchOptions, Dataset } from "./batches.ts";
export { batches } from "./batches.ts";
// Costs
export { crossEntropy, quadraticCost } from "./costs.ts";
export type { Dense, DenseOptions } from "./dense.ts";
// Layers
export { dense } from "./dense.ts";
export type { FitOptions, Report } from "./fit.ts";
export { fit, measure } from "./fit.ts";
export type { Initializer } from "./initializers.ts";
export { heNormal, heUniform, xavierNormal, xavierUniform } from "./initializers.ts";
export type { Layer, LayerFunction } from "./layer.ts";
export type { Metric } from "./metrics.ts";
export { accuracy } from "./metrics.ts";
export type { Sequential } from "./sequential.ts";
export { sequential } from "./sequential.ts";
export type { Optimizer, SgdOptions } from "./sgd.ts";
// Training
export { sgd } from "./sgd.ts";

// Shapes as types, for layers of one's own
export type { Shaped } from "./shapes.ts";
