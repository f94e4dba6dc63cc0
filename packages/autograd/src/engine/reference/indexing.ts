// Gathers and scatters slices.
import { checkOf, outOfRange } from "../../graph/indices.ts";
import type { Node, NodeOf } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import { allocate, type Data, roundings } from "../../scalar/dtype.ts";

/** The slices of `data` at `indices`. */
export function gather(node: NodeOf<"gather">, data: Data, indices: Data): Data {
  const output = allocate(node.dtype, elementCount(node.shape));
  eachSlice(node, node.inputs[0]!, indices, (inData, inPicked, length) => {
    output.set(data.subarray(inData, inData + length), inPicked);
  });
  return output;
}

/** `data` with the slices of `updates` added at `indices`, from the first to the last. */
export function scatterAdd(
  node: NodeOf<"scatter">,
  data: Data,
  indices: Data,
  updates: Data,
): Data {
  const output = data.slice();
  const rounded = roundings[node.dtype];
  eachSlice(node, node, indices, (inData, inPicked, length) => {
    for (let i = 0; i < length; i++) {
      output[inData + i] = rounded(output[inData + i]! + updates[inPicked + i]!);
    }
  });
  return output;
}

/** Calls `slice` with the offsets of each slice: in the indexed data, and among those picked. */
function eachSlice(
  node: NodeOf<"gather" | "scatter">,
  { shape }: Node,
  indices: Data,
  slice: (inData: number, inPicked: number, length: number) => void,
): void {
  const { axis, along } = node.attributes;
  // As on the other back ends, which compute nothing without elements.
  const picked = node.family === "gather" ? node : node.inputs[2]!;
  if (elementCount(picked.shape) === 0) return;
  const size = shape[axis]!;
  const outer = elementCount(shape.slice(0, axis));
  const inner = elementCount(shape.slice(axis + 1));
  // If there is nothing to pick or to add, no index is checked.
  if (inner === 0) return;
  // Along the axis every element is a slice with its own index.
  const length = along ? 1 : inner;
  const count = along ? indices.length / outer : indices.length;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const given = indices[along ? o * count + i : i]!;
      const index = given < 0 ? given + size : given;
      if (index < 0 || index >= size) {
        throw outOfRange(checkOf(node, shape), given);
      }
      const inSlice = along ? i % inner : 0;
      slice((o * size + index) * inner + inSlice, (o * count + i) * length, length);
    }
  }
}
