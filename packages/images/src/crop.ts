// Parts of images.
import { formatShape, ShapeError, type ShapeOf, type Tensor } from "@nabla/autograd";
import { checkKind, checkOptions, count, natural } from "@nabla/autograd/checks";
import { checkImage, sizes } from "./checks.ts";
import { ofShape, type Resized } from "./shapes.ts";

/** A rectangle, in pixels. */
export interface Rectangle<H extends number = number, W extends number = number> {
  /** Rows above it. */
  readonly top: number;
  /** Columns to the left of it. */
  readonly left: number;
  readonly height: H;
  readonly width: W;
}

/**
 * Cuts out a rectangle: [..., height, width] becomes [..., rectangle.height, rectangle.width]. Any dtype.
 * Throws `ShapeError` if it is not inside the image; `x.pad` makes images larger.
 *
 * @example
 * crop(tensor([[1, 2, 3], [4, 5, 6]]), { top: 0, left: 1, height: 2, width: 2 }).arraySync();
 * // => [[2, 3], [5, 6]]
 */
export function crop<X extends Tensor, const H extends number, const W extends number>(
  x: X,
  rectangle: Rectangle<H, W>,
): Tensor<Resized<ShapeOf<X>, H, W>> {
  checkImage("crop", x);
  const kinds = { top: natural, left: natural, height: count, width: count };
  checkOptions("crop", rectangle, kinds, "top", "left", "height", "width");
  const { top, left, height, width } = rectangle;
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  if (top + height > rows || left + width > columns) {
    const given = `rows ${top} to ${top + height} and columns ${left} to ${left + width}`;
    throw new ShapeError(`crop: ${given} are not inside of the image, ${formatShape(x.shape)}`);
  }
  return ofShape(cut(x, top, left, height, width));
}

/**
 * Cuts out the middle: [..., height, width] becomes [..., ...size]. Where it cannot be exact it lies half
 * a pixel towards the top left. Any dtype. Throws `ShapeError` if the image is smaller.
 *
 * @example
 * centerCrop(tensor([[1, 2, 3, 4], [5, 6, 7, 8]]), [1, 2]).arraySync(); // => [[2, 3]]
 */
export function centerCrop<X extends Tensor, const H extends number, const W extends number>(
  x: X,
  size: readonly [height: H, width: W],
): Tensor<Resized<ShapeOf<X>, H, W>> {
  checkImage("centerCrop", x);
  checkKind("centerCrop", "size", size, sizes);
  const [height, width] = size;
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  if (height > rows || width > columns) {
    const wanted = formatShape(size);
    throw new ShapeError(
      `centerCrop: ${wanted} is not inside of the image, ${formatShape(x.shape)}`,
    );
  }
  const [top, left] = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)];
  return ofShape(cut(x, top, left, height, width));
}

function cut(x: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const rows: Tensor = x.slice(-2, top, top + height);
  return rows.slice(-1, left, left + width);
}
