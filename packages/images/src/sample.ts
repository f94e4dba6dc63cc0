// Images at positions between pixels: 0 is the centre of the first pixel. What lies outside follows
// PyTorch's grid_sample.
import { ensure, formatShape, type Shape, ShapeError, type Tensor, where } from "@nabla/autograd";
import { flag, type Kind, oneOf } from "@nabla/autograd/checks";
import { isFloat } from "./checks.ts";

export interface SampleOptions {
  /**
   * How values between pixels are found: the line between neighbours, Keys' cubic through four, or the
   * nearest pixel, which has no gradient by the positions. Default: "bilinear".
   */
  readonly method?: "nearest" | "bilinear" | "bicubic";
  /**
   * What lies outside: zeros, the nearest pixel of the border, or the image mirrored again and again.
   * Default: "zeros".
   */
  readonly padding?: "zeros" | "border" | "reflection";
  /**
   * Whether an image ends at the centres of its border pixels, which are then -1 and 1 of a grid, or at
   * their outer edges. Default: false.
   */
  readonly alignCorners?: boolean;
}

export const sampleKinds: Readonly<Record<keyof SampleOptions, Kind>> = {
  method: oneOf("bilinear", "nearest", "bicubic"),
  padding: oneOf("zeros", "border", "reflection"),
  alignCorners: flag,
};

/** Columns and rows, each [..., height, width], in pixels. */
export interface Positions {
  readonly xs: Tensor;
  readonly ys: Tensor;
}

/**
 * The image, [..., channels, height, width], at the positions, whose leading axes broadcast against its
 * own. Integers are computed as float32, but by "nearest", which copies. A position that is NaN gives NaN,
 * or an error where that cannot be said.
 */
export function sampleAt(
  operation: string,
  x: Tensor,
  positions: Positions,
  { method = "bilinear", padding = "zeros", alignCorners = false }: SampleOptions,
): Tensor {
  const options = { method, padding, alignCorners };
  const isCopied = method === "nearest" && !isFloat(x);
  const image: Tensor = isCopied || isFloat(x) ? x : x.cast("float32");
  const { xs, ys } = isCopied ? withoutNaN(operation, positions) : positions;
  const [height, width] = x.shape.slice(-2) as [number, number];
  const pixelAt = pixelsOf(operation, image, xs.shape);
  const columns = tapsAt(isFloat(image) ? xs.cast(image.dtype) : xs, width, options);
  const rows = tapsAt(isFloat(image) ? ys.cast(image.dtype) : ys, height, options);
  const parts = rows.flatMap((row) =>
    columns.map((column): Tensor => {
      const pixel = pixelAt(column, row);
      if (column.weight === undefined || row.weight === undefined) return pixel;
      return pixel.mul(row.weight.mul(column.weight).expandDims(-3));
    }),
  );
  const total = parts.reduce((sum, part) => sum.add(part));
  if (method !== "nearest" || isCopied) return total;
  const isNaN: Tensor = xs.isNaN().logicalOr(ys.isNaN());
  return where(isNaN.expandDims(-3), Number.NaN, total);
}

/** Copies of whole numbers have no NaN to give. */
function withoutNaN(operation: string, { xs, ys }: Positions): Positions {
  const isNumber = xs.isNaN().logicalOr(ys.isNaN()).any().logicalNot();
  const message = `${operation}: a position is NaN, which no whole number is`;
  return { xs: ensure(xs, isNumber, message), ys };
}

/** One pixel along an axis, and how much of it is taken. */
interface Tap {
  readonly index: Tensor;
  /** Where it counts; undefined: everywhere. */
  readonly isInside: Tensor | undefined;
  /** Undefined: all of it. */
  readonly weight: Tensor | undefined;
}

/** The pixels of an axis that a position is between. */
function tapsAt(given: Tensor, size: number, options: Required<SampleOptions>): readonly Tap[] {
  const { method, padding } = options;
  const isCubic = method === "bicubic";
  // At the last pixel the next one is outside, also of positions brought inside: it is left out, since its
  // weight of 0 would make NaN of an infinity.
  const canBeOutside = padding === "zeros" || method === "bilinear";
  // Farther out all is zero; infinities would have no fraction.
  const bounded: Tensor = padding === "zeros" ? given.clip(-3, size + 2) : given;
  // Of a cubic each of four pixels is brought inside, not the position between them.
  const at = isCubic ? bounded : broughtInside(bounded, size, options);
  const tap = (position: Tensor, weight?: Tensor): Tap => {
    const whole = isCubic ? broughtInside(position, size, options) : position;
    const isInside = whole.greaterEqual(0).logicalAnd(whole.lessEqual(size - 1));
    const index: Tensor = where(isInside, whole, 0).cast("int32");
    return { index, isInside: canBeOutside ? isInside : undefined, weight };
  };
  if (method === "nearest") return [tap(at.round())];
  const first: Tensor = at.floor();
  const t: Tensor = at.sub(first);
  const rest: Tensor = t.neg().add(1);
  if (method === "bilinear") return [tap(first, rest), tap(first.add(1), t)];
  return [
    tap(first.sub(1), farther(t.add(1))),
    tap(first, nearer(t)),
    tap(first.add(1), nearer(rest)),
    tap(first.add(2), farther(rest.add(1))),
  ];
}

/** Keys' kernel (`cubicKernel`) with slope -0.75, for distances up to 1. */
function nearer(x: Tensor): Tensor {
  return x.mul(1.25).sub(2.25).mul(x).mul(x).add(1);
}

/** The same, for distances from 1 to 2. */
function farther(x: Tensor): Tensor {
  return x.mul(-0.75).add(3.75).mul(x).sub(6).mul(x).add(3);
}

/** Positions on the image for those beyond it. */
function broughtInside(
  at: Tensor,
  size: number,
  { padding, alignCorners }: Required<SampleOptions>,
): Tensor {
  if (padding === "zeros") return at;
  if (padding === "border") return held(at, size - 1);
  const [low, span] = alignCorners ? [0, size - 1] : [-0.5, size];
  if (span === 0) return at.mul(0);
  // A triangle wave: once there and back is two spans.
  const along: Tensor = at.sub(low).mod(2 * span);
  const mirrored = where(along.lessEqual(span), along, along.neg().add(2 * span));
  return held(mirrored.add(low), size - 1);
}

/** From 0 to `last`, without a gradient at both ends and beyond, as in PyTorch; NaN stays. */
function held(at: Tensor, last: number): Tensor {
  const fromFirst = where(at.lessEqual(0), 0, at);
  return where(at.greaterEqual(last), last, fromFirst);
}

/** Reads the image at taps of both axes, which are of `shape`, [..., height, width]. */
function pixelsOf(operation: string, x: Tensor, shape: Shape): (column: Tap, row: Tap) => Tensor {
  const [channels, height, width] = x.shape.slice(-3) as [number, number, number];
  const [lead, positionLead] = equalRank(operation, x.shape.slice(0, -3), shape.slice(0, -2));
  const size = shape.slice(-2);
  const flat: Tensor = x.reshape([...lead, channels, height * width]);
  const result = lead.map((axis, i) => (axis === 1 ? positionLead[i]! : axis));
  return (column, row) => {
    const index: Tensor = row.index.mul(width).add(column.index);
    const asked: Tensor = index.reshape([...positionLead, 1, size[0]! * size[1]!]);
    const taken: Tensor = flat.takeAlongAxis(asked, -1);
    const pixel: Tensor = taken.reshape([...result, channels, ...size]);
    if (column.isInside === undefined || row.isInside === undefined) return pixel;
    const isInside: Tensor = row.isInside.logicalAnd(column.isInside);
    return where(isInside.expandDims(-3), pixel, 0);
  };
}

/** Both with as many axes; throws `ShapeError` unless they broadcast. */
function equalRank(
  operation: string,
  image: Shape,
  positions: Shape,
): readonly [number[], number[]] {
  const rank = Math.max(image.length, positions.length);
  const [a, b] = [image, positions].map((shape) => [
    ...Array.from({ length: rank - shape.length }, () => 1),
    ...shape,
  ]) as [number[], number[]];
  if (a.every((size, i) => size === b[i] || size === 1 || b[i] === 1)) return [a, b];
  throw new ShapeError(
    `${operation}: axes before the image's, ${formatShape(image)}, and before the positions', ` +
      `${formatShape(positions)}, do not broadcast`,
  );
}
