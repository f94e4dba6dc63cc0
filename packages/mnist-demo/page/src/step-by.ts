// What a step by chosen digits does: to one digit, and to others that nobody trained on.
import { oneHot, tensor } from "@nabla/autograd";
import { accuracy, exampleCosts, type Layer, measure, quadraticCost, tryStep } from "@nabla/nn";
import type { Digits } from "../../src/digits.ts";
import { datasetOf } from "../../src/training.ts";
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

/** The test digits without that of the source. */
function othersOf(test: Digits, source: Source): Digits {
  if (source.kind === "drawing") return test;
  const { from } = source;
  const count = test.labels.size - 1;
  const rows = Int32Array.from({ length: count }, (_, i) => (i < from ? i : i + 1));
  const kept = tensor(rows, { shape: [count] });
  return { images: test.images.gather(0, kept), labels: test.labels.gather(0, kept) };
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
  const others = othersOf(test, source);
  const dataset = datasetOf(others);
  const first = test.images.slice(0, 0, answered);
  const look = async (): Promise<Seen> => {
    const [own] = await exampleCosts(network, one.image, one.target).data();
    const measured = await measure(network, dataset, { cost: quadraticCost, accuracy });
    const answers = await network.forward(first).argMax(1).data();
    return {
      own: own!,
      cost: measured["cost"]!,
      accuracy: measured["accuracy"]!,
      answers: Array.from(answers),
    };
  };
  const [images, targets] = digits
    ? [digits.images, oneHot(digits.labels, 10)]
    : [one.image, one.target];
  const result = await tryStep(network, images, targets, { learningRate }, look);
  return { ...result, others: others.labels.size };
}
