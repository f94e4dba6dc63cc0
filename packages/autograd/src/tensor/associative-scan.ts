// Running totals of whatever can be combined in any order of brackets: in a number of steps that grows
// with the logarithm of the length. G. E. Blelloch, "Prefix sums and their applications", 1990,
// https://www.cs.cmu.edu/~guyb/papers/Ble93.pdf
import { batched } from "../autodiff/batched.ts";
import { NablaError, ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { formatShape, shapesEqual } from "../graph/shape.ts";
import { add, mul } from "../ops/elementwise.ts";
import { concat, flip, pad, permute, reshape, slice, stack } from "../ops/movement.ts";
import { cumProd, cumSum, linearRecurrence } from "../ops/prefix.ts";
import { hasFractions } from "../scalar/dtype.ts";
import { axisOf } from "./axes.ts";
import { checkFunction } from "./checks.ts";
import { flag, integer } from "./kinds.ts";
import { likeFirst, type Stands, standsFor, tracedStep } from "./loop-step.ts";
import { checkOptions } from "./options.ts";
import type { ElementOf } from "./scan.ts";
import { nodeOf, type Tensor, tensorOf } from "./tensor.ts";
import { mapTree, refilled, type Tree, type TreeLike, tensorsOf } from "./tree.ts";

export interface AssociativeScanOptions {
  /** The axis of the elements. Default: 0. */
  readonly axis?: number;
  /** Whether to go from the last element to the first. Default: false. */
  readonly reverse?: boolean;
}

/** The elements along an axis that types do not follow. */
type AnyElementOf<T> = T extends Tensor ? Tensor : { [Name in keyof T]: AnyElementOf<T[Name]> };
type Element<T, Options> = Options extends { readonly axis: unknown }
  ? AnyElementOf<T>
  : ElementOf<T>;

/**
 * Combines each element with all before it: the result has, at each place, what `combine` makes of the
 * first element, the second and so on up to there. `combine(a, b)` has to be associative, as sums,
 * products of matrices and compositions of functions are: it is applied to pairs of neighbours, in
 * rounds, of which there are about 2 log2(n) for n elements, each of them computed at once. Sums,
 * products and linear recurrences of floats take one pass. As in JAX, but `combine` is written for two
 * elements. These are tensors without the axis, or arrays and plain objects of them. With `reverse`
 * the first element is the last one: `combine(last, before)`.
 *
 * Derivatives of any order, `vmap` and `compile` go through it. Throws `ShapeError` or `DTypeError` if
 * a combination is not what the elements are, or if their numbers differ, and `NablaError` if `combine`
 * draws at random or assigns to a parameter.
 *
 * @example
 * // A state that decays at a rate of its own in each step: s[t] = a[t] s[t - 1] + x[t].
 * const [, states] = associativeScan(
 *   ([a, x], [b, y]) => [a.mul(b), x.mul(b).add(y)],
 *   [tensor([0.5, 0.5, 0]), tensor([8, 1, 2])],
 * );
 * states.arraySync(); // => [8, 5, 2]
 */
export function associativeScan<
  Elements extends TreeLike<Elements>,
  const Options extends AssociativeScanOptions = Record<never, never>,
>(
  combine: (a: Element<Elements, Options>, b: Element<Elements, Options>) => Tree,
  elements: Elements,
  options?: Options,
): Elements {
  const operation = "associativeScan";
  checkFunction(operation, combine);
  const chosen: AssociativeScanOptions = options ?? {};
  checkOptions(operation, chosen, { axis: integer, reverse: flag });
  const { axis = 0, reverse = false } = chosen;
  const { front, axes } = axesFirst(operation, elements, axis);
  const own = () => standsFor(operation, front, "element", 1);
  const [a, b] = [own(), own()];
  const f: (a: Tree, b: Tree) => unknown = combine as never;
  const { result, keys } = tracedStep(operation, "combine", () => f(a.tree, b.tree));
  if (keys.length > 0) {
    throw new NablaError(`${operation}: combine draws at random, so it is not associative`);
  }
  const combination = new Combination(a, b, likeFirst(operation, result, a.tree, combined));
  const given = tensorsOf(operation, front).map((x) => nodeOf(operation, x));
  const turned = (nodes: readonly Node[]) => (reverse ? nodes.map((node) => flip(node, 0)) : nodes);
  const all = turned(combination.ofAll(turned(given)));
  const back = all.map((node, i) => moved(node, 0, axes[i]!));
  return refilled(operation, elements, back) as Elements;
}

/** The elements with their axis in front, and where it was in each tensor. */
function axesFirst(operation: string, elements: Tree, axis: number) {
  const axes: number[] = [];
  let count: number | undefined;
  const front = mapTree(
    operation,
    elements,
    (x) => {
      const at = axisOf(operation, "elements", x.shape, axis);
      const size = x.shape[at]!;
      count ??= size;
      if (size !== count) {
        const shape = formatShape(x.shape);
        throw new ShapeError(
          `${operation}: a tensor of ${shape} has ${size} elements, expected ${count}, as the first`,
        );
      }
      axes.push(at);
      return tensorOf(moved(nodeOf(operation, x), at, 0));
    },
    "the elements",
  );
  return { front, axes };
}

const combined = {
  all: "what combine returns",
  each: "the combination",
  why: "as the elements are",
};

function moved(node: Node, from: number, to: number): Node {
  const order = node.shape.map((_, i) => i).filter((i) => i !== from);
  return permute(node, [...order.slice(0, to), from, ...order.slice(to)]);
}

/** What a function makes of two elements, `a` and `b`. */
class Combination {
  readonly #a: readonly Node[];
  readonly #b: readonly Node[];
  readonly #made: readonly Node[];

  constructor(a: Stands, b: Stands, made: readonly Node[]) {
    this.#a = a.nodes;
    this.#b = b.nodes;
    this.#made = made;
  }

  /** The combinations of each element with all before it; the elements are along the first axis. */
  ofAll(nodes: readonly Node[]): readonly Node[] {
    return this.#inOnePass(nodes) ?? this.#inRounds(nodes);
  }

  /** The same by an operation that is made for it, if it is one of these. */
  #inOnePass(nodes: readonly Node[]): readonly Node[] | undefined {
    const [a, b, made] = [this.#a, this.#b, this.#made];
    if (!nodes.every((node) => hasFractions(node.dtype) && node.shape[0]! > 0)) return undefined;
    const [first, second] = nodes;
    if (nodes.length === 1) {
      if (isOf(made[0]!, add, a[0]!, b[0]!)) return [cumSum(first!, 0)];
      return isOf(made[0]!, mul, a[0]!, b[0]!) ? [cumProd(first!, 0)] : undefined;
    }
    if (nodes.length !== 2 || !areAlike(first!, second!)) return undefined;
    const [factor, sum] = made as readonly [Node, Node];
    const isLinear =
      isOf(factor, mul, a[0]!, b[0]!) &&
      sum.operation === add.operation &&
      sum.inputs.some((one, i) => isOf(one, mul, a[1]!, b[0]!) && sum.inputs[1 - i] === b[1]);
    if (!isLinear) return undefined;
    // The first factor meets no total before it.
    const padding = first!.shape.map((_, i) => [i === 0 ? 1 : 0, 0] as const);
    const factors = pad(slice(first!, 0, 1), padding);
    return [cumProd(first!, 0), linearRecurrence(factors, second!, 0)];
  }

  /** Combines neighbours, finds the totals of those pairs, and of these the ones in between. */
  #inRounds(nodes: readonly Node[]): readonly Node[] {
    const count = nodes[0]?.shape[0] ?? 0;
    if (count < 2) return nodes;
    const pairs = Math.floor(count / 2);
    const from = (start: number, most: number) =>
      nodes.map((node) => slice(node, 0, start, start + 2 * most - 1, 2));
    const odd = this.#inRounds(this.#combined(from(0, pairs), from(1, pairs), pairs));
    const rest = count - 1 - pairs;
    const even = nodes.map((node) => slice(node, 0, 0, 1));
    if (rest === 0) return odd.map((one, i) => concat([even[i]!, one]));
    const before = odd.map((node) => slice(node, 0, 0, rest));
    const between = this.#combined(before, from(2, rest), rest);
    return odd.map((one, i) => interleaved(concat([even[i]!, between[i]!]), one));
  }

  /** `count` combinations at once. */
  #combined(left: readonly Node[], right: readonly Node[], count: number): readonly Node[] {
    const examples = new Map([
      ...this.#a.map((node, i) => [node, left[i]!] as const),
      ...this.#b.map((node, i) => [node, right[i]!] as const),
    ]);
    return batched(this.#made, examples, count);
  }
}

/** The elements of both in turn; `even` may have one more. */
function interleaved(even: Node, odd: Node): Node {
  const [count, ...shape] = odd.shape as readonly [number, ...number[]];
  const both = reshape(stack([slice(even, 0, 0, count), odd], 1), [2 * count, ...shape]);
  return even.shape[0] === count ? both : concat([both, slice(even, 0, count)]);
}

/** Whether a node is an operation on two others, in either order, in their shape. */
function isOf(node: Node, { operation }: Pick<typeof add, "operation">, a: Node, b: Node): boolean {
  const [first, second] = node.inputs;
  const isEither = (first === a && second === b) || (first === b && second === a);
  return node.operation === operation && isEither && areAlike(a, b);
}

function areAlike(a: Node, b: Node): boolean {
  return a.dtype === b.dtype && shapesEqual(a.shape, b.shape);
}
