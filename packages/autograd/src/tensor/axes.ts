// An axis for each tensor among the arguments of a function: of its examples (`vmap`), or of what is
// padded (`compile` with buckets).
import { describe, describeList, isPlainObject } from "../graph/describe.ts";
import { NablaError, ShapeError } from "../graph/errors.ts";
import { formatShape, type Shape } from "../graph/shape.ts";
import { Tensor } from "./tensor.ts";
import { deepest, mapTree } from "./tree.ts";

/** An axis for each tensor; null: for none in this part of the arguments. */
export type AxesOf = number | null | readonly AxesOf[] | { readonly [name: string]: AxesOf };

/** Throws `NablaError` unless `axes` is an axis, null, or arrays and plain objects of these. */
export function checkAxesOf(option: string, axes: unknown, depth = 0): void {
  if (axes === null || typeof axes === "number") return;
  const isBranch = (Array.isArray(axes) || isPlainObject(axes)) && depth < deepest;
  if (isBranch) {
    for (const part of Object.values(axes)) checkAxesOf(option, part, depth + 1);
    return;
  }
  throw new NablaError(
    `${option} has ${describe(axes)}, expected an axis, null, or arrays and plain objects of them`,
  );
}

/**
 * Replaces the tensors of arguments that have an axis. `axes` is one for all, or a list with one
 * per argument, each of which may have the argument's form.
 */
export function alongAxes(
  option: string,
  args: readonly unknown[],
  axes: AxesOf,
  replace: (x: Tensor, axis: number) => Tensor,
): unknown[] {
  return args.map((arg, i) => along(option, arg, axesFor(option, axes, i, args.length), replace));
}

function axesFor(option: string, axes: AxesOf, position: number, count: number): AxesOf {
  if (!Array.isArray(axes)) return axes;
  if (axes.length !== count) {
    throw new NablaError(`${option} has ${axes.length} entries for ${count} arguments`);
  }
  return (axes as readonly AxesOf[])[position]!;
}

/** The tensors of a tree, each replaced according to its axis. */
function along(
  option: string,
  tree: unknown,
  axes: AxesOf,
  replace: (x: Tensor, axis: number) => Tensor,
): unknown {
  if (axes === null) return tree;
  const operation = option.split(":")[0]!;
  if (typeof axes === "number") return mapTree(operation, tree, (x) => replace(x, axes));
  const isTree = typeof tree === "object" && tree !== null && !(tree instanceof Tensor);
  const names = Object.keys(axes);
  const parts = isTree ? Object.entries(tree) : [];
  const missing = isTree ? parts.find(([name]) => !names.includes(name)) : undefined;
  if (!isTree || missing || Array.isArray(tree) !== Array.isArray(axes)) {
    throw new NablaError(`${option} ${describeList(axes)} does not have the form of the argument`);
  }
  const mapped = parts.map(
    ([name, part]) =>
      [
        name,
        along(option, part, (axes as Readonly<Record<string, AxesOf>>)[name]!, replace),
      ] as const,
  );
  return Array.isArray(tree) ? mapped.map(([, part]) => part) : Object.fromEntries(mapped);
}

/** The axis counted from the front; undefined if there is no such axis. */
export function axisBelow(rank: number, axis: number): number | undefined {
  return Number.isInteger(axis) && axis >= -rank && axis < rank ? (axis + rank) % rank : undefined;
}

/** The same of an argument; throws `ShapeError` if there is none. */
export function axisOf(operation: string, what: string, shape: Shape, axis: number): number {
  const found = axisBelow(shape.length, axis);
  if (found !== undefined) return found;
  throw new ShapeError(
    `${operation}: axis ${axis} of ${what} is out of range for an argument of ${formatShape(shape)}`,
  );
}
