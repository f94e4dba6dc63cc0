// Checkpointing: recomputing intermediate results instead of keeping them. T. Chen, B. Xu, C. Zhang
// and C. Guestrin, "Training deep nets with sublinear memory cost", 2016,
// https://arxiv.org/abs/1604.06174
import type { Node } from "../graph/node.ts";
import { after } from "../ops/after.ts";
import { alias } from "../ops/arithmetic.ts";
import { custom } from "../ops/custom.ts";
import { hasFractions } from "../scalar/dtype.ts";
import { dependents, withReplaced } from "./copy.ts";
import { gradients } from "./gradients.ts";

/**
 * Returns `output` with the gradient of a second computation from `inputs`, which starts when the
 * gradient arrives. Nodes that do not depend on `inputs` are not computed again.
 */
export function recomputed(output: Node, inputs: readonly Node[]): Node {
  const itself = new Map(inputs.map((input) => [input, input]));
  const between = new Set(dependents([output], itself));
  if (!between.has(output) || !hasFractions(output.dtype)) return output;
  const outside = new Set<Node>();
  for (const node of between) {
    for (const input of node.inputs) {
      if (!between.has(input) && !itself.has(input)) outside.add(input);
    }
  }
  const sources = [...inputs, ...outside].filter(({ dtype }) => hasFractions(dtype));
  return custom("checkpoint", output, sources, (g) => {
    const again = new Map(inputs.map((input) => [input, after(input, g)]));
    // Aliases: one may depend on another, and gradients through that dependence are not its own.
    for (const node of outside) again.set(node, alias(node));
    const [copy] = withReplaced([output], again) as readonly [Node];
    const ends = sources.map((source) => again.get(source)!);
    return gradients("checkpoint", copy, ends, g);
  });
}
