// Trees of tensors, as batches, datasets and states of equations are.
import { NablaError, Tensor, type Tree, tensor } from "@nabla/autograd";
import { describe, isPlainObject } from "@nabla/autograd/checks";

/** Deeper trees are assumed to contain themselves, as in `@nabla/autograd`. */
const deepest = 1000;

/** The tensors of a tree, in order. Throws `NablaError` for anything else; `what` names it in errors. */
export function leavesOf(operation: string, what: string, tree: unknown): readonly Tensor[] {
  const found: Tensor[] = [];
  mapLeaves(operation, what, tree, (x) => {
    if (!(x instanceof Tensor)) return undefined;
    found.push(x);
    return x;
  });
  return found;
}

/** A tree of the same form, with each tensor replaced by `replace`. */
export function mapTree<T>(tree: T, replace: (x: Tensor) => Tensor): T {
  return mapLeaves("", "", tree, (x) => (x instanceof Tensor ? replace(x) : undefined)) as T;
}

/**
 * The tree with tensors where it has numbers as `tensor` takes them: a list of numbers or of such lists is
 * a tensor, a list of anything else a branch.
 */
export function tensorsIn(operation: string, what: string, tree: unknown): Tree {
  return mapLeaves(operation, what, tree, (x) => {
    if (x instanceof Tensor) return x;
    return isNumbers(x) ? tensor(x as number[]) : undefined;
  });
}

/** Whether it is for `tensor`, by the first element of lists; a list that is in itself is not. */
function isNumbers(x: unknown, depth = 0): boolean {
  if (typeof x === "number" || typeof x === "boolean") return true;
  if (ArrayBuffer.isView(x) && !(x instanceof DataView)) return true;
  if (!Array.isArray(x) || depth > deepest) return false;
  return x.length === 0 || isNumbers(x[0], depth + 1);
}

/** `{x: tensor, v: [tensor]}`. */
export function formOf(tree: unknown): string {
  if (tree instanceof Tensor) return "tensor";
  if (Array.isArray(tree)) return `[${tree.map(formOf).join(", ")}]`;
  const entries = Object.entries(tree as object);
  return `{${entries.map(([name, one]) => `${name}: ${formOf(one)}`).join(", ")}}`;
}

/** What `leaf` does not know, it gives undefined for, is a branch. */
function mapLeaves(
  operation: string,
  what: string,
  tree: unknown,
  leaf: (x: unknown) => Tensor | undefined,
): Tree {
  const mapped = (part: unknown, where: string, depth: number): Tree => {
    const own = leaf(part);
    if (own) return own;
    if (depth > deepest) {
      const given = `${what} is more than ${deepest} deep, or part of itself`;
      throw new NablaError(`${operation}: ${given}`);
    }
    if (Array.isArray(part)) {
      return Array.from(part, (one, i) => mapped(one, `${where}[${i}]`, depth + 1));
    }
    if (!isPlainObject(part)) {
      const expected = "a tensor, or an array or plain object of tensors";
      throw new NablaError(`${operation}: ${where} is ${describe(part)}, expected ${expected}`);
    }
    const entries = Object.entries(part);
    return Object.fromEntries(
      entries.map(([name, one]) => [name, mapped(one, `${where}.${name}`, depth + 1)]),
    );
  };
  return mapped(tree, what, 0);
}
