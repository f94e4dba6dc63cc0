// Where nothing can be compiled or kept, WebAssembly goes on, and says why.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { compile, explainPlan, setBackend, tensor } from "@nabla/autograd";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Cache } from "../src/cache.ts";
import { Compiler, compilerCommand } from "../src/compiler.ts";
import { kinds } from "../src/processor.ts";
import type { Toolchain } from "../src/toolchain.ts";
import {
  backendWith,
  canMount,
  disk,
  folder,
  problemHere,
  script,
  toolchain,
} from "./toolchains.ts";

afterEach(() => setBackend("wasm"));

/** Runs something before and after it could be compiled; what `explainPlan` says in the end. */
async function runWith(chain: Toolchain): Promise<string> {
  const { name, device } = backendWith(chain);
  setBackend(name);
  const graph = () => tensor([1, 4, 9]).sqrt().sum();
  expect(graph().itemSync()).toBe(6);
  await device().ready();
  expect(graph().itemSync()).toBe(6);
  return explainPlan(graph()).split("\n").at(-1)!;
}

test("reports a processor that is not known, and a compiler that is missing", async () => {
  const place = await runWith({ problem: "there is no C compiler: cc is not found" });
  expect(place).toBe("on WebAssembly: there is no C compiler: cc is not found");
  expect(compilerCommand("/no/such/compiler -O1")).toBeUndefined();
  expect(compilerCommand("no-such-compiler")).toBeUndefined();
});

describe.skipIf(problemHere !== undefined)("a compiler", () => {
  test("that fails is reported with its first line", async () => {
    const failing = script('echo "cc: out of memory" >&2; exit 3');
    expect(await runWith(toolchain(failing))).toBe(
      "on WebAssembly: the compiler ended with code 3: cc: out of memory",
    );
  });

  test("that is killed is reported", async () => {
    expect(await runWith(toolchain(script("kill -9 $$")))).toMatch(
      /^on WebAssembly: the compiler ended with code 137/,
    );
  });

  test("that succeeds without an object is reported", async () => {
    expect(await runWith(toolchain(script("exit 0")))).toMatch(/^on WebAssembly: the compiler /);
  });

  test("that writes something else is reported", async () => {
    const writing = script('while [ "$1" != -o ]; do shift; done; echo nothing > "$2"');
    expect(await runWith(toolchain(writing))).toBe("on WebAssembly: the object is not whole");
  });

  // Threads, and copies of the package, that want the same object at once.
  test("of each copy of the package has files of its own", async () => {
    const at = folder();
    // The second one reads its text only when the first one is done with it.
    const late = script(`mkdir ${folder()}/first 2>/dev/null || sleep 0.3; exec cc "$@"`);
    const { machine } = toolchain();
    const compileByCopy = async (copy: string) => {
      const path = `../src/compiler.ts?copy=${copy}`;
      const { Compiler: Copy } = (await import(path)) as { readonly Compiler: typeof Compiler };
      return new Copy(late, machine, new Cache(at)).compile("int x;");
    };
    const jobs = [await compileByCopy("first"), await compileByCopy("second")];
    await Promise.all(jobs.map((job) => job.wait()));
    expect(jobs.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    expect(readdirSync(at)).toEqual([jobs[0]!.path.slice(at.length + 1)]);
  });

  test("that takes too long is ended, with all that it has started", async () => {
    const at = folder();
    const alive = join(folder(), "alive");
    spawnSync("mkfifo", [alive]);
    const end = openSync(alive, constants.O_RDONLY | constants.O_NONBLOCK);
    onTestFinished(() => closeSync(end));
    const hanging = script(`sleep 1000 > ${alive} & wait`);
    const { machine } = toolchain();
    const job = new Compiler(hanging, machine, new Cache(at), 200).compile("int x;");
    await job.wait();
    expect(job.problem).toBe("the compiler took more than 0.2 s");
    // Once nobody is left who could write, there is nothing to read; before, it fails.
    await vi.waitFor(() => expect(readSync(end, Buffer.alloc(1))).toBe(0));
    expect(readdirSync(at)).toEqual([]);
  });

  test.skipIf(!canMount)("whose disk is full is reported, and leaves nothing behind", async () => {
    // The C file does not fit; and then it does, but not its object.
    expect(await runWith(toolchain(undefined, disk("4k")))).toMatch(
      /^on WebAssembly: ENOSPC: no space left on device/,
    );
    const small = disk("64k");
    const filling = script('while [ "$1" != -o ]; do shift; done; cat /dev/zero > "$2"');
    expect(await runWith(toolchain(filling, small))).toMatch(/No space left on device$/);
    expect(readdirSync(small)).toEqual([]);
  });

  test("that hangs keeps nobody waiting, and is ended", async () => {
    const at = folder();
    const hanging = script(`echo $$ > ${at}/pid; exec sleep 1000`);
    const chain = toolchain(hanging);
    const { name } = backendWith(chain);
    setBackend(name);
    const sum = compile(() => tensor([1, 2, 3]).sum());
    const job = chain.compiler.compile("int x;");
    expect(job.isDone()).toBe(false);
    for (let i = 0; i < 100; i++) expect(sum().itemSync()).toBe(6);
    chain.compiler.stop();
    await job.wait();
    expect(job.problem).toBe("the compiler was ended by SIGKILL");
  });
});

describe.skipIf(problemHere !== undefined)("objects", () => {
  const objectsIn = (path: string) => readdirSync(path).filter((name) => name.endsWith(".so"));

  test("are kept: the same text is compiled once, and other flags are another object", async () => {
    const path = folder();
    expect(await runWith(toolchain(undefined, path))).toMatch(/^native/);
    expect(objectsIn(path)).toHaveLength(1);
    expect(readdirSync(path)).toHaveLength(1);
    const log = join(folder(), "log");
    const [real] = compilerCommand() as readonly [string];
    const counting = script(`echo . >> ${log}; exec ${real} "$@"`);
    const shared = folder();
    for (let i = 0; i < 2; i++)
      expect(await runWith(toolchain(counting, shared))).toMatch(/^native/);
    expect(readFileSync(log, "utf8")).toBe(".\n");
    const plain = { ...kinds.neon, isFused: false };
    await new Compiler(counting, plain, new Cache(shared)).compile("int x;").wait();
    await new Compiler(counting, { ...plain, flags: ["-O1"] }, new Cache(shared))
      .compile("int x;")
      .wait();
    expect(objectsIn(shared)).toHaveLength(3);
  });

  test("that are cut short, or that others could have written, are made anew", async () => {
    const whole = folder();
    await runWith(toolchain(undefined, whole));
    const [name] = objectsIn(whole) as [string];
    for (const spoil of [
      (object: string) => truncateSync(object, 5000),
      (object: string) => truncateSync(object, 0),
      (object: string) => chmodSync(object, 0o722),
    ]) {
      // A copy: this process has mapped the other.
      const path = folder();
      copyFileSync(join(whole, name), join(path, name));
      expect(new Cache(path).find(name.slice(0, -3))).toBe(join(path, name));
      spoil(join(path, name));
      expect(new Cache(path).find(name.slice(0, -3))).toBeUndefined();
      expect(await runWith(toolchain(undefined, path))).toMatch(/^native/);
    }
  });

  test("are not kept where others may write, or where there is no folder", () => {
    const path = folder();
    const open = join(path, "open");
    mkdirSync(open);
    chmodSync(open, 0o777);
    writeFileSync(join(path, "file"), "");
    for (const [setting, problem] of [
      ["off", /^NABLA_CACHE is off$/],
      [open, /^others may write to /],
      [join(path, "file"), /EEXIST|is not a folder/],
      [join(path, "file", "below"), /ENOTDIR/],
    ] as const) {
      const cache = new Cache(setting);
      expect(cache.problem).toMatch(problem);
      // One for this process alone.
      expect(cache.folder).not.toContain(path);
      expect(existsSync(cache.folder)).toBe(true);
    }
    const made = join(path, "new", "folder");
    expect(new Cache(made)).toMatchObject({ folder: made, problem: undefined });
  });

  test("go where there are too many bytes, those used longest ago first", () => {
    const path = folder();
    const cache = new Cache(path);
    const [old, used, recent] = ["a", "b", "c"].map((digit) => digit.repeat(64));
    [old, used, recent].forEach((name, i) => {
      writeFileSync(cache.pathOf(name!), "x".repeat(100));
      utimesSync(cache.pathOf(name!), 1000 + i, 1000 + i);
    });
    utimesSync(cache.pathOf(old!), 2000, 2000);
    // Not made here, so it stays, however large and old.
    writeFileSync(join(path, "thesis.so"), "x".repeat(1000));
    utimesSync(join(path, "thesis.so"), 1, 1);
    // A compilation was killed with its process; another one goes on.
    const [left, needed] = [`${old}.123-4.c`, `${used}.567-8.o`];
    for (const name of [left, needed]) writeFileSync(join(path, name), "");
    utimesSync(join(path, left), 1000, 1000);
    cache.prune(250);
    expect(readdirSync(path).sort()).toEqual(
      [`${old}.so`, `${recent}.so`, needed, "thesis.so"].sort(),
    );
  });
});
