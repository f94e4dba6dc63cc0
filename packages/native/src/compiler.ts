// Runs the system's C compiler in other processes. Nothing waits for it: callers poll for the object,
// which also works in a program that never returns to the event loop.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { type Cache, uniqueSuffix } from "./cache.ts";
import type { Machine } from "./processor.ts";

/** The same arithmetic as in WebAssembly: nothing is fused or reordered by itself. */
export const flags = [
  "-O3",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fno-strict-aliasing",
  "-fwrapv",
  "-fvisibility=hidden",
  "-fPIC",
  "-shared",
  "-pthread",
  "-w",
] as const;

/** Milliseconds after which a compiler is given up, and ended. */
const longestCompilation = 120_000;
/** Milliseconds between two polls for an object. */
const lookEvery = 2;

let compilers: Set<Compiler> | undefined;

/** Compilers whose processes end with this one. */
function endedWithProcess(): Set<Compiler> {
  const all = new Set<Compiler>();
  process.once("exit", () => {
    for (const compiler of all) compiler.stop();
  });
  return all;
}

/** A compilation. */
export interface Job {
  /** Where its object is, or will be. */
  readonly path: string;
  /** Resolves, and never rejects, when it is over. Until then the process stays alive. */
  wait(): Promise<void>;
  /** Why there is no object, and will be none. */
  readonly problem: string | undefined;
  /** Whether the object exists, as far as known: polling takes a few microseconds. */
  isDone(): boolean;
}

/** Runs compilers, some at a time. */
export class Compiler {
  readonly #command: readonly string[];
  readonly #machine: Machine;
  readonly cache: Cache;
  readonly #longest: number;
  /** What an object depends on besides its source. */
  readonly #identity: string;
  readonly #waiting: Compilation[] = [];
  readonly #running = new Set<Compilation>();
  readonly #most = Math.max(1, Math.min(4, availableParallelism() - 1));
  #hasPruned = false;
  /** By text: alike programs share an object. */
  readonly #jobs = new Map<string, Compilation>();

  /** A compilation is given up after `longest` milliseconds. */
  constructor(
    command: readonly string[],
    machine: Machine,
    cache: Cache,
    longest: number = longestCompilation,
  ) {
    this.#command = command;
    this.#machine = machine;
    this.cache = cache;
    this.#longest = longest;
    const [program] = command as [string];
    const { size, mtimeMs } = statSync(program);
    this.#identity = [program, size, mtimeMs, ...command.slice(1), ...flags, ...machine.flags].join(
      "\n",
    );
    compilers ??= endedWithProcess();
    compilers.add(this);
  }

  /** The object of a C file: found, or being made. */
  compile(text: string): Job {
    const name = createHash("sha256").update(`${this.#identity}\n\n${text}`).digest("hex");
    const known = this.#jobs.get(name);
    if (known && known.problem === undefined) return known;
    const path = this.cache.pathOf(name);
    if (this.cache.find(name) !== undefined) return foundJob(path);
    const job = new Compilation(path, text, this.#longest, () => this.#advance());
    this.#jobs.set(name, job);
    this.#waiting.push(job);
    this.#advance();
    return job;
  }

  /** Whether an object that was compiled here may be loaded. */
  isSound(path: string): boolean {
    return this.cache.find(nameOf(path)) !== undefined;
  }

  /** Starts what waits, where others are over. */
  #advance(): void {
    for (const job of this.#running) if (job.isOver) this.#running.delete(job);
    while (this.#running.size < this.#most) {
      const job = this.#waiting.shift();
      if (!job) break;
      this.#running.add(job);
      job.start([...this.#command, ...flags, ...this.#machine.flags]);
    }
    if (this.#waiting.length > 0 || this.#running.size > 0 || this.#hasPruned) return;
    this.#hasPruned = true;
    try {
      this.cache.prune();
    } catch {
      // Another time.
    }
  }

  /** Ends all running compilers. */
  stop(): void {
    for (const job of this.#running) job.stop();
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, -".so".length);
}

function foundJob(path: string): Job {
  return { path, wait: () => Promise.resolve(), problem: undefined, isDone: () => true };
}

class Compilation implements Job {
  readonly path: string;
  problem: string | undefined;
  #text: string;
  readonly #longest: number;
  readonly #advance: () => void;
  #settle: () => void = () => {};
  readonly #over: Promise<void>;
  /** Keeps the process alive while somebody waits. */
  #alive: NodeJS.Timeout | undefined;
  #child: ChildProcess | undefined;
  #looked = 0;
  /** What is there while it runs. */
  #files: readonly string[] = [];
  isOver = false;

  constructor(path: string, text: string, longest: number, advance: () => void) {
    this.path = path;
    this.#text = text;
    this.#longest = longest;
    this.#advance = advance;
    this.#over = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  wait(): Promise<void> {
    // Its own process would not do: it may still wait for others that nobody awaits.
    if (!this.isOver) this.#alive ??= setInterval(() => {}, this.#longest);
    return this.#over;
  }

  isDone(): boolean {
    if (this.isOver) return this.problem === undefined;
    const now = performance.now();
    if (now - this.#looked < lookEvery) return false;
    this.#looked = now;
    if (!this.#child) this.#advance();
    else if (existsSync(this.path)) this.#end(undefined);
    return this.isOver && this.problem === undefined;
  }

  /** The object is written whole, and then gets its name. */
  start(command: readonly string[]): void {
    const own = `${this.path.slice(0, -".so".length)}.${uniqueSuffix()}`;
    const [source, object] = [`${own}.c`, `${own}.o`];
    this.#files = [source, object];
    try {
      writeFileSync(source, this.#text, { mode: 0o600 });
    } catch (error) {
      rmSync(source, { force: true });
      this.#end(textOf(error));
      return;
    }
    this.#text = "";
    const script =
      'umask 077; object=$1 path=$2 source=$3; shift 3; "$@" -o "$object" "$source" -lm -ldl && mv -f "$object" "$path"; code=$?; rm -f "$object" "$source"; exit $code';
    const given = ["-c", script, "cc", object, this.path, source, ...command];
    // A group of its own, which can be ended as a whole.
    const child = spawn("/bin/sh", given, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    let said = "";
    child.stderr?.on("data", (data: Buffer) => {
      if (said.length < 1000) said += data.toString();
    });
    const patience = setTimeout(() => {
      this.#end(`the compiler took more than ${this.#longest / 1000} s`);
      this.stop();
    }, this.#longest);
    patience.unref();
    child.on("error", (error) => this.#end(textOf(error)));
    child.on("close", (code, signal) => {
      clearTimeout(patience);
      const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      const [line] = said.trim().split("\n") as [string];
      this.#end(code === 0 ? undefined : `the compiler ${how}${line === "" ? "" : `: ${line}`}`);
      for (const file of this.#files) rmSync(file, { force: true });
    });
    child.unref();
    (child.stderr as unknown as { unref?(): void } | null)?.unref?.();
  }

  stop(): void {
    for (const file of this.#files) rmSync(file, { force: true });
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It is over.
    }
  }

  #end(problem: string | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    this.problem = problem;
    clearInterval(this.#alive);
    this.#settle();
    this.#advance();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The compiler's command: what CC says, or cc; undefined if there is none. */
export function compilerCommand(
  given: string | undefined = process.env["CC"],
): readonly string[] | undefined {
  const [name, ...options] = (given?.trim() || "cc").split(/\s+/) as [string, ...string[]];
  const path = name.includes("/")
    ? executable(name)
    : (process.env["PATH"] ?? "")
        .split(delimiter)
        .filter((folder) => folder !== "")
        .map((folder) => executable(join(folder, name)))
        .find((found) => found !== undefined);
  return path === undefined ? undefined : [path, ...options];
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}
