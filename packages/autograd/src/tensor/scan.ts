// Loops over sequences, as part of the graph.

import { withReplaced } from "../autodiff/copy.ts";
import { evenSegment, loopInSegments } from "../autodiff/loop-segments.ts";
import { describe } from "../graph/describe.ts";
import { NablaError, ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { formatShape } from "../graph/shape.ts";
import { full, placeholder } from "../ops/creation.ts";
import { splitKey } from "../ops/random.ts";
import { checkFunction } from "./checks.ts";
import { anything, flag, natural } from "./kinds.ts";
import { likeFirst, standsFor, tracedStep } from "./loop-step.ts";
import { checkOptions } from "./options.ts";
import { nodeOf, type Tensor } from "./tensor.ts";
import { refilled, type Tree, type TreeLike, tensorsOf } from "./tree.ts";
import type { BatchOf } from "./vmap.ts";

export interface LoopOptions {
  /** The number of iterations; required if there are no sequences, and otherwise their length. */
  readonly length?: number;
  /**
   * Whether to go from the last element to the first; outputs keep the order of the elements. Default:
   * false.
   */
  readonly reverse?: boolean;
  /**
   * Whether derivatives keep only the carry of every √T-th of T iterations, and recompute the others:
   * memory grows with √T, for about a third more time. A number n keeps that of every n-th. Default:
   * false, everything needed is kept.
   */
  readonly checkpoint?: boolean | number;
}

/** The elements of sequences: their tensors without the first axis. */
export type ElementOf<T> =
  T extends Tensor<infer S>
    ? number extends S["length"]
      ? Tensor
      : S extends readonly [number, ...infer Rest extends readonly number[]]
        ? Tensor<Rest>
        : never
    : T extends readonly unknown[]
      ? { [I in keyof T]: ElementOf<T[I]> }
      : T extends object
        ? { [Name in keyof T]: ElementOf<T[Name]> }
        : T;

/**
 * Repeats `step`, which makes the next carry and an output of the carry and an element of the
 * sequences: `[carry, output]`, or `[carry]` alone. Returns the last carry, and the outputs of all
 * iterations along a first axis. As in JAX; like a loop that unrolls, but the graph and its plan
 * contain the step once, whatever the length. `step` is called once, with tensors that stand for
 * those of any iteration, so reading their values throws; tensors that it captures are the same in
 * all iterations, random draws (without a seed of their own) differ; a rule of `customGradient` whose
 * gradient is taken outside of the step throws `GradientError` if it draws. Carry, sequences and output
 * are tensors, or arrays and plain objects of tensors; the first axis of the sequences counts the
 * iterations.
 *
 * Derivatives go through it, and so do `vmap`, `compile` and the rest. What a derivative needs of
 * the iterations is kept for all of them, or, with `{ checkpoint: true }`, computed again.
 *
 * Throws `ShapeError` or `DTypeError` if a carry does not stay what it was, or if sequences differ in
 * length; `NablaError` if their number is unknown, or if `step` assigns to a parameter.
 *
 * @example
 * // Velocities and positions of a falling ball, a tenth of a second apart.
 * const [[position], positions] = scan(
 *   ([x, v]: readonly [Tensor<[]>, Tensor<[]>]) => {
 *     const next = [x.add(v.mul(0.1)), v.sub(0.981)] as const;
 *     return [next, next[0]] as const;
 *   },
 *   [tensor(2), tensor(0)] as const,
 *   undefined,
 *   { length: 3 },
 * );
 * positions.arraySync().map((x) => x.toFixed(2)); // => ["2.00", "1.90", "1.71"]
 * position.itemSync().toFixed(2); // => "1.71"
 *
 * @example
 * // A linear recurrence, and its derivative by the factor.
 * const last = (a: Tensor<[]>, xs: Tensor<[4]>) =>
 *   scan((s: Tensor<[]>, x: Tensor<[]>) => [s.mul(a).add(x)], tensor(0), xs)[0];
 * const xs = tensor([1, 2, 3, 4]);
 * last(tensor(2), xs).itemSync(); // => 26
 * grad((a: Tensor<[]>) => last(a, xs))(tensor(2)).itemSync(); // => 23
 */
export function scan<
  Carry extends TreeLike<Carry>,
  Sequences extends TreeLike<Sequences> | undefined = undefined,
  Output extends TreeLike<Output> | undefined = undefined,
>(
  step: (
    carry: Carry,
    element: Sequences extends undefined ? undefined : ElementOf<Sequences>,
  ) => readonly [carry: NoInfer<Carry>, output?: Output],
  carry: Carry,
  sequences?: Sequences,
  options: LoopOptions = {},
): [carry: Carry, outputs: Output extends undefined ? undefined : BatchOf<Output>] {
  checkFunction("scan", step);
  checkOptions("scan", options, {
    length: natural,
    reverse: flag,
    checkpoint: anything,
  });
  return scanned("scan", "the step", step as never, carry, sequences, options) as never;
}

/** A step, whatever its types. */
type Step = (carry: Tree, element: Tree | undefined) => unknown;

/** What `scan` does, for `operation`, which calls the step `what`. */
export function scanned(
  operation: string,
  what: string,
  step: Step,
  carry: Tree,
  sequences: Tree | undefined,
  options: LoopOptions,
): readonly [carry: Tree, outputs: Tree | undefined] {
  const nodesOf = (tree: Tree, part: string) =>
    tensorsOf(operation, tree, part).map((x) => nodeOf(operation, x));
  const first = nodesOf(carry, "the carry");
  const whole = sequences === undefined ? [] : nodesOf(sequences, "the sequences");
  const length = lengthOf(operation, whole, options);
  const own = standsFor(operation, carry, "carry");
  const element = sequences && standsFor(operation, sequences, "element", 1);
  const { result, keys: drawn } = tracedStep(operation, what, () => step(own.tree, element?.tree));
  const [next, outputs] = resultsOf(operation, what, result, carry);
  const keys = new Map(drawn.map((key) => [key, placeholder(key.shape, key.dtype, "key")]));
  const roots = withReplaced([...next, ...outputs], keys);
  const given = refilledOrNone(operation, (result as readonly unknown[])[1]);
  if (length === 0) {
    const none = outputs.map(({ shape, dtype }) => full([0, ...shape], 0, dtype));
    return [carry, given(none)];
  }
  const { last, stacks } = loopInSegments(
    {
      name: operation,
      length,
      isReversed: options.reverse ?? false,
      isRecomputed: false,
      condition: undefined,
      carries: own.nodes,
      first,
      elements: [...(element?.nodes ?? []), ...keys.values()],
      sequences: [...whole, ...drawn.map((key) => splitKey(key, length))],
      next: roots.slice(0, next.length),
      others: roots.slice(next.length),
      isSought: true,
      sourceOf: (node) => ({ kind: "shared", node }),
    },
    segmentOf(operation, length, options),
  );
  return [refilled(operation, carry, last), given(stacks)];
}

/** The tree of the outputs, of other nodes; undefined if there are none. */
function refilledOrNone(
  operation: string,
  output: unknown,
): (nodes: readonly Node[]) => Tree | undefined {
  return (nodes) => (output === undefined ? undefined : refilled(operation, output, nodes));
}

/** The next carries, checked to be like those before, and the outputs. */
function resultsOf(
  operation: string,
  what: string,
  result: unknown,
  carry: Tree,
): readonly [readonly Node[], readonly Node[]] {
  if (!Array.isArray(result) || result.length < 1 || result.length > 2) {
    throw new NablaError(
      `${operation}: ${what} returns ${describe(result)}, expected [carry, output], or [carry]`,
    );
  }
  const [next, output] = result as readonly unknown[];
  const after = likeFirst(operation, next, carry);
  const outputs = output === undefined ? [] : tensorsOf(operation, output, "the output");
  return [after, outputs.map((x) => nodeOf(operation, x))];
}

/** After how many iterations the carries are kept, if not all is. */
function segmentOf(operation: string, length: number, { checkpoint }: LoopOptions): number {
  if (checkpoint === undefined || checkpoint === false) return length;
  if (checkpoint === true) return evenSegment(length);
  if (Number.isSafeInteger(checkpoint) && checkpoint >= 1) return checkpoint;
  throw new NablaError(
    `${operation}: checkpoint is ${describe(checkpoint)}, expected true, false or a number of iterations from 1 on`,
  );
}

function lengthOf(operation: string, sequences: readonly Node[], { length }: LoopOptions): number {
  let found = length;
  for (const { shape } of sequences) {
    const [own] = shape;
    if (own === undefined) {
      throw new ShapeError(
        `${operation}: a sequence is one number, expected an axis of iterations`,
      );
    }
    if (found !== undefined && own !== found) {
      throw new ShapeError(
        `${operation}: a sequence of ${formatShape(shape)} has ${own} elements, expected ${found}`,
      );
    }
    found = own;
  }
  if (found === undefined) {
    throw new NablaError(
      `${operation}: there are no sequences, so it needs the number of iterations: { length: 10 }`,
    );
  }
  return found;
}
