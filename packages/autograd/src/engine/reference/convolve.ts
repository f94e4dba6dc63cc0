// Convolutions in textbook order: for each place of the window its products, channel by channel,
// from first to last, in blocks (kernel/reduction.ts).
import type { NodeOf } from "../../graph/node.ts";
import { elementCount, type Shape, stridesOf } from "../../graph/shape.ts";
import { allocate, type Data, roundings } from "../../scalar/dtype.ts";
import { blockEnds, blocksOf } from "../kernel/reduction.ts";

/** `[n, groups, c, ...size] x [groups, m, c, ...window]`; each product and sum is rounded. */
export function convolve(node: NodeOf<"convolve">, x: Data, kernel: Data): Data {
  const [from, of] = node.inputs.map((input) => input.shape) as [Shape, Shape];
  const { stride, dilation } = node.attributes;
  const output = allocate(node.dtype, elementCount(node.shape));
  const rounded = roundings[node.dtype];
  const [groups, outputs, channels, ...window] = of as readonly [
    number,
    number,
    number,
    ...number[],
  ];
  // Axes may be long if another is empty.
  if (output.length === 0) return output;
  const strides = stridesOf(from);
  const along = strides.slice(3);
  const places = placesOf(
    node.shape.slice(3),
    along.map((step, i) => step * stride[i]!),
  );
  const within = placesOf(
    window,
    along.map((step, i) => step * dilation[i]!),
  );
  const ofKernel = channels * within.length;
  const sizes = [channels, ...window];
  const ends = blockEnds(sizes, blocksOf(sizes, node.dtype));
  let position = 0;
  for (let n = 0; n < node.shape[0]!; n++) {
    for (let group = 0; group < groups; group++) {
      const corner = n * strides[0]! + group * strides[1]!;
      for (let m = 0; m < outputs; m++) {
        const first = (group * outputs + m) * ofKernel;
        for (const place of places) {
          let [all, total, block] = [0, 0, 0];
          for (let c = 0; c < channels; c++) {
            const start = corner + c * strides[2]! + place;
            for (let w = 0; w < within.length; w++) {
              const next = c * within.length + w;
              if (next === ends[block]) {
                all += total;
                total = 0;
                block++;
              }
              const product = rounded(kernel[first + next]! * x[start + within[w]!]!);
              total = rounded(total + product);
            }
          }
          output[position++] = all + total;
        }
      }
    }
  }
  return output;
}

/** The offset of each index, in row-major order. */
function placesOf(shape: Shape, strides: readonly number[]): readonly number[] {
  return shape.reduce<readonly number[]>(
    (offsets, size, axis) =>
      offsets.flatMap((offset) =>
        Array.from({ length: size }, (_, i) => offset + i * strides[axis]!),
      ),
    [0],
  );
}
