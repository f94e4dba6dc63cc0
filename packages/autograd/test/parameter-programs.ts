// Random programs of parameters: copies, swaps, soft updates, failing updates, captured graphs and
// compiled functions, with and without reading between; and the same on plain arrays of numbers.
import {
  compile,
  gather,
  gradients,
  NablaError,
  type Parameter,
  parameter,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import fc from "fast-check";

const cells = 3;
type Numbers = readonly number[];

/** What is assigned: made of the parameters as they are. */
interface Source {
  readonly kind: keyof typeof sources;
  readonly from: number;
  readonly other: number;
  readonly factor: number;
  readonly shift: number;
}

interface SourceOf {
  readonly tensor: (p: readonly Parameter[], s: Source) => Tensor | number[];
  readonly numbers: (p: readonly Numbers[], s: Source) => Numbers;
  /** Reads values, so that no function that is traced can do it. */
  readonly reads?: true;
}

// Sums, halves and products by small whole numbers: all exact in float64.
const sources = {
  parameter: { tensor: (p, s) => p[s.from]!, numbers: (p, s) => p[s.from]! },
  array: { tensor: (_, s) => [s.shift, s.factor], numbers: (_, s) => [s.shift, s.factor] },
  constant: {
    tensor: (_, s) => tensor([s.shift, s.factor], { dtype: "float64" }),
    numbers: (_, s) => [s.shift, s.factor],
  },
  snapshot: { tensor: (p, s) => p[s.from]!.snapshot(), numbers: (p, s) => p[s.from]!, reads: true },
  read: {
    tensor: (p, s) => tensor(p[s.from]!.dataSync()),
    numbers: (p, s) => p[s.from]!,
    reads: true,
  },
  stopped: { tensor: (p, s) => p[s.from]!.stopGradient(), numbers: (p, s) => p[s.from]! },
  lazy: {
    tensor: (p, s) => p[s.from]!.mul(s.factor).add(s.shift),
    numbers: (p, s) => p[s.from]!.map((x) => x * s.factor + s.shift),
  },
  realized: {
    tensor: (p, s) => p[s.from]!.mul(s.factor).realize(),
    numbers: (p, s) => p[s.from]!.map((x) => x * s.factor),
    reads: true,
  },
  soft: {
    tensor: (p, s) => p[s.from]!.mul(0.5).add(p[s.other]!.mul(0.5)),
    numbers: (p, s) => p[s.from]!.map((x, i) => x * 0.5 + p[s.other]![i]! * 0.5),
  },
} as const satisfies Readonly<Record<string, SourceOf>>;

const sourceOf = (kind: Source["kind"]): SourceOf => sources[kind];

/** Who reads an update that fails: whoever it is gets the error. */
const readers = {
  realize: (q: Parameter) => q.realize(),
  call: (_: Parameter, sum: () => Tensor) => sum().dataSync(),
  /** After others' updates, for whose places it is computed. */
  later: (q: Parameter, _: unknown, others: readonly Parameter[]) => {
    for (let turn = 0; turn < 2; turn++) {
      for (const one of others) one.assign(one.add(0)).realize();
    }
    q.dataSync();
  },
};

interface Assign {
  readonly kind: "assign";
  readonly to: number;
  readonly source: Source;
}
type Command =
  | Assign
  | { readonly kind: "swap"; readonly a: number; readonly b: number }
  | { readonly kind: "read" | "realize" | "copy"; readonly of: number }
  | { readonly kind: "fail"; readonly of: number; readonly by: keyof typeof readers }
  | { readonly kind: "together"; readonly assigns: readonly Assign[]; readonly between?: Source }
  | { readonly kind: "capture" | "readOf"; readonly source: Source }
  | { readonly kind: "gradient"; readonly of: number; readonly isAssigned: boolean }
  | { readonly kind: "look" | "assignCaptured"; readonly which: number; readonly to: number }
  | { readonly kind: "call"; readonly which: number; readonly x: number; readonly isBad: boolean };

/** A function to compile: assigns, uses captured graphs, returns what it sees of a parameter. */
interface Step {
  readonly assigns: readonly Assign[];
  readonly returns: Source;
}

export interface ParameterProgram {
  readonly steps: readonly Step[];
  readonly commands: readonly Command[];
}

const cell = fc.nat(cells - 1);
const small = fc.integer({ min: -3, max: 3 });
const isTraceable = (kind: Source["kind"]) => !sourceOf(kind).reads;
const sourceBy = (kinds: readonly Source["kind"][]): fc.Arbitrary<Source> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    from: cell,
    other: cell,
    factor: small,
    shift: small,
  });
const kinds = Object.keys(sources) as Source["kind"][];
const anySource = sourceBy(kinds);
const traceable = sourceBy(kinds.filter(isTraceable));
const lazy = sourceBy(["lazy", "soft", "stopped"]);
const assign = (source: fc.Arbitrary<Source>): fc.Arbitrary<Assign> =>
  fc.record({ kind: fc.constant("assign" as const), to: cell, source });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: assign(anySource) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("swap" as const), a: cell, b: cell }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("read" as const, "realize" as const, "copy" as const),
      of: cell,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("fail" as const),
      of: cell,
      by: fc.constantFrom(...(Object.keys(readers) as (keyof typeof readers)[])),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("capture" as const, "capture" as const, "readOf" as const),
      source: lazy,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        kind: fc.constant("together" as const),
        assigns: fc.array(assign(lazy), { minLength: 1, maxLength: 3 }),
        between: lazy,
      },
      { requiredKeys: ["kind", "assigns"] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("gradient" as const),
      of: cell,
      isAssigned: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("look" as const, "assignCaptured" as const),
      which: fc.nat(3),
      to: cell,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("call" as const),
      which: fc.nat(1),
      x: small,
      isBad: fc.constantFrom(false, false, false, true),
    }),
  },
);

export const parameterPrograms: fc.Arbitrary<ParameterProgram> = fc.record({
  steps: fc.array(
    fc.record({ assigns: fc.array(assign(traceable), { maxLength: 3 }), returns: traceable }),
    { minLength: 2, maxLength: 2 },
  ),
  commands: fc.array(command, { minLength: 1, maxLength: 14 }),
});

const table = tensor([0, 1], { dtype: "float64" });
/** The number 0, for an index that is right; an error, when it is computed, for another. */
const zeroAt = (index: Tensor) => gather(table, 0, index).mul(0).sum();
const wrong = (): Tensor => zeroAt(tensor([9], { dtype: "int32" }));

function same(what: string, given: Iterable<number>, expected: Numbers): void {
  const [seen, wanted] = [[...given], [...expected]];
  if (seen.length === wanted.length && seen.every((x, i) => x === wanted[i])) return;
  throw new Error(`${what}: got [${seen.join(", ")}], expected [${wanted.join(", ")}]`);
}

/** Runs a program both ways; throws where they differ, and whatever is no error of nabla's. */
export function checkParameterProgram({ steps, commands }: ParameterProgram): void {
  const p = Array.from({ length: cells }, (_, i) =>
    parameter([i, i + 10], { dtype: "float64", name: `p${i}` }),
  );
  const numbers: Numbers[] = Array.from({ length: cells }, (_, i) => [i, i + 10]);
  const captured: { readonly x: Tensor; readonly expected: Numbers }[] = [];
  /** What the first call of a step found to capture: it may be gone when it is needed. */
  const compiled = steps.map(({ assigns, returns }) => {
    let own: (typeof captured)[number] | undefined;
    let isTraced = false;
    const f = compile((x: Tensor, index: Tensor) => {
      for (const one of assigns) p[one.to]!.assign(sourceOf(one.source.kind).tensor(p, one.source));
      const seen = sourceOf(returns.kind).tensor(p, returns);
      const result = (Array.isArray(seen) ? tensor(seen, { dtype: "float64" }) : seen).add(x);
      const sum = own ? result.add(own.x) : result;
      return sum.add(zeroAt(index));
    });
    return {
      call(x: number, index: number): void {
        if (!isTraced) own = captured.at(-1);
        isTraced = true;
        const before = numbers.slice();
        for (const { to, source } of assigns) {
          numbers[to] = sourceOf(source.kind).numbers(numbers, source);
        }
        const seen = sourceOf(returns.kind).numbers(numbers, returns);
        const expected = seen.map((one, i) => one + x + (own?.expected[i] ?? 0));
        try {
          const result = f(tensor(x, { dtype: "float64" }), tensor([index], { dtype: "int32" }));
          if (index > 1) throw new Error("a call with an index that is out of range did not throw");
          same("a call", result.dataSync(), expected);
        } catch (error) {
          if (!(error instanceof NablaError)) throw error;
          const isFair = index > 1 || (own && error.message.includes("have overwritten"));
          if (!isFair) throw error;
          numbers.splice(0, cells, ...before);
        }
      },
    };
  });
  const sumOfAll = compile(() => p[0]!.add(p[1]!).add(p[2]!));
  const look = ({ x, expected }: (typeof captured)[number]): void => {
    try {
      same("a captured graph", x.dataSync(), expected);
    } catch (error) {
      // A graph that is first read after two updates.
      if (error instanceof NablaError && error.message.includes("have overwritten")) return;
      throw error;
    }
  };
  const readOf = (source: Source): void => {
    const { tensor: make, numbers: expected } = sourceOf(source.kind);
    same(
      "what is made of parameters",
      (make(p, source) as Tensor).dataSync(),
      expected(numbers, source),
    );
  };
  for (const one of commands) {
    switch (one.kind) {
      case "assign":
        p[one.to]!.assign(sourceOf(one.source.kind).tensor(p, one.source));
        numbers[one.to] = sourceOf(one.source.kind).numbers(numbers, one.source);
        break;
      case "swap": {
        const kept = p[one.a]!.snapshot();
        p[one.a]!.assign(p[one.b]!);
        p[one.b]!.assign(kept);
        [numbers[one.a], numbers[one.b]] = [numbers[one.b]!, numbers[one.a]!];
        break;
      }
      case "read":
        same(`p${one.of}`, p[one.of]!.dataSync(), numbers[one.of]!);
        break;
      case "realize":
        p[one.of]!.realize();
        break;
      case "copy": {
        const copy = parameter(p[one.of]!);
        captured.push({ x: copy, expected: numbers[one.of]! });
        break;
      }
      case "fail": {
        const q = p[one.of]!;
        const others = p.filter((other) => other !== q);
        let message = "nothing";
        try {
          const of = others.reduce((sum, other) => sum.add(other), q.add(wrong()));
          q.assign(one.by === "later" ? of : q.add(wrong()));
          readers[one.by](q, sumOfAll, others);
        } catch (error) {
          if (!(error instanceof NablaError)) throw error;
          ({ message } = error);
        }
        if (!message.includes("index 9 is out of range")) {
          throw new Error(`a failing update: got ${message}, expected the index`);
        }
        break;
      }
      case "together": {
        // What all are given is made before the first is, as optimisers do.
        const made = one.assigns.map(({ to, source }) => ({
          to,
          x: sourceOf(source.kind).tensor(p, source) as Tensor,
          expected: sourceOf(source.kind).numbers(numbers, source),
        }));
        if (one.between) readOf(one.between);
        const last = new Map(made.map(({ to, ...rest }) => [to, rest]));
        for (const [to, { x, expected }] of last) {
          p[to]!.assign(x);
          numbers[to] = expected;
        }
        break;
      }
      case "readOf":
        readOf(one.source);
        break;
      case "capture":
        captured.push({
          x: sourceOf(one.source.kind).tensor(p, one.source) as Tensor,
          expected: sourceOf(one.source.kind).numbers(numbers, one.source),
        });
        break;
      case "gradient": {
        const q = p[one.of]!;
        const cost = q.square().sum();
        const expected = numbers[one.of]!.map((x) => 2 * x);
        if (one.isAssigned) {
          q.assign(q.add(1));
          numbers[one.of] = numbers[one.of]!.map((x) => x + 1);
        }
        same(`the gradient of p${one.of}`, gradients(cost, [q])[0].dataSync(), expected);
        break;
      }
      case "look": {
        const found = captured[one.which];
        if (found) look(found);
        break;
      }
      case "assignCaptured": {
        const found = captured[one.which];
        if (!found) break;
        const before = p[one.to]!;
        try {
          before.assign(found.x).realize();
          numbers[one.to] = found.expected;
        } catch (error) {
          if (!(error instanceof NablaError && error.message.includes("have overwritten"))) {
            throw error;
          }
        }
        break;
      }
      case "call":
        compiled[one.which]!.call(one.x, one.isBad ? 7 : 1);
        break;
    }
  }
  p.forEach((q, i) => same(`p${i} in the end`, q.dataSync(), numbers[i]!));
  captured.forEach(look);
}
