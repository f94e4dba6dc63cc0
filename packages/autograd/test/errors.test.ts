// What is said to the usual mistakes of those who have no compiler to tell them. (Of shapes:
// shape-messages.test.ts.)
import {
  arange,
  backward,
  compile,
  gather,
  gradients,
  NablaError,
  oneHot,
  parameter,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { expect, test } from "vitest";

/** For what the compiler would not let through. */
// oxlint-disable-next-line typescript/no-explicit-any
type Any = any;

const mistakes: readonly (readonly [run: () => unknown, message: string])[] = [
  [() => tensor([1]).add("x" as Any), 'add: got "x", expected a tensor or a number'],
  [
    () => tensor([1]).add([1] as Any),
    "add: got an array (tensor(array) makes a tensor), expected a tensor or a number",
  ],
  [
    () => (tensor([1]) as Any) < 2,
    "a tensor is not a number: x.add(y), x.less(y) make tensors, x.itemSync() gives the number",
  ],
  [
    () => tensor([[1, 2], [3]] as Any),
    "tensor: ragged nested array: found an array of 1 at depth 1, expected an array of 2",
  ],
  [() => tensor(null as Any), "tensor: found null among the values, expected numbers"],
  [
    () => tensor(new Float32Array(5), { shape: [2, 3] }),
    "tensor: [5] has 5 elements, [2, 3] has 6",
  ],
  [
    () => tensor([1], { dtype: "float16" as Any }),
    'tensor: dtype is "float16", expected "bool", "uint8", "int32", "float32", "float64"',
  ],
  [() => (zeros as Any)(2, 3), "zeros: shape is 2, expected an array of sizes"],
  [() => arange(0, 1, 0), "arange: 0 to 1 in steps of 0 does not end"],
  [
    () => tensor([1, 2]).itemSync(),
    "item: [2] has 2 elements, expected 1; for all of them: array() or data()",
  ],
  [
    () => gather(tensor([1, 2]), 0, tensor([0.5])),
    "gather: indices are float32, expected int32 or uint8",
  ],
  [
    () => gather(tensor([1, 2]), 0, tensor([0, 5], { dtype: "int32" })).arraySync(),
    "gather: index 5 is out of range for axis 0 of [2]",
  ],
  [
    () => oneHot(tensor([3], { dtype: "int32" }), 3).arraySync(),
    "oneHot: index 3 is out of range for axis 0 of [3, 3]",
  ],
  [
    () => backward(parameter(zeros([100, 10])).mul(2)),
    "backward: the cost must be one number, got [100, 10]; " +
      "reduce it (mean, sum) or give a seed gradient of that shape",
  ],
  [
    () => backward(tensor([1]).sum()),
    "backward: the cost depends on no parameter: nothing can be learnt",
  ],
  [
    () => gradients(tensor(1), tensor(1) as Any),
    "gradients: expects a list of tensors to differentiate with respect to",
  ],
  [
    () => gradients(tensor([1], { dtype: "int32" }).sum(), []),
    "gradients: the cost is int32, expected float32 or float64; " +
      "only numbers with fractions have gradients",
  ],
  [() => parameter([1, 2], { name: "w" }).assign(tensor([1])), 'assign: got [1], "w" is [2]'],
  [
    () => parameter([1], { name: "w" }).assign(tensor([1], { dtype: "int32" })),
    'assign: got int32, "w" is float32',
  ],
  [
    () => compile((x: Tensor) => tensor(x.sum().itemSync()))(tensor([1, 2])),
    "itemSync: this value is not known while compile() or vmap() traces the function; " +
      "return the tensor and read it outside, or choose by where()",
  ],
  [
    () => compile((x: Any) => tensor(x))(3 as Any),
    "compile: got 3, expected a tensor, or an array or object of tensors",
  ],
  [
    () => {
      setBackend("gpu" as Any);
    },
    'setBackend: "gpu" is not a back end, expected "wasm" or "reference"',
  ],
];

test.each(mistakes.map(([run, message]) => ({ run, message })))("$message", ({ run, message }) => {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(NablaError);
  expect((thrown as Error).message).toBe(message);
});
