// Values and gradients against those of NumPy, SciPy and PyTorch (fixtures/make.py).
import { describe, expect, test } from "vitest";
import { checkCases, readCases } from "../../../fixtures/cases.ts";
import { calls } from "./fixture-calls.ts";

const families = ["fourier", "fourier-axes", "signal-products", "signal-windows", "spectrograms"];

describe.each(families)("%s", (family) => {
  const cases = readCases(family);

  test("has cases enough", () => expect(cases.length).toBeGreaterThanOrEqual(40));

  test.each([...new Set(cases.map(({ call }) => call))])("%s", (name) => {
    checkCases(
      cases.filter(({ call }) => call === name),
      calls[name]!,
    );
  });
});
