// Collects the numbers for the walk through one digit.

import { oneHot, realize, realizeAsync, type Tensor } from "@nabla/autograd";
import {
  accuracy,
  type Component,
  type Cost,
  crossEntropy,
  exampleCosts,
  type Layer,
  measure,
  type NudgeResult,
  type Nudges,
  nudges,
  pairByRatio,
  perExampleGradients,
  quadraticCost,
  type StepOptions,
  sensitivity,
  sgd,
  tryNudge,
  tryStep,
} from "@nabla/nn";
import type { Digits, Mnist } from "../digits.ts";
import { datasetOf, firstOf, without } from "../training.ts";
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
  /**
   * Two of which the cost is about 32 times as sensitive to the first, and a nudge of each;
   * undefined where all slopes are 0.
   */
  readonly pair: readonly [NudgedComponent, NudgedComponent] | undefined;
  readonly nudgedBy: number;
  /** What the cost of the first ten digits is most sensitive to. */
  readonly ofTen: readonly Component[];
  /** The ten digits, and what each wants of each of these components: minus its gradient. */
  readonly ten: readonly { readonly label: number; readonly wants: readonly number[] }[];
  /** One step by this digit alone, and by more of the training digits. */
  readonly steps: readonly TriedStep[];
  /** The learning rate of these steps, and how many other test digits they are measured on. */
  readonly stepSize: number;
  readonly unseen: number;
}

export interface NudgedComponent {
  readonly component: Component;
  readonly nudge: NudgeResult;
}

/** What a step by so many digits does. */
export interface TriedStep {
  readonly digits: number;
  readonly before: Seen;
  readonly after: Seen;
}

interface Seen {
  /** The digit's own cost. */
  readonly own: number;
  /** The mean cost of other digits, and how many of them are right. */
  readonly cost: number;
  readonly accuracy: number;
}

/** Digits whose costs the digit's own is compared with. */
const compared = 1000;

/** The films' example: 3.2 against 0.1. */
const wantedRatio = 32;
/** So many training digits make a step, beside the digit alone. */
const stepsBy = [10, 100, 3000];

export async function walkThrough(
  network: Layer,
  { train, test: digits }: Mnist,
  example: number,
  costName: CostName,
  stepSize: number,
): Promise<Walk> {
  const cost = costNamed(costName);
  const targets = oneHot(digits.labels, 10);
  const some = ({ images, labels }: Digits, from: number, to: number): Some => ({
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
  const nudge = async (component: Component): Promise<NudgedComponent> => ({
    component,
    nudge: await tryNudge(costNow, component, nudgedBy),
  });
  const sensitive = all.filter(({ derivative }) => derivative !== 0 && Number.isFinite(derivative));
  let pair: Walk["pair"];
  if (sensitive.length > 1) {
    const [strong, weak] = pairByRatio(sensitive, wantedRatio);
    pair = [await nudge(strong), await nudge(weak)];
  }
  const first = firstOf(digits, Math.min(compared, digits.labels.size));
  const around = some(digits, 0, first.labels.size);
  const others = example < first.labels.size ? without(first, example) : first;
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
    pair,
    nudgedBy,
    ofTen,
    ten: await wantsOfTen(network, cost, ten, ofTen),
    steps: await triedSteps(network, { cost, learningRate: stepSize }, one, others, train),
    stepSize,
    unseen: others.labels.size,
  };
}

/** Takes a step by the digit of a walk alone, or by the training digits of its last one. */
export async function takeStep(
  network: Layer,
  { train, test }: Mnist,
  { example, steps, costName, stepSize }: Walk,
  by: "one" | "all",
): Promise<void> {
  const cost = costNamed(costName);
  const { images, labels } = by === "one" ? test : train;
  const [from, count] = by === "one" ? [example, 1] : [0, steps.at(-1)!.digits];
  const targets = oneHot(labels.slice(0, from, from + count), 10);
  const optimizer = sgd(network.parameters(), { learningRate: stepSize });
  cost(network.forward(images.slice(0, from, from + count)), targets).backward();
  optimizer.step();
  await realizeAsync(...network.parameters());
}

function costNamed(name: CostName): Cost {
  return name === "quadratic" ? quadraticCost : crossEntropy;
}

async function triedSteps(
  network: Layer,
  options: StepOptions & { readonly cost: Cost },
  one: Some,
  unseen: Digits,
  train: Digits,
): Promise<readonly TriedStep[]> {
  const { cost } = options;
  const others = datasetOf(unseen);
  const look = async (): Promise<Seen> => {
    const own = await cost(network.forward(one.images), one.targets).item();
    const { cost: mean, accuracy: share } = await measure(network, others, { cost, accuracy });
    return { own, cost: mean, accuracy: share };
  };
  const available = train.labels.size;
  const counts = new Set(stepsBy.map((count) => Math.min(count, available)));
  const steps: TriedStep[] = [];
  const take = async (digits: number, { images, targets }: Pick<Some, "images" | "targets">) => {
    const { before, after } = await tryStep(network, images, targets, options, look);
    steps.push({ digits, before, after });
  };
  await take(1, one);
  for (const count of counts) {
    const labels = train.labels.slice(0, 0, count);
    await take(count, { images: train.images.slice(0, 0, count), targets: oneHot(labels, 10) });
  }
  return steps;
}

/** Some digits, with their targets. */
interface Some {
  readonly images: Tensor;
  readonly labels: Tensor;
  readonly targets: Tensor;
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
  ten: Some,
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
