// Random graphs of extreme form: chains of very many operations, sums, stacks and concatenations of
// very many parts, mixed with slices and selections; and the same on plain arrays of numbers. All
// is whole numbers, so both must agree to the last bit.
import {
  backward,
  compile,
  concat,
  type DType,
  gather,
  gradients,
  parameter,
  realize,
  setBackend,
  stack,
  type Tensor,
  tensor,
  where,
} from "@nabla/autograd";
import fc from "fast-check";

/** What graphs are made of: rows of a few numbers, as tensors or as plain arrays. */
interface Rows<Row extends object> {
  shift(x: Row, by: number): Row;
  negate(x: Row): Row;
  flip(x: Row): Row;
  /** The first number goes last. */
  rotate(x: Row): Row;
  add(x: Row, y: Row): Row;
  /** The larger of the two, element by element. */
  larger(x: Row, y: Row): Row;
  /** All rows added up, as one matrix. */
  total(rows: readonly Row[]): Row;
  /** The rows at these places, out of one matrix. */
  select(rows: readonly Row[], places: readonly number[]): readonly Row[];
  /** Each row and all before it, added up. */
  totals(rows: readonly Row[]): readonly Row[];
  /** All rows in one line, read backwards, and cut again. */
  backwards(rows: readonly Row[]): readonly Row[];
  /** All rows as a matrix, read column by column, and cut again. */
  across(rows: readonly Row[]): readonly Row[];
}

const ways = ["gradients", "backward", "compile"] as const;
const kinds = [
  ...["chain", "fan", "total", "fold", "tree"],
  ...["select", "totals", "backwards", "across"],
] as const;

interface Stage {
  readonly kind: string;
  /** How many operations, or rows; where the kind leaves that open. */
  readonly size: number;
  readonly seed: number;
}

/** A graph, and what is done with it. */
export interface RandomGraph {
  readonly width: number;
  readonly leaves: number;
  readonly stages: readonly Stage[];
  readonly way: (typeof ways)[number];
  readonly isDouble: boolean;
}

/** Graphs of `most` operations, more or less. */
export function randomGraphs(most: number): fc.Arbitrary<RandomGraph> {
  const sizes = [1, 2, 10, 100, 1000, 10_000, 100_000].filter((size) => size <= most);
  const size = fc
    .constantFrom(...sizes)
    .chain((about) => fc.integer({ min: about, max: 2 * about }));
  const stage = fc.record({
    kind: fc.constantFrom(...kinds),
    size,
    seed: fc.nat(1000),
  });
  return fc
    .record({
      width: fc.integer({ min: 1, max: 4 }),
      leaves: fc.constantFrom(...sizes.filter((count) => count <= 1000)),
      stages: fc.array(stage, { minLength: 1, maxLength: 5 }),
      way: fc.constantFrom(...ways),
      isDouble: fc.boolean(),
    })
    .map((graph) => ({ ...graph, stages: within(most, graph) }));
}

/** The stages, as many as there may be operations. */
function within(most: number, { leaves, stages }: RandomGraph): readonly Stage[] {
  const kept: Stage[] = [];
  let [count, rows] = [0, leaves];
  for (const stage of stages) {
    const size = sizeOf(stage, rows);
    count += Math.max(size.operations, size.rows);
    if (count > 3 * most) break;
    kept.push(stage);
    ({ rows } = size);
  }
  return kept;
}

function sizeOf({ kind, size }: Stage, rows: number): { operations: number; rows: number } {
  if (kind === "chain") return { operations: size, rows: 1 };
  if (kind === "fan" || kind === "select") return { operations: size, rows: size };
  if (kind === "total" || kind === "fold") return { operations: rows, rows: 1 };
  return { operations: rows, rows: kind === "tree" ? 1 : rows };
}

/** The rows that a graph gives, of its leaves. */
function build<Row extends object>(
  on: Rows<Row>,
  { stages }: RandomGraph,
  leaves: readonly Row[],
): readonly Row[] {
  return stages.reduce((rows, stage) => built(on, stage, rows), leaves);
}

function built<Row extends object>(
  on: Rows<Row>,
  { kind, size, seed }: Stage,
  rows: readonly Row[],
): readonly Row[] {
  const draw = numbersFrom(seed);
  const drawn = (): Row => rows[draw(rows.length)]!;
  const changed = (x: Row): Row => {
    const which = draw(6);
    if (which === 0) return on.negate(x);
    if (which === 1) return on.flip(x);
    if (which === 2) return on.rotate(x);
    if (which === 3) return on.larger(x, drawn());
    if (which === 4) return on.add(x, drawn());
    return on.shift(x, draw(7) - 3);
  };
  if (kind === "chain") {
    let x = rows[0]!;
    for (let i = 0; i < size; i++) x = changed(x);
    return [x];
  }
  if (kind === "fan")
    return Array.from({ length: size }, (_, i) => changed(rows[i % rows.length]!));
  if (kind === "select")
    return on.select(
      rows,
      Array.from({ length: size }, () => draw(rows.length)),
    );
  if (kind === "total") return [on.total(rows)];
  if (kind === "fold") return [rows.reduce((sum, row) => on.add(sum, row))];
  if (kind === "tree") return [inPairs(on, rows)];
  if (kind === "totals") return on.totals(rows);
  return kind === "backwards" ? on.backwards(rows) : on.across(rows);
}

function inPairs<Row extends object>(on: Rows<Row>, rows: readonly Row[]): Row {
  let rest = rows;
  while (rest.length > 1) {
    const pairs = rest.filter((_, i) => i % 2 === 0);
    rest = pairs.map((one, i) => (2 * i + 1 < rest.length ? on.add(one, rest[2 * i + 1]!) : one));
  }
  return rest[0]!;
}

/** Whole numbers below a count, another sequence for each seed. */
function numbersFrom(seed: number): (below: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

const ofTensors: Rows<Tensor> = {
  shift: (x, by) => x.add(by),
  negate: (x) => x.neg(),
  flip: (x) => x.flip(0),
  rotate: (x) => concat([x.slice(0, 1), x.slice(0, 0, 1)] as never, 0),
  add: (x, y) => x.add(y),
  larger: (x, y) => where<Tensor, Tensor, Tensor>(x.greater(y), x, y),
  total: (rows) => stack(rows as never).sum(0),
  select: (rows, places) => [
    ...gather(stack(rows as never), 0, tensor(places as never, { dtype: "int32" })),
  ],
  totals: (rows) => [...stack(rows as never).cumSum(0)],
  backwards: (rows) => cut(concat(rows as never, 0).flip(0), rows[0]!.size),
  across: (rows) =>
    cut(
      stack(rows as never)
        .transpose()
        .flatten(),
      rows[0]!.size,
    ),
};

function cut(line: Tensor, width: number): readonly Tensor[] {
  return Array.from({ length: line.size / width }, (_, i) =>
    line.slice(0, i * width, (i + 1) * width),
  );
}

/** Numbers, and what they are made of: from places in other rows to places here, with a sign. */
interface Plain {
  readonly values: readonly number[];
  /** A share of the gradient at place `i`. */
  readonly shares: readonly (readonly [of: Plain, place: number, sign: number])[][];
}

type Share = Plain["shares"][number][number];

const row = (values: readonly number[], shares: (i: number) => Share[]): Plain => ({
  values,
  shares: values.map((_, i) => shares(i)),
});
const ofPlaces = (places: readonly (readonly [of: Plain, place: number])[]): Plain =>
  row(
    places.map(([of, place]) => of.values[place]!),
    (i) => [[...places[i]!, 1]],
  );
const added = (rows: readonly Plain[]): Plain =>
  row(
    rows[0]!.values.map((_, i) => rows.reduce((sum, { values }) => sum + values[i]!, 0)),
    (i) => rows.map((of) => [of, i, 1]),
  );
const cutPlain = (places: readonly (readonly [Plain, number])[], width: number): Plain[] =>
  Array.from({ length: places.length / width }, (_, i) =>
    ofPlaces(places.slice(i * width, (i + 1) * width)),
  );

const ofNumbers: Rows<Plain> = {
  shift: (x, by) =>
    row(
      x.values.map((one) => one + by),
      (i) => [[x, i, 1]],
    ),
  negate: (x) =>
    row(
      x.values.map((one) => -one),
      (i) => [[x, i, -1]],
    ),
  flip: (x) => ofPlaces(x.values.map((_, i) => [x, x.values.length - 1 - i])),
  rotate: (x) => ofPlaces(x.values.map((_, i) => [x, (i + 1) % x.values.length])),
  add: (x, y) => added([x, y]),
  larger: (x, y) => ofPlaces(x.values.map((one, i) => [one > y.values[i]! ? x : y, i])),
  total: added,
  select: (rows, places) => places.map((place) => rows[place]!),
  totals(rows) {
    const all: Plain[] = [];
    for (const one of rows) all.push(all.length > 0 ? added([all.at(-1)!, one]) : one);
    return all;
  },
  backwards: (rows) =>
    cutPlain(
      rows.flatMap((of) => of.values.map((_, i) => [of, i] as const)).reverse(),
      rows[0]!.values.length,
    ),
  across: (rows) =>
    cutPlain(
      rows[0]!.values.flatMap((_, i) => rows.map((of) => [of, i] as const)),
      rows[0]!.values.length,
    ),
};

/** The gradients of what `ends` add up to, by how much each counts. */
function plainGradients(
  leaves: readonly Plain[],
  ends: readonly (readonly [of: Plain, weight: number])[],
  isAbsolute: boolean,
): readonly (readonly number[])[] {
  const found = new Map<Plain, number[]>();
  const at = (of: Plain): number[] => {
    let gradient = found.get(of);
    if (!gradient) found.set(of, (gradient = of.values.map(() => 0)));
    return gradient;
  };
  for (const [of, weight] of ends) {
    const gradient = at(of);
    for (let i = 0; i < gradient.length; i++)
      gradient[i]! += isAbsolute ? Math.abs(weight) : weight;
  }
  for (const of of orderBelow(ends.map(([end]) => end)).reverse()) {
    const gradient = at(of);
    of.shares.forEach((shares, i) => {
      for (const [to, place, sign] of shares)
        at(to)[place]! += (isAbsolute ? 1 : sign) * gradient[i]!;
    });
  }
  return leaves.map(at);
}

/** What `ends` are made of, each before what is made of it. */
function orderBelow(ends: readonly Plain[]): Plain[] {
  const order: Plain[] = [];
  const seen = new Set<Plain>();
  const open: { readonly of: Plain; readonly isLeft: boolean }[] = ends.map((of) => ({
    of,
    isLeft: false,
  }));
  while (open.length > 0) {
    const { of, isLeft } = open.pop()!;
    if (isLeft) order.push(of);
    if (isLeft || seen.has(of)) continue;
    seen.add(of);
    open.push({ of, isLeft: true });
    for (const shares of of.shares)
      for (const [to] of shares) if (!seen.has(to)) open.push({ of: to, isLeft: false });
  }
  return order;
}

const weightOf = (i: number): number => (i % 5) - 2;

/** Compares rows, what they add up to and its gradients with those of plain arrays, on both back ends. */
export function checkGraph(graph: RandomGraph): void {
  const { width, leaves: count, way } = graph;
  const numbers = Array.from({ length: count }, (_, i) =>
    Array.from({ length: width }, (_, j) => ((3 * i + 5 * j) % 7) - 3),
  );
  const plain = numbers.map((values) => row(values, () => []));
  const ends = build(ofNumbers, graph, plain);
  const weighted = ends.map((of, i) => [of, weightOf(i)] as const);
  const largest = [
    ...plainGradients(plain, weighted, true)
      .flat()
      .map((g) => 3 * g * numbers.length),
    ...ends.map(({ values }) => Math.max(...values.map(Math.abs)) * ends.length * width * 2),
  ].reduce((a, b) => Math.max(a, b), 0);
  fc.pre(largest < 2 ** 52);
  const dtype: DType = graph.isDouble || largest >= 2 ** 23 ? "float64" : "float32";
  const shown = [0, ends.length >> 1, ends.length - 1];
  const expected = [
    ...shown.map((i) => ends[i]!.values),
    [weighted.reduce((sum, [{ values }, by]) => sum + by * values.reduce((a, b) => a + b), 0)],
    ...plainGradients(plain, weighted, false),
  ];
  const outputsOf = (
    leaves: readonly Tensor[],
    derive: (cost: Tensor) => readonly Tensor[],
  ): Tensor[] => {
    const rows = build(ofTensors, graph, leaves);
    const weights = tensor(rows.map((_, i) => [weightOf(i)]) as never, { dtype });
    const cost = stack(rows as never)
      .mul(weights)
      .sum() as Tensor;
    return [...shown.map((i) => rows[i]!), cost, ...derive(cost)];
  };
  const givenBy = (leaves: readonly Tensor[]): readonly Tensor[] => {
    if (way === "gradients") return outputsOf(leaves, (cost) => gradients(cost, leaves));
    if (way === "compile") {
      const f = compile((all: Tensor[]) => outputsOf(all, (cost) => gradients(cost, all)));
      return f(leaves as Tensor[]);
    }
    const parameters = leaves.map((leaf) => parameter<Tensor>(leaf));
    return outputsOf(parameters, (cost) => {
      backward(cost);
      return parameters.map((p) => p.grad ?? p.mul(0));
    });
  };
  for (const backend of ["wasm", "reference"] as const) {
    setBackend(backend);
    try {
      const leaves = numbers.map((values) => tensor(values as never, { dtype }) as Tensor);
      const outputs = givenBy(leaves);
      realize(...outputs);
      outputs.forEach((x, i) => {
        const [is, wanted] = [[...x.dataSync()], expected[i]!];
        if (is.length === wanted.length && is.every((one, j) => one === wanted[j])) return;
        throw new Error(`${backend}: output ${i} is [${is.join()}], expected [${wanted.join()}]`);
      });
    } finally {
      setBackend("wasm");
    }
  }
}
