// Sampling by grids, as spatial transformers do (M. Jaderberg et al., "Spatial transformer networks", 2015).
import {
  formatShape,
  type Shape,
  ShapeError,
  type ShapeOf,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { checkKind, checkOptions, checkTensor, flag } from "@nabla/autograd/checks";
import { checkElements, checkFloat, checkImage, sizes } from "./checks.ts";
import { type SampleOptions, sampleAt, sampleKinds } from "./sample.ts";
import { ofShape } from "./shapes.ts";

/** [..., channels, height, width] sampled by [..., height, width, 2]. */
export type GridSampled<X extends Shape, G extends Shape> = X extends readonly [
  ...infer Lead extends number[],
  infer C extends number,
  number,
  number,
]
  ? G extends readonly [...Lead, infer H extends number, infer W extends number, number]
    ? [...Lead, C, H, W]
    : number[]
  : number[];

/**
 * Reads an image, [..., channels, height, width], at the positions of a grid, [..., new height, new width,
 * 2], which holds x (of columns) and y (of rows): -1 is the left or upper end of the image, 1 the other one.
 * The result is [..., channels, new height, new width]; leading axes broadcast. Values and gradients, of the
 * image and the grid, are those of PyTorch's `grid_sample`, but NaN in the grid gives NaN. Integers are
 * computed as float32, but by "nearest", which keeps the dtype, and throws where it is computed if a
 * position is NaN. Throws `ShapeError` for shapes that do not fit, `DTypeError` for a grid of integers.
 *
 * @example
 * const x = tensor([[[1, 2], [3, 4]]]);
 * const grid = tensor([[[0, 0], [0.5, -0.5]]]);
 * gridSample(x, grid).arraySync(); // => [[[2.5, 2]]]
 */
export function gridSample<X extends Tensor, G extends Tensor>(
  x: X,
  grid: G,
  options: SampleOptions = {},
): Tensor<GridSampled<ShapeOf<X>, ShapeOf<G>>> {
  checkImage("gridSample", x, ["channels", "height", "width"]);
  checkTensor("gridSample", grid, "grid");
  if (grid.shape.length < 3 || grid.shape.at(-1) !== 2) {
    const given = formatShape(grid.shape);
    throw new ShapeError(`gridSample: grid is ${given}, expected [..., height, width, 2]`);
  }
  checkFloat("gridSample", grid, "grid");
  checkOptions("gridSample", options, sampleKinds);
  const [height, width] = x.shape.slice(-2) as [number, number];
  const given: Tensor = grid;
  const inPixels = (axis: 0 | 1, size: number): Tensor => {
    const at: Tensor = given.slice(-1, axis, axis + 1).squeeze(-1);
    return options.alignCorners === true
      ? at.add(1).mul((size - 1) / 2)
      : at.add(1).mul(size).sub(1).div(2);
  };
  const positions = { xs: inPixels(0, width), ys: inPixels(1, height) };
  return ofShape(sampleAt("gridSample", x, positions, options));
}

/** [..., 2, 3] and a size become [..., height, width, 2]. */
export type AffineGrid<M extends Shape, H extends number, W extends number> = M extends readonly [
  ...infer Lead extends number[],
  number,
  number,
]
  ? [...Lead, H, W, 2]
  : number[];

/**
 * Makes a grid for `gridSample`, [..., height, width, 2]: the positions, from -1 to 1, of an image of `size`,
 * each (x, y, 1) multiplied by `matrix`, [..., 2, 3]. PyTorch's `affine_grid`. Throws `ShapeError` for
 * another matrix, `DTypeError` for integers, `NablaError` for sizes that are not positive integers.
 *
 * @example
 * const identity = tensor([[1, 0, 0], [0, 1, 0]]);
 * affineGrid(identity, [1, 2]).arraySync(); // => [[[-0.5, 0], [0.5, 0]]]
 */
export function affineGrid<M extends Tensor, const H extends number, const W extends number>(
  matrix: M,
  size: readonly [height: H, width: W],
  options: { readonly alignCorners?: boolean } = {},
): Tensor<AffineGrid<ShapeOf<M>, H, W>> {
  checkMatrix("affineGrid", matrix, 2);
  checkKind("affineGrid", "size", size, sizes);
  checkOptions("affineGrid", options, { alignCorners: flag });
  const [height, width] = size;
  checkElements("affineGrid", [...matrix.shape.slice(0, -2), height, width, 3]);
  const place = (i: number, count: number): number => {
    if (options.alignCorners === true) return count === 1 ? 0 : (2 * i) / (count - 1) - 1;
    return (2 * i + 1) / count - 1;
  };
  const rows = Array.from({ length: height }, (_, i) => place(i, height));
  const columns = Array.from({ length: width }, (_, j) => place(j, width));
  const points = new Float64Array(3 * height * width);
  for (const [i, y] of rows.entries()) {
    for (const [j, x] of columns.entries()) points.set([x, y, 1], 3 * (i * width + j));
  }
  const flat: Tensor = tensor(points, { shape: [height * width, 3], dtype: matrix.dtype });
  const moved: Tensor = flat.matmul(matrix.transpose());
  return ofShape(moved.reshape([...matrix.shape.slice(0, -2), height, width, 2]));
}

/** Throws unless it is [..., rows, 3], with fractions. */
export function checkMatrix(operation: string, matrix: unknown, ...rows: readonly number[]): void {
  checkTensor(operation, matrix, "matrix");
  if (matrix.shape.at(-1) !== 3 || !rows.includes(matrix.shape.at(-2)!)) {
    const expected = rows.map((count) => `[..., ${count}, 3]`).join(" or ");
    throw new ShapeError(
      `${operation}: matrix is ${formatShape(matrix.shape)}, expected ${expected}`,
    );
  }
  checkFloat(operation, matrix, "matrix");
}
