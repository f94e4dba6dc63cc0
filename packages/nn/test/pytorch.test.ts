// Layers and costs beside PyTorch's: values, and gradients of all parameters and inputs.
import { concat, gelu, gradients, relu, type Tensor, tensor } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import {
  averagePooling2d,
  batchNorm,
  binaryCrossEntropy,
  convolution2d,
  crossEntropy,
  dense,
  embedding,
  groupNorm,
  gru,
  gruCell,
  hinge,
  huber,
  klDivergence,
  layerNorm,
  lstm,
  lstmCell,
  maxPooling2d,
  meanAbsoluteError,
  meanSquaredError,
  multiHeadAttention,
  negativeLogLikelihood,
  type Recurrent,
  type RecurrentCell,
  rnn,
  rnnCell,
  transformerBlock,
} from "@nabla/nn";
import { test } from "vitest";
import {
  below,
  type Case,
  compareWithPyTorch,
  dtype,
  isDense,
  tensors,
  tolerances,
} from "./pytorch-cases.ts";

const mask = tensor([
  [1, 1, 0],
  [1, 0, 0],
]).reshape([2, 1, 1, 3]);
const attention = (heads: number, causal = false) =>
  multiHeadAttention(6, heads, { causal, dtype });
const looksAt = attention(2);
const blockBefore = transformerBlock(6, 2, { hiddenFeatures: 8, activation: gelu, dtype });
const blockAfter = transformerBlock(6, 2, {
  hiddenFeatures: 8,
  activation: relu,
  norm: "after",
  causal: true,
  dtype,
});
const kernel = { stride: [2, 1], padding: 1, dilation: [1, 2], groups: 2, dtype } as const;

const deep = { layers: 2, bidirectional: true, dtype } as const;
/** Both directions of two layers, as PyTorch's calls have them: `states` tensors, each of all. */
const inParts = (states: readonly Tensor[]): Tensor[] =>
  [0, 1, 2, 3].flatMap((i) => states.map((all) => all.slice(0, i, i + 1).squeeze(0)));
const sequences = (layer: Recurrent): Case => ({
  layer,
  call: (x, ...start) => {
    const { outputs, state } = layer.unroll(x, inParts(start), { lengths: [4, 2, 3] });
    const width = start.length;
    const last = [0, 1, 2, 3].map((i) => concat(state.slice(i * width, (i + 1) * width), -1));
    return concat([outputs.flatten(), ...last.map((one) => one.flatten())]);
  },
});
const cellCase = (cell: RecurrentCell): Case => ({
  layer: cell,
  call: (x, ...state) => concat([...cell.step(x, state)], -1),
});

const cases: Readonly<Record<string, Case>> = {
  linear: { layer: dense(3, 4, { dtype }), transpose: isDense },
  conv: { layer: convolution2d(4, 6, [3, 2], kernel) },
  "average-pool": { layer: averagePooling2d([3, 2], { padding: 1 }) },
  "max-pool": { layer: maxPooling2d(2, { stride: 1, padding: 1 }) },
  "layer-norm": { layer: layerNorm(4, { dtype }) },
  "group-norm": { layer: groupNorm(2, 4, { dtype }) },
  "batch-norm": { layer: batchNorm(4, { dtype }) },
  embedding: { layer: embedding(5, 3, { dtype }) },
  rnn: { layer: rnn(3, 5, { dtype }) },
  lstm: { layer: lstm(3, 5, { dtype }) },
  gru: { layer: gru(3, 5, { dtype }) },
  "rnn-deep": { layer: rnn(2, 3, deep) },
  "lstm-deep": { layer: lstm(2, 3, deep) },
  "gru-deep": { layer: gru(2, 3, deep) },
  "rnn-lengths": sequences(rnn(2, 3, deep)),
  "lstm-lengths": sequences(lstm(2, 3, deep)),
  "gru-lengths": sequences(gru(2, 3, deep)),
  "rnn-cell": cellCase(rnnCell(2, 3, { dtype })),
  "lstm-cell": cellCase(lstmCell(2, 3, { dtype })),
  "gru-cell": cellCase(gruCell(2, 3, { dtype })),
  attention: { layer: attention(2), transpose: isDense },
  "attention-causal": { layer: attention(3, true), transpose: isDense },
  "attention-context": {
    layer: looksAt,
    transpose: isDense,
    call: (x, context) => looksAt.forward(x, { context, mask }),
  },
  "block-before": { layer: blockBefore, transpose: isDense },
  "block-after": { layer: blockAfter, transpose: isDense },
};

compareWithPyTorch(cases);

test("batchNorm's running statistics, and what it makes of them, are PyTorch's", () => {
  const layer = batchNorm(4, { dtype });
  const { weight, bias } = below("batch-norm/state/");
  layer.weight.assign(weight!);
  layer.bias.assign(bias!);
  layer.forward(tensors["batch-norm/in/0"]!);
  for (const [name, p] of layer.namedBuffers()) {
    expectClose(p, tensors[`batch-norm/after/${name}`]!, tolerances);
  }
  layer.evaluate();
  const y = layer.forward(tensors["batch-norm/eval/in"]!);
  expectClose(y, tensors["batch-norm/eval/out"]!, tolerances);
});

const costs: Readonly<Record<string, (outputs: Tensor, targets: Tensor) => Tensor>> = {
  "cross-entropy": crossEntropy,
  "cross-entropy-smooth": (z, labels) => crossEntropy(z, labels, { labelSmoothing: 0.1 }),
  "cross-entropy-rows": crossEntropy,
  nll: negativeLogLikelihood,
  kl: klDivergence,
  binary: binaryCrossEntropy,
  hinge,
  mse: meanSquaredError,
  huber: (outputs, targets) => huber(outputs, targets, { delta: 0.7 }),
  l1: meanAbsoluteError,
};

test.each(Object.entries(costs))("%s: value and gradient are PyTorch's", (name, cost) => {
  const [outputs, targets] = [tensors[`${name}/in/0`]!, tensors[`${name}/in/1`]!];
  const value = cost(outputs, targets);
  const g = tensors[`${name}/g`]!;
  expectClose(value, tensors[`${name}/out`]!, tolerances);
  const [gradient] = gradients(value.mul(g).sum(), [outputs]);
  expectClose(gradient, tensors[`${name}/grad/in/0`]!, tolerances);
});
