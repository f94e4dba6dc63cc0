// Activations, and layers that scale or normalise, beside PyTorch's; the gated units, of which PyTorch has
// the first, beside their formulas in PyTorch.
import { grad, type Tensor, tensor } from "@nabla/autograd";
import {
  celu,
  embedding,
  geglu,
  glu,
  hardShrink,
  hardSwish,
  hardTanh,
  instanceNorm,
  type LayerFunction,
  mish,
  prelu,
  reglu,
  relu6,
  rmsNorm,
  selu,
  sequential,
  softMin,
  softShrink,
  softSign,
  swiglu,
  tanhShrink,
  threshold,
  tiedOutput,
} from "@nabla/nn";
import { expect, test } from "vitest";
import { compareWithPyTorch, dtype } from "./pytorch-cases.ts";

const functions: Readonly<Record<string, LayerFunction>> = {
  relu6,
  "hard-tanh": (x) => hardTanh(x),
  "hard-swish": hardSwish,
  selu,
  celu: (x) => celu(x, 0.75),
  mish,
  "soft-sign": softSign,
  "tanh-shrink": tanhShrink,
  "soft-shrink": (x) => softShrink(x),
  "hard-shrink": (x) => hardShrink(x),
  threshold: (x) => threshold(x, 0.3, 2),
  "soft-min": softMin,
  glu,
  geglu,
  swiglu,
  reglu,
};

compareWithPyTorch({
  "rms-norm": { layer: rmsNorm(4, { dtype }) },
  "instance-norm": { layer: instanceNorm(4, { dtype }) },
  "instance-norm-plain": { layer: instanceNorm(4, { affine: false, dtype }) },
  prelu: { layer: prelu(4, { dtype }) },
  "prelu-one": { layer: prelu(1, { dtype }) },
  "embedding-padding": { layer: embedding(5, 3, { paddingIndex: 1, dtype }) },
  "tied-output": { layer: tiedOutput(embedding(5, 3, { dtype }), { bias: true }) },
  ...Object.fromEntries(
    Object.entries(functions).map(([name, f]) => [name, { layer: sequential(f) }]),
  ),
});

test("celu has no jump of the derivative at 0", () => {
  const slopes = grad((x: Tensor) => celu(x, 0.5).sum())(tensor([-1e-20, 0, 1e-20]));
  expect(slopes.arraySync()).toEqual([1, 1, 1]);
});

test.each(["soft-shrink", "hard-shrink", "threshold"])("%s keeps NaN", (name) => {
  expect(functions[name]!(tensor([Number.NaN])).arraySync()).toEqual([Number.NaN]);
});
