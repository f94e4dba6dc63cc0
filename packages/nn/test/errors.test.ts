// What is said to the usual mistakes of those who have no compiler to tell them.
import { compile, NablaError, parameter, type Tensor, tensor, zeros } from "@nabla/autograd";
import {
  crossEntropy,
  dense,
  meanSquaredError,
  quadraticCost,
  sequential,
  sgd,
  summary,
} from "@nabla/nn";
import { expect, test } from "vitest";

/** For what the compiler would not let through. */
// oxlint-disable-next-line typescript/no-explicit-any
type Any = any;

const mistakes: readonly (readonly [run: () => unknown, message: string])[] = [
  [() => dense(3, 16.5), "dense: features is 16.5, expected a positive integer"],
  [() => dense("3" as Any, 4), 'dense: features is "3", expected a positive integer'],
  [
    () => dense(3, 4).forward([[1, 2, 3]] as Any),
    "dense: got an array, expected a tensor; tensor(x) makes one",
  ],
  [() => dense(3, 4).forward(zeros([2, 5]) as Any), "dense: expects 3 features, got [2, 5]"],
  [
    () => sequential(dense(3, 4), "sigmoid" as Any),
    'sequential: layer 1 is "sigmoid", expected a layer or a function',
  ],
  [() => sgd([], { learningRate: 1 }), "sgd: got no parameters, nothing can be learnt"],
  [
    () => sgd(dense(3, 4) as Any, { learningRate: 1 }),
    "sgd: expects a list of parameters, such as network.parameters()",
  ],
  [
    () => sgd([tensor([1])] as Any, { learningRate: 1 }),
    "sgd: got a tensor of shape [1] at 0, expected a parameter, as parameter(x) and model.parameters() give them",
  ],
  [
    () => sgd([parameter([1])], { learningRate: "0.1" as Any }),
    'sgd: learningRate is "0.1", expected a positive number or a schedule',
  ],
  [
    () => (summary as Any)(sequential(zeros, dense(2, 3)), 784),
    "summary: inputShape is 784, expected a shape such as [1, 784]",
  ],
  [
    () => sgd([parameter([1])], { learningRate: -1 }),
    "sgd: learningRate is -1, expected a positive number or a schedule",
  ],
  [
    () => {
      sgd([parameter([1])], { learningRate: 1 }).step();
    },
    "step: none of the optimiser's parameters has a gradient; " +
      "call backward() on a cost that depends on them first " +
      "(a compiled function with a step in it leaves none behind)",
  ],
  [
    () => quadraticCost(zeros([3, 10]), zeros([3, 1]) as Any),
    "quadraticCost: [3, 10] and [3, 1] differ",
  ],
  [
    () => crossEntropy(zeros([1, 10]), tensor([10], { dtype: "int32" })).itemSync(),
    "crossEntropy: label 10 is out of range for 10 classes",
  ],
  [
    () => crossEntropy(zeros([2, 10]), tensor([3, -1], { dtype: "int32" })).itemSync(),
    "crossEntropy: label -1 is out of range for 10 classes",
  ],
  [
    () =>
      compile((z: Tensor, labels: Tensor) => crossEntropy(z, labels))(
        zeros([1, 3]),
        tensor([-4], { dtype: "int32" }),
      ).itemSync(),
    "crossEntropy: label -4 is out of range for 3 classes",
  ],
  [
    () => crossEntropy(zeros([4, 5, 12]), zeros([4, 3], { dtype: "int32" })),
    "crossEntropy: [4, 5] and [4, 3] differ",
  ],
  [
    () => crossEntropy(zeros([3, 10]), tensor([1, 2, 3])),
    'crossEntropy: labels are float32, expected int32 or uint8: tensor(labels, { dtype: "int32" })',
  ],
  [
    () => crossEntropy(zeros([2, 10]), [0, 1] as never),
    "crossEntropy: got an array, expected a tensor; tensor(x) makes one",
  ],
  [
    () => meanSquaredError([0, 1] as never, zeros([2])),
    "meanSquaredError: got an array, expected a tensor; tensor(x) makes one",
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
