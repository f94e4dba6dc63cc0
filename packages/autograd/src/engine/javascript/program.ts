// Programs whose kernels are JavaScript functions on arrays.
import { type Data, viewOf } from "../../scalar/dtype.ts";
import type { Address, Outcome, Program } from "../device.ts";
import type { Buffer, Given, Kernel } from "../kernel/language.ts";
import { arenaBytesOf } from "../plan/arena.ts";
import type { Plan } from "../plan/plan.ts";
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
      if (segment.kind === "host") return [];
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

  place(given: readonly Buffer[]): number {
    const { layout } = this.#plan;
    let bytes = layout.bytes;
    for (const buffer of given) bytes += arenaBytesOf(buffer, this.#target);
    const arena = this.#memory.arenaOf(bytes);
    if (!arena) return bytes;
    const put = (buffer: Buffer, offset: number) =>
      this.#arrays.set(buffer, viewOf(arena, offset, buffer.dtype, buffer.size));
    for (const [buffer, offset] of layout.offsets) put(buffer, offset);
    let next = layout.bytes;
    for (const buffer of given) {
      put(buffer, next);
      next += arenaBytesOf(buffer, this.#target);
    }
    this.#failure = undefined;
    return 0;
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
