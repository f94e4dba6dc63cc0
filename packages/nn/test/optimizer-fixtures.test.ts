// A hundred steps of each optimiser in float64, and ten in float32, beside PyTorch's, which scripts/fixtures/optimizers.py has written
// down.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, type DType, type Parameter, parameter, tensor } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { describe, test } from "vitest";
import * as nn from "../src/index.ts";
import { functions } from "./public-names.ts";

interface Values {
  readonly weight: number[][];
  readonly bias: number[];
}
type After = Readonly<Record<string, Values>>;
interface Fixtures extends Values {
  readonly x: number[][];
  readonly y: number[][];
  readonly optimizers: readonly {
    readonly name: string;
    readonly options: never;
    readonly after: After;
  }[];
  readonly clipGradNorm: After;
  readonly clipGradValue: After;
}

const path = join(import.meta.dirname, "fixtures", "optimizers.json");
const fixtures = JSON.parse(readFileSync(path, "utf8")) as Fixtures;

/** Takes the steps, and compares with `after`. */
function checkSteps(
  make: (parameters: readonly Parameter[]) => nn.Optimizer,
  after: After,
  dtype: DType,
  clip?: (parameters: readonly Parameter[]) => void,
): void {
  const weight = parameter(fixtures.weight, { dtype });
  const bias = parameter(fixtures.bias, { dtype });
  const [x, y] = [tensor(fixtures.x, { dtype }), tensor(fixtures.y, { dtype })];
  const optimizer = make([weight, bias]);
  const step = compile(() => {
    x.matmul(weight).add(bias).tanh().sub(y).square().sum().backward();
    clip?.(optimizer.parameters);
    optimizer.step();
  });
  // In float64 both do the same but for the order of sums; float32 rounds in each step, and near the
  // minimum, where these steps divide small gradients by small ones, nothing is left of its digits.
  const relativeTolerance = dtype === "float64" ? 1e-12 : 1e-5;
  for (let i = 1; i <= (dtype === "float64" ? 100 : 10); i++) {
    step();
    const expected = after[i];
    if (!expected) continue;
    expectClose(weight, tensor(expected.weight, { dtype }), { relativeTolerance });
    expectClose(bias, tensor(expected.bias, { dtype }), { relativeTolerance });
  }
}

describe.each(["float64", "float32"] as const)("in %s, steps like PyTorch's", (dtype) => {
  const cases = fixtures.optimizers.map(({ name, options, after }) => {
    return [name, JSON.stringify(options), options, after] as const;
  });
  test.each(cases)("of %s %s", (name, _, options, after) => {
    checkSteps((parameters) => functions[name]!(parameters, options), after, dtype);
  });

  test("of gradients clipped by their norm", () => {
    const clip = (parameters: readonly Parameter[]) => void nn.clipGradNorm(parameters, 0.25);
    const make = (parameters: readonly Parameter[]) => nn.sgd(parameters, { learningRate: 0.5 });
    checkSteps(make, fixtures.clipGradNorm, dtype, clip);
  });

  test("of gradients clipped by their values", () => {
    const clip = (parameters: readonly Parameter[]) => nn.clipGradValue(parameters, 0.1);
    const make = (parameters: readonly Parameter[]) => nn.sgd(parameters, { learningRate: 0.5 });
    checkSteps(make, fixtures.clipGradValue, dtype, clip);
  });
});
