// Trees of tensors as one vector: states of equations, points of minimisations.

import type { Tree } from "@nabla/autograd";
import { concat, type DType, formatShape, NablaError, ShapeError, Tensor } from "@nabla/autograd";
import { leavesOf, formOf as treeText } from "./trees.ts";

/** What a tree of tensors is like, and how to go from it to a vector of all elements and back. */
export interface Form {
  readonly dtype: DType;
  /** [size]. Throws `NablaError` or `ShapeError` for another form; `what` in errors. */
  flat(tree: unknown, what: string): Tensor;
  /** [size] to the tree; [..., size] to the tree with these axes first. */
  tree(flat: Tensor): Tree;
}

/** The form of `state`, which errors call `name`. Throws `NablaError` unless all its tensors have one dtype with fractions. */
export function formOf(operation: string, name: string, state: unknown): Form {
  const leaves = leavesOf(operation, name, state);
  const [first] = leaves;
  if (!first) throw new NablaError(`${operation}: ${name} has no tensors, expected at least one`);
  const { dtype }: Tensor = first;
  for (const one of leaves) {
    const wanted = dtype === "float32" || dtype === "float64" ? dtype : "float32 or float64";
    if (one.dtype === wanted) continue;
    throw new NablaError(
      `${operation}: ${name} is ${one.dtype}, expected ${wanted}, one for all of it`,
    );
  }
  const text = treeText(state);
  const shapes = leaves.map((one: Tensor) => one.shape);
  return {
    dtype,
    flat(tree, what) {
      const own = leavesOf(operation, what, tree);
      if (treeText(tree) !== text) {
        throw new NablaError(
          `${operation}: ${what} is ${treeText(tree)}, expected ${text}, as ${name}`,
        );
      }
      own.forEach((one: Tensor, i) => {
        const [given, expected] = [formatShape(one.shape), formatShape(shapes[i]!)];
        if (given !== expected) {
          throw new ShapeError(
            `${operation}: ${what} is ${given}, expected ${expected}, as ${name}`,
          );
        }
        if (one.dtype !== dtype) {
          throw new NablaError(
            `${operation}: ${what} is ${one.dtype}, expected ${dtype}, as ${name}`,
          );
        }
      });
      return concat(own.map((one) => one.reshape([one.size])));
    },
    tree(flat) {
      const front = flat.shape.slice(0, -1);
      let from = 0;
      const rebuilt = (part: unknown): Tree => {
        if (part instanceof Tensor) {
          const { size, shape }: Tensor = part;
          const own = flat.slice(-1, from, (from += size));
          return own.reshape([...front, ...shape]);
        }
        if (Array.isArray(part)) return part.map(rebuilt);
        const entries = Object.entries(part as object);
        return Object.fromEntries(entries.map(([name, one]) => [name, rebuilt(one)]));
      };
      return rebuilt(state);
    },
  };
}
