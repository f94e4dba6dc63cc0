// A function's values at many points, with its graph built once.
import { backend, compile, NablaError, type Tensor, TracingError, tensor, vmap } from "../index.ts";
import { dataOf, haveSameNumbers, type Point, type Several, total, valuesOf } from "./outputs.ts";

/** One array of elements for each input. */
type Row = readonly Float64Array[];
/** `total` of the outputs at each row; undefined if it cannot be had in this way. */
type Totals = (rows: readonly Row[]) => readonly number[] | undefined;

/** Elements of the points that are computed at once: bounds the memory that they take. */
const mostAtOnce = 2 ** 14;

/**
 * `total` of the outputs of `f` at other points of the shapes of `point`, where its outputs are
 * `values`. A function that reads values is called for each.
 */
export function* totalsAt(
  f: Several,
  values: readonly Float64Array[],
  point: readonly Point[],
  others: Iterable<Row>,
): Generator<number, void, undefined> {
  const one = replayed(f, values, point);
  // Where nothing is planned, a run takes as long as it has nodes.
  const many = backend() === "reference" ? batched(f, values, point) : one;
  const size = point.reduce((sum, { data }) => sum + data.length, 0);
  for (const rows of chunks(others, Math.ceil(mostAtOnce / size))) {
    yield* many(rows) ?? one(rows)!;
  }
}

function* chunks<T>(all: Iterable<T>, size: number): Generator<readonly T[]> {
  let chunk: T[] = [];
  for (const one of all) {
    chunk.push(one);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** All rows as a batch, with `point` as its first example to compare with. */
function batched(f: Several, values: readonly Float64Array[], point: readonly Point[]): Totals {
  const mapped = vmap((...xs: Tensor[]) => [...f(xs)]);
  const compiled = compile((xs: Tensor[]) => mapped(...xs) as Tensor[]);
  const first = point.map(({ data }) => data);
  return (rows) => {
    const examples = [first, ...rows];
    const xs = point.map(({ shape }, i) => {
      const data = new Float64Array(examples.length * first[i]!.length);
      examples.forEach((row, j) => data.set(row[i]!, j * row[i]!.length));
      return tensor(data, { shape: [examples.length, ...shape] }) as Tensor;
    });
    let outputs: readonly Float64Array[];
    try {
      outputs = dataOf(compiled(xs));
    } catch (error) {
      // It reads values, of which examples in a batch have none.
      if (error instanceof NablaError) return undefined;
      throw error;
    }
    const outputsOf = (j: number) =>
      outputs.map((data) => {
        const size = data.length / examples.length;
        return data.subarray(j * size, (j + 1) * size);
      });
    if (!haveSameNumbers(outputsOf(0), values)) return undefined;
    return rows.map((_, j) => total(outputsOf(j + 1)));
  };
}

/** One row after the other. */
function replayed(f: Several, values: readonly Float64Array[], point: readonly Point[]): Totals {
  let traced: Several | undefined;
  return (rows) => {
    traced ??= tracedOnce(f, values, point);
    return rows.map((row) => {
      const at = point.map((one, i) => ({ ...one, data: row[i]! }));
      return total(valuesOf(traced!, at));
    });
  };
}

/**
 * `f` with its graph built once: that would take longer than running it. What cannot be traced is
 * unchanged. Whatever else is wrong with the trace is thrown, and other values are an error: that of
 * `compile`, or of a function that is another one when it is traced.
 */
function tracedOnce(f: Several, values: readonly Float64Array[], point: readonly Point[]): Several {
  const compiled = compile((xs: Tensor[]) => [...f(xs)]);
  const traced: Several = (xs) => compiled([...xs]);
  try {
    if (haveSameNumbers(valuesOf(traced, point), values)) return traced;
  } catch (error) {
    if (error instanceof TracingError) return f;
    throw error;
  }
  throw new NablaError(
    "checkGradients: f gives other values when compile() traces it; does it catch the error of reading a value?",
  );
}
