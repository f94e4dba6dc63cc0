// The required functions of an MPI library, by address. Only bytes are moved, so the only types that
// differ between Open MPI, where handles are pointers, and MPICH and derivatives, where they are
// numbers, are the world communicator, bytes, requests and an error handler.
import { NablaError } from "@nabla/autograd";
import koffi from "koffi";
import type { Channel, Library, Request } from "./communicator.ts";
import type { Launch } from "./environment.ts";
import { Progress } from "./progress.ts";

type Address = bigint;

/** That any thread may call the library, at any time: MPI_THREAD_MULTIPLE. */
const anyThread = 3;

/** MPICH's ABI is also that of Intel MPI, MVAPICH and others: https://www.mpich.org/abi/ */
const mpich = {
  world: 0x44000000,
  byte: 0x4c00010d,
  errorsReturn: 0x54000001,
  ignoredStatus: 1n,
} as const;

const names: Readonly<Record<Launch["kind"], readonly string[]>> = {
  "Open MPI": ["libmpi.so.40", "libmpi.so", "libmpi.40.dylib", "libmpi.dylib"],
  MPICH: ["libmpich.so.12", "libmpi.so.12", "libmpich.so", "libmpich.dylib"],
};

/**
 * Loads the library of the launcher, or the one at `path`, and enters the program. Throws `NablaError` if
 * there is none.
 */
export function loadLibrary({ kind, size }: Launch, path: string | undefined): Library {
  const tried = path === undefined ? names[kind] : [path];
  for (const name of tried) {
    const library = loaded(name);
    if (library) return entered(library, name);
  }
  throw new NablaError(
    `mpi: this is one of ${size} processes, but none of ${tried.join(", ")} can be loaded; ` +
      "install the library, or say where it is: NABLA_MPI=/a/path",
  );
}

type Loaded = ReturnType<typeof koffi.load>;

function loaded(name: string): Loaded | undefined {
  try {
    // Its plug-ins look for its symbols among those of the process.
    return koffi.load(name, { global: true });
  } catch {
    return undefined;
  }
}

function symbolIn(library: Loaded, name: string): Address | undefined {
  try {
    return library.symbol(name) as Address;
  } catch {
    return undefined;
  }
}

function entered(library: Loaded, name: string): Library {
  const open = symbolIn(library, "ompi_mpi_comm_world");
  const handle = open === undefined ? "int" : "uint64_t";
  const known = <K extends "world" | "byte" | "errorsReturn">(key: K, symbol: string) =>
    open === undefined ? mpich[key] : symbolIn(library, symbol)!;
  const world = known("world", "ompi_mpi_comm_world");
  const byte = known("byte", "ompi_mpi_byte");
  const status = open === undefined ? mpich.ignoredStatus : 0n;
  const at = "uint64_t";
  type Foreign = (...given: readonly (number | bigint)[]) => number;
  const declare = (name: string, ...types: readonly string[]) => {
    const list = types.map((type, i) => `${type} a${i}`).join(", ");
    return library.func(`int ${name}(${list})`) as unknown as Foreign;
  };
  const errorText = declare("MPI_Error_string", "int", at, at);
  /** The function; throws if it returns an error. */
  const checked = (name: string, ...types: readonly string[]) => {
    const call = declare(name, ...types);
    return (...given: readonly (number | bigint)[]): void => {
      const code = call(...given);
      if (code === 0) return;
      errorText(code, addressOf(text), addressOf(words));
      const said = new TextDecoder().decode(text.subarray(0, words[0]));
      throw new NablaError(`mpi: ${name} failed: ${said}`);
    };
  };
  const text = new Uint8Array(8192);
  // (An array buffer stays where it is.)
  const words = new Int32Array(new ArrayBuffer(16));
  const wordsAt = addressOf(words);
  checked("MPI_Init_thread", at, at, "int", at)(0n, 0n, anyThread, wordsAt);
  const isForThreads = words[0] === anyThread;
  const setHandler = checked("MPI_Comm_set_errhandler", handle, handle);
  const handler = known("errorsReturn", "ompi_mpi_errors_return");
  setHandler(world, handler);
  const asked = (name: string): number => {
    checked(name, handle, at)(world, wordsAt);
    return words[0]!;
  };
  checked("MPI_Comm_dup", handle, at)(world, wordsAt);
  const beside = open === undefined ? words[0]! : new BigUint64Array(words.buffer)[0]!;
  setHandler(beside, handler);
  const progress = isForThreads
    ? new Progress({ library: name, handle, communicator: beside, ignoredStatus: status })
    : undefined;
  const allToAll = checked(
    "MPI_Ialltoallv",
    ...[at, at, at, handle, at, at, at, handle, handle, at],
  );
  const allGather = checked("MPI_Iallgather", at, "int", handle, at, "int", handle, handle, at);
  const broadcast = checked("MPI_Ibcast", at, "int", handle, "int", handle, at);
  const test = checked("MPI_Test", at, at, at);
  const finalize = checked("MPI_Finalize");
  /** Requests whose arrays the library still reads and writes. */
  const underWay = new Set<MpiRequest>();
  const freeSlots: RequestSlot[] = [];

  class MpiRequest implements Request {
    readonly #slot: RequestSlot = freeSlots.pop() ?? newSlot();
    /** What must stay where it is; nothing once it is done. */
    #used: readonly unknown[];
    readonly #mover: Progress | undefined;

    /** `begin` is given the address of the request; `mover` makes progress on it from another thread. */
    constructor(
      begin: (request: Address) => void,
      used: readonly unknown[],
      mover: Progress | undefined,
    ) {
      begin(this.#slot.request);
      this.#used = used;
      this.#mover = mover;
      mover?.begin();
      underWay.add(this);
    }

    isDone(): boolean {
      if (this.#used.length === 0) return true;
      const { request, flag, words: given } = this.#slot;
      test(request, flag, status);
      if (given[0] === 0) return false;
      this.#used = [];
      this.#mover?.end();
      underWay.delete(this);
      freeSlots.push(this.#slot);
      return true;
    }
  }

  const channelOf = (communicator: number | bigint, mover?: Progress): Channel => ({
    allToAll(send, sent, receive, received) {
      const given = [addressOf(send), addressOf(sent.counts), addressOf(sent.offsets), byte];
      given.push(addressOf(receive), addressOf(received.counts), addressOf(received.offsets), byte);
      const begin = (request: Address) => allToAll(...given, communicator, request);
      return new MpiRequest(begin, [send, sent, receive, received], mover);
    },
    allGather(send, receive) {
      const count = send.length;
      const given = [addressOf(send), count, byte, addressOf(receive), count, byte, communicator];
      return new MpiRequest((request) => allGather(...given, request), [send, receive], mover);
    },
    broadcast(bytes, root) {
      const given = [addressOf(bytes), bytes.length, byte, root, communicator];
      return new MpiRequest((request) => broadcast(...given, request), [bytes], mover);
    },
  });

  return {
    rank: asked("MPI_Comm_rank"),
    size: asked("MPI_Comm_size"),
    ...channelOf(world),
    beside: channelOf(beside, progress),
    finalize() {
      if (progress?.stop() ?? true) finalize();
    },
  };
}

/** Memory for a request of the library, and for its completion flag. */
interface RequestSlot {
  readonly words: Int32Array;
  readonly flag: Address;
  readonly request: Address;
}

function newSlot(): RequestSlot {
  const words = new Int32Array(new ArrayBuffer(16));
  const flag = addressOf(words);
  return { words, flag, request: flag + 8n };
}

function addressOf(array: Uint8Array | Int32Array): Address {
  return array.byteLength === 0 ? 0n : koffi.address(array);
}
