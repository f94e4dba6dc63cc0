// What a step by chosen digits does: to one digit, and to others that nobody trained on.
import { oneHot } from "@nabla/autograd";
import { accuracy, exampleCosts, type Layer, measure, quadraticCost, tryStep } from "@nabla/nn";
import type { Digits } from "../../src/digits.ts";
import { datasetOf, without } from "../../src/training.ts";
import { answered } from "./contender.ts";
import { digitOf, type Source } from "./inspection.ts";

export interface Seen {
  /** The cost of the digit that is looked at. */
  readonly own: number;
  /** The mean cost of the others, and the share that is read correctly. */
  readonly cost: number;
  readonly accuracy: number;
  /** What the first test digits are read as. */
  readonly answers: readonly number[];
}

export interface StepLook {
  readonly before: Seen;
  readonly after: Seen;
  /** How many digits the others are. */
  readonly others: number;
}

/** Takes a step by the digits, or by the one of the source alone, and takes it back. */
export async function stepBy(
  network: Layer,
  test: Digits,
  source: Source,
  digits: Digits | undefined,
  learningRate: number,
): Promise<StepLook> {
  const one = digitOf(test, source);
  const others = source.kind === "drawing" ? test : without(test, source.from);
  const dataset = datasetOf(others);
  const first = test.images.slice(0, 0, answered);
  const look = async (): Promise<Seen> => {
    const [own] = await exampleCosts(network, one.image, one.target).data();
    const measured = await measure(network, dataset, { cost: quadraticCost, accuracy });
    const answers = await network.forward(first).argMax(1).data();
    return {
      own: own!,
      cost: measured.cost,
      accuracy: measured.accuracy,
      answers: Array.from(answers),
    };
  };
  const [images, targets] = digits
    ? [digits.images, oneHot(digits.labels, 10)]
    : [one.image, one.target];
  const result = await tryStep(network, images, targets, { learningRate }, look);
  return { ...result, others: others.labels.size };
}
