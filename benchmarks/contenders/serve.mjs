// What every contender in JavaScript does: prepares a work and times it whenever the driver asks, one
// line of JSON for each line of input.
import { createInterface } from "node:readline";

/** Milliseconds that a batch of calls should take. */
const batchMilliseconds = 200;

/**
 * `prepare(work)` gives `{ run, first }`: the function to time (which may be asynchronous), and a number that
 * its first call gives, for comparison; or undefined where it cannot be done.
 */
export async function serve(prepare) {
  let prepared;
  let calls = 1;
  const timed = async (count) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) await prepared.run();
    return (performance.now() - start) / count;
  };
  // Awaiting takes a microtask for each call: not where nothing is to be awaited.
  const timedSync = (count) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) prepared.run();
    return (performance.now() - start) / count;
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const { command, work } = JSON.parse(line);
    const answer = {};
    if (command === "prepare") {
      try {
        prepared = await prepare(work);
        if (prepared) {
          answer.first = prepared.first;
          const time = prepared.isSync ? timedSync : timed;
          await time(2);
          const once = Math.max(await time(3), 1e-4);
          await time(Math.ceil(batchMilliseconds / once));
          calls = Math.max(1, Math.ceil(batchMilliseconds / Math.max(await time(3), 1e-4)));
        } else answer.missing = true;
      } catch (error) {
        answer.failed = String(error?.message ?? error).split("\n")[0];
      }
    } else {
      answer.milliseconds = prepared.isSync ? timedSync(calls) : await timed(calls);
    }
    console.log(JSON.stringify(answer));
  }
}
