// Values and gradients against those of NumPy, SciPy and PyTorch (fixtures/make.py).
import { describe, expect, test } from "vitest";
import { checkCases, readCases } from "../../../fixtures/cases.ts";
import { callNamed } from "./fixture-calls.ts";

const families = [
  "comparisons",
  "composed",
  "cumulative",
  "elementwise-binary",
  "elementwise-unary",
  "halves",
  "indexing",
  "linear-algebra",
  "matrix-functions",
  "more-composed",
  "movement",
  "nan-reductions",
  "order",
  "products",
  "reductions",
  "scattering",
  "softmax",
  "sorting",
  "windows",
];

describe.each(families)("%s", (family) => {
  const cases = readCases(family);
  const calls = [...new Set(cases.map(({ call }) => call))];

  test("has cases enough", () => expect(cases.length).toBeGreaterThanOrEqual(40));

  test.each(calls)("%s", (name) => {
    checkCases(
      cases.filter(({ call }) => call === name),
      callNamed(name),
    );
  });
});
