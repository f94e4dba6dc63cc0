// Shapes and tensors that fast-check draws. They shrink to few axes, small sizes and simple numbers.
import fc from "fast-check";
import { type DType, NablaError, type Tensor, tensor } from "../index.ts";

export interface ShapeOptions {
  /** Default: 0. */
  readonly minRank?: number;
  /** Default: 3. */
  readonly maxRank?: number;
  /** Default: 0, so that empty tensors are drawn, too. */
  readonly minSize?: number;
  /** Default: 5. */
  readonly maxSize?: number;
}

/**
 * Shapes.
 *
 * @example
 * import fc from "fast-check";
 * fc.assert(fc.property(shapes({ minSize: 1 }), (shape) => zeros(shape).sum().itemSync() === 0));
 */
export function shapes(options: ShapeOptions = {}): fc.Arbitrary<number[]> {
  const { minRank = 0, maxRank = 3, minSize = 0, maxSize = 5 } = options;
  if (!(minRank <= maxRank && minSize <= maxSize)) {
    throw new NablaError(
      `shapes: ranks ${minRank} to ${maxRank} and sizes ${minSize} to ${maxSize}, ` +
        "expected no least above its most",
    );
  }
  const size = fc.integer({ min: minSize, max: maxSize });
  return fc.array(size, { minLength: minRank, maxLength: maxRank, size: "max" });
}

export interface TensorOptions {
  /** A shape, or what draws one. Default: `shapes()`. */
  readonly shape?: readonly number[] | fc.Arbitrary<readonly number[]>;
  /** Default: "float32". */
  readonly dtype?: DType;
  /** Default: -3; 0 for uint8 and bool. */
  readonly min?: number;
  /** Default: 3; 1 for bool. */
  readonly max?: number;
}

/** So fine are the numbers with fractions. */
const unit = 1 / 64;

/**
 * Tensors of numbers between `min` and `max`: multiples of 1/64 where the dtype has fractions.
 *
 * @example
 * import fc from "fast-check";
 * fc.assert(fc.property(tensors({ dtype: "int32" }), (x) => x.sub(x).square().sum().itemSync() === 0));
 */
export function tensors(options: TensorOptions = {}): fc.Arbitrary<Tensor> {
  const { shape = shapes(), dtype = "float32" } = options;
  const isUnsigned = dtype === "uint8" || dtype === "bool";
  const { min = isUnsigned ? 0 : -3, max = dtype === "bool" ? 1 : 3 } = options;
  if (!(min <= max)) throw new NablaError(`tensors: min is ${min}, max ${max}, expected no more`);
  const scale = dtype === "float32" || dtype === "float64" ? unit : 1;
  const element = fc
    .integer({ min: Math.ceil(min / scale), max: Math.floor(max / scale) })
    .map((n) => n * scale);
  const drawn = "generate" in shape ? shape : fc.constant(shape);
  return drawn.chain((sizes) => {
    const count = sizes.reduce((product, size) => product * size, 1);
    return fc
      .array(element, { minLength: count, maxLength: count, size: "max" })
      .map((data) => tensor(Float64Array.from(data), { shape: [...sizes], dtype }) as Tensor);
  });
}

/**
 * Pairs of shapes that broadcast against each other: sizes of 1 and missing axes on either side.
 *
 * @example
 * import fc from "fast-check";
 * fc.assert(
 *   fc.property(broadcastablePairs(), ([a, b]) => {
 *     zeros(a).add(zeros(b));
 *   }),
 * );
 */
export function broadcastablePairs(options: ShapeOptions = {}): fc.Arbitrary<[number[], number[]]> {
  const { minRank = 0 } = options;
  return shapes(options).chain((shape) => {
    const narrowed = fc
      .tuple(
        fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length, size: "max" }),
        fc.integer({ min: 0, max: Math.max(0, shape.length - minRank) }),
      )
      .map(([isOne, missing]) => shape.map((size, i) => (isOne[i] ? 1 : size)).slice(missing));
    return fc.tuple(narrowed, narrowed).map(([a, b]): [number[], number[]] => {
      // Only one of the two is narrowed along an axis, so that the shape itself comes out.
      const kept = b.map((size, i) => {
        const fromEnd = b.length - i;
        const other = a[a.length - fromEnd];
        return other === 1 ? shape[shape.length - fromEnd]! : size;
      });
      return [a, kept];
    });
  });
}
