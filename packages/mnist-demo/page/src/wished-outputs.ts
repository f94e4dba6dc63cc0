// What the outputs for a digit add to its cost, and how they should change: of any outputs.
import { gradients, oneHot, type Tensor, tensor } from "@nabla/autograd";
import { costTerms, quadraticCost, sequential } from "@nabla/nn";
import { numbers } from "./inspection.ts";

/** The terms of the cost if the outputs for a digit were these. */
export function termsOf(outputs: readonly number[], label: number): readonly number[] {
  const given = sequential((x) => x);
  return numbers(costTerms(given, tensor([[...outputs]]), targetOf(label)).at(0));
}

/** The desired changes of the outputs for a digit, if they were these. */
export function wishesOf(outputs: readonly number[], label: number): readonly number[] {
  const given = tensor([[...outputs]]);
  const [gradient] = gradients(quadraticCost(given, targetOf(label)), [given]);
  return numbers(gradient.neg());
}

function targetOf(label: number): Tensor<[1, number]> {
  return oneHot(tensor([label], { dtype: "int32" }), 10);
}
