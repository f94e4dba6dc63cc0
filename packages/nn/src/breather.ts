// Yields to the event loop during long synchronous work: without it, no signal, timer, message or
// Ctrl-C is seen until the work ends.

/**
 * Upper bound on how long the event loop is blocked, apart from a single piece of work. (A page shows a
 * frame every 16 ms; one iteration of the event loop takes some 10 µs.)
 */
const milliseconds = 8;

interface Channel {
  readonly port1: {
    addEventListener(type: "message", listener: () => void): void;
    start(): void;
    close(): void;
  };
  readonly port2: { postMessage(message: null): void };
}

/** What hosts have of this; a page or worker has no `setImmediate`. */
interface Host {
  setImmediate?(resume: () => void): unknown;
  readonly MessageChannel?: new () => Channel;
}

/** Calls `resume` in the next iteration of the event loop, as soon as the host can. */
function afterTurn(resume: () => void): void {
  const host: Host = globalThis;
  // `setTimeout` waits for 1 ms in Node and for 4 ms in pages: 5 % and 20 % of all time.
  if (host.setImmediate) {
    host.setImmediate(resume);
  } else if (host.MessageChannel) {
    const { port1, port2 } = new host.MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      resume();
    });
    port1.start();
    port2.postMessage(null);
  } else {
    setTimeout(resume);
  }
}

/** Returns a function that yields to the event loop if it is time to. */
export function breather(): () => Promise<void> | undefined {
  let since = performance.now();
  const turn = async () => {
    await new Promise<void>(afterTurn);
    since = performance.now();
  };
  return () => (performance.now() - since < milliseconds ? undefined : turn());
}
