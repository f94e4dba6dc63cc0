// What the hardware gives to one thread of WebAssembly: beside this, other figures can be judged.
import {
  FunctionBody,
  type Local,
  ModuleWriter,
} from "../packages/autograd/src/engine/wasm/encoder.ts";
import { hasFusedMultiply } from "../packages/autograd/src/engine/wasm/features.ts";
import { webAssembly } from "../packages/autograd/src/engine/wasm/host.ts";
import type { Instruction } from "../packages/autograd/src/engine/wasm/instructions.ts";

import { preludeOf } from "../packages/native/src/c/prelude.ts";
import { loadAddress } from "../packages/native/src/library.ts";
import { thisToolchain } from "../packages/native/src/toolchain.ts";

/** `write` in a loop of as many turns as the function is told, in a module with `pages` of memory. */
function looped(
  pages: number,
  write: (body: FunctionBody) => { readonly inner: () => void; readonly results: readonly Local[] },
): (turns: number) => unknown {
  const module = new ModuleWriter();
  const body = new FunctionBody(["i32"]);
  const [turns] = body.parameters;
  const { inner, results } = write(body);
  body.code.block("loop", () => {
    inner();
    body.code.get(turns!).i32(-1).add("i32.add").tee(turns!).add("br_if", 0);
  });
  // What is not used is not computed.
  for (const result of results) body.code.i32(0).get(result).memory("v128.store", 0);
  const bytes = module.encoded({ run: module.define(body) });
  const { Memory, Module, Instance } = webAssembly!;
  const memory = new Memory({ initial: pages, maximum: pages, shared: false });
  const instance = new Instance(new Module(bytes), { nabla: { memory } });
  return instance.exports["run"] as (turns: number) => unknown;
}

/** The least seconds of some tries. */
function fastest(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    run();
    least = Math.min(least, (performance.now() - start) / 1000);
  }
  return least;
}

/** GFLOP/s of eight independent chains of multiply-adds. */
export function fusedPeak(): number {
  const chains = 8;
  const isFused = hasFusedMultiply();
  const run = looped(1, (body) => {
    const totals = Array.from({ length: chains }, () => body.local("v128"));
    const factor = body.local("v128");
    const inner = () => {
      for (const total of totals) {
        if (isFused) body.code.get(factor).get(factor).get(total).add("f32x4.relaxed_madd");
        else body.code.get(factor).get(factor).add("f32x4.mul").get(total).add("f32x4.add");
        body.code.set(total);
      }
    };
    return { inner, results: totals };
  });
  const turns = 2e7;
  return (turns * chains * 8) / fastest(() => void run(turns)) / 1e9;
}

/** The same in C, with the widest vectors that there are; undefined where nothing is compiled. */
export async function nativePeak(): Promise<
  { readonly rate: number; readonly bits: number } | undefined
> {
  const toolchain = thisToolchain();
  if ("problem" in toolchain) return undefined;
  const { compiler, machine } = toolchain;
  // More than a processor has under way at a time, and fewer than there are registers.
  const chains = 12;
  const [lanes, turns] = [machine.bytes / 4, 1_000_000];
  const each = (text: (chain: number) => string) =>
    Array.from({ length: chains }, (_, chain) => text(chain)).join(" ");
  const job = compiler.compile(`#include <time.h>
${preludeOf(new Set([lanes]), machine.isFused)}
API uint64_t peak(void) {
  volatile f32 given = 1e-9f;
  const f32x${lanes} factor = splat_f32_${lanes}(given);
  uint64_t least = -1;
  for (int i = 0; i < 30; i++) {
    ${each((chain) => `f32x${lanes} t${chain} = splat_f32_${lanes}(given);`)}
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long turn = 0; turn < ${turns}; turn++) {
      ${each((chain) => `t${chain} = madd_f32_${lanes}(factor, factor, t${chain}); OPAQUE(t${chain});`)}
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    const uint64_t all = 1000000000 * (uint64_t)(to.tv_sec - from.tv_sec) + to.tv_nsec - from.tv_nsec;
    if (all < least) least = all;
    // What is not used is not computed.
    ${each((chain) => `given = t${chain}[0];`)}
    given = 1e-9f;
  }
  return least;
}
`);
  await job.wait();
  if (job.problem !== undefined) return undefined;
  const nanoseconds = loadAddress(job.path, "peak");
  return { rate: (turns * chains * 2 * lanes) / nanoseconds, bits: 8 * machine.bytes };
}

/** GB/s of reading more memory than caches hold. */
export function readBandwidth(): number {
  const megabytes = 128;
  const run = looped(megabytes * 16, (body) => {
    const [address, total] = [body.local("i32"), body.local("v128")];
    const inner = () => {
      for (let i = 0; i < 8; i++) {
        body.code.get(address).memory("v128.load" satisfies Instruction, 16 * i);
        body.code.get(total).add("v128.or").set(total);
      }
      body.code.get(address).i32(128).add("i32.add").set(address);
    };
    return { inner, results: [total] };
  });
  const bytes = megabytes * 2 ** 20;
  return bytes / fastest(() => void run(bytes / 128)) / 1e9;
}
