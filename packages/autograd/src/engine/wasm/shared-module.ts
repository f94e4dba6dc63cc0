// A compiled module, and what this thread and others have loaded of it.
import { evaluateOn } from "../../scalar/evaluate.ts";
import type { RunFunction } from "./division.ts";
import { type Memory, webAssembly } from "./host.ts";
import type { ModuleCode } from "./module.ts";
import type { Loaded } from "./pool.ts";

/** Number of modules so far. */
let modules = 0;

/** Code that one or more programs run. */
export class SharedModule {
  readonly code: ModuleCode;
  readonly compiled: object;
  /** Its number for the runner. */
  readonly number: number = ++modules;
  /** What workers of the pool have loaded. */
  loaded: Loaded | undefined;
  /** Whether it has run. */
  hasRun = false;
  /** The memory that the functions are bound to. */
  #memory: Memory | undefined;
  #functions: Readonly<Record<string, unknown>> = {};

  constructor(code: ModuleCode) {
    this.code = code;
    this.compiled = new webAssembly!.Module(code.bytes);
  }

  /** Its functions on a memory, by name. */
  functionsOn(memory: Memory): Readonly<Record<string, RunFunction>> {
    if (this.#memory !== memory) {
      const nabla: Record<string, unknown> = { memory };
      for (const { name, operator, on } of this.code.hostOperators) {
        nabla[name] = evaluateOn(on, operator);
      }
      this.#functions = new webAssembly!.Instance(this.compiled, { nabla }).exports;
      this.#memory = memory;
    }
    return this.#functions as Readonly<Record<string, RunFunction>>;
  }
}
