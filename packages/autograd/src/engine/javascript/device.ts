// A device whose kernels are JavaScript: the oracle of plans, independent of code generation for
// other devices, and the example of a device.
import type { Device, Program } from "../device.ts";
import type { Plan } from "../plan/steps.ts";
import type { Target } from "../target.ts";
import { Blocks } from "./memory.ts";
import { JavaScriptProgram } from "./program.ts";

/**
 * Loops over arrays have no registers or lanes to fill; the numbers are those of a small machine.
 */
export const javascriptTarget: Target = {
  tile: () => ({ rows: 2, columns: 2 }),
  caches: { line: 64, ways: 8, period: 4096, block: 2 ** 15, beyond: 2 ** 18 },
  kernel: { nodes: 20, code: 200, buffers: 8, work: 100, loads: 4 },
  alignment: 8,
  slack: 0,
  computes: ({ family }) => family !== "sort" && family !== "routine",
};

/** Plain JavaScript as a device. `target`: the target of its plans. */
export class JavaScriptDevice implements Device {
  readonly name = "JavaScript";
  readonly memory: Blocks = new Blocks();
  readonly target: Target;

  constructor(target: Target = javascriptTarget) {
    this.target = target;
  }

  load(plan: Plan): Program {
    return new JavaScriptProgram(plan, this.target, this.memory);
  }
}
