// No option is ignored: every public function that takes options refuses a name that none of them has.
import { random, setBackend, tensor } from "@nabla/autograd";
import { checkNames, checkOptions, describe as described, flag } from "@nabla/autograd/checks";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { misspelt, optionParameters } from "../../../scripts/api/option-parameters.ts";
import { type EdgeCall } from "./edge-call.ts";
import { edgeCalls } from "./edge-calls.ts";

// Where nothing is planned: every call is a new one.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

const taking = optionParameters("autograd");
const unknown = 'there is no option "noSuchOption"';

/** Whether the call refuses another option, with some of its arguments. */
async function refuses({ f, args }: EdgeCall, at: number): Promise<boolean> {
  for (const given of fc.sample(args, { seed: 1, numRuns: 30 })) {
    try {
      await f(...misspelt(given, at, "noSuchOption"));
    } catch (error) {
      if (String(error).includes(unknown)) return true;
    }
  }
  return false;
}

test("there are functions with options", () => {
  expect(taking.size).toBeGreaterThan(90);
});

test.each([...taking])("%s refuses options that it does not have", async (name, at) => {
  const calls = edgeCalls.filter((one) => one.name === name);
  const refused = await Promise.all(calls.map(async (call) => refuses(call, at)));
  expect(refused, "wants checkOptions").toContain(true);
});

test.each<[name: string, call: (options: never) => unknown]>([
  ["random.uniform", (o) => random.uniform([2], o)],
  ["random.normal", (o) => random.normal([2], o)],
  ["random.bernoulli", (o) => random.bernoulli([2], 0.5, o)],
  ["random.permutation", (o) => random.permutation(3, o)],
  ["random.randint", (o) => random.randint([2], 0, 3, o)],
  ["sum", (o) => tensor([1, 2]).sum(0, o)],
])("%s refuses options that it does not have", (name, call) => {
  expect(() => call({ noSuchOption: 1 } as never)).toThrow(`${name}: ${unknown}`);
});

describe("a name that is not there", () => {
  const said = (name: string, ...names: string[]) => {
    try {
      checkNames("f", { [name]: 1 }, names);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each([
    ["keepdims", ["keepDims", "correction"], "keepDims"],
    ["activaton", ["bias", "activation"], "activation"],
    ["learning_rate", ["momentum", "learningRate"], "learningRate"],
    ["bais", ["base", "bias"], "base"],
    ["stepp", ["rate", "step"], "step"],
  ])("%s: %j are near", (name, names, near) => {
    expect(said(name, ...names)).toBe(
      `f: there is no option "${name}", expected ${names.join(", ")}; did you mean "${near}"?`,
    );
  });

  test.each([
    ["lr", ["learningRate", "to"]],
    ["", ["bias"]],
    ["xyz", ["bias"]],
  ])("nothing is near %j", (name, names) => {
    expect(said(name, ...names)).toBe(
      `f: there is no option "${name}", expected ${names.join(", ")}`,
    );
  });

  test("of no names is said to be one too many", () => {
    expect(said("a")).toBe('f: there is no option "a", expected none');
  });

  test("is cut where it is long, and stays on one line", () => {
    const message = said(`bias\n${"x".repeat(1e6)}`, "bias");
    expect(message).toMatch(/^f: there is no option "bias\\nx{50,60}…", expected bias$/);
  });

  test.each(["toString", "__proto__", "constructor"])("%s is none of an object's own", (name) => {
    expect(() =>
      checkOptions("f", Object.fromEntries([[name, true]]) as { a?: boolean }, { a: flag }),
    ).toThrow(`f: there is no option "${name}", expected a`);
  });
});

test.each<[unknown, string]>([
  [[1, 2], "an array"],
  [new Map(), "a Map"],
  [new Float32Array(2), "a Float32Array"],
  [new Error("x"), "an Error"],
  [Object.create(null), "an object"],
  [{ constructor: { name: 3 } }, "an object"],
  [Object.create({ constructor: { name: "a\u001b[2J" } }), "a a\\u001b[2J"],
  [Promise.resolve(1), "a promise (await it first)"],
  [tensor([[1, 2]]), "a tensor of shape [1, 2]"],
  [{ dtype: "float32", shape: [3] }, "an object"],
  ["x".repeat(100), `"${"x".repeat(60)}…"`],
  [Symbol("s"), "Symbol(s)"],
  [10n, "10n"],
  [-0, "0"],
])("what was given is called by its kind: %#", (value, expected) => {
  expect(described(value)).toBe(expected);
});

test("options may have names that all objects have", () => {
  const kinds = { toString: flag, constructor: flag };
  const check = (options: object) => checkOptions<object>("own", options, kinds);
  expect(() => check({})).not.toThrow();
  expect(() => check({ toString: true })).not.toThrow();
  expect(() => check({ toString: 3 })).toThrow("own: toString is 3, expected true or false");
});
