// The team of threads that run parts of kernels: compiled like a plan, and loaded once.
import { teamName, teamText } from "./c/team.ts";
import type { Compiler, Job } from "./compiler.ts";
import { loadAddress } from "./library.ts";

/** A device's way to the threads of its process. */
export class Team {
  readonly #compiler: Compiler;
  #job: Job | undefined;
  #address: number | undefined;

  constructor(compiler: Compiler) {
    this.#compiler = compiler;
  }

  /**
   * The address of its functions; 0 as long as it is not there, and if it cannot be had: kernels
   * run on one thread then.
   */
  get address(): number {
    if (this.#address !== undefined) return this.#address;
    const job = this.#asked();
    if (job.problem !== undefined) this.#address = 0;
    else if (job.isDone()) this.#address = this.#load(job.path);
    return this.#address ?? 0;
  }

  /** Has it compiled, without waiting. */
  ask(): void {
    this.#asked();
  }

  /** Resolves when it is ready, or known to be unavailable, if it was requested. */
  async ready(): Promise<void> {
    await this.#job?.wait();
  }

  #asked(): Job {
    this.#job ??= this.#compiler.compile(teamText);
    return this.#job;
  }

  #load(path: string): number {
    try {
      return this.#compiler.isSound(path) ? loadAddress(path, teamName) : 0;
    } catch {
      return 0;
    }
  }
}
