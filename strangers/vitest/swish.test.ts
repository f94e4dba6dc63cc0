import { type Tensor, tensor } from "@nabla/autograd";
import { checkGradients, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";
import { expect, test } from "vitest";

const swish = (x: Tensor) => x.mul(x.sigmoid());

test("swish has the gradient of its formula, and the gradient that differences find", () => {
  fc.assert(
    fc.property(tensors(), (x) => {
      checkGradients(swish, [x]);
    }),
    { numRuns: 20 },
  );
});

test("what is wrong is found", () => {
  const wrong = (x: Tensor) => x.stopGradient().mul(x.sigmoid());
  expect(() => checkGradients(wrong, [tensor([1, 2], { dtype: "float64" })])).toThrow(
    /differences give/,
  );
});
