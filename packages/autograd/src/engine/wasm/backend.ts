// The back end that runs plans on WebAssembly, with vectors of 128 bits.
import { type MemoryLimits, PlannedBackend } from "../planned/backend.ts";
import { threadsHere, WasmDevice } from "./device.ts";
import type { Pool } from "./pool.ts";
import { wasmProblem } from "./usable.ts";

class WasmBackend extends PlannedBackend<WasmDevice> {
  constructor() {
    super("wasm", () => new WasmDevice());
  }

  problem(): string | undefined {
    return wasmProblem();
  }

  threads(): number {
    return this.device?.threads ?? threadsHere();
  }
}

export const wasmBackend: WasmBackend = new WasmBackend();

/** The workers, once something has run; for tests. */
export function threadPool(): Pool | undefined {
  return wasmBackend.device?.pool;
}

/** Bytes of all blocks in WebAssembly memory; for tests. */
export function blockBytes(): number {
  return wasmBackend.device?.memory.used ?? 0;
}

/** Empties the memory, sets limits, and returns the previous ones; for tests. */
export function setMemoryLimits(limits: Partial<MemoryLimits>): MemoryLimits {
  return wasmBackend.setMemoryLimits(limits);
}

export type { MemoryLimits };
