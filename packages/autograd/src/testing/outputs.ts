// Functions of several tensors, differentiated at a point: their outputs as numbers, and their gradient
// as another such function.
import { gradients, realize, type Tensor, tensor } from "../index.ts";
import { elementCount } from "./row-major.ts";

export type Single = (...xs: readonly Tensor[]) => Tensor;
export type Several = (xs: readonly Tensor[]) => readonly Tensor[];

/** A point at which a function is differentiated: one tensor per input. */
export interface Point {
  /** Its name in errors. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The weight of element `j` of output `i`: pseudo-random, but fixed. */
export function weight(i: number, j: number): number {
  return Math.sin((j + 1) * (j + 1) + i);
}

export function weightsLike(shape: readonly number[], i: number): Tensor {
  const data = Float64Array.from({ length: elementCount(shape) }, (_, j) => weight(i, j));
  return tensor(data, { shape: [...shape] }) as Tensor;
}

/** The weighted sum of numbers, as elements of the output `first` and those after it. */
export function projected(
  outputs: readonly Float64Array[],
  first = 0,
  part = (x: number): number => x,
): number {
  return outputs.reduce(
    (sum, data, i) => data.reduce((total, x, j) => total + part(x * weight(first + i, j)), sum),
    0,
  );
}

/** One number from all outputs: the only one there is, or the weighted sum of all. */
export function total(outputs: readonly Float64Array[]): number {
  return isOne(outputs) ? outputs[0]![0]! : projected(outputs);
}

export function isOne(outputs: readonly { readonly length: number }[]): boolean {
  return outputs.length === 1 && outputs[0]!.length === 1;
}

/** The gradient of `total` of `f`'s outputs, times `times`. */
export function gradientOf(f: Several, times = 1): Several {
  return (xs) => {
    const outputs = f(xs);
    const one = isOne(outputs.map((y) => ({ length: y.size })));
    const shares = outputs.map((y, i) => {
      const weights: Tensor = one ? tensor(1).reshape([...y.shape]) : weightsLike(y.shape, i);
      return gradients(y, xs, { seed: weights.mul(times) });
    });
    return shares.reduce((sums, share) => sums.map((sum, i) => sum.add(share[i]!)));
  };
}

export function tensorsAt(points: readonly Point[]): readonly Tensor[] {
  return points.map(({ shape, data }) => tensor(data, { shape: [...shape] }) as Tensor);
}

export function valuesOf(f: Several, points: readonly Point[]): readonly Float64Array[] {
  return dataOf(f(tensorsAt(points)));
}

export function dataOf(outputs: readonly Tensor[]): readonly Float64Array[] {
  realize(...outputs);
  return outputs.map((y) => y.dataSync() as Float64Array);
}

/** Whether two lists of outputs are equal, including NaN and the sign of 0. */
export function haveSameNumbers(a: readonly Float64Array[], b: readonly Float64Array[]): boolean {
  return a.every((data, i) => data.every((x, j) => Object.is(x, b[i]![j])));
}
