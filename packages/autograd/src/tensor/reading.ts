// Functions that read values: the sizes of their results depend on values, which a graph does not
// know. Not while compile(), vmap(), scan() or the like traces a function: they throw TracingError
// there.
import type { Node } from "../graph/node.ts";
import type { Shape } from "../graph/shape.ts";
import { gather } from "../ops/indexing.ts";
import { reshape } from "../ops/movement.ts";
import type { Numbers } from "../scalar/dtype.ts";
import { tensor } from "./creation.ts";
import { nodeOf, numbersNow, readLater, type Tensor, tensorOf } from "./tensor.ts";

/** What `unique` finds of the elements, u of n different ones. */
export interface UniqueElements {
  /** `[u]`, ascending; NaN once, at the end. Their gradients go to the first of equal elements. */
  readonly values: Tensor;
  /** `[u]`, int32: where each is first, row-major. */
  readonly indices: Tensor;
  /** Of the shape of `x`, int32: which of the values each element is. */
  readonly inverse: Tensor;
  /** `[u]`, int32: the number of occurrences of each. */
  readonly counts: Tensor;
}

/**
 * Finds the different elements of `x`, as NumPy's `unique`, with where they are and how often. It
 * reads the elements, and does not block the event loop meanwhile. Throws `TracingError` while a
 * function is traced: there the number of results is not known.
 *
 * @example
 * const { values, counts } = await unique(tensor([3, 1, 3]));
 * values.arraySync(); // => [1, 3]
 * counts.arraySync(); // => [1, 2]
 */
export async function unique(x: Tensor): Promise<UniqueElements> {
  const node = nodeOf("unique", x);
  return uniqueOf(node, await readLater("unique", node));
}

/**
 * Finds the different elements of `x` as `unique` does, at once.
 *
 * @example
 * const found = uniqueSync(tensor([[3, 1], [1, 1]]));
 * found.values.arraySync(); // => [1, 3]
 * found.inverse.arraySync(); // => [[1, 0], [0, 0]]
 */
export function uniqueSync(x: Tensor): UniqueElements {
  const node = nodeOf("uniqueSync", x);
  return uniqueOf(node, numbersNow("uniqueSync", x));
}

/**
 * Finds where `x` is not 0: int32 `[count, axes]`, a row of places for each such element, in row-major
 * order, as PyTorch's `nonzero` and NumPy's `argwhere`; `gatherNd` picks the elements. NaN is not 0.
 * It reads the elements, and does not block the event loop meanwhile. Throws `TracingError` while a
 * function is traced: there the number of results is not known.
 *
 * @example
 * const places = await nonzero(tensor([[0, 5], [7, 0]]));
 * places.arraySync(); // => [[0, 1], [1, 0]]
 */
export async function nonzero(x: Tensor): Promise<Tensor> {
  const node = nodeOf("nonzero", x);
  return placesOf(node.shape, await readLater("nonzero", node));
}

/**
 * Finds where `x` is not 0 as `nonzero` does, at once.
 *
 * @example
 * const x = tensor([0, 5, 0, 7]);
 * gatherNd(x, nonzeroSync(x)).arraySync(); // => [5, 7]
 */
export function nonzeroSync(x: Tensor): Tensor {
  const node = nodeOf("nonzeroSync", x);
  return placesOf(node.shape, numbersNow("nonzeroSync", x));
}

function uniqueOf(node: Node, data: Numbers): UniqueElements {
  // Typed arrays are sorted by number, NaN last.
  const sorted = data.slice().sort();
  const values = sorted.filter((value, i) => i === 0 || !isSame(value, sorted[i - 1]!));
  const inverse = new Int32Array(data.length);
  const [indices, counts] = [new Int32Array(values.length), new Int32Array(values.length)];
  for (let i = data.length - 1; i >= 0; i--) {
    const place = placeOf(data[i]!, values);
    inverse[i] = place;
    indices[place] = i;
    counts[place] = counts[place]! + 1;
  }
  const list = (elements: Int32Array): Tensor => tensor(elements, { dtype: "int32" });
  const first = list(indices);
  return {
    values: tensorOf(gather(reshape(node, [-1]), 0, nodeOf("unique", first))),
    indices: first,
    inverse: tensor(inverse, { dtype: "int32", shape: [...node.shape] }),
    counts: list(counts),
  };
}

function isSame(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** The index among ascending `values`, of which the last may be NaN. */
function placeOf(value: number, values: Numbers): number {
  if (Number.isNaN(value)) return values.length - 1;
  let [from, to] = [0, values.length - 1];
  while (from < to) {
    const middle = (from + to) >>> 1;
    // False for NaN: it comes last.
    if (values[middle]! < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function placesOf(shape: Shape, data: Numbers): Tensor {
  const rank = shape.length;
  const found = Int32Array.from(data.keys()).filter((i) => data[i] !== 0);
  const places = new Int32Array(found.length * rank);
  found.forEach((element, row) => {
    let rest = element;
    for (let axis = rank - 1; axis >= 0; axis--) {
      places[row * rank + axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
  });
  return tensor(places, { dtype: "int32", shape: [found.length, rank] });
}
