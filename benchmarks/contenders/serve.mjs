// What every contender in JavaScript does: prepares a work and times it whenever the driver asks, one
// line of JSON for each line of input.
import { createInterface } from "node:readline";

/** Milliseconds of calls that do not count, until engines have compiled what they will. */
const warmUpMilliseconds = 1000;
/** Milliseconds of each of `count` calls. */
function eachOf(run, count) {
  return Array.from({ length: count }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
}

/** Milliseconds that a batch of calls should take. */
const batchMilliseconds = 200;

/**
 * `prepare(work)` gives `{ run, first }`: the function to time (which may be asynchronous), and a number that
 * its first call gives, for comparison; or undefined where it cannot be done.
 */
export async function serve(prepare) {
  let prepared;
  let calls = 1;
  /** Milliseconds of a call, in the mean of `count`. Awaiting takes a microtask for each: only where needed. */
  const timed = async (count) => {
    const start = performance.now();
    if (prepared.isSync) for (let i = 0; i < count; i++) prepared.run();
    else for (let i = 0; i < count; i++) await prepared.run();
    return (performance.now() - start) / count;
  };
  const callsIn = (milliseconds, once) => Math.ceil(milliseconds / Math.max(once, 1e-4));
  /** How many calls are a batch, once they are warm. */
  const warmUp = async () => {
    const end = performance.now() + warmUpMilliseconds;
    let once = await timed(1);
    while (performance.now() < end) once = await timed(callsIn(batchMilliseconds / 4, once));
    return callsIn(batchMilliseconds, once);
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const { command, work, count } = JSON.parse(line);
    const answer = {};
    if (command === "prepare") {
      try {
        prepared = await prepare(work);
        if (prepared) {
          answer.first = prepared.first;
          calls = await warmUp();
        } else answer.missing = true;
      } catch (error) {
        answer.failed = String(error?.message ?? error).split("\n")[0];
      }
    } else if (command === "each") {
      answer.each = eachOf(prepared.run, count);
    } else {
      // While the others were timed, this one's garbage was collected, and its caches were theirs.
      await timed(Math.ceil(calls / 4));
      answer.milliseconds = await timed(calls);
    }
    console.log(JSON.stringify(answer));
  }
}
