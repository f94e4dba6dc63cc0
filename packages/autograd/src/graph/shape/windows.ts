// Shapes of windows over the last axes, and of convolutions.
import { describe, describeList } from "../describe.ts";
import { NablaError, ShapeError } from "../errors.ts";
import { checkLimits, formatShape, type Shape } from "./sizes.ts";

/** Zeros around an axis: enough to keep the size (divided by the stride), none, or a number. */
export type WindowPadding =
  | "same"
  | "valid"
  | number
  | readonly (number | readonly [number, number])[];

/** One number for all axes, or one per axis. */
export type PerAxis = number | readonly number[];

export interface WindowOptions<
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
> {
  /** Distance between places of the window. Default: 1. */
  readonly stride?: Stride;
  /** Default: "valid", none. */
  readonly padding?: Padding;
  /** Distance between elements of the window. Default: 1. */
  readonly dilation?: Dilation;
}

/** The options, one entry per axis. */
export interface WindowPlaces {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly (readonly [before: number, after: number])[];
  /** Number of places of the window along each axis. */
  readonly places: readonly number[];
}

/** Places a window on axes of `sizes`; errors name `shape`. */
export function windowPlaces(
  operation: string,
  shape: Shape,
  sizes: Shape,
  window: Shape,
  options: WindowOptions,
): WindowPlaces {
  const { stride: step = 1, dilation: spread = 1, padding: around = "valid" } = options;
  const stride = perAxis(operation, "stride", step, sizes.length);
  const dilation = perAxis(operation, "dilation", spread, sizes.length);
  const extent = window.map((count, i) => extentOf(count, dilation[i]!));
  const padding = paddingOf(operation, around, sizes, extent, stride);
  const front = shape.slice(0, shape.length - sizes.length);
  checkLimits(operation, [
    ...front,
    ...sizes.map((size, i) => size + padding[i]![0] + padding[i]![1]),
  ]);
  const places = sizes.map((size, i) => {
    const [before, after] = padding[i]!;
    const padded = size + before + after;
    if (window[i]! < 1 || padded < extent[i]!) {
      throw misfit(operation, shape, window, dilation, padding);
    }
    return placesAlong(padded, extent[i]!, stride[i]!);
  });
  return { stride, dilation, padding, places };
}

/** The error for a window that does not fit into `shape`. */
export function misfit(
  operation: string,
  shape: Shape,
  window: Shape,
  dilation: readonly number[],
  padding: WindowPlaces["padding"],
): ShapeError {
  return new ShapeError(
    `${operation}: a window of ${formatShape(window)} (dilation ${formatShape(dilation)}) does not fit ` +
      `into ${formatShape(shape)} with padding ${JSON.stringify(padding)}`,
  );
}

/** The extent of a window of `count` elements, from the first to the last. */
export function extentOf(count: number, dilation: number): number {
  return dilation * (count - 1) + 1;
}

/** How many times something that spans `extent` elements fits into `size`, `stride` apart. */
export function placesAlong(size: number, extent: number, stride: number): number {
  return Math.floor((size - extent) / stride) + 1;
}

/** One positive whole number per axis. */
export function perAxis(
  operation: string,
  what: string,
  given: PerAxis,
  count: number,
): readonly number[] {
  const list = typeof given === "number" ? Array.from({ length: count }, () => given) : given;
  const isList = Array.isArray(list) && list.length === count;
  if (!isList || !Array.from(list).every((one) => Number.isInteger(one) && one > 0)) {
    throw new NablaError(
      `${operation}: ${what} is ${describeList(given)}, expected a positive integer, or ${count} of them`,
    );
  }
  return list;
}

function paddingOf(
  operation: string,
  given: WindowPadding,
  sizes: Shape,
  extent: readonly number[],
  stride: readonly number[],
): readonly (readonly [number, number])[] {
  if (given === "valid") return sizes.map(() => [0, 0]);
  if (given === "same") {
    return sizes.map((size, i) => {
      const places = Math.ceil(size / stride[i]!);
      const all = Math.max(0, (places - 1) * stride[i]! + extent[i]! - size);
      return [Math.floor(all / 2), Math.ceil(all / 2)];
    });
  }
  return paddingPairs(operation, "padding", given, sizes.length, '"same", "valid", ');
}

/** Padding as pairs of numbers, one per axis; `names` are the strings also allowed. */
export function paddingPairs(
  operation: string,
  what: string,
  given: WindowPadding,
  count: number,
  names = "",
): readonly (readonly [number, number])[] {
  const list =
    typeof given === "number" ? Array.from({ length: count }, () => given) : (given as unknown);
  const pairs = Array.from(Array.isArray(list) ? list : [], (one: unknown) =>
    Array.isArray(one) ? (one as readonly number[]) : [one as number, one as number],
  );
  const isWhole = (x: number) => Number.isSafeInteger(x) && x >= 0;
  if (pairs.length !== count || !pairs.every((pair) => pair.length === 2 && pair.every(isWhole))) {
    throw new NablaError(
      `${operation}: ${what} is ${describeList(given)}, expected ${names}an integer from 0 on, ` +
        `or ${count} integers or pairs [before, after]`,
    );
  }
  return pairs as unknown as readonly (readonly [number, number])[];
}

/** Batch and channels of an input, or the two axes of a kernel. */
const axesInFront = 2;

/** Throws if an input and a kernel do not fit. */
export function checkConvolution(
  operation: string,
  x: Shape,
  kernel: Shape,
  axes: number,
  groups: number,
  isTransposed: boolean,
): void {
  const names = ["width", "height", "depth"].slice(0, axes).reverse().join(", ");
  if (x.length !== axesInFront + axes) {
    throw new ShapeError(
      `${operation}: ${formatShape(x)} has ${x.length} axes, expected ${axesInFront + axes}: ` +
        `examples, channels, ${names}`,
    );
  }
  if (kernel.length !== axesInFront + axes) {
    throw new ShapeError(
      `${operation}: the kernel ${formatShape(kernel)} has ${kernel.length} axes, expected ` +
        `${axesInFront + axes}: channels out, channels in, ${names}`,
    );
  }
  if (!Number.isInteger(groups) || groups < 1) {
    throw new NablaError(
      `${operation}: groups is ${describe(groups)}, expected a positive integer`,
    );
  }
  const [own, wanted] = [x[1]!, isTransposed ? kernel[0]! : kernel[1]! * groups];
  if (own !== wanted || kernel[0]! % groups !== 0) {
    const inGroups = groups === 1 ? "" : ` in ${groups} groups`;
    throw new ShapeError(
      `${operation}: ${formatShape(x)} with kernel ${formatShape(kernel)}${inGroups}: ` +
        (own === wanted
          ? `${kernel[0]} channels are not divisible`
          : `${own} channels, the kernel has ${wanted}`),
    );
  }
}
