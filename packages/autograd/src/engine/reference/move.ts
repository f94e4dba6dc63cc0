// Movements: the same elements, rearranged.
import type { NodeOf } from "../../graph/node.ts";
import { elementCount, stridesOf } from "../../graph/shape.ts";
import { type Data, filledData } from "../../scalar/dtype.ts";
import { broadcastView, copy, rowMajor, type View } from "./layout.ts";

/** The output of a movement of `inputs`; a reshape shares its input's array. */
export function move(node: NodeOf<"movement">, inputs: readonly Data[]): Data {
  const { attributes: how, shape } = node;
  const data = inputs[0]!;
  const from = node.inputs[0]!.shape;
  if (how.kind === "reshape") return data;
  const output = filledData(node.dtype, elementCount(shape), how.kind === "pad" ? how.value : 0);
  const read = (view: View) => copy(shape, data, view, output, rowMajor(shape));
  const strides = stridesOf(from);
  switch (how.kind) {
    case "broadcast":
      read(broadcastView(from, shape));
      break;
    case "permute":
      read({ offset: 0, strides: how.order.map((axis) => strides[axis]!) });
      break;
    case "slice":
      read({
        offset: place(how.start, strides),
        strides: strides.map((stride, axis) => stride * how.step[axis]!),
      });
      break;
    case "flip": {
      const last = from.map((size, axis) => (how.axes.includes(axis) ? size - 1 : 0));
      const back = strides.map((stride, axis) => (how.axes.includes(axis) ? -stride : stride));
      read({ offset: place(last, strides), strides: back });
      break;
    }
    case "window": {
      const front = from.length - how.stride.length;
      const behind = strides.slice(front);
      read({
        offset: 0,
        strides: [
          ...strides.slice(0, front),
          ...behind.map((stride, i) => stride * how.stride[i]!),
          ...behind.map((stride, i) => stride * how.dilation[i]!),
        ],
      });
      break;
    }
    case "pad": {
      const wide = stridesOf(shape);
      copy(from, data, rowMajor(from), output, {
        offset: place(how.before, wide),
        strides: wide.map((stride, axis) => stride * how.step[axis]!),
      });
      break;
    }
    case "concat": {
      const wide = stridesOf(shape);
      let offset = 0;
      node.inputs.forEach((input, i) => {
        copy(input.shape, inputs[i]!, rowMajor(input.shape), output, { offset, strides: wide });
        offset += input.shape[how.axis]! * wide[how.axis]!;
      });
      break;
    }
  }
  return output;
}

function place(index: readonly number[], strides: readonly number[]): number {
  return index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
}
