// A choice between two computations, only one of which runs.
import { closed } from "../autodiff/loop-body.ts";
import { nodeCount } from "../graph/create.ts";
import { NablaError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { where } from "../ops/comparison.ts";
import { logicalNot } from "../ops/elementwise.ts";
import { stackOf } from "../ops/loop.ts";
import { reshape } from "../ops/movement.ts";
import { checkFunction } from "./checks.ts";
import { checkSame, tracedStep, truthValue } from "./loop-step.ts";
import { nodeOf, type Tensor } from "./tensor.ts";
import { formOf, refilled, type Tree, type TreeLike, tensorsOf } from "./tree.ts";

/**
 * Computes `whenTrue(...operands)` if `predicate`, a bool of shape [], is true when the graph runs, and
 * else `whenFalse(...operands)`; as in JAX. Both are called once, to see what they compute, and both
 * are in the plan; a run computes one of them, with all that it makes of tensors that it captures.
 * Both return trees of the same form, shapes and dtypes.
 *
 * Derivatives of any order are those of the branch that ran: the other one has no part in them, not
 * even as a NaN. `where` chooses element by element, and computes both. In `vmap` both are computed, if
 * the predicate differs from example to example and both are taken.
 *
 * Throws `NablaError`, `ShapeError` or `DTypeError` if the predicate is no truth value, if the branches
 * differ in what they return, and if one assigns to a parameter.
 *
 * @example
 * const root = (x: Tensor<[]>) => cond(x.greater(0), (y) => y.sqrt(), (y) => y.mul(0), x);
 * root(tensor(9)).itemSync(); // => 3
 * grad(root)(tensor(-1)).itemSync(); // => 0
 */
export function cond<Operands extends unknown[], Value extends TreeLike<Value>>(
  predicate: Tensor,
  whenTrue: (...operands: Operands) => Value,
  whenFalse: (...operands: Operands) => NoInfer<Value>,
  ...operands: Operands
): Value {
  checkFunction("cond", whenTrue, "whenTrue");
  checkFunction("cond", whenFalse, "whenFalse");
  const chosen = truthValue("cond", "the predicate", predicate);
  const first = branch("whenTrue", whenTrue, operands, chosen);
  const second = branch("whenFalse", whenFalse, operands, logicalNot(chosen));
  checkAlike(first.value, second.value);
  const nodes = first.nodes.map((node, i) => where(chosen, node, second.nodes[i]!));
  return refilled("cond", first.value, nodes) as Value;
}

/** What a branch returns, and the nodes of it: zeros, if the branch is not taken. */
interface Branch {
  readonly value: unknown;
  readonly nodes: readonly Node[];
}

function branch<Operands extends unknown[]>(
  name: string,
  f: (...operands: Operands) => Tree,
  operands: Operands,
  condition: Node,
): Branch {
  const start = nodeCount();
  const { result } = tracedStep("cond", name, () => f(...operands), false);
  const tensors = tensorsOf("cond", result, `what ${name} returns`);
  const isMade = ({ serial, inputs, cell }: Node) =>
    serial >= start && inputs.length > 0 && !cell.value;
  // A loop of one iteration, which runs or does not.
  const loop = closed({
    name: "cond",
    length: 1,
    isReversed: false,
    isRecomputed: false,
    condition,
    carries: [],
    first: [],
    elements: [],
    sequences: [],
    next: [],
    others: tensors.map((x) => nodeOf("cond", x)),
    isSought: true,
    sourceOf: (node) => (isMade(node) ? { kind: "computed" } : { kind: "shared", node }),
  });
  const nodes = loop.others.map((node) => reshape(stackOf(loop, node), node.shape));
  return { value: result, nodes };
}

function checkAlike(value: unknown, other: unknown): void {
  const [form, otherForm] = [formOf(value), formOf(other)];
  if (form !== otherForm) {
    throw new NablaError(
      `cond: whenFalse returns ${otherForm}, expected ${form}, as whenTrue does`,
    );
  }
  const [first, second] = [tensorsOf("cond", value), tensorsOf("cond", other)];
  first.forEach((x, i) => {
    const which = first.length > 1 ? ` tensor ${i}:` : "";
    checkSame(`cond: whenFalse returns${which}`, second[i]!, x, "as whenTrue does");
  });
}
