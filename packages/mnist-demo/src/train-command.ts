// The command `train`, given its arguments, streams and a signal to stop; train.ts gives it the
// process's.

import { type Report, saveSafetensors } from "@nabla/nn";
import { answeredDigits } from "./answers.ts";
import { drawDigits } from "./drawing.ts";
import { follow } from "./follow.ts";
import { loadMnist } from "./load.ts";
import { checkResumed } from "./model-file.ts";
import { sizesText } from "./network.ts";
import { epochOf } from "./progress.ts";
import { contextOf, isFirst, ranksIn } from "./ranks.ts";
import { Course, writeReport } from "./report.ts";
import { type CommandContext, interrupted, runCommand } from "./run-command.ts";
import { terminalOf } from "./terminal.ts";
import { checkpointOf, help, parseOptions, type TrainOptions } from "./train-options.ts";
import { type Training, training } from "./training.ts";
import { checkWritable } from "./writable.ts";

/** Runs `train` and returns its exit code: 0, 1 for a user error, 130 if interrupted. */
export async function runTrain(args: readonly string[], context: CommandContext): Promise<number> {
  return await runCommand({ help, parse: parseOptions, run: train }, args, context);
}

async function train(options: TrainOptions, given: CommandContext): Promise<number> {
  const world = await ranksIn(given.env);
  const context = contextOf(given, world);
  const { stdout, env, signal } = context;
  const writes = isFirst(world);
  if (writes) await checkWritable({ save: options.save, report: options.report });
  const mnist = await loadMnist({ directory: options.data });
  const { save, checkpointEvery: every, resume } = options;
  const checkpoint = save !== undefined && { path: checkpointOf(save), ...(every && { every }) };
  if (checkpoint && resume && writes) await checkResumed(checkpoint.path, options);
  const run = training(mnist, options, signal, {
    ...(checkpoint && { checkpoint }),
    ...(world && { world }),
    resume,
  });
  const ranks = world ? `, by ${world.size} ranks` : "";
  stdout.write(`${descriptionOf(options, run)}${ranks}\n`);
  const course = new Course(run.steps, options.epochs);
  const watched = { ...run, reports: seenBy(course, run.reports) };
  const last = await follow(watched, options.epochs, context, ({ epoch, cost, metrics }) => {
    const where = epochOf({ epoch, epochs: options.epochs });
    const accuracy = metrics!["accuracy"]!.toFixed(4);
    stdout.write(`${where}  cost ${cost.toFixed(4)}  test accuracy ${accuracy}\n`);
  });
  if (signal.aborted) {
    const { epoch = 1, step = 0 } = last ?? {};
    stdout.write(`stopped in epoch ${epoch}, after ${step} of ${run.steps} steps\n`);
  } else if (writes) {
    const digits = await answeredDigits(run.network, mnist.test, 3);
    stdout.write(`\n${drawDigits(digits, terminalOf(stdout, env))}\n`);
  }
  if (save !== undefined && writes) {
    const { model, activation, cost } = options;
    await saveSafetensors(save, run.network, { metadata: { model, activation, cost } });
    const more = signal.aborted ? `, and ${checkpointOf(save)}: --resume goes on from there` : "";
    stdout.write(`wrote ${save}${more}\n`);
  }
  if (options.report !== undefined && writes) {
    await writeReport(options.report, {
      network: run.network,
      course,
      test: mnist.test,
      description: descriptionOf(options, run),
      epochs: last?.epoch ?? 0,
    });
    stdout.write(`wrote ${options.report}\n`);
  }
  const accuracy = last?.metrics?.["accuracy"] ?? (await run.accuracy());
  stdout.write(`test accuracy ${accuracy.toFixed(4)}\n`);
  return signal.aborted ? interrupted : 0;
}

async function* seenBy(course: Course, reports: AsyncIterable<Report>): AsyncGenerator<Report> {
  for await (const report of reports) {
    course.see(report);
    yield report;
  }
}

/** `784-16-16-10 sigmoid network, quadratic cost, learning rate 3, seed 0; 60000 digits, …` */
function descriptionOf(options: TrainOptions, { examples }: Training): string {
  const { activation, cost, optimizer, schedule, weightDecay } = options;
  const how = [
    `${sizesText(options)} ${activation} network`,
    `${cost} cost`,
    ...(optimizer === "sgd" ? [] : [optimizer]),
    `learning rate ${options.learningRate}${schedule === "constant" ? "" : ` (${schedule})`}`,
    ...(weightDecay === 0 ? [] : [`weight decay ${weightDecay}`]),
    `seed ${options.seed}`,
  ].join(", ");
  return `${how}; ${examples} digits in batches of ${options.batchSize}`;
}
