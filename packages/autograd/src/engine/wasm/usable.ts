// Detects whether WebAssembly works here by using it: a host may validate modules that it does not
// compile, and have no room for a memory.
import { ModuleWriter, mostPages, pageBytes } from "./encoder.ts";
import { hasFusedMultiply, hasSharedMemory, hasVectors } from "./features.ts";
import { type Memory, webAssembly } from "./host.ts";

/** Maximum pages of a memory, tried in turn: 4 GiB first, 256 MiB last. */
const maxima = [mostPages, mostPages / 2, mostPages / 4, mostPages / 8, mostPages / 16] as const;

/** A memory as the host has created it. */
export interface HostMemory {
  readonly memory: Memory;
  /** Whether threads can share it. */
  readonly isShared: boolean;
  /** The bytes that it may grow to. */
  readonly limit: number;
}

/** Why this host cannot use WebAssembly; undefined if it can. */
export function wasmProblem(): string | undefined {
  tried ??= triedOut();
  return "problem" in tried ? tried.problem : undefined;
}

/** The memory that was created for the test. Throws if there is none. */
export function firstMemory(): HostMemory {
  tried ??= triedOut();
  if ("memory" in tried) return tried;
  throw new Error(`unreachable: ${tried.problem}`);
}

let isTaken = false;

/** A memory that nobody else uses: the first one, once, then new ones. */
export function ownMemory(): HostMemory {
  const first = firstMemory();
  if (isTaken) return newMemory(1);
  isTaken = true;
  return first;
}

/**
 * Creates a memory of `pages`, shared if possible, and growing as far as the host allows: it may
 * lack room for the maximum. Throws the host's `RangeError` if there is none.
 */
export function newMemory(pages: number): HostMemory {
  const { Memory } = webAssembly!;
  const ways = maxima
    .filter((maximum) => maximum >= pages)
    .flatMap((maximum) => [true, false].map((shared) => ({ initial: pages, maximum, shared })))
    .filter(({ shared }) => !shared || hasSharedMemory());
  let refusal: unknown;
  for (const way of ways) {
    try {
      const limit = way.maximum * pageBytes;
      return { memory: new Memory(way), isShared: way.shared, limit };
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}

type Tried = HostMemory | { readonly problem: string };

let tried: Tried | undefined;

function triedOut(): Tried {
  if (!webAssembly) return { problem: "this host has no WebAssembly" };
  if (!hasVectors()) return { problem: "WebAssembly has no vectors of 128 bits here" };
  // Sets the flag that must be set before the first module.
  hasFusedMultiply();
  try {
    void new webAssembly.Module(new ModuleWriter().encoded({}));
  } catch (error) {
    const cure = "in a page, its content security policy has to allow 'wasm-unsafe-eval'";
    return { problem: `WebAssembly may not be compiled here (${textOf(error)}); ${cure}` };
  }
  try {
    return newMemory(1);
  } catch (error) {
    const cure =
      "where a process's addresses are limited, node --disable-wasm-trap-handler takes fewer";
    return { problem: `WebAssembly has no memory here (${textOf(error)}); ${cure}` };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
