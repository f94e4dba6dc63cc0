// A network that is simulated, of one rank that exchanges bytes with itself: they arrive by themselves, some time
// after they were sent. Time is counted: it goes on where something is computed, and where a rank waits.
import type { Channel, Library, Request } from "../src/communicator.ts";

export class SimulatedNetwork implements Library {
  readonly rank = 0;
  readonly size = 1;
  readonly beside: Channel;
  /** What was begun, and what a rank waited for. */
  readonly events: string[] = [];
  time = 0;
  /** Time for which ranks waited. */
  waited = 0;
  /** When the link has carried all that was begun. */
  #free = 0;
  readonly #perByte: number;
  #count = 0;

  /** `perByte`: the time that a byte takes. */
  constructor(perByte: number) {
    this.#perByte = perByte;
    this.beside = {
      allToAll: (_, sent, receive) => this.#begun("allToAll", receive.length),
      allGather: (send, receive) => {
        receive.set(send);
        return this.#begun("allGather", receive.length);
      },
      broadcast: () => this.#begun("broadcast", 0),
    };
  }

  /** Something takes so much time. */
  pass(time: number): void {
    this.time += time;
  }

  allToAll(): Request {
    return done;
  }

  allGather(send: Uint8Array, receive: Uint8Array): Request {
    receive.set(send);
    return done;
  }

  broadcast(): Request {
    return done;
  }

  finalize(): void {
    this.events.push("finalize");
  }

  #begun(name: string, bytes: number): Request {
    const number = ++this.#count;
    this.events.push(`${name} ${number} begins`);
    const arrives = (this.#free = Math.max(this.time, this.#free) + bytes * this.#perByte);
    let isKnown = false;
    return {
      isDone: () => {
        if (!isKnown) this.events.push(`${name} ${number} is awaited`);
        isKnown = true;
        const wait = Math.max(0, arrives - this.time);
        this.waited += wait;
        this.time += wait;
        return true;
      },
    };
  }
}

const done: Request = { isDone: () => true };
