// Runs awaited tasks as if no function were traced, whoever makes them continue.
import { currentBackend } from "../engine/backends.ts";
import { inBackground, type Task } from "../engine/background.ts";
import { untraced } from "./trace.ts";
import { computingUpdates } from "./updates.ts";

/**
 * Runs a task, at once as far as it waits for nothing, after those started before. On a device that
 * answers later, pending updates are computed first: what would have to compute them cannot wait.
 */
export function later<T>(task: Task<T>): Promise<T> {
  return inBackground(untracedTask(withUpdates(task)));
}

function* withUpdates<T>(task: Task<T>): Task<T> {
  if (currentBackend().answersLater) yield* computingUpdates();
  return yield* task;
}

function* untracedTask<T>(task: Task<T>): Task<T> {
  for (;;) {
    const { done, value } = untraced(() => task.next());
    if (done) return value;
    yield value;
  }
}
