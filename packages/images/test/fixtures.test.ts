// Values and gradients against those of PyTorch (fixtures/families/images*.py).
import { type Tensor } from "@nabla/autograd";
import * as images from "@nabla/images";
import { describe, expect, test } from "vitest";
import { type Call, checkCases, readCases } from "../../../fixtures/cases.ts";

type Loose = (...given: readonly unknown[]) => Tensor;
const functions = images as unknown as Readonly<Record<string, Loose>>;

/** How options of cases are arguments, where they are not the last one as they stand. */
const asArguments: Readonly<Record<string, (options: Record<string, unknown>) => unknown[]>> = {
  resize: ({ size, ...options }) => [size, options],
  affineGrid: ({ size, ...options }) => [size, options],
  cropAndResize: ({ size, ...options }) => [size, options],
  rotate: ({ degrees }) => [degrees],
};

const callOf =
  (name: string): Call =>
  (inputs, options) => {
    const f = functions[name]!;
    const ofOptions = asArguments[name];
    if (ofOptions) return f(...inputs, ...ofOptions({ ...options }));
    if ("factor" in options) return f(...inputs, options["factor"]);
    return Object.keys(options).length === 0 ? f(...inputs) : f(...inputs, options);
  };

describe.each(["images", "images-sampled"])("%s", (family) => {
  const cases = readCases(family);
  test("has cases enough", () => expect(cases.length).toBeGreaterThanOrEqual(40));
  test.each([...new Set(cases.map(({ call }) => call))])("%s", (name) => {
    const own = cases.filter(({ call }) => call === name);
    checkCases(own, callOf(name));
  });
});
