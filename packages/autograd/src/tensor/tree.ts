// Trees of tensors: a tensor, or an array or plain object of trees.
import { NablaError } from "../graph/errors.ts";
import { Tensor } from "./tensor.ts";

/** A tensor, or arrays and plain objects of tensors, as deep as one likes. */
export type Tree = Tensor | readonly Tree[] | { readonly [name: string]: Tree };

/** The tree with each of its tensors replaced. */
export function mapTree(operation: string, tree: unknown, replace: (x: Tensor) => Tensor): Tree {
  if (tree instanceof Tensor) return replace(tree);
  if (Array.isArray(tree)) return tree.map((part) => mapTree(operation, part, replace));
  if (typeof tree === "object" && tree !== null) {
    const parts = Object.entries(tree);
    return Object.fromEntries(
      parts.map(([name, part]) => [name, mapTree(operation, part, replace)]),
    );
  }
  throw new NablaError(
    `${operation}: got ${String(tree)}, expected a tensor, or an array or object of tensors`,
  );
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
