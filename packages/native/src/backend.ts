// The back end by the name "native".
import { PlannedBackend, wasmProblem, wasmThreads } from "@nabla/autograd/backend";
import { NativeDevice } from "./device.ts";
import { thisToolchain } from "./toolchain.ts";

class NativeBackend extends PlannedBackend<NativeDevice> {
  constructor() {
    super("native", () => new NativeDevice());
  }

  /** It begins on WebAssembly, and without a compiler stays there. */
  problem(): string | undefined {
    return wasmProblem();
  }

  threads(): number {
    return this.device?.threads ?? wasmThreads();
  }
}

export const nativeBackend: NativeBackend = new NativeBackend();

/** How many structures of graphs run where. */
export interface NativePrograms {
  /** Running as C, possibly except for some kernels. */
  readonly native: number;
  /** On WebAssembly, until they are compiled. */
  readonly compiling: number;
  /** On WebAssembly: run too rarely so far, or not compilable. */
  readonly wasm: number;
}

/** What there is to know of native code, and to wait for. */
export interface Native {
  /** Why nothing is compiled on this machine; undefined if it is. */
  readonly problem: string | undefined;
  /** The vectors that are used, such as "AVX2 and FMA". */
  readonly vectors: string | undefined;
  /** Where objects are kept. */
  readonly cache: string | undefined;
  /** Counts what runs where. */
  programs(): NativePrograms;
  /**
   * Compiles everything that has run so far, and resolves when compilation is done. Needed only for
   * measurements: results are the same before.
   */
  ready(): Promise<void>;
}

/**
 * What there is to know of native code, and to wait for.
 *
 * @example
 * ```ts no-run
 * await native.ready();
 * native.problem; // => undefined
 * native.programs(); // => { native: 3, compiling: 0, wasm: 1 }
 * ```
 */
export const native: Native = {
  get problem() {
    const toolchain = thisToolchain();
    return "problem" in toolchain ? toolchain.problem : undefined;
  },
  get vectors() {
    const toolchain = thisToolchain();
    return "machine" in toolchain ? toolchain.machine.name : undefined;
  },
  get cache() {
    const toolchain = thisToolchain();
    return "machine" in toolchain ? toolchain.compiler.cache.folder : undefined;
  },
  programs() {
    const counts = { native: 0, compiling: 0, wasm: 0 };
    for (const { runsOn } of nativeBackend.device?.programs() ?? []) counts[runsOn]++;
    return counts;
  },
  async ready() {
    await nativeBackend.device?.ready();
  },
};
