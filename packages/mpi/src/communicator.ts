// Exchanges between the ranks of a program. Before each, all ranks tell each other which one it is: so
// ranks that do not do the same get an error that names what they do, and never wait for each other.
import { NablaError } from "@nabla/autograd";

/** Where each process's bytes of an exchange are: how many, and from which one on. */
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
  /** Has an order of its own: what is begun here does not come before or after what is begun there. */
  readonly beside: Channel;
  /** Ends the program in order; all processes have to. */
  finalize(): void;
}

/** An exchange of several parts, which runs begin and end while they compute. */
export interface Unfinished {
  /**
   * Exchanges all that is left of it, with bytes that mean nothing, so that no other rank waits for this
   * one. Gives whether that is done; `isDone` waits for a part.
   */
  giveUp(isDone: (request: Request) => boolean): boolean;
  /** What it is, in errors. */
  readonly what: string;
}

/** Bytes by which ranks compare what they do, and bytes of what they say of it if it differs. */
const signBytes = 8;
const textBytes = 1024;

/** Signs that are kept: of the last exchanges, which are those of one step again and again. */
const mostSigns = 1000;

/** Milliseconds for which a rank looks for the others before it sleeps between looks. */
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
  /** Seconds after which a rank gives up waiting for others. */
  readonly #patience: number;
  readonly #signs = new Map<string, Uint8Array>();
  readonly #receivedSigns: Uint8Array;
  /** Those that all ranks have begun and this one has not ended, the last one last. */
  readonly #unfinished: Unfinished[] = [];
  /** Whether something that nobody waits for any more may still be going on. */
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
   * Leaves when the process ends: in order if all ranks do, and else so that the others are told.
   * `reason`: why it ends with a code that is not 0.
   */
  leave(code: number, reason: string | undefined): void {
    this.giveUp();
    const why = reason === undefined ? "" : `: ${reason}`;
    const end = code === 0 ? leaving : `its end, with exit code ${code}${why}`;
    try {
      if (!this.#failure) this.#check(end, code === 0 ? this.#patience : lastWait);
    } catch {
      // All others throw likewise.
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
   * All ranks begin an exchange of several parts: those are begun `beside`, without further checks, since
   * each rank begins all of them, whatever happens. Throws `NablaError` unless all ranks do.
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
   * Gives up what is not ended, after a failure of this rank alone: the others are told so at the end of
   * it, where all get an error. Where all ranks fail alike they can go on.
   */
  giveUp(): void {
    for (let one = this.#unfinished.pop(); one; one = this.#unfinished.pop()) {
      try {
        this.#giveUpOne(one);
      } catch {
        // The others throw likewise; here something else has failed before.
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

  /** Waits until what was begun is done. Throws `NablaError` where that takes longer. */
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

  /** What stands for a text. */
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
