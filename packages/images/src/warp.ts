// Affine and perspective warps: each pixel of the result is read where a matrix says.
import {
  concat,
  formatShape,
  onesLike,
  ShapeError,
  type ShapeOf,
  solve,
  stack,
  Tensor,
  tensor,
  zerosLike,
} from "@nabla/autograd";
import {
  checkKind,
  checkOptions,
  checkTensor,
  finite,
  oneOf,
  positive,
} from "@nabla/autograd/checks";
import {
  checkElements,
  checkFloat,
  checkImage,
  either,
  oneTensor,
  pairOf,
  sizes,
} from "./checks.ts";
import { checkMatrix } from "./grid-sample.ts";
import { type SampleOptions, sampleAt, sampleKinds } from "./sample.ts";
import { ofShape } from "./shapes.ts";

export interface WarpOptions extends SampleOptions {
  /** Height and width of the result. Default: the image's. */
  readonly size?: readonly [height: number, width: number];
}

/**
 * Moves the pixels of images, [..., channels, height, width]: what the result has at column x and row y is
 * read at `matrix` times (x, y, 1), in pixels, (0, 0) being the centre of the first. `matrix` is
 * [..., 2, 3], or [..., 3, 3], a perspective, whose first two numbers are divided by the third; leading axes
 * broadcast. Gradients go to the image and the matrix. Integers are as in `gridSample`. Throws `ShapeError`
 * for shapes that do not fit, `DTypeError` for a matrix of integers.
 *
 * @example
 * const twoToTheRight = tensor([[1, 0, -2], [0, 1, 0]]);
 * warp(tensor([[[1, 2, 3, 4]]]), twoToTheRight).arraySync(); // => [[[0, 0, 1, 2]]]
 */
export function warp(x: Tensor, matrix: Tensor, options: WarpOptions = {}): Tensor {
  checkImage("warp", x, ["channels", "height", "width"]);
  checkMatrix("warp", matrix, 2, 3);
  checkOptions("warp", options, { ...sampleKinds, size: sizes });
  const [height, width] = options.size ?? (x.shape.slice(-2) as [number, number]);
  checkElements("warp", [...x.shape.slice(0, -2), height, width]);
  const { dtype } = matrix;
  // Each [..., 1, 1], beside rows [height, 1] and columns [1, width].
  const entry = (i: number, j: number): Tensor => matrix.slice(-2, i, i + 1).slice(-1, j, j + 1);
  const columns: Tensor = tensor(counted(width), { shape: [1, width], dtype });
  const rows: Tensor = tensor(counted(height), { shape: [height, 1], dtype });
  const [xs, ys, depth] = Array.from({ length: matrix.shape.at(-2)! }, (_, i): Tensor => {
    return columns
      .mul(entry(i, 0))
      .add(rows.mul(entry(i, 1)))
      .add(entry(i, 2));
  }) as [Tensor, Tensor, Tensor?];
  const positions = depth === undefined ? { xs, ys } : { xs: xs.div(depth), ys: ys.div(depth) };
  return sampleAt("warp", x, positions, options);
}

const counted = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** A number, or a tensor of shape [], which may be learnt or drawn. */
type Amount = number | Tensor;

export interface AffineOptions {
  /** Column and row that rotation and scale leave where they are. */
  readonly center: readonly [x: number, y: number];
  /** Counterclockwise. Default: 0. */
  readonly degrees?: Amount;
  /** Above 1: larger. Default: 1. */
  readonly scale?: Amount;
  /** To the right and downwards, in pixels, after the rest. Default: [0, 0]. */
  readonly translate?: readonly [x: Amount, y: Amount];
  /** Default: float64 if a tensor among the options is, else float32. */
  readonly dtype?: "float32" | "float64";
}

const amount = either(finite, oneTensor);

/**
 * The matrix, [2, 3], with which `warp` scales and rotates an image about a centre, and then moves it. It
 * leads from positions of the result to those of the image. Gradients go to the options that are tensors.
 * Throws `NablaError` for what is no number, or a scale that is not positive.
 *
 * @example
 * affineMatrix({ center: [1, 1], scale: 2 }).arraySync(); // => [[0.5, 0, 0.5], [0, 0.5, 0.5]]
 */
export function affineMatrix(options: AffineOptions): Tensor<[2, 3]> {
  checkOptions(
    "affineMatrix",
    options,
    {
      center: pairOf(finite),
      degrees: amount,
      scale: either(positive, oneTensor),
      translate: pairOf(amount),
      dtype: oneOf("float32", "float64"),
    },
    "center",
  );
  const { center, degrees = 0, scale = 1, translate = [0, 0] } = options;
  const given = [degrees, scale, ...translate].filter((one) => one instanceof Tensor);
  for (const one of given) checkFloat("affineMatrix", one, "an option");
  const widest = given.some((one) => one.dtype === "float64") ? "float64" : "float32";
  const { dtype = widest } = options;
  const scalar = (one: Amount): Tensor =>
    one instanceof Tensor ? one.cast(dtype) : (tensor(one, { dtype }) as Tensor);
  const radians = scalar(degrees).mul(Math.PI / 180);
  const [cos, sin] = [radians.cos().div(scalar(scale)), radians.sin().div(scalar(scale))];
  const [x, y] = [0, 1].map((i) => scalar(translate[i]!).add(center[i]!)) as [Tensor, Tensor];
  const rows = [
    [cos, sin.neg(), cos.mul(x).sub(sin.mul(y)).neg().add(center[0])],
    [sin, cos, sin.mul(x).add(cos.mul(y)).neg().add(center[1])],
  ];
  return ofShape(stack(rows.map((row) => stack(row))));
}

/**
 * Rotates images, [..., channels, height, width], about their middle, counterclockwise by `degrees`, a number
 * or a tensor of shape []. The size stays: corners are lost. Throws as `warp` does.
 *
 * @example
 * rotate(tensor([[[1, 2], [3, 4]]]), 90).round().arraySync(); // => [[[2, 4], [1, 3]]]
 */
export function rotate<X extends Tensor>(
  x: X,
  degrees: number | Tensor,
  options: SampleOptions = {},
): Tensor<ShapeOf<X>> {
  checkImage("rotate", x, ["channels", "height", "width"]);
  checkKind("rotate", "degrees", degrees, amount);
  checkOptions("rotate", options, sampleKinds);
  const [height, width] = x.shape.slice(-2) as [number, number];
  const center = [(width - 1) / 2, (height - 1) / 2] as const;
  const dtype = x.dtype === "float64" ? "float64" : "float32";
  return ofShape(warp(x, affineMatrix({ center, degrees, dtype }), options));
}

/**
 * The matrix, [..., 3, 3], of the perspective that takes four points to four others, each [..., 4, 2] with x
 * and y, no three of them on a line. For `warp`: `from` in the result, `to` in the image. By eight linear
 * equations (R. Hartley and A. Zisserman, "Multiple View Geometry", 2004, section 4.1), differentiable in
 * all points; NaN where there is no such matrix. Throws `ShapeError` for other shapes, `DTypeError` for
 * integers.
 *
 * @example
 * const square = tensor([[0, 0], [1, 0], [1, 1], [0, 1]]);
 * perspectiveMatrix(square, square.mul(2)).arraySync(); // => [[2, 0, 0], [0, 2, 0], [0, 0, 1]]
 */
export function perspectiveMatrix(from: Tensor, to: Tensor): Tensor {
  for (const [name, points] of Object.entries({ from, to })) {
    checkTensor("perspectiveMatrix", points, name);
    if (points.shape.at(-2) !== 4 || points.shape.at(-1) !== 2) {
      const given = formatShape(points.shape);
      throw new ShapeError(`perspectiveMatrix: ${name} is ${given}, expected [..., 4, 2]`);
    }
    checkFloat("perspectiveMatrix", points, name);
  }
  const [x, y] = from.split(2, -1);
  const [u, v] = to.split(2, -1);
  const zero: Tensor = zerosLike(x.add(u));
  const one: Tensor = onesLike(zero);
  const columnsOf = (all: readonly Tensor[]): Tensor =>
    concat(
      all.map((column): Tensor => column.add(zero)),
      -1,
    );
  const left = columnsOf([x, y, one, zero, zero, zero, u.mul(x).neg(), u.mul(y).neg()]);
  const right = columnsOf([zero, zero, zero, x, y, one, v.mul(x).neg(), v.mul(y).neg()]);
  const equations: Tensor = concat([left, right], -2);
  const values: Tensor = concat([columnsOf([u]), columnsOf([v])], -2);
  const solved: Tensor = solve(equations, values);
  const last: Tensor = onesLike(solved.slice(-2, 0, 1));
  const whole: Tensor = concat([solved, last], -2);
  return whole.reshape([...solved.shape.slice(0, -2), 3, 3]);
}
