// Trees of tensors: a tensor, or an array or plain object of trees.
import { isPlainObject } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { quoted } from "../graph/printable.ts";
import { checkSameShape } from "../graph/shape.ts";
import { alias } from "../ops/elementwise.ts";
import { computeDeep } from "./settle.ts";
import { given, isForeign, nodeOf, Tensor, tensorOf } from "./tensor.ts";

/** A tensor, or arrays and plain objects of tensors, up to a thousand deep. */
export type Tree = Tensor | readonly Tree[] | { readonly [name: string]: Tree };

/**
 * What a type parameter for trees extends: `Tree`, or a type of one's own, whose parts are looked at
 * when it is used. (An interface is no `Tree`, since it could get further properties.)
 */
export type TreeLike<T> =
  | Tree
  // Any objects but functions.
  | (object & { readonly [Name in keyof T]: Tree | (object & { readonly call?: never }) });

/** What a tree is in a call, for errors: the index of an argument, or a description. */
export type Root = number | string;

/** Replaces each tensor of a tree. */
export function mapTree(
  operation: string,
  tree: unknown,
  replace: (x: Tensor) => Tensor,
  root?: Root,
): Tree {
  const path: (string | number)[] = [];
  const mapped = (part: unknown): Tree => {
    if (part instanceof Tensor) return replace(part);
    checkBranch(operation, part, root, path);
    if (Array.isArray(part)) return Array.from(part, below);
    const entries = Object.entries(part);
    return Object.fromEntries(entries.map(([name, one]) => [name, below(one, name)]));
  };
  const below = (part: unknown, name: string | number): Tree => {
    path.push(name);
    const result = mapped(part);
    path.pop();
    return result;
  };
  return mapped(tree);
}

/** The tensors of a tree, in order. */
export function tensorsOf(operation: string, tree: unknown, root?: Root): readonly Tensor[] {
  const found: Tensor[] = [];
  mapTree(
    operation,
    tree,
    (x) => {
      found.push(x);
      return x;
    },
    root,
  );
  return found;
}

/** Deeper trees are assumed to contain themselves. */
export const deepest = 1000;

/** Throws `NablaError` unless it is an array or a plain object. */
function checkBranch(
  operation: string,
  tree: unknown,
  root: Root | undefined,
  path: readonly (string | number)[],
): asserts tree is object {
  if (path.length > deepest) {
    const where = pathText(root, path.slice(0, 8));
    throw new NablaError(
      `${operation}: the arrays and objects at ${where}… are more than ${deepest} deep, or part of themselves`,
    );
  }
  if (Array.isArray(tree) || (isPlainObject(tree) && !isForeign(tree))) return;
  const where = pathText(root, path);
  const at = where === "" ? "" : ` as ${where}`;
  throw new NablaError(
    `${operation}: got ${given(tree)}${at}, expected a tensor, or an array or plain object of tensors`,
  );
}

/** `argument 0.weight["a b"][1]`. */
function pathText(root: Root | undefined, path: readonly (string | number)[]): string {
  const whole = typeof root === "number" ? `argument ${root}` : (root ?? "");
  const steps = path.map((step, i) => {
    if (typeof step === "number") return `[${step}]`;
    if (!/^[A-Za-z_$][\w$]*$/.test(step)) return `[${quoted(step)}]`;
    return i === 0 && whole === "" ? step : `.${step}`;
  });
  return `${whole}${steps.join("")}`;
}

/** Arguments to differentiate with respect to, each independent of the others. */
export interface Independent {
  /** The arguments, with tensors of `inputs` in place of theirs. */
  readonly own: readonly unknown[];
  readonly inputs: readonly Node[];
}

/**
 * Replaces the tensors of the arguments at `positions` by new ones: a tensor passed twice becomes
 * two inputs.
 */
export function independent(
  operation: string,
  args: readonly unknown[],
  positions: readonly number[] = args.map((_, i) => i),
): Independent {
  const missing = positions.find((i) => i >= args.length);
  if (missing !== undefined) {
    throw new NablaError(
      `${operation}: argnums has ${missing}, the function was given ${args.length}`,
    );
  }
  const inputs: Node[] = [];
  const own = args.map((arg, i) => {
    if (!positions.includes(i)) return arg;
    return mapTree(operation, arg, (x) => {
      const input = alias(nodeOf(operation, x));
      inputs.push(input);
      return new Tensor(input);
    });
  });
  return { own, inputs };
}

/** The tensors of two trees of the same form, in pairs; errors call the second `what`. */
export function pairsOf(
  operation: string,
  what: string,
  tree: unknown,
  other: unknown,
): readonly (readonly [Tensor, Tensor])[] {
  const [first, second] = [tensorsOf(operation, tree), tensorsOf(operation, other)];
  if (first.length !== second.length || formOf(tree) !== formOf(other)) {
    throw new NablaError(
      `${operation}: ${what} has the form ${formOf(other)}, expected ${formOf(tree)}`,
    );
  }
  return first.map((x, i) => {
    const y = second[i]!;
    checkSameShape(`${operation}: ${what}`, y.shape, x.shape);
    return [x, y];
  });
}

/** The form of a tree: `{w: tensor, b: [tensor, tensor]}`. */
export function formOf(tree: unknown): string {
  if (tree instanceof Tensor) return "tensor";
  if (Array.isArray(tree)) return `[${tree.map(formOf).join(", ")}]`;
  const parts = Object.entries(tree as object);
  return `{${parts.map(([name, part]) => `${name}: ${formOf(part)}`).join(", ")}}`;
}

/** Replaces the tensors of `tree` by those of `nodes`, in order. */
export function refilled(operation: string, tree: unknown, nodes: readonly Node[]): Tree {
  let next = 0;
  computeDeep(operation, nodes);
  return mapTree(operation, tree, () => tensorOf(nodes[next++]!));
}
