// Buckets: arguments of a compiled function are padded to one of a few sizes, and results are cut, so
// that many sizes need few plans. (TensorFlow does it to data: `bucket_by_sequence_length`.)
import { realize, runNow } from "../engine/realize.ts";
import { describe } from "../graph/describe.ts";
import { NablaError, ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { formatShape } from "../graph/shape.ts";
import { pad, slice } from "../ops/movement.ts";
import { type Data, filledData, numbersIn } from "../scalar/dtype.ts";
import { type AxesOf, alongAxes, axisOf, checkAxesOf } from "./axes.ts";
import { type Cuts, cutsOf, type Padding, resized } from "./padding.ts";
import type { Compiled } from "./replay.ts";
import { nodeOf, type Tensor, tensorOf } from "./tensor.ts";
import { mapTree, type Tree } from "./tree.ts";

export interface BucketOptions {
  /**
   * Sizes, in ascending order. Arguments are padded with zeros (bools: false) at the end of an axis
   * to the next of these sizes, and results that have it are cut; so the function is traced, and
   * planned, for these sizes only. Left out: for each size that comes.
   */
  readonly buckets?: readonly number[];
  /**
   * The axis that is padded in each argument: one for all, or a list with one per argument, each of
   * which may be an array or object of the argument's form; null: not padded. Default: 0.
   */
  readonly bucketAxes?: AxesOf;
}

/** A compiled function that knows nothing of buckets. */
export interface Unpadded<Args extends unknown[], Result> {
  readonly call: (...args: Args) => Result;
  readonly async: (...args: Args) => Promise<Result>;
  /** Traces the function for arguments like these. */
  readonly trace: (args: Args) => Compiled;
  /** The nodes of all tensors in the arguments. */
  readonly nodesOf: (args: Args) => readonly Node[];
  /** Whether a call with these nodes becomes part of a larger graph, and is not run. */
  readonly isPart: (nodes: readonly Node[]) => boolean;
}

/** Throws `NablaError` unless buckets are sizes in ascending order, and axes are axes. */
export function checkBuckets({ buckets, bucketAxes = 0 }: BucketOptions): void {
  const isRight =
    Array.isArray(buckets) &&
    buckets.length > 0 &&
    buckets.every((size, i) => Number.isSafeInteger(size) && size > (buckets[i - 1] ?? 0));
  if (!isRight) {
    const given = Array.isArray(buckets) ? formatShape(buckets) : describe(buckets);
    throw new NablaError(
      `compile: buckets are ${given}, expected sizes in ascending order: [16, 64, 256]`,
    );
  }
  checkAxesOf("compile: bucketAxes", bucketAxes);
}

/** Signatures whose results it is known how to cut. */
const keptCuts = 64;

/** The function with its arguments padded to `sizes` along `axes`. */
export function inBuckets<Args extends unknown[], Result>(
  { call, async: callLater, trace, nodesOf, isPart }: Unpadded<Args, Result>,
  sizes: readonly number[],
  axes: AxesOf,
): {
  readonly call: (...args: Args) => Result;
  readonly async: (...args: Args) => Promise<Result>;
} {
  const known = new Map<string, Cuts>();
  const paddedTo = (args: Args, size: number): Args =>
    alongAxes(option, args, axes, (x, axis) => padded(x, axis, size)) as Args;
  /** How the arguments are padded; undefined if they need not be. */
  const paddingOf = (args: Args): Padding | undefined => {
    const from = sizeAlong(args, axes);
    const to = sizes.find((size) => size >= from);
    if (to !== undefined) return from === to ? undefined : { from, to };
    throw new ShapeError(
      `compile: arguments of size ${from}, the largest bucket is ${sizes.at(-1)}`,
    );
  };
  /** How results are cut, found by what the function gives without padding, too. */
  const compared = (args: Args, padding: Padding): Cuts => {
    const filled = (fill: Fill): Args =>
      alongAxes(option, args, axes, (x, axis) => padded(x, axis, padding.to, fill)) as Args;
    const zeros = filled(() => 0);
    return cutsOf({
      padding,
      plain: { trace: () => trace(args), args: nodesOf(args) },
      padded: { trace: () => trace(zeros), args: nodesOf(zeros) },
      others: [true, false].map((isGreatest) => nodesOf(filled(beyond(isGreatest)))),
    });
  };
  const cutsFor = (args: Args, given: Args, padding: Padding): Cuts => {
    const key = keyOf(padding, nodesOf(given));
    let cuts = known.get(key);
    if (cuts) return cuts;
    // Numbers to fill with are found beside those that are given.
    realize("compile", nodesOf(args));
    cuts = runNow("compile", () => compared(args, padding));
    if (known.size >= keptCuts) known.delete(known.keys().next().value!);
    known.set(key, cuts);
    return cuts;
  };
  const blocking = (...args: Args): Result => {
    const nodes = nodesOf(args);
    const padding = isPart(nodes) ? undefined : paddingOf(args);
    if (!padding) return call(...args);
    // So that they are padded without a plan.
    realize("compile", nodes);
    const given = paddedTo(args, padding.to);
    const cuts = cutsFor(args, given, padding);
    return cut(call(...given), cuts, padding.from) as Result;
  };
  const awaited = async (...args: Args): Promise<Result> => {
    const padding = isPart(nodesOf(args)) ? undefined : paddingOf(args);
    if (!padding) return callLater(...args);
    const given = paddedTo(args, padding.to);
    const cuts = cutsFor(args, given, padding);
    return cut(await callLater(...given), cuts, padding.from) as Result;
  };
  return { call: blocking, async: awaited };
}

const option = "compile: bucketAxes";

/** The size of the arguments along their axes, which is the same in all. */
function sizeAlong(args: readonly unknown[], axes: AxesOf): number {
  let size: number | undefined;
  alongAxes(option, args, axes, (x, axis) => {
    const own = x.shape[axisOf("compile", "bucketAxes", x.shape, axis)]!;
    size ??= own;
    if (own === size) return x;
    throw new ShapeError(
      `compile: ${size} in one argument, ${own} in another of ${formatShape(x.shape)}; ` +
        "bucketAxes says which axis is padded in which argument, null: none",
    );
  });
  if (size !== undefined) return size;
  throw new NablaError("compile: no argument has an axis to pad; bucketAxes is null for all");
}

function keyOf({ to }: Padding, nodes: readonly Node[]): string {
  return [to, ...nodes.map(({ dtype, shape }) => `${dtype} ${shape.join()}`)].join(";");
}

/** What stands in the padding, of the data that it follows. */
type Fill = (data: Data) => number;

/** Of floats a number beyond all others, of their sign; of integers, which may count something, one of them. */
const beyond =
  (isGreatest: boolean): Fill =>
  (data) => {
    const finite = Array.from<number>(data).filter(Number.isFinite);
    let most = finite[0] ?? 0;
    for (const x of finite) if (isGreatest ? x > most : x < most) most = x;
    if (data instanceof Int32Array || data instanceof Uint8Array) return most;
    return most > 0 === isGreatest ? 2 * most : most / 2;
  };

/** `x` with the size `size` along an axis. Known values are padded without a separate plan. */
function padded(x: Tensor, axis: number, size: number, fill: Fill = () => 0): Tensor {
  const node = nodeOf("compile", x);
  const index = axisOf("compile", "bucketAxes", node.shape, axis);
  const missing = size - node.shape[index]!;
  const wide = pad(
    node,
    node.shape.map((_, i) => [0, i === index ? missing : 0] as const),
  );
  const data = dataOf(node);
  if (data) {
    const { dtype } = node;
    const number = dtype === "bool" ? 0 : fill(numbersIn(dtype, data));
    const [value] = filledData(dtype, 1, number) as unknown as readonly [number];
    wide.cell.value = resized(data, node, index, size, value);
  }
  return tensorOf(wide);
}

/** The results without what belongs to the padding. */
function cut(results: unknown, cuts: Cuts, from: number): Tree | undefined {
  if (results === undefined) return undefined;
  let next = 0;
  return mapTree("compile", results, (x) => {
    const one = cuts[next++];
    if (!one) return x;
    const node = nodeOf("compile", x);
    const size = one.each * from;
    const part = slice(node, one.axis, 0, size);
    const data = dataOf(node);
    if (data && part !== node) part.cell.value = resized(data, node, one.axis, size);
    return tensorOf(part);
  });
}

/** The elements, if they are known on this side. */
function dataOf({ cell: { value } }: Node): Data | undefined {
  if (!value || ArrayBuffer.isView(value)) return value;
  const data = value.read();
  return data instanceof Promise ? undefined : data;
}
