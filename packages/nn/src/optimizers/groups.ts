// Parameters in groups, for optimisers that treat them differently.
import type { Parameter } from "@nabla/autograd";
import { checkParameters } from "../checks.ts";
import type { ParameterGroup } from "./optimizer.ts";

/**
 * Two groups: the parameters with two axes or more, whose weights may decay, and the others without
 * weight decay: biases, and the scales and shifts of normalisation, which no penalty should pull to
 * 0.
 *
 * @example
 * const network = sequential(dense(4, 3), relu, dense(3, 2));
 * const optimizer = adamW(weightsDecay(network.parameters()), { weightDecay: 0.1 });
 * optimizer.parameters.map((p) => p.name); // => ["weight", "weight", "bias", "bias"]
 */
export function weightsDecay(
  parameters: readonly Parameter[],
): readonly ParameterGroup<{ readonly weightDecay: number }>[] {
  checkParameters("weightsDecay", parameters);
  const isWeight = (p: Parameter) => p.rank >= 2;
  const groups = [
    { parameters: parameters.filter(isWeight) },
    { parameters: parameters.filter((p) => !isWeight(p)), weightDecay: 0 },
  ];
  return groups.filter((group) => group.parameters.length > 0);
}
