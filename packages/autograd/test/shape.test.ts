// The shape rules of graph/shape.ts against definitions that are slow but plain to see.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../src/graph/errors.ts";
import {
  broadcastShapes,
  broadcastToShape,
  checkReducible,
  checkShape,
  concatShape,
  elementCount,
  expandedShape,
  flattenedShape,
  formatShape,
  gatheredShape,
  matmulShape,
  normalizeAxes,
  normalizeAxis,
  normalizeIndex,
  paddedShape,
  permutedShape,
  reducedShape,
  reshapeShape,
  type Shape,
  shapesEqual,
  sliceRange,
  splitSizes,
  squeezedShape,
  stackShape,
  stridesOf,
  transposed,
} from "../src/graph/shape.ts";
import { nestedShape } from "../src/tensor/nested.ts";

// 0 and 1 are the sizes that rules get wrong, and 1 and a few others are what broadcasts.
const size = fc.oneof(fc.constant(0), fc.constant(1), fc.integer({ min: 1, max: 4 }));
const shapes = fc.array(size, { maxLength: 4 });
const shapesWithAxis = fc
  .array(size, { minLength: 1, maxLength: 4 })
  .chain((shape) => fc.tuple(fc.constant(shape), axesOf(shape.length)));

function axesOf(rank: number): fc.Arbitrary<number> {
  return fc.integer({ min: -rank, max: rank - 1 });
}

/** The result, or `undefined` if it is a `ShapeError`. */
function attempt<T>(rule: () => T): T | undefined {
  try {
    return rule();
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
}

/** Positions of all elements, in row-major order. */
function positions(shape: Shape): number[][] {
  const [first, ...rest] = shape;
  if (first === undefined) return [[]];
  return Array.from({ length: first }, (_, i) => positions(rest).map((at) => [i, ...at])).flat();
}

function nested(shape: Shape): unknown {
  const [first, ...rest] = shape;
  return first === undefined ? 0 : Array.from({ length: first }, () => nested(rest));
}

function range(count: number): number[] {
  return [...new Array(count).keys()];
}

describe("a shape", () => {
  test("has as many elements as there are positions", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(elementCount(shape)).toBe(positions(shape).length);
      }),
    );
  });

  test("has strides that number its positions in row-major order", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const strides = stridesOf(shape);
        const offsets = positions(shape).map((at) =>
          at.reduce((offset, i, axis) => offset + i * strides[axis]!, 0),
        );
        expect(offsets).toEqual(range(offsets.length));
        expect(strides).toHaveLength(shape.length);
      }),
    );
  });

  test("is printed as JSON is, but with spaces", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(formatShape(shape)).toBe(JSON.stringify(shape).replaceAll(",", ", "));
      }),
    );
  });

  test("equals another with the same sizes in the same places only", () => {
    fc.assert(
      fc.property(shapes, shapes, (a, b) => {
        expect(shapesEqual(a, b)).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(shapesEqual(a, [...a])).toBe(true);
      }),
    );
  });

  test("is copied and frozen when it is checked", () => {
    const given = [2, 3];
    const checked = checkShape("zeros", given);
    given[0] = 5;
    expect(checked).toEqual([2, 3]);
    expect(checked).toSatisfy(Object.isFrozen);
  });

  test.each([-1, 0.5, Number.NaN, Infinity, 2 ** 53, "3", undefined, null])(
    "does not have a size of %s",
    (wrong) => {
      expect(() => checkShape("zeros", [2, wrong as number])).toThrow(ShapeError);
    },
  );

  test("has less than 2^31 elements, in all and along each axis, and 64 axes", () => {
    expect(checkShape("zeros", [2 ** 31 - 1])).toEqual([2 ** 31 - 1]);
    expect(checkShape("zeros", new Array<number>(64).fill(1))).toHaveLength(64);
    expect(() => checkShape("zeros", [2 ** 16, 2 ** 15])).toThrow(
      new ShapeError("zeros: [65536, 32768] has 2147483648 elements, expected less than 2^31"),
    );
    expect(() => checkShape("zeros", [0, 2 ** 31])).toThrow(
      new ShapeError(
        "zeros: axis 1 of [0, 2147483648] has size 2147483648, expected less than 2^31",
      ),
    );
    expect(() => checkShape("zeros", new Array<number>(65).fill(1))).toThrow(
      new ShapeError("zeros: a shape of 65 axes, expected at most 64"),
    );
  });
});

describe("broadcasting", () => {
  /** NumPy's rule, read axis by axis from the end: all sizes but 1 must agree. */
  function broadcastByRule(...operands: Shape[]): number[] | undefined {
    const result: number[] = [];
    for (let fromEnd = 1; operands.some((shape) => fromEnd <= shape.length); fromEnd++) {
      const sizes = new Set(operands.map((shape) => shape.at(-fromEnd) ?? 1));
      if (sizes.size > 1) sizes.delete(1);
      if (sizes.size > 1) return undefined;
      result.unshift(...sizes);
    }
    return result;
  }

  test("follows the rule for two and for three operands", () => {
    fc.assert(
      fc.property(shapes, shapes, shapes, (a, b, c) => {
        expect(attempt(() => broadcastShapes("add", a, b))).toEqual(broadcastByRule(a, b));
        expect(attempt(() => broadcastShapes("where", a, b, c))).toEqual(broadcastByRule(a, b, c));
      }),
      { numRuns: 300 },
    );
  });

  test("stretches to a shape exactly if broadcasting with it gives that shape", () => {
    fc.assert(
      fc.property(shapes, shapes, (from, to) => {
        const together = broadcastByRule(from, to);
        const stretches = together !== undefined && shapesEqual(together, to);
        expect(attempt(() => broadcastToShape(from, to))).toEqual(stretches ? to : undefined);
      }),
      { numRuns: 300 },
    );
  });
});

describe("matmul", () => {
  /** Vectors made matrices, batches broadcast, the axes that were added taken off again. */
  function matmulByRule(a: Shape, b: Shape): number[] | undefined {
    if (a.length === 0 || b.length === 0) return undefined;
    const [left, right] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
    if (left.at(-1) !== right.at(-2)) return undefined;
    const batch = attempt(() => broadcastShapes("", left.slice(0, -2), right.slice(0, -2)));
    const rows = a.length === 1 ? [] : [left.at(-2)!];
    const columns = b.length === 1 ? [] : [right.at(-1)!];
    return batch && [...batch, ...rows, ...columns];
  }

  test("follows the rule for vectors, matrices and batches", () => {
    // Sizes up to 2 only, so that many pairs fit.
    const small = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 4 });
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(attempt(() => matmulShape(a, b))).toEqual(matmulByRule(a, b));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("an axis", () => {
  test("is counted as Array.at counts", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: -6, max: 6 }), (shape, axis) => {
        const expected = range(shape.length).at(axis);
        expect(attempt(() => normalizeAxis("sum", axis, shape))).toBe(expected);
      }),
    );
  });

  test.each([0.5, Number.NaN, Infinity])("is not %s", (axis) => {
    expect(() => normalizeAxis("sum", axis, [2, 3])).toThrow(ShapeError);
  });

  test("may be one, several, none or all of them, in any order, each once", () => {
    expect(normalizeAxes("sum", undefined, [2, 3, 4])).toEqual([0, 1, 2]);
    expect(normalizeAxes("sum", -1, [2, 3, 4])).toEqual([2]);
    expect(normalizeAxes("sum", [-1, 0], [2, 3, 4])).toEqual([0, 2]);
    expect(normalizeAxes("sum", [], [2, 3, 4])).toEqual([]);
    expect(() => normalizeAxes("sum", [0, -3], [2, 3, 4])).toThrow(ShapeError);
  });

  test("that is reduced goes, or stays with size 1", () => {
    fc.assert(
      fc.property(shapesWithAxis, ([shape, axis]) => {
        const axes = normalizeAxes("sum", axis, shape);
        const kept = [...shape];
        kept.splice(axis, 1, 1);
        const gone = [...shape];
        gone.splice(axis, 1);
        expect(reducedShape(shape, axes, true)).toEqual(kept);
        expect(reducedShape(shape, axes, false)).toEqual(gone);
      }),
    );
  });

  test("of size 0 has no maximum, unless there is nothing to have one", () => {
    const max = (shape: Shape, axis?: number) =>
      checkReducible("max", shape, normalizeAxes("max", axis, shape));
    expect(() => max([2, 0], 1)).toThrow(ShapeError);
    expect(() => max([2, 0])).toThrow(ShapeError);
    expect(() => max([2, 0], 0)).not.toThrow();
    expect(() => max([0, 0], 1)).not.toThrow();
    expect(() => max([])).not.toThrow();
  });
});

describe("moving axes", () => {
  test("permute reads each size where the order says", () => {
    const orders = shapes.chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.shuffledSubarray(range(shape.length), { minLength: shape.length }),
      ),
    );
    fc.assert(
      fc.property(orders, ([shape, order]) => {
        const expected = order.map((axis) => shape[axis]);
        expect(permutedShape(shape, order)).toEqual(expected);
        const fromEnd = order.map((axis) => axis - shape.length);
        expect(permutedShape(shape, fromEnd)).toEqual(expected);
      }),
    );
  });

  test("transpose swaps the last two and needs two", () => {
    fc.assert(
      fc.property(shapes, size, size, (front, rows, columns) => {
        expect(transposed([...front, rows, columns])).toEqual([...front, columns, rows]);
      }),
    );
    expect(() => transposed([3])).toThrow(ShapeError);
    expect(() => transposed([])).toThrow(ShapeError);
  });

  test("squeeze takes off what expandDims puts in", () => {
    const places = shapes.chain((shape) => fc.tuple(fc.constant(shape), axesOf(shape.length + 1)));
    fc.assert(
      fc.property(places, ([shape, axis]) => {
        const expanded = expandedShape(shape, axis);
        expect(expanded.at(axis)).toBe(1);
        expect(squeezedShape(expanded, axis)).toEqual(shape);
        expect(squeezedShape(expanded)).toEqual(shape.filter((n) => n !== 1));
      }),
    );
  });
});

describe("reshape", () => {
  test("asks for as many elements, no matter how they lie", () => {
    fc.assert(
      fc.property(shapes, shapes, (from, to) => {
        const fits = positions(from).length === positions(to).length;
        expect(attempt(() => reshapeShape(from, to))).toEqual(fits ? to : undefined);
      }),
      { numRuns: 300 },
    );
  });

  test("solves -1 by the only size that fits", () => {
    const open = shapes.chain((to) => fc.tuple(fc.constant(to), fc.nat({ max: to.length })));
    fc.assert(
      fc.property(shapes, open, (from, [others, place]) => {
        const filled = (n: number) => [...others.slice(0, place), n, ...others.slice(place)];
        const solutions = range(257).filter((n) => elementCount(filled(n)) === elementCount(from));
        const expected = solutions.length === 1 ? filled(solutions[0]!) : undefined;
        expect(attempt(() => reshapeShape(from, filled(-1)))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("flatten joins the axes from one on", () => {
    fc.assert(
      fc.property(shapesWithAxis, ([shape, start]) => {
        const flat = flattenedShape(shape, start);
        const index = start < 0 ? start + shape.length : start;
        expect(flat).toHaveLength(index + 1);
        expect(flat.slice(0, index)).toEqual(shape.slice(0, index));
        expect(flat[index]).toBe(positions(shape.slice(index)).length);
      }),
    );
    expect(flattenedShape([])).toEqual([1]);
  });
});

describe("joining and cutting", () => {
  test("concat adds the sizes along the axis", () => {
    fc.assert(
      fc.property(shapesWithAxis, fc.array(size, { maxLength: 3 }), ([first, axis], sizes) => {
        const others = sizes.map((n) => first.with(axis, n));
        const sum = sizes.reduce((total, n) => total + n, first.at(axis)!);
        expect(concatShape(axis, [first, ...others])).toEqual(first.with(axis, sum));
      }),
    );
  });

  test("concat takes nothing that differs elsewhere", () => {
    fc.assert(
      fc.property(shapesWithAxis, shapes, ([first, axis], second) => {
        const differs =
          first.length !== second.length ||
          JSON.stringify(first.with(axis, 0)) !== JSON.stringify(second.with(axis, 0));
        expect(attempt(() => concatShape(axis, [first, second])) === undefined).toBe(differs);
      }),
      { numRuns: 300 },
    );
  });

  test("stack is concat of the shapes with a new axis of size 1", () => {
    const places = shapes.chain((shape) =>
      fc.tuple(fc.constant(shape), axesOf(shape.length + 1), fc.integer({ min: 1, max: 4 })),
    );
    fc.assert(
      fc.property(places, ([shape, axis, count]) => {
        const all = new Array<Shape>(count).fill(shape);
        const expanded = all.map((one) => expandedShape(one, axis));
        expect(stackShape(axis, all)).toEqual(concatShape(axis, expanded));
      }),
    );
  });

  test("split gives parts that concat puts together again", () => {
    fc.assert(
      fc.property(
        shapesWithAxis,
        fc.oneof(fc.integer({ min: 1, max: 4 }), fc.array(size, { minLength: 1, maxLength: 4 })),
        ([shape, axis], parts) => {
          const sizes = attempt(() => splitSizes(shape, parts, axis));
          const whole = shape.at(axis)!;
          const sum = (list: Shape) => list.reduce((total, n) => total + n, 0);
          const fits = typeof parts === "number" ? whole % parts === 0 : sum(parts) === whole;
          const count = typeof parts === "number" ? parts : parts.length;
          expect(sizes?.length).toBe(fits ? count : undefined);
          const together = sizes?.map((n) => shape.with(axis, n)) ?? [shape];
          expect(concatShape(axis, together)).toEqual(shape);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("slice takes what Array.slice takes", () => {
    const bound = fc.integer({ min: -6, max: 6 });
    fc.assert(
      fc.property(
        shapesWithAxis,
        bound,
        fc.option(bound, { nil: undefined }),
        ([shape, axis], from, to) => {
          const whole = range(shape.at(axis)!);
          const expected = whole.slice(from, to);
          const { start, size: count, step } = sliceRange(shape, axis, from, to);
          expect(range(count).map((i) => start + i * step)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
    expect(() => sliceRange([2, 3], 0, 0.5)).toThrow(ShapeError);
  });

  test("an index is counted as Array.at counts", () => {
    fc.assert(
      fc.property(shapesWithAxis, fc.integer({ min: -6, max: 6 }), ([shape, axis], index) => {
        const expected = range(shape.at(axis)!).at(index);
        expect(attempt(() => normalizeIndex("at", index, axis, shape))).toBe(expected);
      }),
    );
  });

  test("pad adds before and after", () => {
    const padded = shapes.chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.array(fc.tuple(size, size), { minLength: shape.length, maxLength: shape.length }),
      ),
    );
    fc.assert(
      fc.property(padded, ([shape, padding]) => {
        const lengths = shape.map((n, axis) => {
          const [before, after] = padding[axis]!;
          return [...range(before), ...range(n), ...range(after)].length;
        });
        expect(paddedShape(shape, padding)).toEqual(lengths);
      }),
    );
    expect(() => paddedShape([2], [[-1, 0]])).toThrow(ShapeError);
    expect(() => paddedShape([2], [[0, -1]])).toThrow(ShapeError);
    expect(() => paddedShape([2], [[0, 0.5]])).toThrow(ShapeError);
  });

  test("gather puts the indices' shape where the axis was", () => {
    fc.assert(
      fc.property(shapesWithAxis, shapes, ([shape, axis], indices) => {
        const expected: unknown[] = [...shape];
        expected.splice(axis, 1, ...indices);
        expect(gatheredShape(axis, shape, indices)).toEqual(expected);
      }),
    );
  });
});

describe("nested arrays", () => {
  test("have the shape that they were built by, up to the first empty axis", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const empty = shape.indexOf(0);
        const seen = empty < 0 ? shape : shape.slice(0, empty + 1);
        expect(nestedShape("tensor", nested(shape))).toEqual(seen);
      }),
    );
  });

  test("with one number too many anywhere are ragged", () => {
    const full = fc.array(fc.integer({ min: 2, max: 3 }), { minLength: 2, maxLength: 4 });
    const rows = full.chain((shape) =>
      fc.tuple(fc.constant(shape), fc.constantFrom(...positions(shape.slice(0, -1)))),
    );
    fc.assert(
      fc.property(rows, ([shape, place]) => {
        const values = nested(shape);
        const row = place.reduce((inner, i) => (inner as unknown[])[i], values) as number[];
        row.push(0);
        expect(() => nestedShape("tensor", values)).toThrow(/^tensor: ragged nested array: /);
      }),
    );
  });
});

test("every shape that a rule gives is frozen", () => {
  const given = {
    stridesOf: stridesOf([2, 3]),
    broadcastShapes: broadcastShapes("add", [2, 3], [3]),
    broadcastToShape: broadcastToShape([3], [2, 3]),
    normalizeAxes: normalizeAxes("sum", [1], [2, 3]),
    reducedShape: reducedShape([2, 3], [0], true),
    permutedShape: permutedShape([2, 3], [1, 0]),
    transposed: transposed([2, 3]),
    squeezedShape: squeezedShape([1, 3], 0),
    squeezedAll: squeezedShape([1, 3]),
    expandedShape: expandedShape([2], 0),
    reshapeShape: reshapeShape([2, 3], [3, 2]),
    reshapeOpen: reshapeShape([2, 3], [3, -1]),
    flattenedShape: flattenedShape([2, 3]),
    matmulShape: matmulShape([2, 3], [3, 4]),
    concatShape: concatShape(0, [[2], [3]]),
    stackShape: stackShape(0, [[2], [2]]),
    splitSizes: splitSizes([4], 2, 0),
    paddedShape: paddedShape([2], [[1, 1]]),
    gatheredShape: gatheredShape(0, [2], [3]),
    nestedShape: nestedShape("tensor", [[1]]),
  };
  const thawed = Object.entries(given).filter(([, shape]) => !Object.isFrozen(shape));
  expect(thawed).toEqual([]);
});
