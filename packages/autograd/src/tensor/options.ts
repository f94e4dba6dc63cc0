// Checks of options against a table of their kinds: one for each function, for callers without a
// compiler.
import { describe, describeList, isPlainObject } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import { nearest } from "../graph/nearest.ts";
import type { Kind } from "./kinds.ts";

/** A kind for each name of some options, no more and no less: the compiler says what is missing. */
export type Kinds<Options> = { readonly [Name in keyof Options]-?: Kind };

/**
 * Throws `NablaError` unless `options` are a plain object of nothing but what `kinds` names, each of its
 * kind where it is given, and what is `required` is there.
 *
 * @example
 * import { checkOptions, flag, positive } from "@nabla/autograd/checks";
 *
 * interface ScaleOptions {
 *   readonly epsilon?: number;
 *   readonly bias?: boolean;
 * }
 * const kinds = { epsilon: positive, bias: flag };
 * const check = (options: ScaleOptions) => checkOptions("scale", options, kinds);
 * check({ epsilon: -1 }); // => throws scale: epsilon is -1, expected a positive finite number
 * check({ epsilom: 1 } as never);
 * // => throws scale: there is no option "epsilom", expected epsilon, bias; did you mean "epsilon"?
 */
export function checkOptions<Options extends object>(
  operation: string,
  options: Options,
  kinds: Kinds<NoInfer<Options>>,
  ...required: readonly (keyof NoInfer<Options> & string)[]
): void {
  const table: Readonly<Record<string, Kind>> = kinds;
  const names = Object.keys(table);
  checkNames(operation, options, names);
  const given = options as Readonly<Record<string, unknown>>;
  for (const name of names) {
    // Not properties of every object, such as toString.
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined && !required.includes(name as never)) continue;
    checkKind(operation, name, value, table[name]!);
  }
}

/**
 * Throws `NablaError` unless `options` are a plain object of nothing but these names: for functions that
 * check the values themselves.
 *
 * @example
 * import { checkNames } from "@nabla/autograd/checks";
 *
 * checkNames("scale", { epsilom: 1 }, ["epsilon"]);
 * // => throws scale: there is no option "epsilom", expected epsilon; did you mean "epsilon"?
 */
export function checkNames(operation: string, options: unknown, names: readonly string[]): void {
  const all = names.join(", ");
  if (!isPlainObject(options)) {
    const expected = `expected an object such as { ${all} }`;
    throw new NablaError(`${operation}: options are ${describe(options)}, ${expected}`);
  }
  const other = Object.keys(options).find((name) => !names.includes(name));
  if (other === undefined) return;
  // Of a name as long as a file the first letters are enough.
  const near = nearest(other.slice(0, 60), names);
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  throw new NablaError(
    `${operation}: there is no option ${describe(other)}, expected ${all || "none"}${hint}`,
  );
}

/**
 * Throws `NablaError` unless `value` is of that kind.
 *
 * @example
 * import { checkKind, count } from "@nabla/autograd/checks";
 *
 * checkKind("dense", "features", 16.5, count);
 * // => throws dense: features is 16.5, expected a positive integer
 */
export function checkKind(
  operation: string,
  name: string,
  value: unknown,
  [fits, expected]: Kind,
): void {
  if (fits(value)) return;
  throw new NablaError(`${operation}: ${name} is ${describeList(value, 1)}, expected ${expected}`);
}
