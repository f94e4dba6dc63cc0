// Detects WebAssembly features of the host by validating small modules.
import { FunctionBody, ModuleWriter } from "./encoder.ts";
import { webAssembly } from "./host.ts";

/** Whether the host has vectors of 128 bits, without which this back end is not used. */
export function hasVectors(): boolean {
  return validates((body) => body.code.v128(new Uint8Array(16)).add("drop"));
}

let isFused: boolean | undefined;

/** Whether a multiply-add can be one instruction (relaxed SIMD). */
export function hasFusedMultiply(): boolean {
  if (isFused === undefined) {
    enableRelaxed();
    isFused = validates((body) => {
      const zero = new Uint8Array(16);
      body.code.v128(zero).v128(zero).v128(zero).add("f32x4.relaxed_madd").add("drop");
    });
  }
  return isFused;
}

/** V8 11, of Node 20, has relaxed SIMD behind a flag, which can be set before the first module. */
function enableRelaxed(): void {
  const { process } = globalThis as {
    readonly process?: {
      readonly versions?: { readonly v8?: string };
      getBuiltinModule?(name: "node:v8"): { setFlagsFromString(flags: string): void };
    };
  };
  // Later versions have it without, and would complain about the flag.
  if (!process?.versions?.v8?.startsWith("11.")) return;
  process.getBuiltinModule?.("node:v8").setFlagsFromString("--experimental-wasm-relaxed-simd");
}

/**
 * Whether threads can share memory: in Node always, in pages that are isolated from other origins
 * (https://web.dev/articles/coop-coep).
 */
export function hasSharedMemory(): boolean {
  return typeof SharedArrayBuffer === "function";
}

function validates(write: (body: FunctionBody) => void): boolean {
  if (!webAssembly) return false;
  const module = new ModuleWriter();
  const body = new FunctionBody([]);
  write(body);
  return webAssembly.validate(module.encoded({ run: module.define(body) }));
}
