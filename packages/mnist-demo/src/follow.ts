// Progress of training on stderr, with pauses in which a signal can arrive.

import { setImmediate } from "node:timers/promises";
import type { Report } from "@nabla/nn";
import { progressOn } from "./progress.ts";
import type { CommandContext } from "./run-command.ts";
import type { Training } from "./training.ts";

/** So long at most does training keep Ctrl-C waiting. */
const millisecondsBetweenPauses = 20;

/**
 * Reads the reports, shows them, and returns the last one. `onEpoch` is called at the end of each epoch.
 */
export async function follow(
  run: Training,
  epochs: number,
  { stderr, env }: Pick<CommandContext, "stderr" | "env">,
  onEpoch: (report: Report) => void = () => {},
): Promise<Report | undefined> {
  const progress = progressOn(stderr, env);
  const stepsInEpoch = run.steps / epochs;
  let last: Report | undefined;
  let pausedAt = performance.now();
  for await (const report of run.reports) {
    last = report;
    const { epoch, step, metrics } = report;
    progress.show({ ...report, epochs, done: step / stepsInEpoch - (epoch - 1) });
    if (metrics) {
      progress.clear();
      onEpoch(report);
    }
    // Training waits for nothing, so that without a pause no signal would ever arrive.
    if (performance.now() - pausedAt < millisecondsBetweenPauses) continue;
    await setImmediate();
    pausedAt = performance.now();
  }
  progress.clear();
  return last;
}
