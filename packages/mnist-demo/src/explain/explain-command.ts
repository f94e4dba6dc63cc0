// The command `explain`, given its arguments and streams; explain.ts gives it the process's.

import { NablaError } from "@nabla/autograd";
import type { Layer } from "@nabla/nn";
import type { Digits, Mnist } from "../digits.ts";
import { follow } from "../follow.ts";
import { loadMnist } from "../load.ts";
import { readModel } from "../model-file.ts";
import { sizesText } from "../network.ts";
import { formatCount } from "../progress.ts";
import { type CommandContext, interrupted, runCommand } from "../run-command.ts";
import { writeFiles } from "../sections/document.ts";
import { printed } from "../sections/section.ts";
import { terminalOf } from "../terminal.ts";
import { parseOptions as parseTraining } from "../train-options.ts";
import { training } from "../training.ts";
import { type CostName, sgdRates } from "../training-options.ts";
import { checkWritable } from "../writable.ts";
import { averageSections } from "./average-sections.ts";
import { backwardSections, type NeuronPlace } from "./backward-sections.ts";
import { type ExplainOptions, help, parseOptions } from "./explain-options.ts";
import { forwardSections } from "./forward-sections.ts";
import { guide } from "./guided.ts";
import { takeStep, type Walk, walkThrough } from "./walk.ts";
import { walkJson } from "./walk-json.ts";

/** Runs `explain` and returns its exit code: 0, 1 for a user error, 130 if interrupted. */
export async function runExplain(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  return await runCommand({ help, parse: parseOptions, run: explain }, args, context);
}

async function explain(options: ExplainOptions, context: CommandContext): Promise<number> {
  const { stdout, stderr, env, signal } = context;
  await checkWritable({ html: options.html, svg: options.svg });
  const mnist = await loadMnist({ directory: options.data });
  const example = exampleOf(options, mnist.test);
  const { network, cost, what, learningRate } = await networkFor(options, mnist, context);
  if (signal.aborted) return interrupted;
  const walkFor = async (of: number, chosen: NeuronPlace | undefined) => {
    const walk = await walkThrough(network, mnist, of, cost, learningRate);
    const place = chosen ?? { layer: walk.told.layers.length, index: walk.label };
    checkPlace(place, walk);
    const parts = [forwardSections(walk), backwardSections(walk, place), averageSections(walk)];
    return { walk, place, sections: parts.flat() };
  };
  const first = await walkFor(example, options.neuron);
  const title = `What a ${first.walk.label} wants of a network`;
  for (const path of await writeFiles(title, first.sections, options)) {
    stderr.write(`wrote ${path}\n`);
  }
  const terminal = terminalOf(stdout, env);
  if (options.json) stdout.write(walkJson(first.walk));
  else if (options.all || !terminal.isLive || !context.keys) {
    stdout.write(`${what}\n\n${printed(first.sections, terminal)}`);
  } else {
    const keys = context.keys();
    let shown = first;
    let at = 0;
    const taken: string[] = [];
    try {
      for (;;) {
        const now = [what, ...taken].join("; ");
        const left = await guide(shown.sections, { stdout, terminal, keys, at, what: now });
        at = left.at;
        const { walk, place } = shown;
        switch (left.because) {
          case "interrupted":
            return interrupted;
          case "done":
            return 0;
          case "otherDigit":
            shown = await walkFor((walk.example + 1) % mnist.test.labels.size, options.neuron);
            break;
          case "otherNeuron":
            shown = await walkFor(walk.example, neuronAfter(place, walk));
            break;
          default: {
            const by = left.because === "stepByOne" ? "one" : "all";
            await takeStep(network, mnist, walk, by);
            taken.push(stepText(walk, by));
            shown = await walkFor(walk.example, place);
          }
        }
      }
    } finally {
      await keys.return?.();
    }
  }
  return 0;
}

/** "a step by this 2 alone". */
function stepText({ label, steps }: Walk, by: "one" | "all"): string {
  return by === "one"
    ? `a step by this ${label} alone`
    : `a step by ${formatCount(steps.at(-1)!.digits)} digits`;
}

/** The next neuron of the layer, the first after the last. */
function neuronAfter({ layer, index }: NeuronPlace, { told: { layers } }: Walk): NeuronPlace {
  return { layer, index: (index + 1) % layers[layer - 1]!.layer.outputFeatures };
}

function exampleOf({ example, digit }: ExplainOptions, { labels }: Digits): number {
  const count = labels.size;
  if (count < 2) {
    throw new NablaError(
      `--data: test digits are ${count}, expected 2 or more: steps by one are measured on the others`,
    );
  }
  if (example !== undefined && example >= count) {
    throw new NablaError(`--example: got ${example}, there are ${count} test digits`);
  }
  if (digit === undefined) return example ?? 0;
  if (example !== undefined) {
    throw new NablaError("--digit: got --example as well, expected one of them");
  }
  const found = labels.dataSync().indexOf(digit);
  if (found >= 0) return found;
  throw new NablaError(`--digit: got ${digit}, there is none among the test digits`);
}

function checkPlace({ layer, index }: NeuronPlace, { told: { layers } }: Walk): void {
  const sizes = layers.map(({ layer: { outputFeatures } }) => outputFeatures);
  if (layer <= sizes.length && index < sizes[layer - 1]!) return;
  throw new NablaError(
    `--neuron: got ${layer}:${index}, the layers 1 to ${sizes.length} have ${sizes.join(", ")} neurons`,
  );
}

async function networkFor(
  options: ExplainOptions,
  mnist: Mnist,
  context: CommandContext,
): Promise<{
  readonly network: Layer;
  readonly cost: CostName;
  readonly what: string;
  readonly learningRate: number;
}> {
  if (options.model !== undefined) {
    const { network, description } = await readModel("--model", options.model);
    if (description.model === "cnn") {
      throw new NablaError(
        `--model: ${JSON.stringify(options.model)} is a cnn, explain needs dense layers: train --model mlp`,
      );
    }
    const { cost, activation } = description;
    const what = `The network in ${options.model}`;
    return { network, cost, what, learningRate: sgdRates[cost][activation] };
  }
  const epochsToTrain = `${Math.max(options.epochs, 1)}`;
  const trained = parseTraining(["--epochs", epochsToTrain, "--seed", `${options.seed}`]);
  if (trained === "help") throw new Error("unreachable: help was not asked for");
  if (options.epochs === 0) {
    const { network, cost, learningRate } = { ...training(mnist, trained), ...trained };
    return { network, cost, learningRate, what: `A ${sizesText(trained)} network before training` };
  }
  const epochs = `${options.epochs} epoch${options.epochs === 1 ? "" : "s"}`;
  context.stderr.write(`training a network for ${epochs}; to use your own: --model\n`);
  const run = training(mnist, trained, context.signal);
  const last = await follow(run, options.epochs, context);
  const accuracy = last?.metrics?.["accuracy"] ?? (await run.accuracy());
  return {
    network: run.network,
    cost: trained.cost,
    learningRate: trained.learningRate,
    what: `A ${sizesText(trained)} network after ${epochs}: test accuracy ${accuracy.toFixed(4)}`,
  };
}
