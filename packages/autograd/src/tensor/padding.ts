// What padding does to a function: how its results are cut, and whether they depend on the padding.
import { NablaError, ShapeError } from "../graph/errors.ts";
import { dataOf, type Node, type Value } from "../graph/node.ts";
import { elementCount, formatShape, type Shape } from "../graph/shape.ts";
import { allocate, computedDType, type Data, type DType, numbersIn } from "../scalar/dtype.ts";
import { drawn } from "./random.ts";
import { type Compiled, outcomesOf } from "./replay.ts";

/** The original size, and the size that it is padded to. */
export interface Padding {
  readonly from: number;
  readonly to: number;
}

/** The axis of a result to cut: it has `each` elements for each one of the arguments' axis. */
export interface Cut {
  readonly axis: number;
  readonly each: number;
}

/** For each result; undefined if it is kept whole. */
export type Cuts = readonly (Cut | undefined)[];

/** A function for arguments of one size. */
interface Sized {
  readonly trace: () => Compiled;
  readonly args: readonly Node[];
}

/** A value that a call would give. */
interface Outcome {
  /** What errors call it. */
  readonly what: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: Data;
  /** What it replaces, if that is the value of a parameter. */
  readonly before: Data | undefined;
}

/**
 * Computes what a call would give for arguments as they were given, and padded, with zeros and with
 * `others` in the padding. Nothing is kept. Throws `NablaError` where these differ by more than
 * rounding. Returns how results are cut.
 */
export function cutsOf({
  padding,
  plain,
  padded,
  others,
}: {
  readonly padding: Padding;
  readonly plain: Sized;
  readonly padded: Sized;
  readonly others: readonly (readonly Node[])[];
}): Cuts {
  // Both with the same draws, which are drawn again by the call itself.
  const first = drawn(padded.trace);
  const second = first.again(plain.trace);
  second.takeBack();
  const [wide, own] = [first.result, second.result];
  const expected = outcomes(own, plain.args);
  const found = outcomes(wide, padded.args);
  if (found.length !== expected.length) throw dependence("what it does", padding);
  const cuts = expected.map((one, i) => cutOf(one, found[i]!, padding));
  compare(expected, found, cuts, padding);
  for (const args of others) {
    compare(expected, outcomes(wide, args), cuts, padding);
  }
  return cuts.slice(0, own.returned.length);
}

function outcomes(ready: Compiled, args: readonly Node[]): readonly Outcome[] {
  const { returned, updated, homes } = ready;
  const nameOf = (i: number): string => {
    if (i < returned.length) return returned.length === 1 ? "the result" : `result ${i}`;
    const parameter = updated[i - returned.length];
    return parameter ? `parameter "${parameter.name}"` : "a gradient";
  };
  const values = outcomesOf(ready, args);
  return ready.function.graph.outputs.map(({ shape, dtype }, i) => {
    const held = homes[i]?.held;
    const numbersOf = (value: Value) => numbersIn(dtype, dataOf(value, "compile"));
    const before = held && numbersOf(held);
    return { what: nameOf(i), shape, dtype, data: numbersOf(values[i]!), before };
  });
}

/** Throws `ShapeError` unless at most one axis differs, in proportion to the arguments'. */
function cutOf(own: Outcome, wide: Outcome, { from, to }: Padding): Cut | undefined {
  const [short, long] = [own.shape, wide.shape];
  const differing = long.flatMap((size, axis) => (size === short[axis] ? [] : [axis]));
  if (short.length === long.length && differing.length === 0) return undefined;
  const [axis, second] = differing;
  const each = long[axis ?? 0]! / to;
  const isInProportion =
    short.length === long.length &&
    axis !== undefined &&
    second === undefined &&
    Number.isInteger(each) &&
    short[axis] === each * from;
  if (isInProportion) return { axis, each };
  throw new ShapeError(
    `compile: ${own.what} is ${formatShape(short)} of ${from} and ${formatShape(long)} padded to ${to}: ` +
      "of which axis the padding would be cut is not clear",
  );
}

function compare(
  expected: readonly Outcome[],
  found: readonly Outcome[],
  cuts: Cuts,
  padding: Padding,
): void {
  for (const [i, one] of expected.entries()) {
    const [wide, cut] = [found[i]!, cuts[i]];
    const data = cut
      ? resized(wide.data, computedOf(wide), cut.axis, cut.each * padding.from)
      : wide.data;
    const at = differenceOf(one, data);
    if (at === undefined) continue;
    throw dependence(one.what, padding, [one.data[at]!, data[at]!]);
  }
}

type OfFloats = Readonly<Partial<Record<DType, number>>>;
/** Outcomes are kept as numbers. */
function computedOf({ shape, dtype }: Outcome): Pick<Node, "shape" | "dtype"> {
  return { shape, dtype: computedDType(dtype) };
}

/** How far apart equal results may be by rounding, in relation to the greatest. */
const relative: OfFloats = { float16: 1e-3, bfloat16: 1e-2, float32: 1e-4, float64: 1e-9 };
/** Of a parameter's change, in relation to its value. */
const roundings: OfFloats = {
  float16: 2 ** -9,
  bfloat16: 2 ** -6,
  float32: 2 ** -21,
  float64: 2 ** -50,
};

/** The first element that differs; undefined if none does. */
function differenceOf({ data, before, dtype }: Outcome, other: Data): number | undefined {
  let [change, size] = [0, 0];
  for (const [i, x] of data.entries()) {
    if (!Number.isFinite(x)) continue;
    change = Math.max(change, Math.abs(x - (before?.[i] ?? 0)));
    if (before) size = Math.max(size, Math.abs(x));
  }
  const allowed = (relative[dtype] ?? 0) * change + (roundings[dtype] ?? 0) * size;
  const isEqual = (a: number, b: number) => Object.is(a, b) || Math.abs(a - b) <= allowed;
  const at = data.findIndex((x, i) => !isEqual(x, other[i]!));
  return at < 0 ? undefined : at;
}

function dependence(
  what: string,
  { from, to }: Padding,
  [own, other]: readonly (number | undefined)[] = [],
): NablaError {
  const numbers = own === undefined ? "" : ` (${own} of ${from}, ${other} padded to ${to})`;
  return new NablaError(
    `compile: ${what} depends on the padding${numbers}; leave it out by a mask: ` +
      "an argument of bools that are true is padded with false",
  );
}

/** The elements of a tensor with another size of an axis: cut, or padded with a number. */
export function resized(
  data: Data,
  { shape, dtype }: Pick<Node, "shape" | "dtype">,
  axis: number,
  size: number,
  fill = 0,
): Data {
  const inner = elementCount(shape.slice(axis + 1));
  const [from, to] = [shape[axis]! * inner, size * inner];
  const outer = elementCount(shape.slice(0, axis));
  const result = allocate(dtype, outer * to);
  if (fill !== 0) result.fill(fill);
  const kept = Math.min(from, to);
  for (let i = 0; i < outer; i++) result.set(data.subarray(i * from, i * from + kept), i * to);
  return result;
}
