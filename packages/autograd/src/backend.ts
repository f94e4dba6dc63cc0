/**
 * The parts of a custom back end: `register` makes it available to `setBackend`. A back end runs
 * graphs; one that runs plans (`PlannedBackend`) supplies a `Device` and shares all else with the
 * others. [devices](../../../docs/devices.md) walks through one. There is no promise of stability
 * before 1.0.
 *
 * @module @nabla/autograd/backend
 */

export type { Backend, BackendMemory, Prepared } from "./engine/backend.ts";
export { register } from "./engine/backends.ts";
export type { Elsewhere, Task } from "./engine/background.ts";
export {
  type Address,
  type Device,
  type DeviceMemory,
  type Failure,
  MemoryError,
  type Outcome,
  type Program,
  type Started,
} from "./engine/device.ts";
export { JavaScriptDevice, javascriptTarget } from "./engine/javascript/device.ts";
export {
  type Fail,
  type KernelFunction,
  kernelToJavaScript,
} from "./engine/javascript/kernel.ts";
export { Blocks } from "./engine/javascript/memory.ts";
export { nanosecondsOf, type Rates } from "./engine/kernel/estimate.ts";
export {
  type Bound,
  type Buffer,
  type Factor,
  type Given,
  givenBuffer,
  givenNumber,
  type Index,
  type Kernel,
  type Multiply,
  type Order,
  type ReduceLoop,
  type ScanLoop,
  type Statement,
  type Term,
  type Total,
  type Value as KernelValue,
  type Variable,
} from "./engine/kernel/language.ts";
export { isDivisible, type SharedLoop, sharedLoop } from "./engine/kernel/parallel.ts";
export { printKernel } from "./engine/kernel/print.ts";
export { isForVectors } from "./engine/kernel/vectors.ts";
export { arenaBytesOf, type Layout } from "./engine/plan/arena.ts";
export type { Step } from "./engine/plan/kernels.ts";
export { type Plan, type Result, type Segment } from "./engine/plan/plan.ts";
export { type MemoryLimits, PlannedBackend } from "./engine/planned/backend.ts";
export type { Caches, KernelLimits, Target } from "./engine/target.ts";
export { wantedThreads } from "./engine/threads.ts";
export type { Check } from "./graph/indices.ts";
export type { Home, Node, Resident, Value } from "./graph/node.ts";
export type { Graph } from "./graph/order.ts";
export type { Data, DType } from "./scalar/dtype.ts";
export type { OperatorName } from "./scalar/operators.ts";
