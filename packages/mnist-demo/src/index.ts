// The public names of @nabla/mnist-demo; the command is in train.ts.

export { type Idx, type ReadIdxOptions, readIdx } from "./idx.ts";
export { type Digits, type LoadMnistOptions, loadMnist, type Mnist } from "./load.ts";
