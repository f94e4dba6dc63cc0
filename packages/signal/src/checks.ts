// What functions ask of their arguments and options, and the errors if they do not get it.
import { formatShape, NablaError, printable, ShapeError, Tensor } from "@nabla/autograd";
import type { Precision } from "./constants.ts";

/** What an option may be: whether it is that, and what errors call it. */
export type Kind = readonly [fits: (value: unknown) => boolean, expected: string];

export const count: Kind = [
  (x) => Number.isSafeInteger(x) && (x as number) > 0,
  "a positive integer",
];
export const integer: Kind = [Number.isSafeInteger, "an integer"];
export const flag: Kind = [(x) => typeof x === "boolean", "true or false"];
export const finite: Kind = [Number.isFinite, "a finite number"];
export const positive: Kind = [
  (x) => Number.isFinite(x) && (x as number) > 0,
  "a positive finite number",
];
export const notNegative: Kind = [
  (x) => Number.isFinite(x) && (x as number) >= 0,
  "a finite number, 0 or more",
];
export const precision: Kind = oneOf("float32", "float64");

/** One of some texts. */
export function oneOf(...names: readonly string[]): Kind {
  return [(x) => names.includes(x as string), names.map((name) => `"${name}"`).join(" or ")];
}

/** A list of as many of that kind, or of any length. */
export function listOf([fits, expected]: Kind, length?: number): Kind {
  const isOne = (x: unknown) =>
    Array.isArray(x) && (length === undefined || x.length === length) && x.every(fits);
  return [
    isOne,
    `a list of ${length ?? "numbers, each"} ${length === undefined ? expected : `numbers, each ${expected}`}`,
  ];
}

/** What errors call what was given. */
export function described(x: unknown): string {
  if (typeof x === "string") return printable(JSON.stringify(x.slice(0, 60)));
  if (typeof x === "bigint") return `${x}n`;
  if (typeof x === "function") return "a function";
  if (x instanceof Tensor) return `a tensor of shape ${formatShape((x as Tensor).shape)}`;
  if (Array.isArray(x)) {
    // Lists in lists are not shown: one may hold itself.
    const shown = x.slice(0, 60).map((one) => (Array.isArray(one) ? "a list" : described(one)));
    return `[${shown.join(", ")}]`.slice(0, 60);
  }
  return typeof x === "object" && x !== null ? "an object" : String(x);
}

/** Throws `NablaError` unless `value` is of that kind. */
export function checkKind(operation: string, name: string, value: unknown, kind: Kind): void {
  const [fits, expected] = kind;
  if (fits(value)) return;
  throw new NablaError(`${operation}: ${name} is ${described(value)}, expected ${expected}`);
}

/** Throws `NablaError` unless options are an object that has nothing but `kinds`, each as it says. */
export function checkOptions(
  operation: string,
  options: object,
  kinds: Readonly<Record<string, Kind>>,
): void {
  const names = Object.keys(kinds).join(", ");
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new NablaError(
      `${operation}: options are ${described(options)}, expected an object of ${names}`,
    );
  }
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!kind) {
      throw new NablaError(
        `${operation}: there is no option ${described(name)}, expected one of ${names}`,
      );
    }
    if (value !== undefined) checkKind(operation, name, value, kind);
  }
}

/** Throws `NablaError` for what is no tensor. */
export function checkTensor(operation: string, name: string, x: unknown): asserts x is Tensor {
  if (x instanceof Tensor) return;
  throw new NablaError(`${operation}: ${name} is ${described(x)}, expected a tensor`);
}

/** The axis counted from 0. Throws `ShapeError` for one that the shape does not have. */
export function axisOf(operation: string, shape: readonly number[], axis: number): number {
  const rank = shape.length;
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  const given = `${formatShape(shape)} has no axis ${axis}`;
  throw new ShapeError(
    `${operation}: ${given}, expected ${rank === 0 ? "an axis at least" : `-${rank} to ${rank - 1}`}`,
  );
}

/** The dtype that a transform of these computes in: float64 if one of them is that. */
export function precisionOf(...tensors: readonly Tensor[]): Precision {
  return tensors.some(({ dtype }) => dtype === "float64") ? "float64" : "float32";
}

/** Throws `ShapeError` for a shape larger than tensors can be, before anything of it is computed. */
export function checkElements(operation: string, shape: readonly number[]): void {
  const elements = shape.reduce((product, size) => product * size, 1);
  const longest = Math.max(1, ...shape);
  if (Math.max(elements, longest) < 2 ** 31) return;
  const given = elements === 0 ? `${longest} along an axis` : `${elements} elements`;
  throw new ShapeError(`${operation}: ${formatShape(shape)} has ${given}, expected less than 2^31`);
}
