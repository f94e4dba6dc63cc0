// Whether WebAssembly can be used here, found by using it: a host may validate what it does not let
// compile, and have no room for a memory.
import { ModuleWriter, mostPages, pageBytes } from "./encoder.ts";
import { hasFusedMultiply, hasSharedMemory, hasVectors } from "./features.ts";
import { type Memory, webAssembly } from "./host.ts";

/** Pages that a memory may grow to, tried in turn: 4 GiB first, 256 MiB last. */
const maxima = [mostPages, mostPages / 2, mostPages / 4, mostPages / 8, mostPages / 16] as const;

/** A memory as a host has given it. */
export interface HostMemory {
  readonly memory: Memory;
  /** Whether threads can share it. */
  readonly isShared: boolean;
  /** Bytes that it may grow to. */
  readonly limit: number;
}

/** Why this host cannot use WebAssembly; undefined where it can. */
export function wasmProblem(): string | undefined {
  tried ??= triedOut();
  return "problem" in tried ? tried.problem : undefined;
}

/** The memory that was made to find that out. Throws where there is none. */
export function firstMemory(): HostMemory {
  tried ??= triedOut();
  if ("memory" in tried) return tried;
  throw new Error(`unreachable: ${tried.problem}`);
}

/**
 * A memory of so many pages, shared where that can be had, and growing as far as the host lets it: it
 * may not find the room that is needed at most. Throws the host's `RangeError` if none can be had.
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
  // Sets what must be set before the first module.
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
