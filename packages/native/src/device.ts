// The device: WebAssembly's memory, threads and programs, whose segments C takes over.
import { type Plan, type Program, WasmDevice } from "@nabla/autograd/backend";
import { Cache } from "./cache.ts";
import { Compiler, compilerCommand } from "./compiler.ts";
import { type Machine, thisMachine } from "./processor.ts";
import { NativeProgram } from "./program.ts";
import { targetOf } from "./target.ts";

/** What compiles here; or why nothing is compiled. */
export type Toolchain =
  | { readonly machine: Machine; readonly compiler: Compiler }
  | { readonly problem: string };

let toolchain: Toolchain | undefined;

/** Found out once. */
export function thisToolchain(): Toolchain {
  toolchain ??= foundToolchain();
  return toolchain;
}

function foundToolchain(): Toolchain {
  const found = thisMachine();
  if ("problem" in found) return found;
  const { machine } = found;
  const command = compilerCommand();
  if (!command) {
    const { CC } = process.env;
    const given = CC === undefined ? "cc is not found" : `CC is ${CC}, which is not found`;
    return { problem: `there is no C compiler: ${given}` };
  }
  try {
    return { machine, compiler: new Compiler(command, machine, new Cache()) };
  } catch (error) {
    return { problem: `there is no folder for objects: ${(error as Error).message}` };
  }
}

export class NativeDevice extends WasmDevice {
  readonly #toolchain: Toolchain;
  /** The address of a word that is 1 once what another thread runs is over; 0 if there is no room. */
  readonly overWord: number = this.memory.allocate(4) ?? 0;
  readonly #programs = new Set<WeakRef<NativeProgram>>();

  constructor(toolchain: Toolchain = thisToolchain()) {
    super("machine" in toolchain ? targetOf(toolchain.machine) : undefined);
    this.#toolchain = toolchain;
  }

  override load(plan: Plan): Program {
    const program = new NativeProgram(plan, this, this.#toolchain);
    this.#programs.add(new WeakRef(program));
    return program;
  }

  /** All programs that are still in use. */
  *programs(): Iterable<NativeProgram> {
    for (const reference of this.#programs) {
      const program = reference.deref();
      if (program) yield program;
      else this.#programs.delete(reference);
    }
  }

  /** Compiles all that has run, and resolves when nothing is being compiled any more. */
  async ready(): Promise<void> {
    await Promise.all([...this.programs()].map((program) => program.ready()));
  }
}
