// The reference: computes nodes one by one, in plain JavaScript over typed arrays, in the order of
// the mathematical definition. It is the oracle of all other back ends, and the fallback.
import type { Node, NodeOf } from "../../graph/node.ts";
import { elementCount, type Shape, shapesEqual } from "../../graph/shape.ts";
import {
  allocate,
  computedDType,
  type Data,
  filledData,
  numbersIn,
  storedAs,
} from "../../scalar/dtype.ts";
import { evaluateAll } from "../../scalar/evaluate.ts";
import { gather, scatterAdd } from "./indexing.ts";
import { broadcastView, copy, rowMajor } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { move } from "./move.ts";
import { prefix } from "./prefix.ts";
import { reduce } from "./reduce.ts";
import { routine } from "./routine.ts";
import { argSort } from "./sort.ts";
import { convolutions } from "./supplied.ts";

/** Computes the value of `node`, row-major, from those of its inputs, which it leaves unchanged. */
export function interpret(node: Node, inputs: readonly Data[]): Data {
  switch (node.family) {
    case "source":
      throw new Error(`unreachable: a ${node.operation.name} without a value`);
    case "literal":
      return filledData(node.dtype, 1, node.attributes.value);
    case "iota":
      return iota(node);
    case "elementwise":
      return elementwise(node, inputs);
    case "reduce":
      return reduce(node, inputs[0]!);
    case "movement":
      return move(node, inputs);
    case "contract":
      return matmul(node, inputs[0]!, inputs[1]!);
    case "gather":
      return gather(node, inputs[0]!, inputs[1]!);
    case "scatter":
      return scatterAdd(node, inputs[0]!, inputs[1]!, inputs[2]!);
    case "prefix":
      return prefix(node, inputs);
    case "sort":
      return argSort(node, inputs[0]!);
    case "routine":
      return routine(node, inputs);
    case "host": {
      const output = allocate(node.dtype, elementCount(node.shape));
      node.operation.compute(inputs, output);
      return output;
    }
    case "convolve":
      return convolutions.part(node, inputs[0]!, inputs[1]!);
    case "loop":
      throw new Error("unreachable: a loop is run as a whole");
    case "ordered":
    case "custom":
      return inputs[0]!.slice();
  }
}

function iota(node: NodeOf<"iota">): Data {
  const count = node.shape[node.attributes.axis]!;
  const positions = Int32Array.from({ length: count }, (_, i) => i);
  const strides = node.shape.map((_, axis) => (axis === node.attributes.axis ? 1 : 0));
  const output = allocate(node.dtype, elementCount(node.shape));
  copy(node.shape, positions, { offset: 0, strides }, output, rowMajor(node.shape));
  return output;
}

function elementwise(node: NodeOf<"elementwise">, inputs: readonly Data[]): Data {
  const output = allocate(computedDType(node.dtype), elementCount(node.shape));
  const types = node.inputs.map((input) => computedDType(input.dtype));
  const stretched = inputs.map((data, i) => {
    const input = node.inputs[i]!;
    return numbersIn(input.dtype, stretch(data, input, node.shape));
  });
  evaluateAll(node.operation.value, stretched, types, output);
  return storedAs(node.dtype, output);
}

/** Repeats a single element to the size of `shape`, unless it may stay single. */
function stretch(data: Data, node: Node, shape: Shape): Data {
  if (data.length === 1 || shapesEqual(node.shape, shape)) return data;
  const output = allocate(node.dtype, elementCount(shape));
  copy(shape, data, broadcastView(node.shape, shape), output, rowMajor(shape));
  return output;
}
