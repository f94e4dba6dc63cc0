// Operations against formulas.ts.
import type { Tensor } from "@nabla/autograd";
import * as nabla from "@nabla/autograd";
import { describe, test } from "vitest";
import type { Elementwise } from "../src/graph/node.ts";
import * as elementwise from "../src/ops/elementwise.ts";
import { expectColumns, expectElements, ofColumns, ofElements } from "./formulas.ts";

type Loose = (x: Tensor, axis?: number) => Tensor;
const functions = nabla as unknown as Readonly<Record<string, Loose>>;
const definitions = elementwise as unknown as Readonly<
  Record<string, { readonly operation?: Elementwise }>
>;

describe("an element is what the formula gives:", () => {
  test.each(Object.entries(ofElements))("%s", (name, formula) => {
    expectElements(functions[name]!, formula, definitions[name]?.operation?.domain);
  });
});

describe("along the first axis it is what a loop gives:", () => {
  test.each(Object.entries(ofColumns))("%s", (name, formula) => {
    expectColumns((x) => functions[name]!(x, 0), formula);
  });
});
