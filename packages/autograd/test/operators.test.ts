// Every operator of the scalar language, on awkward numbers: WebAssembly gives the reference's bits, in
// vectors and in what is left over. A new operator is among them without a change here.
import { type DType, setBackend, tensor } from "@nabla/autograd";
import { afterEach, describe, expect, test } from "vitest";
import { approximated } from "../src/engine/kernel/approximations.ts";
import { createNode } from "../src/graph/create.ts";
import type { Elementwise } from "../src/graph/node.ts";
import { input } from "../src/scalar/expression.ts";
import { type OperatorName, operators } from "../src/scalar/operators.ts";
import { nodeOf, tensorOf } from "../src/tensor/tensor.ts";

afterEach(() => setBackend("wasm"));

/** Of whole numbers alone. */
const ofBits = ["and", "or", "xor", "shiftLeft", "shiftRight", "shiftRightUnsigned"];
const ofWhole = new Set([
  ..."add sub mul div remainder max min neg abs not equal less lessEqual".split(" "),
  ...ofBits,
]);

/** Not compared here, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    approximated.map((name) => [name, "has errors, which `pnpm ulp` measures"]),
  ),
  mulAdd: "is rounded once or twice, as the host has it",
  powerOf2: "of whole numbers alone, in approximations",
  exponent: "of normal numbers alone, in approximations",
  significand: "of normal numbers alone, in approximations",
  select: "takes a truth value first: `where`",
};

const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
const floats = [0, -0, 1, -1, 0.5, -2.5, 3.5, 1e-40, -1e30, 7, inf, -inf, nan];
const whole = [0, 1, -1, 7, -7, 31, 2 ** 31 - 1, -(2 ** 31)];

/** All pairs of values, as two operands; as many as fill vectors and leave some over. */
function operandsOf(values: readonly number[], dtype: DType) {
  const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
  return [0, 1].map((i) =>
    tensor(
      pairs.map((pair) => pair[i]!),
      { dtype },
    ),
  );
}

function applied(operator: OperatorName, values: readonly number[], dtype: DType) {
  const { arity, result } = operators[operator];
  const operands = Array.from({ length: arity }, (_, i) => input(i));
  const operation: Elementwise = {
    family: "elementwise",
    name: operator,
    value: { kind: "apply", operator, operands },
    gradient: ["none: of interest is the value"],
  };
  const inputs = operandsOf(values, dtype).slice(0, arity);
  const nodes = inputs.map((x) => nodeOf("test", x));
  const node = createNode(
    operation,
    nodes,
    {},
    nodes[0]!.shape,
    result === "bool" ? result : dtype,
  );
  return tensorOf(node).dataSync();
}

const names = (Object.keys(operators) as OperatorName[]).filter((name) => !(name in elsewhere));

describe.each([
  ["float32", names.filter((name) => !ofBits.includes(name)), floats],
  ["float64", names.filter((name) => !ofBits.includes(name)), floats],
  ["int32", names.filter((name) => ofWhole.has(name)), whole],
] as const)("of %s", (dtype, those, values) => {
  test.each(those)("%s has the reference's bits", (name) => {
    const given = applied(name, values, dtype);
    setBackend("reference");
    expect(given).toEqual(applied(name, values, dtype));
  });
});
