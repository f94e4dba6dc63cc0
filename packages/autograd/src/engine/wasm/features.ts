// Detects WebAssembly features of the host by validating small modules.
import { FunctionBody, type Local, ModuleWriter } from "./encoder.ts";
import { webAssembly } from "./host.ts";
import { repeated } from "./lanes.ts";

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

let rounds: boolean | undefined;

/** Whether a multiply-add is rounded once here: found out by one, as processors may lack it. */
export function fusesMultiplyAdd(): boolean {
  rounds ??= hasFusedMultiply() && isRoundedOnce();
  return rounds;
}

/** Whether (1 + 2^-12)^2 - (1 + 2^-11) is 2^-24, which a rounded product has lost. */
function isRoundedOnce(): boolean {
  const body = new FunctionBody(["f32"]);
  const [x] = body.parameters as readonly [Local];
  const { code } = body;
  code.get(x).add("f32x4.splat").get(x).add("f32x4.splat");
  code.v128(repeated(new Float32Array([-(1 + 2 ** -11)])));
  code.add("f32x4.relaxed_madd").add("f32x4.extract_lane", 0);
  const module = new ModuleWriter();
  const bytes = module.encoded({ run: module.define(body, ["f32"]) });
  const { Instance, Memory, Module } = webAssembly!;
  const memory = new Memory({ initial: 1, maximum: 1, shared: false });
  const { exports } = new Instance(new Module(bytes), { nabla: { memory } });
  return (exports["run"] as (x: number) => number)(1 + 2 ** -12) === 2 ** -24;
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
