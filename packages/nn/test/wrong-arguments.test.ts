// Public calls with what is no argument: a named error, or a value; never an error of the host.
// `pnpm test:reference` tries all, the plain test command one of six.
import { NablaError, setBackend } from "@nabla/autograd";
import * as nn from "@nabla/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wrongValues } from "../../../scripts/fuzz/wrong-values.ts";
import { type EdgeCall, edgeCalls } from "./edge-calls.ts";

// Where nothing is planned: every call is a new one.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

test("every public function is among the calls", () => {
  const tried = new Set(edgeCalls.map(({ name }) => name));
  const all = Object.entries<unknown>(nn).filter(([, value]) => typeof value === "function");
  expect(all.map(([name]) => name).filter((name) => !tried.has(name))).toEqual([]);
});

/** The arguments with another value in one place, an option or one more of a list included. */
function* spoilt(args: readonly unknown[]): Generator<readonly [string, readonly unknown[]]> {
  for (const [i, own] of args.entries()) {
    for (const [text, make] of Object.entries(wrongValues)) {
      yield [`argument ${i} is ${text}`, args.with(i, make())];
      if (Array.isArray(own))
        yield [`argument ${i} has ${text}`, args.with(i, [...(own as readonly unknown[]), make()])];
      if (typeof own !== "object" || own === null) continue;
      if (Object.getPrototypeOf(own) !== Object.prototype || "forward" in own) continue;
      for (const name of Object.keys(own)) {
        yield [`${name} of argument ${i} is ${text}`, args.with(i, { ...own, [name]: make() })];
      }
    }
  }
}

const byName = new Map<string, EdgeCall[]>();
for (const call of edgeCalls) byName.set(call.name, [...(byName.get(call.name) ?? []), call]);

const each = process.env["NABLA_TESTS"] === "reference" ? 1 : 6;
/** Whether that one is tried: of any row of them about as many, by Knuth's multiplicative hash. */
const isTried = (i: number) => (Math.imul(i, 2654435769) >>> 16) % each === 0;

describe("what is no argument is refused by an error of nabla's", () => {
  test.each([...byName])("%s", async (_, calls) => {
    const faults: string[] = [];
    for (const { f, args } of calls) {
      for (const [i, [what, given]] of [...spoilt(args)].entries()) {
        if (!isTried(i)) continue;
        try {
          await f(...given);
        } catch (error) {
          if (!(error instanceof NablaError)) faults.push(`${what}: ${String(error)}`);
        }
      }
    }
    expect(faults).toEqual([]);
  });
});
