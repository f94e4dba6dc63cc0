// Shrinking of failing cases: first whole stretches of an axis are dropped, then axes of one
// element, then elements become simpler numbers. fast-check's own lists and chains stop early, at
// shapes with elements that do not matter.
import fc from "fast-check";
import { elementCount } from "./row-major.ts";

export interface Limits {
  readonly minRank: number;
  readonly minSize: number;
}

/** Elements in units of the grid that they are drawn from, row-major. */
export interface Grid {
  readonly shape: readonly number[];
  readonly units: readonly number[];
}

/** Draws from `source`, and shrinks to the values of `smaller`, the smallest first. */
export class Shrinking<T> extends fc.Arbitrary<T> {
  readonly #source: fc.Arbitrary<T>;
  readonly #smaller: (value: T) => Iterable<T>;

  constructor(source: fc.Arbitrary<T>, smaller: (value: T) => Iterable<T>) {
    super();
    this.#source = source;
    this.#smaller = smaller;
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<T> {
    return new fc.Value(this.#source.generate(random, bias).value, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return value !== undefined;
  }

  override shrink(value: T): fc.Stream<fc.Value<T>> {
    const smaller = this.#smaller(value)[Symbol.iterator]();
    const values: IterableIterator<T> = {
      next: () => smaller.next(),
      [Symbol.iterator]: () => values,
    };
    return new fc.Stream(values).map((one) => new fc.Value(one, undefined));
  }
}

/**
 * The indices of an axis, from the end, that are kept; without them, only the first, without the
 * axis.
 */
interface Edit {
  readonly fromEnd: number;
  readonly places?: readonly number[];
}

/** The edits of shapes that broadcast after which they still do. */
function* edits(shapes: readonly (readonly number[])[], limits: Limits): Iterable<Edit> {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  for (let fromEnd = rank; fromEnd >= 1; fromEnd--) {
    const sizes = shapes.map((shape) => shape.at(-fromEnd)).filter((size) => size !== undefined);
    const canGo = shapes.every((shape) => shape.length < fromEnd || shape.length > limits.minRank);
    if (canGo && !sizes.includes(0)) yield { fromEnd };
    const size = sizes.find((one) => one !== 1) ?? 1;
    if (size === 1) continue;
    for (const places of fewerPlaces(size)) {
      if (places.length >= limits.minSize && places.length < size) yield { fromEnd, places };
    }
  }
}

/** None, one, one half, all but one. */
function fewerPlaces(size: number): readonly (readonly number[])[] {
  const all = Array.from({ length: size }, (_, i) => i);
  const half = Math.ceil(size / 2);
  const withoutOne = all.map((i) => all.toSpliced(i, 1));
  return [[], [0], all.slice(-1), all.slice(0, half), all.slice(half), ...withoutOne];
}

function editedShape(shape: readonly number[], { fromEnd, places }: Edit): number[] {
  const axis = shape.length - fromEnd;
  if (axis < 0) return [...shape];
  if (!places) return shape.toSpliced(axis, 1);
  // An axis of size 1 broadcasts with any size of the other.
  return shape.with(axis, shape[axis] === 1 ? 1 : places.length);
}

/** Smaller shapes that broadcast like these. */
export function* smallerShapes(
  shapes: readonly (readonly number[])[],
  limits: Limits,
): Iterable<number[][]> {
  for (const edit of edits(shapes, limits)) yield shapes.map((shape) => editedShape(shape, edit));
}

function editedGrid({ shape, units }: Grid, edit: Edit): Grid {
  const axis = shape.length - edit.fromEnd;
  const smaller = editedShape(shape, edit);
  const { places = [0] } = edit;
  const size = shape[axis];
  if (axis < 0 || size === undefined || size === 1) return { shape: smaller, units };
  const inner = elementCount(shape.slice(axis + 1));
  const kept = units.filter((_, i) => places.includes(Math.floor(i / inner) % size));
  return { shape: smaller, units: kept };
}

/** Smaller grids, then the same ones with simpler numbers: nearer to `target`. */
export function* smallerGrids(
  grids: readonly Grid[],
  limits: Limits | undefined,
  target: number,
): Iterable<Grid[]> {
  if (limits) {
    const shapes = grids.map(({ shape }) => shape);
    for (const edit of edits(shapes, limits)) yield grids.map((grid) => editedGrid(grid, edit));
  }
  const isSimple = grids.every(({ units }) => units.every((n) => n === target));
  if (isSimple) return;
  yield grids.map((grid) => ({ ...grid, units: grid.units.map(() => target) }));
  for (const [k, grid] of grids.entries()) {
    for (const [i, n] of grid.units.entries()) {
      // Numbers off the grid (NaN, infinite, too small) have nothing between them and the target.
      if (!Number.isInteger(n)) yield grids.with(k, withUnit(grid, i, target));
      else
        for (let step = n - target; step !== 0; step = Math.trunc(step / 2)) {
          yield grids.with(k, withUnit(grid, i, n - step));
        }
    }
  }
}

function withUnit(grid: Grid, i: number, n: number): Grid {
  return { ...grid, units: grid.units.with(i, n) };
}
