// What is gathered for the walk through one digit, before anything is told of it.

import { oneHot, realize, type Tensor } from "@nabla/autograd";
import {
  type Component,
  type Cost,
  crossEntropy,
  exampleCosts,
  type Layer,
  type NudgeResult,
  type Nudges,
  nudges,
  perExampleGradients,
  quadraticCost,
  sensitivity,
  tryNudge,
} from "@nabla/nn";
import type { Digits } from "../digits.ts";
import type { CostName } from "../training-options.ts";

/** A digit, and what a network makes of it. */
export interface Walk {
  /** Which of the test digits it is, from 0. */
  readonly example: number;
  readonly label: number;
  readonly pixels: ArrayLike<number>;
  readonly costName: CostName;
  readonly told: Nudges;
  /** What comes out, for people: the outputs, or their softmax. */
  readonly outputs: readonly number[];
  /** The costs of the test digits around, for comparison. */
  readonly otherCosts: readonly number[];
  /** What the cost is most sensitive to. */
  readonly components: readonly Component[];
  readonly leastSensitive: Component;
  /** Of the first component, nudged by this much. */
  readonly nudgedBy: number;
  readonly nudged: NudgeResult;
  /** What the cost of the first ten digits is most sensitive to. */
  readonly ofTen: readonly Component[];
  /** The ten digits, and what each wants of each of these components: minus its gradient. */
  readonly ten: readonly { readonly label: number; readonly wants: readonly number[] }[];
}

/** Digits whose costs the digit's own is compared with. */
const compared = 1000;

export async function walkThrough(
  network: Layer,
  digits: Digits,
  example: number,
  costName: CostName,
): Promise<Walk> {
  const cost: Cost = costName === "quadratic" ? quadraticCost : crossEntropy;
  const targets = oneHot(digits.labels, 10);
  const some = ({ images, labels }: Digits, from: number, to: number) => ({
    images: images.slice(0, from, to),
    labels: labels.slice(0, from, to),
    targets: targets.slice(0, from, to),
  });
  const one = some(digits, example, example + 1);
  const told = nudges(network, one.images.squeeze(0), one.targets.squeeze(0), { cost });
  realizeAll(told);
  const shown = costName === "quadratic" ? told.output : told.output.softmax();
  const costNow = (): Tensor => cost(network.forward(one.images), one.targets);
  const all = await sensitivity(costNow, network, { top: Number.POSITIVE_INFINITY });
  const components = all.slice(0, 5);
  const nudgedBy = 0.1;
  const nudged = await tryNudge(costNow, components[0]!, nudgedBy);
  const around = some(digits, 0, Math.min(compared, digits.labels.size));
  const ten = some(digits, 0, 10);
  const costOfTen = cost(network.forward(ten.images), ten.targets);
  const ofTen = await sensitivity(costOfTen, network, { top: 5 });
  const [otherCosts, pixels, labels] = await Promise.all([
    exampleCosts(network, around.images, around.targets, { cost }).array(),
    one.images.data(),
    one.labels.data(),
  ]);
  return {
    example,
    label: labels[0]!,
    pixels,
    costName,
    told,
    outputs: shown.arraySync() as number[],
    otherCosts,
    components,
    leastSensitive: all.findLast(({ derivative }) => derivative !== 0) ?? all.at(-1)!,
    nudgedBy,
    nudged,
    ofTen,
    ten: await wantsOfTen(network, cost, ten, ofTen),
  };
}

/**
 * One run for all that is read of it, before the nudge that changes a parameter and gives it back.
 */
function realizeAll({ cost, output, layers }: Nudges): void {
  const parts = layers.flatMap((layer) => [
    layer.previousActivations,
    layer.weightedSums,
    layer.activations,
    layer.wantedActivations,
    layer.wantedSums,
    layer.wantedOfPrevious,
    ...Object.values(layer.avenues),
    ...Object.values(layer.effects),
  ]);
  realize(cost, output, ...parts);
}

async function wantsOfTen(
  network: Layer,
  cost: Cost,
  ten: { readonly images: Tensor; readonly labels: Tensor; readonly targets: Tensor },
  components: readonly Component[],
): Promise<Walk["ten"]> {
  const each = perExampleGradients(network, cost, ten.images, ten.targets);
  realize(...each);
  const parameters = network.parameters();
  const found = await Promise.all(each.map((gradients) => gradients.data()));
  const labels = await ten.labels.data();
  return Array.from(labels, (label, k) => ({
    label,
    wants: components.map(({ parameter: p, index }) => {
      const at = index.reduce((position, i, axis) => position * p.shape[axis]! + i, k);
      return -found[parameters.indexOf(p)]![at]!;
    }),
  }));
}
