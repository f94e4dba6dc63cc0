// What must hold of every public call (edge-calls.ts), with arguments at the edges or with what is no argument in one
// place: both back ends, compiled, batched, of parameters, and of gradients, the same or the same error.
import {
  compile,
  gradients,
  manualSeed,
  parameter,
  setBackend,
  stack,
  Tensor,
  vmap,
} from "@nabla/autograd";
import fc from "fast-check";
import { wrongValues } from "../../../scripts/fuzz/wrong-values.ts";
import type { EdgeCall } from "./edge-call.ts";
import { edgeCalls } from "./edge-calls.ts";
import { type Leaf, type Outcome, outcomeOf, written } from "./edge-outcomes.ts";

/** One call with its arguments. */
export interface EdgeCase {
  readonly call: EdgeCall;
  readonly args: readonly unknown[];
}

const wrong = fc.constantFrom(...Object.keys(wrongValues)).map((text) => wrongValues[text]!());

/** With another value in the place of one, or of an option. */
function spoilt({ call, args }: EdgeCase): fc.Arbitrary<EdgeCase> {
  const first = call.isMethod ? 1 : 0;
  if (args.length <= first) return fc.constant({ call, args });
  return fc
    .tuple(fc.integer({ min: first, max: args.length - 1 }), wrong, fc.nat(7))
    .map(([i, value, which]) => {
      const own = args[i];
      const isPlain = typeof own === "object" && own !== null && !(own instanceof Tensor);
      const names = isPlain && !Array.isArray(own) ? Object.keys(own) : [];
      const name = names[which % (names.length + 1)];
      const replaced = name === undefined ? value : { ...(own as object), [name]: value };
      return { call, args: args.with(i, replaced) };
    });
}

export const edgeCases: fc.Arbitrary<EdgeCase> = fc
  .constantFrom(...edgeCalls)
  .chain((call) => call.args.map((args) => ({ call, args })))
  .chain((one) =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(one) }, { weight: 1, arbitrary: spoilt(one) }),
  );

/** How a report writes a case. */
export function textOf({ call, args }: EdgeCase): string {
  return `${call.name}(${args.map((one) => written(one)).join(", ")})`;
}

/** What a way to call it is called, and what it gives. */
type Way = (call: EdgeCase) => Outcome;

function on(backend: string, f: () => unknown): Outcome {
  setBackend(backend);
  // Draws without a seed are those of the program's own.
  manualSeed(1);
  try {
    return outcomeOf(f);
  } finally {
    setBackend("wasm");
  }
}

/** The tensors of a result, in order. */
export function tensorsIn(result: unknown, depth = 8): Tensor[] {
  if (result instanceof Tensor) return [result];
  const isPlain = Array.isArray(result) || Object.getPrototypeOf(result ?? 0) === Object.prototype;
  if (typeof result !== "object" || result === null || !isPlain || depth === 0) return [];
  return Object.values(result).flatMap((one: unknown) => tensorsIn(one, depth - 1));
}

/** The arguments with other tensors in place of theirs, in lists and options as well. */
export function withTensors(
  args: readonly unknown[],
  tensors: readonly Tensor[],
): readonly unknown[] {
  let next = 0;
  const other = (one: unknown): unknown => {
    if (one instanceof Tensor) return tensors[next++];
    if (typeof one !== "object" || one === null || tensorsIn(one).length === 0) return one;
    if (Array.isArray(one)) return one.map(other);
    return Object.fromEntries(Object.entries(one).map(([name, part]) => [name, other(part)]));
  };
  return args.map(other);
}

/** The call as a function of the tensors among its arguments. */
const ofTensors =
  ({ call, args }: EdgeCase) =>
  (...tensors: Tensor[]): Tensor[] =>
    tensorsIn(call.f(...withTensors(args, tensors)));

/** The gradients of the sum of all that it gives. */
const slopesOf =
  (one: EdgeCase) =>
  (...tensors: readonly Tensor[]): readonly Tensor[] => {
    const inputs = tensors.filter(isFloating);
    const parts = ofTensors(one)(...tensors).filter(isFloating);
    const costs = parts.map((part) => part.sum().cast("float64"));
    if (inputs.length === 0 || costs.length === 0) return [];
    return gradients(
      costs.reduce((sum, cost) => sum.add(cost)),
      inputs,
    );
  };

function isFloating({ dtype }: Tensor): boolean {
  return dtype.includes("float");
}

/** A graph that gives `x`, and of which nothing is known yet. */
function unread(x: Tensor): Tensor {
  const both: Tensor = stack([x, x]);
  return both.at(0);
}
const turned = (x: Tensor): Tensor => x.flip().realize();

function assigned(x: Tensor): Tensor {
  const p = parameter(x.flip());
  p.sum();
  return p.assign(x);
}

const compiledTwice = (
  f: (...tensors: Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
) => {
  const compiled = compile(f as (...tensors: Tensor[]) => Tensor[]);
  compiled(...inputs);
  // Draws go on from call to call.
  manualSeed(1);
  return compiled(...inputs);
};

/** Other ways to the same values, to the last bit. */
const sameBits: Readonly<Record<string, Way>> = {
  compiled: (one) => on("wasm", () => compiledTwice(ofTensors(one), tensorsIn(one.args))),
  "of tensors that are not computed yet": (one) =>
    on("wasm", () => ofTensors(one)(...tensorsIn(one.args).map(unread))),
  "of parameters": (one) =>
    on("wasm", () => ofTensors(one)(...tensorsIn(one.args).map((x) => parameter(x)))),
  "of assigned parameters": (one) =>
    on("wasm", () => ofTensors(one)(...tensorsIn(one.args).map(assigned))),
};

/** Throws if what it gives on a back end differs from what it gives on the reference. */
export function checkBackend(one: EdgeCase, backend: string): void {
  const direct = () => one.call.f(...one.args);
  const wanted = on("reference", direct);
  const found = on(backend, direct);
  if (one.call.kind === "call") return compare(backend, one, found, wanted, 1, true);
  const tolerance = one.call.kind === "exact" ? 0 : 1;
  const isEach = one.call.kind === "elements";
  compare(`${backend}, beside the reference`, one, found, wanted, tolerance, false, isEach);
}

/** Throws with what differs, if anything does. */
export function checkEdges(one: EdgeCase, mode: number): void {
  checkBackend(one, "wasm");
  if (one.call.kind === "call") return;
  const direct = () => one.call.f(...one.args);
  const tensors = on("wasm", () => tensorsIn(direct()));
  const ways = Object.entries(sameBits);
  const chosen = mode % (ways.length + 2);
  if (chosen < ways.length) {
    const [name, way] = ways[chosen]!;
    compare(name, one, way(one), tensors, 0);
  } else if (chosen === ways.length) checkGradients(one);
  else checkBatch(one);
}

function checkGradients(one: EdgeCase): void {
  const inputs = tensorsIn(one.args);
  // The same one twice is two inputs of a compiled function, and one node elsewhere.
  if (new Set(inputs).size < inputs.length) return;
  const slopes = slopesOf(one);
  const found = on("wasm", () => slopes(...inputs));
  compare(
    "gradients",
    one,
    found,
    on("reference", () => slopes(...inputs)),
    10,
  );
  compare(
    "compiled gradients",
    one,
    on("wasm", () => compiledTwice(slopes, inputs)),
    found,
    0,
  );
}

/** What vmap refuses, as it would have to decide by one value for all examples. */
const refusedInBatches: ReadonlySet<string> = new Set(["guard"]);

/** Batched, it is a loop, or refused. */
function checkBatch(one: EdgeCase): void {
  const inputs = tensorsIn(one.args);
  if (inputs.length === 0) return;
  const examples = [inputs, inputs.map(turned)];
  const f = ofTensors(one);
  const looped = on("wasm", () => {
    const each = examples.map((example) => f(...example));
    return each[0]!.map((_, i) => stack(each.map((values) => values[i]!)));
  });
  const batches = inputs.map((_, i): Tensor => stack(examples.map((example) => example[i]!)));
  const batched = on("wasm", () => vmap(f)(...batches));
  if (refusedInBatches.has(one.call.name)) {
    if ("error" in batched) return;
    throw new Error(`vmap: ${textOf(one)}: no error, expected one`);
  }
  compare("vmap", one, batched, looped, 10, "error" in looped);
}

/** Throws unless both are the same values, or the same error. */
function compare(
  way: string,
  one: EdgeCase,
  found: Outcome,
  wanted: Outcome,
  tolerance: number,
  isAnyError = false,
  isEach = false,
): void {
  const text = difference(found, wanted, tolerance, isAnyError, isEach);
  if (text !== undefined) throw new Error(`${way}: ${textOf(one)}: ${text}`);
}

function difference(
  found: Outcome,
  wanted: Outcome,
  tolerance: number,
  isAnyError: boolean,
  isEach: boolean,
): string | undefined {
  if ("error" in found || "error" in wanted) {
    const [is, expected] = [found, wanted].map((one) => ("error" in one ? one.error : "no error"));
    return is === expected || (isAnyError && is !== "no error")
      ? undefined
      : `${is}, expected ${expected}`;
  }
  if (found.leaves.length !== wanted.leaves.length) {
    return `${found.leaves.length} tensors, expected ${wanted.leaves.length}`;
  }
  for (const [i, leaf] of found.leaves.entries()) {
    const text = leafDifference(leaf, wanted.leaves[i]!, tolerance, isEach);
    if (text !== undefined) return text;
  }
  return undefined;
}

function leafDifference(
  found: Leaf,
  wanted: Leaf,
  tolerance: number,
  isEach: boolean,
): string | undefined {
  const [is, expected] = [found, wanted].map(
    ({ dtype, shape }) => `${dtype} [${shape.join(", ")}]`,
  );
  if (is !== expected) return `${is}, expected ${expected}`;
  const scale = Math.max(0, ...[...wanted.data].filter(Number.isFinite).map(Math.abs));
  for (const [i, x] of found.data.entries()) {
    const y = wanted.data[i]!;
    if (Object.is(x, y) || isNear(x, y, isEach ? Math.abs(y) : scale, found.dtype, tolerance))
      continue;
    return `element ${i} of ${is} is ${Object.is(x, -0) ? "-0" : x}, expected ${Object.is(y, -0) ? "-0" : y}`;
  }
  return undefined;
}

/** The relative error that is allowed, and what stands for a difference of denormals. */
const allowed: Readonly<
  Record<string, readonly [relative: number, least: number, greatest: number]>
> = {
  float32: [2e-6, 2 ** -146, 3.4e38],
  float64: [1e-13, 2 ** -1060, 1.79e308],
};

function isNear(x: number, y: number, scale: number, dtype: string, tolerance: number): boolean {
  const limits = allowed[dtype];
  if (!limits || tolerance === 0) return false;
  const [relative, least, greatest] = limits;
  // One rounded up to infinity, the other just below.
  const bounded = (z: number) => Math.min(Math.max(z, -greatest), greatest);
  return Math.abs(bounded(x) - bounded(y)) <= tolerance * relative * scale + least;
}
