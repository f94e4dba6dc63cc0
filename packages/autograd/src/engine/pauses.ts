// Pauses in work on this thread, in which the event loop runs.
import type { Elsewhere } from "./background.ts";

/** Milliseconds without a pause: a timer of 50 Hz, or a frame, is not kept waiting for longer. */
const between = 8;

interface Port {
  addEventListener(type: "message", listener: () => void): void;
  start(): void;
  postMessage(message: null): void;
  close(): void;
}

/** What hosts have of this; a page or worker has no `setImmediate`. */
interface Host {
  setImmediate?(resume: () => void): unknown;
  readonly MessageChannel?: new () => { readonly port1: Port; readonly port2: Port };
}

const host = globalThis as unknown as Host;

function nextTurn(): Promise<void> {
  return new Promise((resume) => {
    const { MessageChannel } = host;
    if (host.setImmediate) host.setImmediate(resume);
    else if (MessageChannel) {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener("message", () => {
        port1.close();
        resume();
      });
      port1.start();
      port2.postMessage(null);
    } else setTimeout(resume); // Which waits for 4 ms in pages.
  });
}

/** Tells when to pause. */
export class Pauses {
  #last = performance.now();

  /** A pause, if the last one is some milliseconds ago. Whoever cannot wait goes on at once. */
  next(): Elsewhere | undefined {
    if (performance.now() - this.#last < between) return undefined;
    return {
      over: nextTurn().then(() => {
        this.#last = performance.now();
      }),
      wait: () => {
        // Whoever waits blocks anyway.
        this.#last = Infinity;
      },
    };
  }
}
