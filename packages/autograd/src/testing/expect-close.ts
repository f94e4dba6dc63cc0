// Compares values within a tolerance; NaN never passes for a number.
import { formatShape, NablaError, ShapeError, Tensor, tensor } from "../index.ts";
import { indexOf } from "./row-major.ts";

export interface Tolerances {
  /**
   * Of the larger of the two values. Default: 1e-5 for float32, 1e-10 for float64, 0 for integers.
   */
  readonly relativeTolerance?: number;
  /** Default: the same number. */
  readonly absoluteTolerance?: number;
}

/** Numbers nested as deep as the shape, a typed array, or a tensor. */
export type Values = Tensor | Parameters<typeof tensor>[0] | number;

/**
 * Throws unless `actual` has the shape of `expected` and each element is within the tolerance of
 * its counterpart: |a - b| <= absolute + relative * max(|a|, |b|). NaN equals NaN, and an infinity
 * itself. The message names the element that is furthest off.
 *
 * @example
 * expectClose(tensor([1, 2]).exp(), [Math.E, Math.E ** 2]);
 * expectClose(tensor([1, 2]), [1, 3]); // => throws expectClose: element [1] of [2] is 2, expected 3
 */
export function expectClose(actual: Values, expected: Values, tolerances: Tolerances = {}): void {
  const a = asTensor(actual);
  const b = asTensor(expected, a.dtype);
  if (a.rank !== b.rank || a.shape.some((size, axis) => size !== b.shape[axis])) {
    throw new ShapeError(`expectClose: ${formatShape(a.shape)}, expected ${formatShape(b.shape)}`);
  }
  const byDType = {
    float16: 1e-3,
    bfloat16: 1e-2,
    float32: 1e-5,
    float64: 1e-10,
    int32: 0,
    uint8: 0,
    bool: 0,
  };
  const { relativeTolerance = byDType[a.dtype], absoluteTolerance = byDType[a.dtype] } = tolerances;
  const [given, wanted] = [a.dataSync(), b.dataSync()];
  let worst = { position: -1, excess: 0 };
  given.forEach((x, position) => {
    const y = wanted[position]!;
    if (Object.is(x, y) || x === y) return;
    const error = Math.abs(x - y);
    const allowed = absoluteTolerance + relativeTolerance * Math.max(Math.abs(x), Math.abs(y));
    // An infinity must not allow everything.
    if (error <= allowed && Number.isFinite(error)) return;
    const excess = Number.isFinite(error) ? error / allowed : Number.POSITIVE_INFINITY;
    if (worst.position < 0 || excess > worst.excess) worst = { position, excess };
  });
  if (worst.position < 0) return;
  const index = formatShape(indexOf(worst.position, a.shape));
  const [x, y] = [given[worst.position], wanted[worst.position]];
  throw new NablaError(
    `expectClose: element ${index} of ${formatShape(a.shape)} is ${x}, expected ${y}`,
  );
}

function asTensor(values: Values, dtype?: Tensor["dtype"]): Tensor {
  if (values instanceof Tensor) return values;
  // Computed values are compared in their own dtype, to which literals are rounded.
  const isBig = values instanceof Float64Array;
  return tensor(values as never, { dtype: dtype ?? (isBig ? "float64" : "float32") }) as Tensor;
}
