// Tests for Node's own runner, which testing.test.ts starts.
import assert from "node:assert/strict";
import test from "node:test";
import { stopGradient, type Tensor } from "@nabla/autograd";
import { checkGradients, expectClose, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";

void test("a property of tensors holds", () => {
  fc.assert(
    fc.property(tensors({ dtype: "float64" }), (x) => {
      expectClose(x.exp().mul(x.neg().exp()), x.mul(0).add(1));
      checkGradients((one: Tensor) => one.mul(one.sin()), [x], { order: 2 });
    }),
    { numRuns: 5 },
  );
});

void test("a wrong gradient is found", () => {
  const drawn = tensors({ shape: [2], dtype: "float64", min: 1 });
  const wrong = (x: Tensor) => x.mul(stopGradient(x));
  assert.throws(
    () => fc.assert(fc.property(drawn, (x) => checkGradients(wrong, [x]))),
    /Counterexample: \[Tensor/,
  );
});
