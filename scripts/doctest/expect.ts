// Compares a value with the text that documentation promises for it.

import { formatWithOptions, type InspectOptions, inspect } from "node:util";

const layout: InspectOptions = {
  depth: null,
  compact: true,
  breakLength: Number.POSITIVE_INFINITY,
  maxArrayLength: null,
  maxStringLength: null,
};

/** Checks `value; // => text`. A string may be written with or without its quotes. */
export function expectShown(value: unknown, text: string): void {
  expectText(
    show(value),
    typeof value === "string" ? text.replace(/^(["'`])(.*)\1$/s, "$2") : text,
  );
}

/** A console for an example, and the lines that it prints. */
export function recorder(): { readonly console: Console; readonly printed: string[] } {
  const printed: string[] = [];
  const log = (...values: readonly unknown[]): void => {
    const shown = values.map((value) => (hasOwnText(value) ? String(value) : value));
    printed.push(formatWithOptions(layout, ...shown));
  };
  return { console: { ...console, log }, printed };
}

/** Checks `console.log(...values); // => text`, and a loop of such statements. */
export function expectPrinted(printed: readonly string[], text: string): void {
  expectText(printed.join("\n"), text);
}

/** Checks `statement; // => throws text`, where the text is part of the error's message. */
export function expectThrow(error: unknown, text: string): void {
  const message = text.replace(/^throws /, "");
  if (error === null) throw new Error(`nothing was thrown, but the example says\n  ${message}`);
  const thrown = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
  if (!normalised(thrown).includes(normalised(message))) {
    throw new Error(`the example throws\n  ${thrown}\nbut says\n  ${message}`, { cause: error });
  }
}

function expectText(actual: string, expected: string): void {
  if (!agree(normalised(actual), normalised(expected))) {
    throw new Error(`the example gives\n  ${actual}\nbut says\n  ${expected}`);
  }
}

function show(value: unknown): string {
  if (typeof value === "string") return value;
  return hasOwnText(value) ? String(value) : inspect(value, layout);
}

/** True for instances of a class with a `toString` of its own, such as tensors. */
function hasOwnText(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  return "toString" in value && value.toString !== Object.prototype.toString;
}

/** One form for what may be written in several: spaces, quotes, a typed array's length. */
function normalised(text: string): string {
  return text
    .replace(/(Array)\(\d+\)/g, "$1")
    .replaceAll("'", '"')
    .replace(/\s+/g, " ")
    .replace(/(?<=[[({]) | (?=[\])}])/g, "")
    .trim();
}

const numeral = /(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;

function agree(actual: string, expected: string): boolean {
  const actualNumbers = actual.match(numeral) ?? [];
  const expectedNumbers = expected.match(numeral) ?? [];
  return (
    actual.replace(numeral, "#") === expected.replace(numeral, "#") &&
    expectedNumbers.every((written, i) => agreeAsNumbers(actualNumbers[i]!, written))
  );
}

/**
 * Four significant digits or more may be the rounded value; fewer must be the value itself, up to
 * float32's rounding. Integers are equal.
 */
function agreeAsNumbers(actual: string, written: string): boolean {
  const [mantissa = "", exponent = "0"] = written.split("e");
  const [, decimals = ""] = mantissa.split(".");
  const digits = mantissa.replace(/^-?0*\.?0*|\./g, "").length;
  const halfUnit = 0.5 * 10 ** (Number(exponent) - decimals.length);
  const isInteger = /^-?\d+$/.test(written);
  if (isInteger && /^-?\d+$/.test(actual)) return Number(actual) === Number(written);
  const float32Rounding = 1e-6 * Math.abs(Number(written));
  const rounding = digits >= 4 && !isInteger ? halfUnit * (1 + 1e-9) : 0;
  return Math.abs(Number(actual) - Number(written)) <= Math.max(float32Rounding, rounding);
}
