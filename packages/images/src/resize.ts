// Images of other sizes: sampled along one axis after the other.
import { NablaError, type ShapeOf, type Tensor, tensor } from "@nabla/autograd";
import { checkKind, checkOptions, flag, oneOf } from "@nabla/autograd/checks";
import { checkElements, checkImage, isFloat, sizes } from "./checks.ts";
import { ofShape, type Resized } from "./shapes.ts";
import { type Method, type Taps, tapsOf } from "./taps.ts";

export interface ResizeOptions {
  /**
   * How values between pixels are found. "bilinear": the line between neighbours. "bicubic": Keys'
   * cubic through four, which may go beyond the range of the image. "nearestExact": the pixel whose
   * centre is nearest. "nearest": the pixel at floor(i size / new size), which lies off centre, as
   * PyTorch's method of this name. Default: "bilinear".
   */
  readonly method?: Method;
  /**
   * Whether the centres of the corner pixels stay in place, or else the outer edges of the image,
   * which most programs want. For "bilinear" and "bicubic". Default: false.
   */
  readonly alignCorners?: boolean;
  /**
   * Whether to average all pixels that a smaller image's pixel covers, as Pillow does: otherwise fine
   * patterns alias to coarse ones. For "bilinear" and "bicubic", not with `alignCorners`. Default: false.
   */
  readonly antialias?: boolean;
}

/**
 * Changes the last two axes, height and width, to `size`: [..., height, width] becomes [..., ...size].
 * Other axes, such as channels and examples, stay. Values and gradients are those of PyTorch's
 * `torch.nn.functional.interpolate`. Integers are computed as float32, but by the nearest methods, which
 * copy: these keep any dtype. Throws `ShapeError` for less than two axes or an empty image,
 * `NablaError` for sizes that are not positive integers and for options that do not go together.
 *
 * @example
 * resize(tensor([[1, 3], [5, 7]]), [2, 4]).arraySync();
 * // => [[1, 1.5, 2.5, 3], [5, 5.5, 6.5, 7]]
 * resize(tensor([[1, 3], [5, 7]]), [1, 3], { alignCorners: true }).arraySync(); // => [[1, 2, 3]]
 */
export function resize<X extends Tensor, const H extends number, const W extends number>(
  x: X,
  size: readonly [height: H, width: W],
  options: ResizeOptions = {},
): Tensor<Resized<ShapeOf<X>, H, W>> {
  checkImage("resize", x);
  checkKind("resize", "size", size, sizes);
  checkOptions("resize", options, {
    method: oneOf("bilinear", "bicubic", "nearest", "nearestExact"),
    alignCorners: flag,
    antialias: flag,
  });
  const { method = "bilinear", alignCorners = false, antialias = false } = options;
  const copies = method === "nearest" || method === "nearestExact";
  if (copies && (alignCorners || antialias)) {
    const option = alignCorners ? "alignCorners" : "antialias";
    throw new NablaError(
      `resize: ${option} is for "bilinear" and "bicubic", method is "${method}"`,
    );
  }
  if (alignCorners && antialias) {
    throw new NablaError("resize: antialias is not defined with alignCorners: leave one out");
  }
  checkElements("resize", [...x.shape.slice(0, -2), ...size]);
  const given: Tensor = copies || isFloat(x) ? x : x.cast("float32");
  // The axis that shrinks more goes first: the other one has less to do.
  const ratio = (axis: -1 | -2) => size[axis + 2]! / x.shape.at(axis)!;
  const axes = ratio(-1) <= ratio(-2) ? ([-1, -2] as const) : ([-2, -1] as const);
  const result = axes.reduce((image, axis) => {
    const [from, to] = [image.shape.at(axis)!, size[axis + 2]!];
    if (from === to) return image;
    return sampled(image, axis, tapsOf(from, to, { method, alignCorners, antialias }));
  }, given);
  return ofShape(result);
}

/** The weighted sums of elements along `axis`. */
function sampled(x: Tensor, axis: -1 | -2, { count, indices, weights }: Taps): Tensor {
  const wanted = indices.length / count;
  if (weights === undefined) return x.gather(axis, tensor(indices));
  const picked: Tensor = x.gather(axis, tensor(indices, { shape: [wanted, count] }));
  const rest = axis === -1 ? [] : [1];
  const factors: Tensor = tensor(weights, { shape: [wanted, count, ...rest], dtype: x.dtype });
  return picked.mul(factors).sum(axis);
}
