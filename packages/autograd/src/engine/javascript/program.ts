// Programs whose kernels are JavaScript functions on arrays.
import { type Data, viewOf } from "../../scalar/dtype.ts";
import type { Address, Outcome, Program } from "../device.ts";
import type { Buffer, Given, Kernel } from "../kernel/language.ts";
import { arenaBytesOf } from "../plan/arena.ts";
import type { Plan } from "../plan/steps.ts";
import type { Target } from "../target.ts";
import { type KernelFunction, kernelToJavaScript } from "./kernel.ts";
import type { Blocks } from "./memory.ts";

export class JavaScriptProgram implements Program {
  readonly #plan: Plan;
  readonly #target: Target;
  readonly #memory: Blocks;
  /** By the segment's number; none for host nodes. */
  readonly #steps: readonly (readonly { readonly run: KernelFunction; readonly given: Given }[])[];
  /** The array of each buffer in the current run. */
  readonly #arrays = new Map<Buffer, Data>();
  #failure: { readonly check: number; readonly index: number } | undefined;

  constructor(plan: Plan, target: Target, memory: Blocks) {
    this.#plan = plan;
    this.#target = target;
    this.#memory = memory;
    const functions = new Map<Kernel, KernelFunction>();
    this.#steps = plan.segments.map((segment) => {
      if (segment.kind !== "kernels") return [];
      return segment.steps.map(({ kernel, given }) => {
        let run = functions.get(kernel);
        if (!run) functions.set(kernel, (run = kernelToJavaScript(kernel)));
        return { run, given };
      });
    });
  }

  /** A guess: some hundred bytes of text per kernel. */
  get bytes(): number {
    return 1000 * this.#plan.steps.length;
  }

  /** It keeps nothing. */
  reserve(): number {
    return 0;
  }

  placeIn(outer: JavaScriptProgram, arena: Buffer): void {
    const { buffer: bytes, byteOffset } = outer.#arrayOf(arena);
    this.#put(bytes as ArrayBuffer, byteOffset);
  }

  bindTo(buffer: Buffer, outer: JavaScriptProgram, whole: Buffer, first: number): void {
    this.#arrays.set(buffer, outer.#arrayOf(whole).subarray(first, first + buffer.size));
  }

  place(given: readonly Buffer[]): number {
    const { layout } = this.#plan;
    let bytes = layout.bytes;
    for (const buffer of given) bytes += arenaBytesOf(buffer, this.#target);
    const arena = this.#memory.arenaOf(bytes);
    if (!arena) return bytes;
    this.#put(arena, 0);
    let next = layout.bytes;
    for (const buffer of given) {
      this.#arrays.set(buffer, viewOf(arena, next, buffer.dtype, buffer.size));
      next += arenaBytesOf(buffer, this.#target);
    }
    return 0;
  }

  /** Puts the buffers of the arena at an offset into an array buffer. */
  #put(arena: ArrayBuffer, from: number): void {
    for (const [buffer, offset] of this.#plan.layout.offsets) {
      this.#arrays.set(buffer, viewOf(arena, from + offset, buffer.dtype, buffer.size));
    }
    this.#failure = undefined;
  }

  bind(buffer: Buffer, address: Address): void {
    this.#arrays.set(buffer, this.#memory.view(address, buffer.dtype, buffer.size));
  }

  write(buffer: Buffer, data: Data): void {
    this.#arrayOf(buffer).set(data);
  }

  read(buffer: Buffer): Data {
    return this.#arrayOf(buffer).slice();
  }

  view(buffer: Buffer): Data {
    return this.#arrayOf(buffer);
  }

  isForThreads(): boolean {
    return false;
  }

  run(segment: number): Outcome {
    for (const { run, given } of this.#steps[segment]!) {
      run(
        given,
        (buffer) => this.#arrayOf(buffer),
        (check, index) => {
          this.#failure ??= { check, index };
        },
      );
    }
    return "alone";
  }

  failure(): { readonly check: number; readonly index: number } | undefined {
    return this.#failure;
  }

  unload(): void {
    this.#arrays.clear();
  }

  #arrayOf(buffer: Buffer): Data {
    return this.#arrays.get(buffer)!;
  }
}
