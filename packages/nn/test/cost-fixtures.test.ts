// Costs with their options, beside PyTorch's: values and gradients, at edges too (fixtures/families/costs.py).
import { setBackend, type Tensor } from "@nabla/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkCases, readCases } from "../../../fixtures/cases.ts";
import { functions, publicIn } from "./public-names.ts";

// Small graphs, of which each would be planned; the engine's own tests compare it with the reference.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

const cases = readCases("costs");
const calls = [...new Set(cases.map(({ call }) => call))];

test("every cost is among them", () => {
  expect(publicIn("costs").filter((name) => !calls.includes(name))).toEqual([]);
});

describe("values and gradients are PyTorch's", () => {
  test.each(calls)("%s", (name) => {
    const own = cases.filter(({ call }) => call === name);
    checkCases(own, (inputs, { given = [], ...options }) => {
      // The last inputs are options of these names.
      const names = given as readonly string[];
      const first = inputs.length - names.length;
      const more = names.map((option, i) => [option, inputs[first + i]] as const);
      const all = { ...options, ...Object.fromEntries(more) };
      return functions[name]!(...inputs.slice(0, first), all) as Tensor;
    });
  });
});
