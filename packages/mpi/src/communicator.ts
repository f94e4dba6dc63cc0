// Exchanges between the ranks of a program. Before each, all ranks compare which exchange it is: so
// ranks that disagree get an error that names both, and never deadlock.
import { NablaError } from "@nabla/autograd";

/** The bytes of each process in an exchange: count and offset. */
export interface Parts {
  readonly counts: Int32Array;
  readonly offsets: Int32Array;
}

/** An exchange that was begun. Its arrays must not be used before it is done. */
export interface Request {
  isDone(): boolean;
}

/** Exchanges that all processes begin in the same order. */
export interface Channel {
  /** Begins to send a part to each process, and to receive one from each. */
  allToAll(send: Uint8Array, sent: Parts, receive: Uint8Array, received: Parts): Request;
  /** Begins to send the same bytes to each process; `receive` has room for those of all. */
  allGather(send: Uint8Array, receive: Uint8Array): Request;
  /** Begins to send the root's bytes to all others. */
  broadcast(bytes: Uint8Array, root: number): Request;
}

/** Exchanges as an MPI library has them. */
export interface Library extends Channel {
  readonly rank: number;
  readonly size: number;
  /** Has a separate order: exchanges here are not ordered with those elsewhere. */
  readonly beside: Channel;
  /** Ends the program in order; all processes have to. */
  finalize(): void;
}

/** An exchange of several parts, which runs begin and end while they compute. */
export interface Unfinished {
  /**
   * Completes the rest of the exchange with meaningless bytes, so that no other rank waits for this one.
   * Returns whether that is done; `isDone` waits for a part.
   */
  giveUp(isDone: (request: Request) => boolean): boolean;
  /** What it is, in errors. */
  readonly what: string;
}

/**
 * The length of the bytes by which ranks compare exchanges, and of the description sent if they differ.
 */
const signBytes = 8;
const textBytes = 1024;

/** Signs that are kept: of the last exchanges, which are those of one step again and again. */
const mostSigns = 1000;

/** Milliseconds for which a rank spins while waiting for others, before it sleeps between polls. */
const longestLook = 0.2;
/** Milliseconds of each sleep. */
const sleep = 0.05;

/** Seconds that a rank which failed waits for the others, so that they can say why they end. */
const lastWait = 3;

const leaving = "the end of the program";

export class Communicator {
  readonly rank: number;
  readonly size: number;
  readonly #library: Library;
  /** Seconds after which a rank stops waiting for others. */
  readonly #patience: number;
  readonly #signs = new Map<string, Uint8Array>();
  readonly #receivedSigns: Uint8Array;
  /** Exchanges that all ranks have started and this one has not finished, the latest last. */
  readonly #unfinished: Unfinished[] = [];
  /** Whether an abandoned exchange may still be in progress. */
  #isUnderWay = false;
  /** Why nothing can be exchanged any more. */
  #failure: NablaError | undefined;

  constructor(library: Library, patience: number) {
    this.rank = library.rank;
    this.size = library.size;
    this.#library = library;
    this.#patience = patience;
    this.#receivedSigns = new Uint8Array(new ArrayBuffer(signBytes * this.size));
  }

  /** Sends a part to each rank, and receives one from each. `what` is the same on all ranks. */
  allToAll(
    what: string,
    send: Uint8Array,
    sent: Parts,
    receive: Uint8Array,
    received: Parts,
  ): void {
    this.#exchange(what, () => this.#library.allToAll(send, sent, receive, received));
  }

  /** Sends the same bytes to each rank. */
  allGather(what: string, send: Uint8Array, receive: Uint8Array): void {
    this.#exchange(what, () => this.#library.allGather(send, receive));
  }

  /** Sends the root's bytes to all others. */
  broadcast(what: string, bytes: Uint8Array, root: number): void {
    this.#exchange(what, () => this.#library.broadcast(bytes, root));
  }

  /**
   * Leaves when the process ends: normally if all ranks do, and otherwise after notifying the others.
   * `reason`: why it ends with a non-zero code.
   */
  leave(code: number, reason: string | undefined): void {
    this.giveUp();
    const why = reason === undefined ? "" : `: ${reason}`;
    const end = code === 0 ? leaving : `its end, with exit code ${code}${why}`;
    try {
      if (!this.#failure) this.#check(end, code === 0 ? this.#patience : lastWait);
    } catch {
      // All other ranks throw the same error.
    }
    if (this.#isUnderWay) return;
    if (this.#failure) {
      // Whoever ends first takes the others with it: all say first why they end.
      const last = this.#library.allGather(this.#sign(leaving), this.#receivedSigns);
      if (!this.#isDoneWithin(last, lastWait)) return;
    }
    this.#library.finalize();
  }

  /**
   * All ranks start an exchange of several parts: the parts are started `beside` it, without further
   * checks, since each rank starts all of them in any case. Throws `NablaError` unless all ranks do.
   */
  begin(one: Unfinished): Channel {
    this.#meet(one.what);
    this.#unfinished.push(one);
    return this.#library.beside;
  }

  /** Waits for a part of an exchange. */
  wait(what: string, request: Request): void {
    this.#guarded(() => this.#wait(what, request, this.#patience));
  }

  /** All ranks have ended it. Throws `NablaError` where one has given it up. */
  end(one: Unfinished): void {
    this.#meet(`the end of ${one.what}`);
    this.#unfinished.splice(this.#unfinished.indexOf(one), 1);
  }

  /**
   * Abandons unfinished exchanges after a failure of this rank alone: the others learn of it at the end
   * of the exchange, where all get an error. If all ranks fail in the same way, they can continue.
   */
  giveUp(): void {
    for (let one = this.#unfinished.pop(); one; one = this.#unfinished.pop()) {
      try {
        this.#giveUpOne(one);
      } catch {
        // The others throw the same; here another error came first.
      }
    }
  }

  #giveUpOne(one: Unfinished): void {
    const patience = this.#failure ? lastWait : this.#patience;
    if (!one.giveUp((request) => this.#isDoneWithin(request, patience))) this.#isUnderWay = true;
    else if (!this.#failure) this.#meet(`a failure in the middle of ${one.what}`);
  }

  #exchange(what: string, begin: () => Request): void {
    this.#guarded(() => {
      this.#check(what, this.#patience);
      this.#wait(what, begin(), this.#patience);
    });
  }

  /** All ranks come here. */
  #meet(what: string): void {
    this.#guarded(() => this.#check(what, this.#patience));
  }

  /** After a failure nothing can be exchanged any more. */
  #guarded(act: () => void): void {
    if (this.#failure) throw this.#failure;
    try {
      act();
    } catch (error) {
      this.#failure ??= error as NablaError;
      throw error;
    }
  }

  /** Throws `NablaError` unless all ranks do the same. */
  #check(what: string, patience: number): void {
    const own = this.#sign(what);
    const all = this.#receivedSigns;
    this.#wait(what, this.#library.allGather(own, all), patience);
    for (let i = 0; i < all.length; i++) {
      if (all[i] === own[i % signBytes]) continue;
      this.#failure = this.#differenceFrom(what);
      throw this.#failure;
    }
  }

  #differenceFrom(what: string): NablaError {
    const own = new Uint8Array(new ArrayBuffer(textBytes));
    new TextEncoder().encodeInto(what, own);
    const all = new Uint8Array(new ArrayBuffer(textBytes * this.size));
    this.#wait(what, this.#library.allGather(own, all), this.#patience);
    const texts = Array.from({ length: this.size }, (_, rank) =>
      new TextDecoder()
        .decode(all.subarray(rank * textBytes, (rank + 1) * textBytes))
        .replace(/\0.*$/s, ""),
    );
    const other = texts.findIndex((text) => text !== texts[0]);
    return new NablaError(
      `mpi: ranks do not do the same: rank 0 has come to ${texts[0]}, rank ${other} to ${texts[other]}`,
    );
  }

  /** Waits until the started exchange is done. Throws `NablaError` if that takes longer. */
  #wait(what: string, request: Request, patience: number): void {
    if (this.#isDoneWithin(request, patience)) return;
    this.#isUnderWay = true;
    throw new NablaError(
      `mpi: other ranks have not come to ${what} within ${patience} s; if they still compute, ` +
        "give mpi({ patience }) more seconds",
    );
  }

  #isDoneWithin(request: Request, seconds: number): boolean {
    const start = performance.now();
    for (;;) {
      if (request.isDone()) return true;
      const milliseconds = performance.now() - start;
      if (milliseconds > 1000 * seconds) return false;
      if (milliseconds > longestLook) Atomics.wait(neverChanged, 0, 0, sleep);
    }
  }

  /** A hash of a text. */
  #sign(what: string): Uint8Array {
    let sign = this.#signs.get(what);
    if (!sign) {
      sign = new Uint8Array(new ArrayBuffer(signBytes));
      new Int32Array(sign.buffer).set([hashOf(what, 0x811c9dc5), hashOf(what, 0x2545f491)]);
      if (this.#signs.size >= mostSigns) this.#signs.clear();
      this.#signs.set(what, sign);
    }
    return sign;
  }
}

const neverChanged = new Int32Array(new SharedArrayBuffer(4));

/** FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(text: string, start: number): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
