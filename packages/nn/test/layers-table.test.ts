// What holds of every layer of docs/layers.md.
import { random, setBackend, type Tensor, vmap } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { entries, made, missingFromTable } from "./layers-table.ts";

// Where nothing is planned: every layer is a new one.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

test("every layer is among them", () => {
  expect(missingFromTable()).toEqual({ missing: [], unknown: [] });
});

test.each(entries.map((entry) => [entry.call, entry] as const))(
  "%s: vmap gives what each call does",
  (_, entry) => {
    const { input, dtype } = entry;
    const layer = made(entry);
    layer.evaluate?.();
    const both: Tensor =
      dtype === "int32"
        ? random.randint([2, ...input], 0, 4, { seed: 1 })
        : random.normal([2, ...input], { seed: 1 });
    const mapped = vmap((x: Tensor) => layer.forward(x))(both);
    [0, 1].forEach((i) => {
      const expected = layer.forward(both.at(i));
      expectClose(mapped.at(i), expected, { absoluteTolerance: 1e-5 });
    });
  },
);
