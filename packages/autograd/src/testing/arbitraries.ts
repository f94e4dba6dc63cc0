// fast-check arbitraries of shapes and tensors. They shrink to few axes, small sizes and simple
// numbers.
import fc from "fast-check";
import { type DType, NablaError, type Tensor, tensor } from "../index.ts";
import { elementCount } from "./row-major.ts";
import { type Grid, type Limits, Shrinking, smallerGrids, smallerShapes } from "./shrinking.ts";

export interface ShapeOptions {
  /** Default: 0. */
  readonly minRank?: number;
  /** Default: 3. */
  readonly maxRank?: number;
  /** Default: 0, so that empty tensors are drawn too. */
  readonly minSize?: number;
  /** Default: 5. */
  readonly maxSize?: number;
}

/**
 * Draws shapes.
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
  const drawn = fc.array(size, { minLength: minRank, maxLength: maxRank, size: "max" });
  limitsOf.set(drawn, { minRank, minSize });
  return drawn;
}

/** The lower limits of the shapes of `shapes()`, for shrinking tensors drawn with them. */
const limitsOf = new WeakMap<object, Limits>();

export interface NumberOptions {
  /** Default: "float32". */
  readonly dtype?: DType;
  /** Default: -3; 0 for uint8 and bool. */
  readonly min?: number;
  /** Default: 3; 1 for bool. */
  readonly max?: number;
  /**
   * Whether some floats are NaN, infinite, -0 or the smallest numbers. Default: false.
   */
  readonly special?: boolean;
}

export interface TensorOptions extends NumberOptions {
  /** A shape, or an arbitrary of shapes. Default: `shapes()`. */
  readonly shape?: readonly number[] | fc.Arbitrary<readonly number[]>;
}

/** The grid of numbers with fractions. */
const unit = 1 / 64;

/**
 * Draws tensors of numbers between `min` and `max`: multiples of 1/64 if the dtype has fractions.
 * Failing cases shrink to the fewest elements that matter, and to numbers near 0.
 *
 * @example
 * import fc from "fast-check";
 * fc.assert(fc.property(tensors({ dtype: "int32" }), (x) => x.sub(x).square().sum().itemSync() === 0));
 */
export function tensors(options: TensorOptions = {}): fc.Arbitrary<Tensor> {
  const { shape = shapes() } = options;
  const numbers = numbersOf("tensors", options);
  const drawn = "generate" in shape ? shape : fc.constant(shape);
  const one = drawn.map((sizes) => [sizes]);
  return grids(one, limitsOf.get(shape), numbers).map(([grid]) => tensorOf(grid!, numbers));
}

/** What elements are drawn from: multiples of a unit, and the simplest of them. */
interface Numbers {
  readonly element: fc.Arbitrary<number>;
  readonly target: number;
  readonly scale: number;
  readonly dtype: DType;
}

function numbersOf(name: string, options: NumberOptions): Numbers {
  const { dtype = "float32" } = options;
  const isUnsigned = dtype === "uint8" || dtype === "bool";
  const { min = isUnsigned ? 0 : -3, max = dtype === "bool" ? 1 : 3 } = options;
  if (!(min <= max)) throw new NablaError(`${name}: min is ${min}, max ${max}, expected no more`);
  const scale = dtype === "float32" || dtype === "float64" ? unit : 1;
  const whole = fc.integer({ min: Math.ceil(min / scale), max: Math.floor(max / scale) });
  const least = (dtype === "float32" ? 2 ** -149 : Number.MIN_VALUE) / scale;
  const odd = fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, least, -least);
  const isSpecial = options.special === true && scale === unit;
  const weighted = [
    { arbitrary: whole, weight: 4 },
    { arbitrary: odd, weight: 1 },
  ] as const;
  const element = isSpecial ? fc.oneof(...weighted) : whole;
  const target = Math.min(Math.max(0, Math.ceil(min / scale)), Math.floor(max / scale));
  return { element, target, scale, dtype };
}

/**
 * Draws one grid for each shape. A shape without limits is kept, and its numbers become simpler.
 */
function grids(
  shapesDrawn: fc.Arbitrary<readonly (readonly number[])[]>,
  limits: Limits | undefined,
  { element, target }: Numbers,
): fc.Arbitrary<readonly Grid[]> {
  const filled = (shape: readonly number[]): fc.Arbitrary<Grid> => {
    const count = elementCount(shape);
    return fc
      .array(element, { minLength: count, maxLength: count, size: "max" })
      .map((units) => ({ shape, units }));
  };
  const filledAll = (all: readonly (readonly number[])[]): fc.Arbitrary<readonly Grid[]> =>
    fc.tuple(...all.map(filled));
  const smaller = (drawn: readonly Grid[]) => smallerGrids(drawn, limits, target);
  if (limits) return new Shrinking(shapesDrawn.chain(filledAll), smaller);
  return shapesDrawn.chain((all) => new Shrinking(filledAll(all), smaller));
}

function tensorOf({ shape, units }: Grid, { scale, dtype }: Numbers): Tensor {
  const data = Float64Array.from(units, (n) => n * scale);
  return tensor(data, { shape: [...shape], dtype }) as Tensor;
}

/**
 * Draws pairs of shapes that broadcast: sizes of 1 and missing axes on either side.
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
  const { minRank = 0, minSize = 0 } = options;
  return new Shrinking(
    pairsDrawn(options),
    (pair) => smallerShapes(pair, { minRank, minSize }) as Iterable<[number[], number[]]>,
  );
}

/**
 * Draws pairs of tensors whose shapes broadcast. Failing cases shrink in both shapes at once.
 *
 * @example
 * import fc from "fast-check";
 * fc.assert(
 *   fc.property(broadcastableTensors({ dtype: "int32" }), ([a, b]) => {
 *     expectClose(a.mul(b), b.mul(a));
 *   }),
 * );
 */
export function broadcastableTensors(
  options: ShapeOptions & NumberOptions = {},
): fc.Arbitrary<[Tensor, Tensor]> {
  const { minRank = 0, minSize = 0 } = options;
  const numbers = numbersOf("broadcastableTensors", options);
  return grids(pairsDrawn(options), { minRank, minSize }, numbers).map(([a, b]) => [
    tensorOf(a!, numbers),
    tensorOf(b!, numbers),
  ]);
}

function pairsDrawn(options: ShapeOptions): fc.Arbitrary<[number[], number[]]> {
  const { minRank = 0 } = options;
  return shapes(options).chain((shape) => {
    const narrowed = fc
      .tuple(
        fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length, size: "max" }),
        fc.integer({ min: 0, max: Math.max(0, shape.length - minRank) }),
      )
      .map(([isOne, missing]) => shape.map((size, i) => (isOne[i] ? 1 : size)).slice(missing));
    return fc.tuple(narrowed, narrowed).map(([a, b]): [number[], number[]] => {
      // Along each axis only one of the two is narrowed, so that the shape itself results.
      const kept = b.map((size, i) => {
        const fromEnd = b.length - i;
        const other = a[a.length - fromEnd];
        return other === 1 ? shape[shape.length - fromEnd]! : size;
      });
      return [a, kept];
    });
  });
}
