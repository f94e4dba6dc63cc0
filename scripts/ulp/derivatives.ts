// The table of docs/accuracy.md on functions and their derivatives, by what fixtures/points.py computes
// with any precision.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  bounds,
  errorOf,
  exceptions,
  isExcepted,
  withDerivatives,
} from "../../packages/autograd/test/derivative-accuracy.ts";
import { isWorse } from "./worst.ts";

type Float = "float32" | "float64";
/** The nearest float64 and what is missing; null where no normal number of the dtype is near. */
type Right = readonly [nearest: number, rest: number] | null;

interface Points {
  readonly inputs: readonly number[];
  readonly results: readonly (readonly Right[])[];
}

interface Worst {
  readonly error: number;
  readonly at: number;
}

const inputsOfEach = 1200;

function pointsOf(count: number): Readonly<Record<string, Readonly<Record<Float, Points>>>> {
  const python = process.env["PYTHON"] ?? "/usr/bin/python3";
  const script = fileURLToPath(new URL("../../fixtures/points.py", import.meta.url));
  const options = { encoding: "utf8", maxBuffer: 2 ** 30 } as const;
  const { status, stdout, stderr } = spawnSync(python, [script, String(count)], options);
  if (status !== 0) throw new Error(`${python} ${script}: ${stderr || "could not be started"}`);
  return JSON.parse(stdout) as Readonly<Record<string, Readonly<Record<Float, Points>>>>;
}

/** Of the value and each derivative, outside of the exceptions. */
function worstOf(name: string, dtype: Float, { inputs, results }: Points): readonly Worst[] {
  return withDerivatives(name, dtype, inputs).map((given, order) => {
    let worst: Worst = { error: 0, at: 0 };
    inputs.forEach((at, i) => {
      const right = results[i]![order]!;
      if (!right || isExcepted(name, order, at)) return;
      const error = errorOf(given[i]!, ...right, dtype);
      if (isWorse(error, worst)) worst = { error, at };
    });
    return worst;
  });
}

function cell({ error, at }: Worst): string {
  const size = Math.abs(at);
  const place = size < 1e-3 || size >= 1e4 ? at.toExponential(1) : at.toPrecision(3);
  return error === 0 ? "0" : `${error.toFixed(1)} at ${place}`;
}

const names = ["value", "first", "second"];

function rangesOf(ranges: readonly (readonly [number, number])[]): string {
  return ranges
    .map(([from, to]) => {
      if (from === -Infinity && to === Infinity) return "everywhere";
      if (from === -Infinity) return `below ${to}`;
      return to === Infinity ? `above ${from}` : `${from.toFixed(2)} to ${to.toFixed(2)}`;
    })
    .join(", ");
}

/** The section of the page, and whether all errors are within their bounds. */
export function derivativesSection(): { readonly text: string; readonly isGood: boolean } {
  let isGood = true;
  const rows: string[] = [];
  for (const [name, byDType] of Object.entries(pointsOf(inputsOfEach))) {
    const worst = (["float32", "float64"] as const).flatMap((dtype) => {
      const found = worstOf(name, dtype, byDType[dtype]);
      found.forEach(({ error }, order) => (isGood &&= error <= bounds[order]!));
      return found.map(cell);
    });
    rows.push(`| ${name} | ${worst.join(" | ")} |`);
    console.log(rows.at(-1));
  }
  const reasons = Object.entries(exceptions).flatMap(([name, own]) =>
    own.map(
      ({ order, ranges, why }) => `| ${name} | ${names[order]} | ${rangesOf(ranges)} | ${why} |`,
    ),
  );
  const [ofValue, ofFirst, ofSecond] = bounds;
  const text = `## Derivatives

A derivative keeps the digits that the formula of the value has. The largest errors of functions of one
element and of their first two derivatives, by WebAssembly, in units in the last place, at some ${inputsOfEach}
inputs of each dtype (exponents from -30 to 30, the range of the function, and close to 0, 1, -1 and 2),
against mpmath; where the right result is a normal number. \`packages/autograd/test/derivatives.test.ts\`
holds values to ${ofValue} ulp, first derivatives to ${ofFirst} and second ones, which are chains of some ten operations,
to ${ofSecond}, on both back ends.

| function | float32: value | first | second | float64: value | first | second |
|---|---|---|---|---|---|---|
${rows.join("\n")}

Left out of the table, since there are no such bounds:

| function | derivative | x | why |
|---|---|---|---|
${reasons.join("\n")}

\`tanh\` and \`sigmoid\` have their derivatives from their values, 1 - y^2 and y (1 - y), as in other libraries: far
out they are off by a few units in the last place of 1, and 0 from about 9 and 17 on in float32. Forms with all
digits (\`logisticDensity\`) need another exponential and keep the input, where the value is kept anyway: with them a step
of an LSTM of 64 or 128 units took 6 to 8 % longer, of a dense network of 128 units up to 5 %, of 512 about the
same (fastest of three alternating runs, by one thread, on a busy machine). Where tails matter, compute with float64, or
with \`logSigmoid\` and \`softplus\`, whose first derivatives have all digits.

Functions of two elements: the derivatives of \`atan2\` and \`hypot\` are scaled, and neither over- nor underflow;
those of \`logAddExp\`, as of \`logSumExp\` and \`softmax\`, are exponentials of differences, whose rounding is
multiplied by the difference (half an ulp for each 1 of it). The first of \`pow\` has the rounding of b - 1,
multiplied by log(a).
`;
  return { text, isGood };
}
