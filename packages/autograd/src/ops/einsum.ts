// Einsum: sums of products over named axes, computed as products of two tensors at a time.
import type { Node } from "../graph/node.ts";
import { einsumLabels, elementCount, type Label } from "../graph/shape.ts";
import { contract, contractedSize, type Labelled } from "./contraction.ts";
import { diagonal } from "./diagonal.ts";
import { permute, squeeze } from "./movement.ts";
import { cast, productDType } from "./operands.ts";
import { sum } from "./reduce.ts";

/** Evaluates `expression` on the operands; bool and uint8 are computed as int32. */
export function einsum(expression: string, operands: readonly Node[]): Node {
  const { inputs, output, sizes } = einsumLabels(
    expression,
    operands.map(({ shape }) => shape),
  );
  const dtype = productDType(...operands);
  const read = operands.map((operand, i) => {
    const diagonals = withDiagonals({ node: cast(operand, dtype), labels: inputs[i]! });
    return withoutStretched(diagonals, sizes);
  });
  let terms = read.map((term, i) => summed(term, neededBy(output, read, [i])));
  while (terms.length > 1) {
    const [i, j] = cheapestPair(terms, output);
    const product = contract(terms[i]!, terms[j]!, neededBy(output, terms, [i, j]));
    terms = [...terms.filter((_, at) => at !== i && at !== j), product];
  }
  const [{ node, labels }] = terms as [Labelled];
  return permute(
    node,
    output.map((label) => labels.indexOf(label)),
  );
}

/** The labels of the output, and of all terms except those at `besides`. */
function neededBy(
  output: readonly Label[],
  terms: readonly Labelled[],
  besides: readonly number[],
): ReadonlySet<Label> {
  const others = terms.filter((_, i) => !besides.includes(i));
  return new Set([...output, ...others.flatMap(({ labels }) => labels)]);
}

/** Takes the diagonal of axes that share a label, so that each label has one axis. */
function withDiagonals(term: Labelled): Labelled {
  const { node, labels } = term;
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second < 0) return term;
  const [label] = labels.slice(second);
  const first = labels.indexOf(label!);
  const others = labels.filter((_, axis) => axis !== first && axis !== second);
  return withDiagonals({
    node: diagonal(node, 0, [first, second]),
    labels: [...others, label!],
  });
}

/** Drops axes of size 1 that broadcast. */
function withoutStretched({ node, labels }: Labelled, sizes: ReadonlyMap<Label, number>): Labelled {
  const stretches = labels.map((label, axis) => node.shape[axis] === 1 && sizes.get(label) !== 1);
  return {
    node: squeeze(
      node,
      labels.flatMap((_, axis) => (stretches[axis] ? [axis] : [])),
    ),
    labels: labels.filter((_, axis) => !stretches[axis]),
  };
}

/** Sums over the labels that nothing else needs. */
function summed({ node, labels }: Labelled, needed: ReadonlySet<Label>): Labelled {
  const axes = labels.flatMap((label, axis) => (needed.has(label) ? [] : [axis]));
  if (axes.length === 0) return { node, labels };
  return { node: sum.within(node, axes), labels: labels.filter((label) => needed.has(label)) };
}

/**
 * The pair whose product saves the most memory: the least size(product) - size(a) - size(b), then
 * the fewest multiplications. Pairs without a common label come last. (The greedy path of D. G. A.
 * Smith and J. Gray, "opt_einsum", Journal of Open Source Software 3(26), 2018.)
 */
function cheapestPair(
  terms: readonly Labelled[],
  output: readonly Label[],
): readonly [number, number] {
  const sizeOf = ({ node }: Labelled) => elementCount(node.shape);
  const pairs = terms.flatMap((b, j) =>
    terms.slice(0, j).map((a, i) => {
      const all = new Set([...a.labels, ...b.labels]);
      const room = contractedSize(a, b, neededBy(output, terms, [i, j])) - sizeOf(a) - sizeOf(b);
      const isApart = all.size === a.labels.length + b.labels.length;
      return { pair: [i, j] as const, costs: [Number(isApart), room, contractedSize(a, b, all)] };
    }),
  );
  return pairs.reduce((best, next) => (isLess(next.costs, best.costs) ? next : best)).pair;
}

/** Whether `a` comes first in lexicographic order. */
function isLess(a: readonly number[], b: readonly number[]): boolean {
  const first = a.findIndex((cost, i) => cost !== b[i]);
  return first >= 0 && a[first]! < b[first]!;
}
