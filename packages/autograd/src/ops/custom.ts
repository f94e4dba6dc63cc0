// Nodes with the value of another node and a custom gradient rule.
import { createNode } from "../graph/create.ts";
import {
  type Custom,
  type CustomRule,
  type GradientRule,
  type Node,
  ofFamily,
} from "../graph/node.ts";
import { computedDType } from "../scalar/dtype.ts";
import { full } from "./creation.ts";

/** Results of rules, by gradient: a rule is called once, not once per input. */
const answers = new WeakMap<Node, WeakMap<Node, readonly (Node | undefined)[]>>();

const share: GradientRule = (g, inputs, output, position) => {
  let ofOutput = answers.get(output);
  if (!ofOutput) answers.set(output, (ofOutput = new WeakMap()));
  let shares = ofOutput.get(g);
  if (!shares)
    ofOutput.set(
      g,
      (shares = ofFamily(output, "custom").attributes.rule(g, inputs.slice(1), output)),
    );
  const input = inputs[position]!;
  return shares[position - 1] ?? full(input.shape, 0, computedDType(input.dtype));
};

const operations = new Map<string, Custom>();

/** The value of `y`. `rule` gives the gradients of `inputs`; none goes to `y`. */
export function custom(name: string, y: Node, inputs: readonly Node[], rule: CustomRule): Node {
  let operation = operations.get(name);
  if (!operation) {
    operation = { family: "custom", name, gradient: ["none: another rule stands for it", share] };
    operations.set(name, operation);
  }
  return createNode(operation, [y, ...inputs], { rule }, y.shape, y.dtype);
}
