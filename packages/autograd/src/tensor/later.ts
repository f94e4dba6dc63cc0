// What is awaited: a task of the engine's, which goes on as if no function were traced, whoever makes it
// go on.
import { inBackground, type Task } from "../engine/background.ts";
import { untraced } from "./trace.ts";

/** Does a task, at once as far as it waits for nothing, after those that were to be done before. */
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
