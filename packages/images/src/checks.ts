// What functions of images ask of what they are given, for callers without a compiler.
import {
  DTypeError,
  formatShape,
  NablaError,
  printable,
  ShapeError,
  Tensor,
} from "@nabla/autograd";

/** Of a text no more is shown. */
const mostShown = 60;

/** What errors call what was given: `3`, `"a"`, `an Array`, `a Promise; await it`. */
export function kindOf(x: unknown): string {
  if (typeof x === "string") return printable(JSON.stringify(x.slice(0, mostShown)));
  if (typeof x === "bigint") return `${x}n`;
  if (typeof x === "function") return "a function";
  if (typeof x !== "object" || x === null) return String(x);
  if (x instanceof Tensor) return "a tensor";
  const name = (x.constructor as { readonly name?: string } | undefined)?.name ?? "Object";
  const kind = /^([AEIO]|HTML)/.test(name) ? `an ${name}` : `a ${name}`;
  return typeof (x as PromiseLike<unknown>).then === "function" ? `${kind}; await it` : kind;
}

/** What a value may be: whether it is that, and what errors call it. */
export type Kind = readonly [fits: (value: unknown) => boolean, expected: string];

const isNumber = (x: unknown): x is number => typeof x === "number";
const isCount = (x: unknown): boolean => Number.isSafeInteger(x) && (x as number) > 0;
const isPair = (x: unknown, fits: (one: unknown) => boolean): boolean =>
  Array.isArray(x) && x.length === 2 && fits(x[0]) && fits(x[1]);

export const flag: Kind = [(x) => typeof x === "boolean", "true or false"];
export const finite: Kind = [Number.isFinite, "a finite number"];
export const count: Kind = [isCount, "a positive integer"];
export const positive: Kind = [
  (x) => isNumber(x) && x > 0 && Number.isFinite(x),
  "a positive finite number",
];
export const notNegative: Kind = [(x) => Number.isFinite(x) && (x as number) >= 0, "0 or more"];
export const wholeNotNegative: Kind = [
  (x) => Number.isSafeInteger(x) && (x as number) >= 0,
  "a non-negative integer",
];
export const probability: Kind = [(x) => isNumber(x) && x >= 0 && x <= 1, "0 to 1"];
export const sizes: Kind = [(x) => isPair(x, isCount), "[height, width], two positive integers"];

export const oneTensor: Kind = [
  (x) => x instanceof Tensor && x.shape.length === 0,
  "a tensor of shape []",
];

/** One of some texts. */
export function oneOf(...names: readonly string[]): Kind {
  const fits = (x: unknown) => names.includes(x as string);
  return [fits, names.map((name) => `"${name}"`).join(" or ")];
}

/** Two of that kind. */
export function pairOf([fits, expected]: Kind): Kind {
  return [(x) => isPair(x, fits), `[x, y], each ${expected}`];
}

/** One of some numbers. */
export function oneOfNumbers(...numbers: readonly number[]): Kind {
  return [(x) => numbers.includes(x as number), numbers.join(" or ")];
}

/** Two numbers in order, each of that kind. */
export function rangeOf([fits, expected]: Kind): Kind {
  const inOrder = (x: unknown) =>
    isPair(x, fits) && (x as [number, number])[0] <= (x as [number, number])[1];
  return [inOrder, `[from, to], each ${expected}, in ascending order`];
}

/** Any of these kinds. */
export function either(...kinds: readonly Kind[]): Kind {
  return [
    (x) => kinds.some(([fits]) => fits(x)),
    kinds.map(([, expected]) => expected).join(", or "),
  ];
}

/** Throws `NablaError` unless `value` is of that kind. */
export function checkKind(
  operation: string,
  name: string,
  value: unknown,
  [fits, expected]: Kind,
): void {
  if (fits(value)) return;
  const given = Array.isArray(value) ? listed(value) : kindOf(value);
  throw new NablaError(`${operation}: ${name} is ${given}, expected ${expected}`);
}

/** `[2, "a"]`; a long list is cut. */
function listed(values: readonly unknown[]): string {
  const shown = Array.from(values.slice(0, 8), kindOf).join(", ");
  return `[${shown}${values.length > 8 ? ", …" : ""}]`;
}

/**
 * Throws `NablaError` unless they are a plain object whose names are among those of `kinds`, what is
 * there is of its kind, and what is `required` is there.
 */
export function checkOptions(
  operation: string,
  options: unknown,
  kinds: Readonly<Record<string, Kind>>,
  ...required: readonly string[]
): void {
  const names = Object.keys(kinds).join(", ");
  if (!isPlain(options)) {
    const given = kindOf(options);
    throw new NablaError(`${operation}: options are ${given}, expected an object of ${names}`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(kinds, name)) continue;
    const given = kindOf(name);
    throw new NablaError(`${operation}: there is no option ${given}, expected some of ${names}`);
  }
  for (const [name, kind] of Object.entries(kinds)) {
    const value = options[name];
    if (value !== undefined || required.includes(name)) checkKind(operation, name, value, kind);
  }
}

/** `{ … }`, of any realm: no class's, whose state is elsewhere, and no list. */
function isPlain(x: unknown): x is Readonly<Record<string, unknown>> {
  if (typeof x !== "object" || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Throws `NablaError` for what is no tensor. */
export function checkTensor(operation: string, x: unknown, name = ""): asserts x is Tensor {
  if (x instanceof Tensor) return;
  const given = name === "" ? "got" : `${name} is`;
  throw new NablaError(
    `${operation}: ${given} ${kindOf(x)}, expected a tensor; tensor(x) makes one`,
  );
}

/**
 * Throws unless it is a tensor of at least these axes, its last, each with elements: a number is a
 * size, a name any size.
 */
export function checkImage(
  operation: string,
  x: unknown,
  axes: readonly (string | number)[] = ["height", "width"],
): asserts x is Tensor {
  checkTensor(operation, x);
  const last = x.shape.slice(-axes.length);
  const fits = axes.every((axis, i) =>
    typeof axis === "number" ? last[i] === axis : last[i] !== 0,
  );
  if (last.length === axes.length && fits) return;
  const expected = `[..., ${axes.join(", ")}]`;
  const hint =
    x.shape.at(-1) === axes.at(-3) && axes.length === 3
      ? "; channels come first: x.permute([2, 0, 1]) moves them there"
      : "";
  throw new ShapeError(`${operation}: expects ${expected}, got ${formatShape(x.shape)}${hint}`);
}

/** Whether it has fractions. */
export function isFloat({ dtype }: Tensor): boolean {
  return /^b?float/.test(dtype);
}

/** Throws `DTypeError` unless it has fractions. */
export function checkFloat(operation: string, x: Tensor, what = "the image"): void {
  if (isFloat(x)) return;
  const isBytes = what === "the image" && x.dtype !== "int32";
  const hint = isBytes ? "toFloat(x)" : 'x.cast("float32")';
  throw new DTypeError(
    `${operation}: ${what} is ${x.dtype}, expected fractions; ${hint} gives them`,
  );
}

/** Throws `ShapeError` for a shape larger than tensors can be, before anything of it is computed. */
export function checkElements(operation: string, shape: readonly number[]): void {
  const elements = shape.reduce((product, size) => product * size, 1);
  const longest = Math.max(1, ...shape);
  if (Math.max(elements, longest) < 2 ** 31) return;
  const given = elements === 0 ? `${longest} along an axis` : `${elements} elements`;
  throw new ShapeError(`${operation}: ${formatShape(shape)} has ${given}, expected less than 2^31`);
}
