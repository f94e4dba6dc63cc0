// Those who are timed: processes that prepare a work, and time it whenever they are asked.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { convolutional, predictions, scaled, sequences, steps, transposed } from "./works.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** No peer, but what a person makes of one work. */
export const byHand = "by hand";

/** What a contender is asked: to prepare a work or to time it, or each of `count` calls. */
interface Request {
  readonly command: "prepare" | "time" | "each" | "kernel";
  readonly work?: string;
  readonly count?: number;
}

/** What a contender answers. */
interface Answer {
  readonly first?: number | null;
  readonly milliseconds?: number;
  readonly missing?: boolean;
  readonly failed?: string;
  /** Milliseconds of each call. */
  readonly each?: readonly number[];
  /** Of PyTorch: its version, and the kernel of its BLAS where it is known. */
  readonly version?: string;
  readonly kernel?: string | null;
}

/** Variables that are set, or unset, for a process. */
type Environment = Readonly<Record<string, string | undefined>>;

/** A process that times works. */
export class Contender {
  readonly name: string;
  /** Of whom it is a configuration. */
  readonly family: string;
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(
    family: string,
    name: string,
    command: string,
    args: readonly string[],
    environment: Environment = {},
  ) {
    this.family = family;
    this.name = name;
    this.#process = spawn(command, args, {
      cwd: here,
      env: { ...process.env, ...environment },
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#answers = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  async ask(request: Request): Promise<Answer> {
    this.#process.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) return { failed: "ended" };
    return JSON.parse(value) as Answer;
  }

  end(): void {
    this.#process.stdin!.end();
    this.#process.kill();
  }
}

/** How to start a contender. */
interface Entry {
  readonly family: string;
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Environment;
}

/** Those of them that are wanted, and here. Those from npm run on the Node that this is. */
export function contenders(isWanted: (name: string) => boolean = () => true): readonly Contender[] {
  const node = (family: string, name: string, file: string, ...args: readonly string[]): Entry => {
    const script = `contenders/${file}.mjs`;
    return { family, name, command: process.execPath, args: [script, ...args] };
  };
  const entries: readonly Entry[] = [
    ...["1", "2"].flatMap((threads) =>
      ["compiled", "uncompiled", "native"].map((mode) =>
        node("nabla", `nabla ${mode}, ${threads} thr.`, "nabla", mode, threads),
      ),
    ),
    ...["1", "2"].flatMap(pytorch),
    node("jax-js", "jax-js jit", "jax-js"),
    node("tfjs", "tfjs wasm", "tfjs"),
    node(byHand, "by hand, 1 thr.", "yardstick"),
    node(byHand, "by hand in C, 1 thr.", "yardstick-c"),
  ];
  return entries
    .filter(({ name }) => isWanted(name))
    .map(({ family, name, command, args, environment }) => {
      return new Contender(family, name, command, args, environment);
    });
}

/** PyTorch on so many threads, where there is one. */
function pytorch(threads: string): readonly Entry[] {
  const command = pythonWithTorch();
  if (command === undefined) {
    console.log("no python3 with torch: PyTorch is left out");
    return [];
  }
  const works = [{ ...steps, ...scaled }, convolutional, transposed, sequences, predictions];
  const given = works.map((work) => JSON.stringify(work));
  return [
    {
      family: "PyTorch",
      name: `PyTorch eager, ${threads} thr.`,
      command,
      args: ["contenders/pytorch.py", threads, ...given],
      environment: blasOn(threads),
    },
  ];
}

/** The environment of PyTorch's BLAS: its number of threads, and nothing that restricts its vectors. */
export function blasOn(threads: string): Environment {
  return {
    OPENBLAS_NUM_THREADS: threads,
    OMP_NUM_THREADS: threads,
    OPENBLAS_CORETYPE: undefined,
    OPENBLAS_L2_SIZE: undefined,
  };
}

/** The Python that has PyTorch, if there is one. */
export function pythonWithTorch(): string | undefined {
  return ["python3", "/usr/bin/python3"].find((python) => {
    try {
      execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}
