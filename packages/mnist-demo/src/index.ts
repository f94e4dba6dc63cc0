/**
 * The MNIST digits: the public names. The commands are in nabla-mnist.ts.
 *
 * @module @nabla/mnist-demo
 */

export type { Digits, Mnist } from "./digits.ts";
export { type Idx, type ReadIdxOptions, readIdx } from "./idx.ts";
export { type LoadMnistOptions, loadMnist } from "./load.ts";
