// Parts of images at any position, all resized to one size.
import { DTypeError, formatShape, ShapeError, type Tensor, tensor, where } from "@nabla/autograd";
import { checkKind, checkOptions, checkTensor, finite, oneOf } from "@nabla/autograd/checks";
import { checkElements, checkFloat, checkImage, isFloat, sizes } from "./checks.ts";
import { sampleAt } from "./sample.ts";
import { ofShape } from "./shapes.ts";

export interface CropAndResizeOptions {
  /** Default: "bilinear". */
  readonly method?: "nearest" | "bilinear";
  /** What is outside of an image. Default: 0. */
  readonly fill?: number;
}

/**
 * Cuts boxes out of images, [examples, channels, height, width], and resizes them to `size`: the result is
 * [boxes, channels, ...size]. `boxes`, [boxes, 4], has top, left, bottom and right, 0 and 1 being the centres
 * of the image's first and last pixels; a box may be turned over, or go beyond the image. Box i is of example
 * `examples[i]`, int32 [boxes]. TensorFlow's `crop_and_resize`, with gradients to images and boxes. At the
 * image's first and last pixels positions have no gradient, as in `gridSample`.
 * Throws `ShapeError` or `DTypeError` for what does not fit, and for an example that is not there when the
 * graph runs.
 *
 * @example
 * const x = tensor([[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]]);
 * const first = tensor([0], { dtype: "int32" });
 * cropAndResize(x, tensor([[0, 0.5, 0.5, 1]]), first, [2, 2]).arraySync(); // => [[[[2, 3], [5, 6]]]]
 */
export function cropAndResize<const H extends number, const W extends number>(
  x: Tensor,
  boxes: Tensor,
  examples: Tensor,
  size: readonly [height: H, width: W],
  options: CropAndResizeOptions = {},
): Tensor<[number, number, H, W]> {
  const operation = "cropAndResize";
  checkImage(operation, x, ["channels", "height", "width"]);
  if (x.shape.length !== 4) {
    const given = formatShape(x.shape);
    throw new ShapeError(`${operation}: expects [examples, channels, height, width], got ${given}`);
  }
  checkTensor(operation, boxes, "boxes");
  checkTensor(operation, examples, "examples");
  if (boxes.shape.length !== 2 || boxes.shape[1] !== 4) {
    throw new ShapeError(`${operation}: boxes is ${formatShape(boxes.shape)}, expected [boxes, 4]`);
  }
  if (examples.shape.length !== 1 || examples.shape[0] !== boxes.shape[0]) {
    const given = formatShape(examples.shape);
    throw new ShapeError(
      `${operation}: examples is ${given}, expected [${boxes.shape[0]}], one a box`,
    );
  }
  checkFloat(operation, boxes, "boxes");
  if (isFloat(examples) || examples.dtype === "bool") {
    throw new DTypeError(`${operation}: examples is ${examples.dtype}, expected int32 or uint8`);
  }
  checkKind(operation, "size", size, sizes);
  checkOptions(operation, options, { method: oneOf("bilinear", "nearest"), fill: finite });
  checkElements(operation, [boxes.shape[0]!, x.shape[1]!, ...size]);
  const { method = "bilinear", fill = 0 } = options;
  const [height, width] = x.shape.slice(-2) as [number, number];
  const image: Tensor = isFloat(x) ? x : x.cast("float32");
  const own: Tensor = image.gather(0, examples, { indicesOf: operation });
  const [top, left, bottom, right] = boxes.cast(image.dtype).split(4, 1) as unknown as Tensor[];
  const rows = along(top!, bottom!, height, size[0]);
  const columns = along(left!, right!, width, size[1]);
  const count = boxes.shape[0]!;
  const ys: Tensor = rows.expandDims(2).broadcastTo([count, ...size]);
  const xs: Tensor = columns.expandDims(1).broadcastTo([count, ...size]);
  const isInside = inside(ys, height).logicalAnd(inside(xs, width));
  const positions = method === "nearest" ? { xs: nearest(xs), ys: nearest(ys) } : { xs, ys };
  const read = sampleAt(operation, own, positions, { method, padding: "border" });
  const isShown: Tensor = isInside.logicalOr(xs.isNaN()).logicalOr(ys.isNaN());
  return ofShape(where(isShown.expandDims(1), read, fill));
}

/** `wanted` positions, in pixels, from `first` to `last`, each [boxes, 1]; one alone is the middle. */
function along(first: Tensor, last: Tensor, size: number, wanted: number): Tensor {
  const { dtype } = first;
  const shares = wanted === 1 ? [0.5] : Array.from({ length: wanted }, (_, i) => i / (wanted - 1));
  const share: Tensor = tensor(shares, { shape: [1, wanted], dtype });
  return first.add(last.sub(first).mul(share)).mul(size - 1);
}

/** The nearest pixel; halves go up, as in TensorFlow, where `round` makes them even. */
function nearest(at: Tensor): Tensor {
  const first: Tensor = at.floor();
  return where(at.sub(first).less(0.5), first, first.add(1));
}

function inside(at: Tensor, size: number): Tensor {
  return at.greaterEqual(0).logicalAnd(at.lessEqual(size - 1));
}
