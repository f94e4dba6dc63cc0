// Work that never waits lets nothing else happen: no Ctrl-C, no message to a worker.

/** So long at most are events kept waiting. */
const milliseconds = 20;

/** Gives a function that lets events happen if it is time for that. */
export function breather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < milliseconds) return;
    await new Promise((resume) => void setTimeout(resume));
    since = performance.now();
  };
}
