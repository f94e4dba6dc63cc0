// Strided walks over row-major data: how the reference reads rearranged tensors.
import { elementCount, type Shape, stridesOf } from "../../graph/shape.ts";
import type { Data } from "../../scalar/dtype.ts";

/** A strided view: `offset` and a step, in elements, for each axis. */
export interface View {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Calls `row` with the offsets of each run along the last axis, in row-major order. */
function eachRow(
  shape: Shape,
  from: View,
  to: View,
  row: (from: number, fromStep: number, to: number, toStep: number, count: number) => void,
): void {
  if (elementCount(shape) === 0) return;
  const outer = shape.slice(0, -1);
  const last = shape.length - 1;
  const [count, fromStep, toStep] =
    last < 0 ? [1, 0, 0] : [shape[last]!, from.strides[last]!, to.strides[last]!];
  const index = outer.map(() => 0);
  let [fromPlace, toPlace] = [from.offset, to.offset];
  for (;;) {
    row(fromPlace, fromStep, toPlace, toStep, count);
    let axis = outer.length - 1;
    for (; axis >= 0; axis--) {
      fromPlace += from.strides[axis]!;
      toPlace += to.strides[axis]!;
      if (++index[axis]! < outer[axis]!) break;
      fromPlace -= from.strides[axis]! * outer[axis]!;
      toPlace -= to.strides[axis]! * outer[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Copies the elements of `shape` from the view `from` to the view `to`. */
export function copy(shape: Shape, source: Data, from: View, target: Data, to: View): void {
  eachRow(shape, from, to, (place, step, toPlace, toStep, count) => {
    if (step === 1 && toStep === 1) {
      target.set(source.subarray(place, place + count), toPlace);
      return;
    }
    for (let i = 0; i < count; i++) target[toPlace + i * toStep] = source[place + i * step]!;
  });
}

/** The plain row-major view of `shape`. */
export function rowMajor(shape: Shape): View {
  return { offset: 0, strides: stridesOf(shape) };
}

/** A view of `from` in `to`, to which it broadcasts: stretched and added axes have stride 0. */
export function broadcastView(from: Shape, to: Shape): View {
  const strides = stridesOf(from);
  const added = to.length - from.length;
  return {
    offset: 0,
    strides: to.map((_, axis) =>
      axis < added || from[axis - added] === 1 ? 0 : strides[axis - added]!,
    ),
  };
}
