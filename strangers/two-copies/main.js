// Two copies of the package in one process, as two versions in one tree of dependencies would be.
import assert from "node:assert/strict";
import * as first from "@nabla/autograd";
import * as second from "./second/dist/index.js";

const squares = ({ gradients, parameter }) => {
  const w = parameter([3, 0.5]);
  return gradients(w.square().sum(), [w])[0].arraySync();
};
assert.deepEqual(squares(first), [6, 1]);
assert.deepEqual(squares(second), [6, 1]);

assert.throws(
  () => first.tensor([1, 2]).add(second.tensor([3, 4])),
  (error) => {
    console.log(error.message);
    return /@nabla\/autograd/.test(error.message);
  },
);
