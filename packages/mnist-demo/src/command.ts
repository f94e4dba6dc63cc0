// The command `train`, given its arguments, streams and a signal to stop; train.ts gives it the process's.

import { setImmediate } from "node:timers/promises";
import type { Report } from "@nabla/nn";
import { answeredDigits } from "./answers.ts";
import { drawDigits } from "./drawing.ts";
import { loadMnist } from "./load.ts";
import { help, parseOptions, type TrainOptions } from "./options.ts";
import { epochOf, progressOn } from "./progress.ts";
import { type CommandContext, runCommand } from "./run-command.ts";
import { terminalOf } from "./terminal.ts";
import { type Training, training } from "./training.ts";

/** 128 + 2, the number of SIGINT: what shells report of a program that Ctrl-C has ended. */
const interrupted = 130;

/** So long at most does training keep Ctrl-C waiting. */
const millisecondsBetweenPauses = 20;

/** Runs `train` and gives its exit code: 0, 1 for what the user must mend, 130 if interrupted. */
export async function runTrain(args: readonly string[], context: CommandContext): Promise<number> {
  return await runCommand({ help, parse: parseOptions, run: train }, args, context);
}

async function train(options: TrainOptions, context: CommandContext): Promise<number> {
  const { stdout, env, signal } = context;
  const mnist = await loadMnist({ directory: options.data });
  const run = training(mnist, options, signal);
  stdout.write(`${descriptionOf(options, run)}\n`);
  const last = await follow(run, options, context);
  if (signal.aborted) {
    const { epoch = 1, step = 0 } = last ?? {};
    stdout.write(`stopped in epoch ${epoch}, after ${step} of ${run.steps} steps\n`);
  } else {
    const digits = await answeredDigits(run.network, mnist.test, 3);
    stdout.write(`\n${drawDigits(digits, terminalOf(stdout, env))}\n`);
  }
  const accuracy = last?.metrics?.["accuracy"] ?? (await run.accuracy());
  stdout.write(`test accuracy ${accuracy.toFixed(4)}\n`);
  return signal.aborted ? interrupted : 0;
}

/** Reads the reports, shows them, and gives the last one. */
async function follow(
  run: Training,
  options: TrainOptions,
  { stdout, stderr, env }: CommandContext,
): Promise<Report | undefined> {
  const { epochs } = options;
  const progress = progressOn(stderr, env);
  const stepsInEpoch = run.steps / epochs;
  let last: Report | undefined;
  let pausedAt = performance.now();
  for await (const report of run.reports) {
    last = report;
    const { epoch, step, cost, metrics } = report;
    progress.show({ ...report, epochs, done: step / stepsInEpoch - (epoch - 1) });
    if (metrics) {
      progress.clear();
      const accuracy = metrics["accuracy"]!.toFixed(4);
      stdout.write(
        `${epochOf({ epoch, epochs })}  cost ${cost.toFixed(4)}  test accuracy ${accuracy}\n`,
      );
    }
    // Training waits for nothing, so that without a pause no signal would ever arrive.
    if (performance.now() - pausedAt < millisecondsBetweenPauses) continue;
    await setImmediate();
    pausedAt = performance.now();
  }
  progress.clear();
  return last;
}

/** `784-16-16-10 sigmoid network, quadratic cost, learning rate 3, seed 0; 60000 digits, …` */
function descriptionOf(options: TrainOptions, { examples }: Training): string {
  const { hidden, activation, cost, learningRate, batchSize, seed } = options;
  const sizes = [784, ...hidden, 10].join("-");
  return (
    `${sizes} ${activation} network, ${cost} cost, learning rate ${learningRate}, seed ${seed}; ` +
    `${examples} digits in batches of ${batchSize}`
  );
}
