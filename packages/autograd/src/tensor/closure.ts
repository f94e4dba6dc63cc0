// Functions with their captured tensors as an argument.
import { capturedBy } from "../autodiff/closure.ts";
import { withReplaced } from "../autodiff/copy.ts";
import type { Node } from "../graph/node.ts";
import { placeholder } from "../ops/creation.ts";
import { checkFunction } from "./checks.ts";
import { nodeOf, Tensor, tensorOf } from "./tensor.ts";
import { mapTree, pairsOf, refilled, type Tree, type TreeLike, tensorsOf } from "./tree.ts";

/**
 * Finds what `f` captures: tensors and parameters with fractions that it uses beside its arguments.
 * Returns a function that takes these first, as a list, and then the arguments, and the list; as
 * `closure_convert` of JAX. So that a rule of one's own (`customGradient`), which gives gradients to
 * arguments only, can give some to what a user's function captures. `f` is called once, with tensors
 * that stand for others of the shapes and dtypes of `args`, so reading their values throws; the
 * function that is returned is for arguments of these shapes. Arguments and value are tensors, or
 * arrays and plain objects of tensors.
 *
 * @example
 * const rate = parameter(3);
 * const growth = (x: Tensor) => x.mul(rate).sin();
 * const [of, captured] = closureConvert(growth, zeros([2]));
 * captured.length; // => 1
 * of([tensor(0.5)], tensor([1, 2])).arraySync(); // => [0.4794, 0.8415]
 */
export function closureConvert<Args extends readonly Tree[], Value extends TreeLike<Value>>(
  f: (...args: Args) => Value,
  ...args: Args
): [converted: (captured: readonly Tensor[], ...args: Args) => Value, captured: readonly Tensor[]] {
  checkFunction("closureConvert", f);
  const stands: Node[] = [];
  const own = mapTree("closureConvert", args, (x) => {
    const stand = placeholder(x.shape, x.dtype, `argument ${stands.length}`);
    stands.push(stand);
    return new Tensor(stand);
  });
  const value = f(...(own as unknown as Args));
  const roots = tensorsOf("closureConvert", value, "the value").map((x) =>
    nodeOf("closureConvert", x),
  );
  const found = capturedBy(roots, stands);
  const captured = found.map((node): Tensor => tensorOf(node));
  const converted = (given: readonly Tensor[], ...others: Args): Value => {
    const pairs = [
      ...pairsOf("closureConvert", "what is captured", captured, given),
      ...pairsOf("closureConvert", "an argument", own, others),
    ];
    const replaced = new Map(
      [...found, ...stands].map((node, i) => [node, nodeOf("closureConvert", pairs[i]![1])]),
    );
    return refilled("closureConvert", value, withReplaced(roots, replaced)) as Value;
  };
  return [converted, captured];
}
