// The step of a loop, called once with placeholder tensors.
import { supplyLoops } from "../engine/families.ts";
import { describe } from "../graph/describe.ts";
import { DTypeError, NablaError, ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { formatShape, shapesEqual } from "../graph/shape.ts";
import { placeholder } from "../ops/creation.ts";
import { nodeOf, Tensor } from "./tensor.ts";
import { currentTrace, traced, undo } from "./trace.ts";
import { formOf, mapTree, type Tree, tensorsOf } from "./tree.ts";

/** A tree of tensors that stand for others, and their nodes. */
export interface Stands {
  readonly tree: Tree;
  readonly nodes: readonly Node[];
}

/** Stands for the tensors of a tree, without their first `cut` axes. */
export function standsFor(operation: string, tree: Tree, what: string, cut = 0): Stands {
  const nodes: Node[] = [];
  const stands = mapTree(operation, tree, (x) => {
    const stand = placeholder(x.shape.slice(cut), x.dtype, `${what} ${nodes.length}`);
    nodes.push(stand);
    return new Tensor(stand);
  });
  return { tree: stands, nodes };
}

/**
 * Calls a step, `what` in errors; returns the keys of the draws in it, too. `isRepeated`: whether it
 * stands for several iterations. From here on there may be loops.
 */
export function tracedStep<Result>(
  operation: string,
  what: string,
  step: () => Result,
  isRepeated = true,
): { readonly result: Result; readonly keys: readonly Node[] } {
  supplyLoops();
  const { result, trace } = traced(step, { isReplayed: false, isRepeated });
  if (trace.assigned.size > 0 || trace.differentiated.size > 0) {
    undo(trace);
    throw new NablaError(
      `${operation}: ${what} assigns to a parameter or calls backward(); return what changes, and ` +
        `assign what ${operation} gives`,
    );
  }
  if (trace.guarded.length > 0) {
    throw new NablaError(
      `${operation}: ${what} guards a value; return it, and guard what ${operation} gives`,
    );
  }
  currentTrace()?.keys.push(...trace.keys);
  for (const [node, ask] of trace.asked) currentTrace()?.asked.set(node, ask);
  return { result, keys: trace.keys };
}

/** How errors call a tree, each of its tensors, and why they have to be like others. */
export interface Names {
  readonly all: string;
  readonly each: string;
  readonly why: string;
}

const ofCarry: Names = { all: "the next carry", each: "carry", why: "as it was first" };

/** The nodes of a next carry, or of what `names` says, checked to be like those of the first. */
export function likeFirst(
  operation: string,
  next: unknown,
  first: Tree,
  { all, each, why }: Names = ofCarry,
): readonly Node[] {
  const before = tensorsOf(operation, first);
  const after = tensorsOf(operation, next, all);
  if (before.length !== after.length || formOf(first) !== formOf(next)) {
    throw new NablaError(
      `${operation}: ${all} has the form ${formOf(next)}, expected ${formOf(first)}, as the first`,
    );
  }
  before.forEach((x, i) => {
    const which = before.length > 1 ? ` ${i}` : "";
    checkSame(`${operation}: ${each}${which} becomes`, after[i]!, x, why);
  });
  return after.map((x) => nodeOf(operation, x));
}

/** Throws `ShapeError` or `DTypeError` unless both are alike; errors say why they have to be. */
export function checkSame(what: string, given: Tensor, expected: Tensor, why: string): void {
  if (!shapesEqual(given.shape, expected.shape)) {
    const [own, other] = [formatShape(given.shape), formatShape(expected.shape)];
    throw new ShapeError(`${what} ${own}, expected ${other}, ${why}`);
  }
  if (given.dtype === expected.dtype) return;
  throw new DTypeError(`${what} ${given.dtype}, expected ${expected.dtype}, ${why}; cast one`);
}

/** The node of a truth value; `what` in errors. */
export function truthValue(operation: string, what: string, x: unknown): Node {
  if (!(x instanceof Tensor)) {
    const hint =
      typeof x === "boolean" ? `: ${what} is known before the graph is built, so choose by if` : "";
    throw new NablaError(
      `${operation}: ${what} is ${describe(x)}, expected a tensor of bool and shape []${hint}`,
    );
  }
  const { dtype, shape }: Tensor = x;
  if (dtype !== "bool") {
    throw new DTypeError(
      `${operation}: ${what} is ${dtype}, expected bool: compare it, as by greater(0)`,
    );
  }
  if (shape.length > 0) {
    throw new ShapeError(
      `${operation}: ${what} is ${formatShape(shape)}, expected []: reduce it by all() or any(), or ` +
        "choose element by element with where()",
    );
  }
  return nodeOf(operation, x);
}
