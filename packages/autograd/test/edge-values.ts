// Values at the edges, which fast-check draws: special numbers, empty tensors, and what is no argument at all.
import { type DType, type Tensor, tensor } from "@nabla/autograd";
import fc from "fast-check";

export const dtypes: readonly DType[] = [
  "float32",
  "float64",
  "int32",
  "uint8",
  "bool",
  "float16",
  "bfloat16",
];

const ordinary = [0, 1, 2, 3, -1, 0.5, -2.5, 1.5, 0.1, 3.7, -0.75];
const floats = [Number.NaN, Infinity, -Infinity, -0, 88.8, -104, 1e10, -1e-30, 2 ** 24 + 1, 710];

/** What is special about each dtype: ends of its range, denormals, where rounding begins. */
const numbers: Readonly<Record<DType, readonly number[]>> = {
  float32: [...ordinary, ...floats, 2 ** -149, -(2 ** -126), (2 - 2 ** -23) * 2 ** 127, -1e38],
  float64: [...ordinary, ...floats, Number.MIN_VALUE, -(2 ** -1022), Number.MAX_VALUE, -1e308],
  int32: [0, 1, 2, 3, -1, -2, 7, 65_536, 2 ** 31 - 1, -(2 ** 31), 46_341],
  uint8: [0, 1, 2, 3, 127, 128, 255],
  bool: [0, 1],
  float16: [...ordinary, ...floats, 2 ** -24, -(2 ** -14), 65_504, -65_519],
  bfloat16: [...ordinary, ...floats, 2 ** -133, -(2 ** -126), 3.38e38, -1e38],
};

const plain: Readonly<Record<DType, readonly number[]>> = {
  float32: ordinary,
  float64: ordinary,
  int32: [0, 1, 2, 3, -1, -2, 7],
  uint8: [0, 1, 2, 3],
  bool: [0, 1],
  float16: ordinary,
  bfloat16: ordinary,
};

export interface EdgeTensorOptions {
  readonly shape?: fc.Arbitrary<readonly number[]>;
  readonly dtype?: fc.Arbitrary<DType>;
  /** No infinities, and nothing whose square is one. Default: false. */
  readonly isPlain?: boolean;
}

/** Most elements of a tensor: what is wrong at an edge is wrong of few. */
const most = 40;

/** Of 0 to 5 axes, many of them of size 0 or 1. */
export const edgeShapes: fc.Arbitrary<readonly number[]> = fc
  .array(fc.constantFrom<number>(1, 2, 3, 2, 1, 4, 3, 2, 0), { maxLength: 5, size: "max" })
  .filter((shape) => shape.reduce((count, size) => count * size, 1) <= most);

/** Of a number of axes, square at the end. */
export const squares: fc.Arbitrary<readonly number[]> = fc
  .tuple(fc.array(fc.constantFrom(1, 2, 0), { maxLength: 2 }), fc.constantFrom(2, 3, 1, 0))
  .map(([front, size]) => [...front, size, size]);

export const anyDType: fc.Arbitrary<DType> = fc.constantFrom(...dtypes);
export const floatDType: fc.Arbitrary<DType> = fc.constantFrom("float32", "float64");

export function edgeTensors(options: EdgeTensorOptions = {}): fc.Arbitrary<Tensor> {
  const { shape = edgeShapes, dtype = anyDType, isPlain = false } = options;
  return fc.tuple(shape, dtype).chain(([sizes, type]) => {
    const count = sizes.reduce((product, size) => product * size, 1);
    const element = fc.constantFrom(...(isPlain ? plain : numbers)[type]);
    return fc
      .array(element, { minLength: count, maxLength: count, size: "max" })
      .map((data) => tensor(Float64Array.from(data), { shape: [...sizes], dtype: type }) as Tensor);
  });
}

/** Positions, some of them outside of small axes. */
export function indicesOf(shape: fc.Arbitrary<readonly number[]>): fc.Arbitrary<Tensor> {
  return fc
    .tuple(shape, fc.constantFrom<DType>("int32", "int32", "uint8"))
    .chain(([sizes, dtype]) => {
      const count = sizes.reduce((product, size) => product * size, 1);
      return fc
        .array(fc.constantFrom(0, 0, 0, 1, 1, -1, 2, 5), { minLength: count, maxLength: count })
        .map(
          (data) =>
            tensor(Int32Array.from(data), { shape: [...sizes], dtype }) as unknown as Tensor,
        );
    });
}

/** Small whole numbers: axes, offsets, counts. */
export const whole: fc.Arbitrary<number> = fc.constantFrom(0, 1, -1, 2, -2, 3, 5, -4);
export const axis: fc.Arbitrary<number> = fc.constantFrom(0, -1, 1, -2, 2, 4);
export const axes: fc.Arbitrary<number | readonly number[] | undefined> = fc.oneof(
  fc.constant(undefined),
  axis,
  fc.uniqueArray(fc.constantFrom(0, 1, -1, 2), { maxLength: 3 }),
);
/** An axis that a shape mostly has. */
export function axisOf({ length }: readonly number[]): fc.Arbitrary<number> {
  if (length === 0) return axis;
  const own = fc.integer({ min: -length, max: length - 1 });
  return fc.oneof({ weight: 7, arbitrary: own }, { weight: 1, arbitrary: axis });
}

/** One of them, several or all, left out included. */
export function axesOf(shape: readonly number[]): fc.Arbitrary<unknown> {
  const some = fc.subarray([...shape.keys()]);
  return fc.oneof(fc.constant(undefined), axisOf(shape), some, some, axes);
}

export const number: fc.Arbitrary<number> = fc.constantFrom(...numbers.float64, 2 ** 31, 300);

/** An object with some of the options, or none at all. */
export function options<T extends object>(
  all: { [Name in keyof T]: fc.Arbitrary<T[Name]> },
): fc.Arbitrary<Partial<T> | undefined> {
  return fc.option(fc.record(all, { requiredKeys: [] }), { nil: undefined }) as fc.Arbitrary<
    Partial<T> | undefined
  >;
}
