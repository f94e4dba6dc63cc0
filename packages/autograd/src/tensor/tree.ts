// Trees of tensors: a tensor, or an array or plain object of trees.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { checkSameShape } from "../graph/shape.ts";
import { alias } from "../ops/elementwise.ts";
import { nodeOf, Tensor, tensorOf } from "./tensor.ts";

/** A tensor, or arrays and plain objects of tensors, as deep as one likes. */
export type Tree = Tensor | readonly Tree[] | { readonly [name: string]: Tree };

/** The tree with each of its tensors replaced. */
export function mapTree(operation: string, tree: unknown, replace: (x: Tensor) => Tensor): Tree {
  if (tree instanceof Tensor) return replace(tree);
  if (Array.isArray(tree)) return tree.map((part) => mapTree(operation, part, replace));
  if (isObject(tree)) {
    const parts = Object.entries(tree);
    return Object.fromEntries(
      parts.map(([name, part]) => [name, mapTree(operation, part, replace)]),
    );
  }
  throw new NablaError(
    `${operation}: got ${describe(tree)}, expected a tensor, or an array or object of tensors`,
  );
}

function isObject(tree: unknown): tree is object {
  const isOther = ArrayBuffer.isView(tree) || tree instanceof Promise;
  return typeof tree === "object" && tree !== null && !isOther;
}

/** The tensors of a tree, in order. */
export function tensorsOf(operation: string, tree: unknown): readonly Tensor[] {
  const found: Tensor[] = [];
  mapTree(operation, tree, (x) => {
    found.push(x);
    return x;
  });
  return found;
}

/** Arguments to differentiate with respect to, each of which stands for itself alone. */
export interface Independent {
  /** The arguments, with tensors of `inputs` in place of theirs. */
  readonly own: readonly unknown[];
  readonly inputs: readonly Node[];
}

/**
 * The arguments at `positions` with tensors of their own: the same tensor given twice is two
 * inputs.
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

/** The tensors of two trees of one form, in pairs; `what` names the second in errors. */
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

/** How a tree is built: `{w: tensor, b: [tensor, tensor]}`. */
function formOf(tree: unknown): string {
  if (tree instanceof Tensor) return "tensor";
  if (Array.isArray(tree)) return `[${tree.map(formOf).join(", ")}]`;
  const parts = Object.entries(tree as object);
  return `{${parts.map(([name, part]) => `${name}: ${formOf(part)}`).join(", ")}}`;
}

/** `tree` with the tensors of `nodes`, one after the other, in place of its own. */
export function refilled(operation: string, tree: unknown, nodes: readonly Node[]): Tree {
  let next = 0;
  return mapTree(operation, tree, () => tensorOf(nodes[next++]!));
}
