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
export { type Approximation } from "./engine/kernel/approximations/approximation.ts";
export { approximationOf } from "./engine/kernel/approximations.ts";
export {
  allParts,
  allStatements,
  type Dependence,
  dependencesOf,
  dependencesOfIndex,
  elementParts,
  operandsFirst,
  operandsOf,
  strideAlong,
  valuesOf,
} from "./engine/kernel/dependence.ts";
export { nanosecondsOf, type Rates } from "./engine/kernel/estimate.ts";
export { expressionValue } from "./engine/kernel/expression.ts";
export { addIndices, constantIndex, divideIndex, term } from "./engine/kernel/index-arithmetic.ts";
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
  type PrefixLoop,
  type ReduceLoop,
  type Statement,
  type Term,
  type Total,
  type Value as KernelValue,
  type Variable,
} from "./engine/kernel/language.ts";
export { isDivisible, partsWorth, type SharedLoop, sharedLoop } from "./engine/kernel/parallel.ts";
export { printKernel } from "./engine/kernel/print.ts";
export {
  type Blocks as SumBlocks,
  blocksOfMultiply,
  blocksOfReduce,
  manyTotals,
} from "./engine/kernel/reduction.ts";
export { Substitution } from "./engine/kernel/substitute.ts";
export { isForVectors } from "./engine/kernel/vectors.ts";
export { arenaBytesOf } from "./engine/plan/arena.ts";
export type { Layout, LoopStep, Plan, Result, Segment, Step } from "./engine/plan/steps.ts";
export { type MemoryLimits, PlannedBackend } from "./engine/planned/backend.ts";
export type { Caches, KernelLimits, Target } from "./engine/target.ts";
export { wantedThreads } from "./engine/threads.ts";
export { threadsHere as wasmThreads, WasmDevice } from "./engine/wasm/device.ts";
export { partsPerThread } from "./engine/wasm/division.ts";
export { fusesMultiplyAdd } from "./engine/wasm/features.ts";
export { WasmProgram } from "./engine/wasm/program.ts";
export { tableWords } from "./engine/wasm/run-table.ts";
export { leastSharedTime, wasmRates, wasmTarget } from "./engine/wasm/target.ts";
export { wasmProblem } from "./engine/wasm/usable.ts";
export type { Check } from "./graph/indices.ts";
export type { Home, Node, Resident, Value } from "./graph/node.ts";
export type { Graph } from "./graph/order.ts";
export {
  bytesPerElement,
  computedDType,
  type Data,
  type DType,
  isFloating,
  isHalf,
  numbersIn,
  storedAs,
} from "./scalar/dtype.ts";
export { type GammaNumbers, gammaNumbers } from "./scalar/gamma-function.ts";
export { exactText } from "./scalar/number-text.ts";
export { type OperatorName, operators } from "./scalar/operators.ts";
export { type HostFunctionDefinition, hostFunction } from "./tensor/host-function.ts";
export { inOneRun } from "./tensor/settle.ts";
