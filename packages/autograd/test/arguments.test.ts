// Public calls with arguments at the edges, and with what is no argument. `pnpm fuzz edges` tries more.
import { NablaError, setBackend, Tensor } from "@nabla/autograd";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wrongValues } from "../../../scripts/fuzz/wrong-values.ts";
import { catalogue, others } from "./catalogue.ts";
import { edgeCalls } from "./edge-calls.ts";
import { outcomeOf, written } from "./edge-outcomes.ts";
import { checkEdges, edgeCases } from "./edges.ts";
import { missingFromCatalogue } from "./operations-table.ts";

test("every public name is among the calls", () => {
  expect(missingFromCatalogue().missing).toEqual([]);
  const tried = new Set(edgeCalls.map(({ name }) => name));
  const elsewhere = new Set(["constructor", "currentNode", "dtype", "size", "rank"]);
  const all = [...catalogue.map(({ name }) => name), ...others];
  expect(all.filter((name) => !tried.has(name) && !elsewhere.has(name))).toEqual([]);
});

test("300 of them: the same on both back ends, compiled, batched, of parameters, in gradients", () => {
  fc.assert(fc.property(edgeCases, fc.nat(999), checkEdges), { numRuns: 300 });
});

/** The arguments with another value in one place, an option included. */
function* spoilt(args: readonly unknown[], first: number): Generator<readonly unknown[]> {
  for (let i = first; i < args.length; i++) {
    for (const make of Object.values(wrongValues)) {
      yield args.with(i, make());
      const own = args[i];
      if (typeof own !== "object" || own === null || own instanceof Tensor) continue;
      if (Array.isArray(own)) yield args.with(i, [...(own as readonly unknown[]), make()]);
      else for (const name of Object.keys(own)) yield args.with(i, { ...own, [name]: make() });
    }
  }
}

/** What errors start with, where that is not the call's own name alone. */
const otherBeginnings: Readonly<Record<string, readonly string[]>> = {
  // The functions that these are given are called with what is no argument of theirs.
  ...Object.fromEntries(
    [
      "grad",
      "valueAndGrad",
      "jacobian",
      "hessian",
      "vmap",
      "compile",
      "checkpoint",
      "vjp",
      "scan",
      "associativeScan",
      "cond",
      "whileLoop",
      "forLoop",
      "closureConvert",
    ].map((name) => [name, ["sin", "mul", "exp", "sum", "add", "greater"]]),
  ),
  // Of a parameter that the call makes first.
  backward: ["parameter"],
  assign: ["parameter"],
  "grad of a parameter": ["parameter", "grad"],
};

/** Whether an error's message starts with the function that was called, or what may stand there. */
function namesCall(name: string, message: string): boolean {
  // It is given the name of another function.
  if (name === "checkSameShape") return true;
  const begins = (one: string) => message.startsWith(`${one}:`) || message.startsWith(`${one} `);
  return [name, ...(otherBeginnings[name] ?? [])].some(begins);
}

/** An error that is not nabla's, or, of the call itself, that names another function. */
function faultOf(name: string, call: () => unknown): string | undefined {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    const isRight = error instanceof NablaError && namesCall(name, error.message);
    return isRight ? undefined : String(error);
  }
  try {
    outcomeOf(() => result);
  } catch (error) {
    return String(error);
  }
  return undefined;
}

const names = [...new Set(edgeCalls.map(({ name }) => name))];

describe("what is no argument is refused by an error of nabla's, which names the function", () => {
  // Where nothing is planned: every call is a new one.
  beforeAll(() => setBackend("reference"));
  afterAll(() => setBackend("wasm"));

  test.each(names)("%s", (name) => {
    const faults: string[] = [];
    for (const { f, args, isMethod } of edgeCalls.filter((call) => call.name === name)) {
      for (const given of fc.sample(args, { numRuns: 2, seed: 1 })) {
        for (const wrong of spoilt(given, isMethod ? 1 : 0)) {
          const fault = faultOf(name, () => f(...wrong));
          if (fault === undefined) continue;
          faults.push(`${name}(${wrong.map((one) => written(one)).join(", ")}): ${fault}`);
        }
      }
    }
    expect(faults).toEqual([]);
  });
});
