// The public names of @nabla/mnist-demo; the command is in train.ts.

export type { Digits, Mnist } from "./digits.ts";
export { type Idx, type ReadIdxOptions, readIdx } from "./idx.ts";
export { type LoadMnistOptions, loadMnist } from "./load.ts";
