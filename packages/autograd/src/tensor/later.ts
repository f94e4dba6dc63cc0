// Runs awaited tasks as if no function were traced, whoever makes them continue.
import { inBackground, type Task } from "../engine/background.ts";
import { untraced } from "./trace.ts";

/** Runs a task, at once as far as it waits for nothing, after those started before. */
export function later<T>(task: Task<T>): Promise<T> {
  return inBackground(untracedTask(task));
}

function* untracedTask<T>(task: Task<T>): Task<T> {
  for (;;) {
    const { done, value } = untraced(() => task.next());
    if (done) return value;
    yield value;
  }
}
