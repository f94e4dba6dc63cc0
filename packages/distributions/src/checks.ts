// What functions of distributions ask of their arguments.
import {
  formatShape,
  NablaError,
  printable,
  type Shape,
  ShapeError,
  Tensor,
} from "@nabla/autograd";

/** Throws `NablaError`. */
export function fail(message: string): never {
  throw new NablaError(message);
}

/** What errors call what was given instead: `3`, `"a"`, `an Array`. */
export function kindOf(x: unknown): string {
  if (typeof x === "string") return printable(JSON.stringify(x.slice(0, 60)));
  if (typeof x === "bigint") return `${x}n`;
  if (typeof x === "function") return "a function";
  if (typeof x !== "object" || x === null) return String(x);
  if (x instanceof Tensor) return givenTensor(x);
  const name = (x.constructor as { readonly name?: string } | undefined)?.name ?? "Object";
  return /^[AEIO]/.test(name) ? `an ${name}` : `a ${name}`;
}

function givenTensor({ shape }: Tensor): string {
  return `a tensor ${formatShape(shape)}`;
}

/** Throws `NablaError` unless `options` are a plain object of options that are among `known`. */
export function checkOptions(
  operation: string,
  options: unknown,
  known: readonly string[],
  example: string,
): void {
  const isObject = typeof options === "object" && options !== null;
  const prototype: unknown = isObject ? Object.getPrototypeOf(options) : undefined;
  const isPlain = isObject && (prototype === null || Object.getPrototypeOf(prototype) === null);
  if (!isPlain) {
    fail(`${operation}: options are ${kindOf(options)}, expected an object such as ${example}`);
  }
  const other = Object.keys(options).find((name) => !known.includes(name));
  if (other === undefined) return;
  const names = known.map((name) => `"${name}"`).join(", ");
  fail(`${operation}: there is no option ${kindOf(other)}, expected ${names}`);
}

/** Throws `ShapeError` unless `shape` is a list of sizes. */
export function checkSizes(operation: string, shape: unknown): asserts shape is Shape {
  const isList = Array.isArray(shape);
  if (isList && shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return;
  const given = isList ? `[${shape.map(kindOf).join(", ")}]` : kindOf(shape);
  throw new ShapeError(`${operation}: the shape is ${given}, expected sizes such as [100]`);
}

/** Throws `NablaError` unless it is an integer, `least` or more. */
export function checkCount(operation: string, name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  fail(`${operation}: ${name} is ${kindOf(value)}, expected an integer of at least ${least}`);
}
