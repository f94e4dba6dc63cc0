// The device: WebAssembly's memory, threads and programs, whose segments C takes over.
import { type Plan, type Program, WasmDevice } from "@nabla/autograd/backend";
import { NativeProgram } from "./program.ts";
import { targetOf } from "./target.ts";
import { Team } from "./team.ts";
import { type Toolchain, thisToolchain } from "./toolchain.ts";

export class NativeDevice extends WasmDevice {
  readonly #toolchain: Toolchain;
  /** The address of a word that is not 0 once what another thread runs is over; 0: there is no room. */
  readonly overWord: number = this.memory.allocate(4) ?? 0;
  readonly #programs = new Set<WeakRef<NativeProgram>>();
  /** Programs of which those that are no longer in use are forgotten. */
  #mostKnown = 1024;
  /** Threads that run parts of kernels; undefined if nothing is compiled here. */
  readonly team: Team | undefined;

  constructor(toolchain: Toolchain = thisToolchain()) {
    super("machine" in toolchain ? targetOf(toolchain.machine) : undefined);
    this.#toolchain = toolchain;
    this.team = "machine" in toolchain ? new Team(toolchain.compiler) : undefined;
  }

  override load(plan: Plan): Program {
    const program = new NativeProgram(plan, this, this.#toolchain);
    if (this.#programs.size >= this.#mostKnown) {
      this.#mostKnown = Math.max(1024, 2 * [...this.programs()].length);
    }
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
    await this.team?.ready();
  }
}
