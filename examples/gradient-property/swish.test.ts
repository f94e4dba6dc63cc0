// A property test of a function of one's own: its gradient, and the gradient's gradient, agree
// with central differences on any tensor that fast-check draws.

import { checkGradients, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";
import { test } from "vitest";
import { swish } from "./swish.ts";

test("the gradient of swish is right to second order, on tensors of any shape", () => {
  fc.assert(
    fc.property(tensors({ dtype: "float64" }), (x) => checkGradients(swish, [x], { order: 2 })),
  );
});
