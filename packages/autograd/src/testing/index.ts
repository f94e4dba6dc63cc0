/**
 * Checks of gradients and values, and fast-check arbitraries of tensors. No test runner is needed:
 * failing checks throw.
 *
 * @module @nabla/autograd/testing
 */
export {
  broadcastablePairs,
  broadcastableTensors,
  type NumberOptions,
  type ShapeOptions,
  shapes,
  type TensorOptions,
  tensors,
} from "./arbitraries.ts";
export { type CheckGradientsOptions, checkGradients } from "./check-gradients.ts";
export { expectClose, type Tolerances } from "./expect-close.ts";
