// Tensors of each dtype, at its edges, for files that hold them.
import { type Tensor, tensor } from "@nabla/autograd";

export const tensorsOfDTypes: Readonly<Record<string, Tensor>> = {
  truth: tensor([true, false, true]),
  bytes: tensor(
    [
      [0, 128],
      [255, 7],
    ],
    { dtype: "uint8" },
  ),
  whole: tensor([-(2 ** 31), 2 ** 31 - 1], { dtype: "int32" }),
  double: tensor(0.1, { dtype: "float64" }),
  empty: tensor(new Float32Array(), { shape: [0, 3] }),
};
