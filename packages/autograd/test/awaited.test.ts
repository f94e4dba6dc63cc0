// What is awaited runs in a worker, and the thread that awaits it goes on: with the same bits, and in an
// order that whoever looks cannot tell from one run after the other.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { runInThisContext } from "node:vm";
import {
  type CompiledFunction,
  cholesky,
  compile,
  external,
  guard,
  manualSeed,
  NablaError,
  parameter,
  random,
  realizeAsync,
  setBackend,
  type Tensor,
  tensor,
  threads,
} from "@nabla/autograd";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bundled } from "../../../scripts/bundle.ts";
import { MemoryError } from "../src/engine/device.ts";
import { setLongRun } from "../src/engine/planned/loaded-plan.ts";
import { setTrial } from "../src/engine/planned/thread-trial.ts";
import { threadPool, wasmBackend } from "../src/engine/wasm/backend.ts";
import { webAssembly } from "../src/engine/wasm/host.ts";
import { outcomes, runnerOperators, runnerSource } from "../src/engine/wasm/runner-source.ts";
import { runnerWords } from "../src/engine/wasm/thread-mailbox.ts";
import { availableThreads, setAvailableThreads } from "../src/engine/wasm/workers.ts";
import { operators } from "../src/scalar/operators.ts";

const available = availableThreads();
let usual = 0;
beforeEach(() => {
  usual = setLongRun(-1);
});
afterEach(() => {
  setLongRun(usual);
  setAvailableThreads(available);
  setTrial(true);
});

/** Runs that the worker was given so far. */
const runs = () => wasmBackend.device?.runner?.runs ?? 0;

const square = (seed: number) => random.normal([40, 40], { seed }).realize();

describe("what is awaited", () => {
  const x = square(1);

  test("is computed by a worker while the event loop turns, with the same bits", async () => {
    // Some milliseconds: a worker is not done before the event loop has turned.
    const large = random.normal([600, 600], { seed: 2 }).realize();
    const wanted = large.matmul(large).tanh().dataSync();
    const before = runs();
    let turns = 0;
    setImmediate(() => turns++);
    const y = large.matmul(large).tanh();
    const reading = y.data();
    // Nothing is known yet: it goes on elsewhere.
    expect(y.toString()).not.toContain("values");
    expect(await reading).toEqual(wanted);
    expect(turns).toBe(1);
    expect(runs()).toBe(before + 1);
    expect(await x.matmul(x).tanh().array()).toEqual(x.matmul(x).tanh().arraySync());
    const sum = x.matmul(x).sum();
    await realizeAsync(sum, x.mean());
    expect(sum.itemSync()).toBe(await x.matmul(x).sum().item());
  });

  test("is computed here where it is short", async () => {
    // On a machine that is busy it may take longer than it usually does.
    setLongRun(100 * usual);
    const before = runs();
    expect(await x.matmul(x).sum().item()).toBe(x.matmul(x).sum().itemSync());
    expect(runs()).toBe(before);
  });

  test("several at once, and one that is not awaited, are done in turn", async () => {
    const [a, b] = [x.matmul(x).sum(), x.matmul(x).mean()];
    void x.matmul(x).max().data();
    const found = await Promise.all([a.item(), b.item(), a.item()]);
    expect(found).toEqual([a.itemSync(), b.itemSync(), a.itemSync()]);
  });

  test("is waited for by whatever is read here and now", async () => {
    const before = runs();
    const y = x.matmul(x).sum();
    const reading = y.item();
    const other = x.matmul(x).mean().itemSync();
    expect(runs()).toBe(before + 1);
    expect(y.toString()).toContain(String(y.itemSync()).slice(0, 4));
    expect(await reading).toBe(y.itemSync());
    expect(other).toBe(x.matmul(x).mean().itemSync());
  });

  test("goes on between what the host computes", async () => {
    const positive = x.matmul(x.transpose()).add(tensor(1));
    const factor = () => cholesky(positive.add(tensor(5).mul(eyeOf(40)))).exp();
    const wanted = factor().sum().itemSync();
    const before = runs();
    expect(await factor().sum().item()).toBe(wanted);
    expect(runs()).toBe(before + 2);
  });

  test("does not change what a function is traced to, whoever it is finished by", async () => {
    const w = parameter(x);
    const step = compile((y: Tensor) => {
      w.assign(w.add(y));
      return w.sum();
    });
    const under = step.async(x);
    const known = tensor([1, 2]);
    const outer = compile((y: Tensor) => y.mul(known.add(1).arraySync()[0] as number).sum());
    expect(outer(tensor([1, 1])).itemSync()).toBe(4);
    expect((await under).itemSync()).toBe(x.mul(2).sum().itemSync());
    expect(w.dataSync()).toEqual(x.mul(2).dataSync());
  });

  test("is computed by the worker where it needs functions of the host that are of Math", async () => {
    for (const name of runnerOperators) {
      const { evaluate } = operators[name];
      const ofMath: (a: number, b: number) => number = Math[name as "atan2"];
      for (const a of [0.3, -0, 2, -7, 1e300, NaN, -Infinity]) {
        expect(evaluate(a, 0.5, 0)).toBe(ofMath(a, 0.5));
      }
    }
    const before = runs();
    const far = x.mul(1e9).sin().add(x.acosh());
    expect(await far.data()).toEqual(x.mul(1e9).sin().add(x.acosh()).dataSync());
    expect(runs()).toBe(before + 1);
    expect(await x.lgamma().data()).toEqual(x.lgamma().dataSync());
    expect(runs()).toBe(before + 1);
  });

  test("cannot be asked for while a function is traced", async () => {
    const step = compile((y: Tensor) => y.add(1));
    const asked: Promise<unknown>[] = [];
    compile((y: Tensor) => {
      asked.push(y.data(), step.async(y), realizeAsync(y));
      return y;
    })(x);
    for (const one of asked) await expect(one).rejects.toThrow(NablaError);
    await expect(asked[1]).rejects.toThrow("call f(x) in its place");
  });

  test("is divided among threads as what runs here is", async () => {
    setAvailableThreads(3);
    setTrial(false);
    const large = random.normal([300, 300], { seed: 1 }).realize();
    const run = compile((a: Tensor) => a.matmul(a).tanh());
    threads(1);
    const wanted = run(large).dataSync();
    threads(3);
    for (let i = 0; i < 2; i++) {
      run(large);
      threadPool()?.settle();
    }
    const divided = threadPool()!.runs;
    expect((await run.async(large)).dataSync()).toEqual(wanted);
    expect(threadPool()!.runs).toBe(divided + 1);
    threads(available);
  });
});

type Receive = (event: { readonly data: object }) => void;

test("the worker finds words of threads that came when memory had grown", () => {
  const memory = new webAssembly!.Memory({ initial: 1, maximum: 8, shared: true });
  const answers: number[] = [];
  const start = runInThisContext(
    `(postMessage) => { let onmessage; ${runnerSource.page}; return () => onmessage; }`,
  ) as (answer: (run: number) => void) => () => Receive;
  const current = start((run) => void answers.push(run));
  const tell = (data: object): void => current()({ data });
  tell({ memory, words: 0 });
  const beyond = memory.buffer.byteLength;
  memory.grow(1);
  // (func (export "0") (param i32 i32 i32 i32))
  const module = new webAssembly!.Module(
    Uint8Array.of(
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x01, 0x60, 0x04, 0x7f, 0x7f],
      ...[0x7f, 0x7f, 0x00, 0x03, 0x02, 0x01, 0x00, 0x07, 0x05, 0x01, 0x01, 0x30, 0x00, 0x00, 0x0a],
      ...[0x04, 0x01, 0x02, 0x00, 0x0b],
    ),
  );
  tell({ program: 1, module, imports: [] });
  const words = new Int32Array(memory.buffer);
  words[runnerWords.offered] = 1;
  const stretches = [{ position: 0, parts: 2, nanoseconds: 1 }];
  tell({ run: 1, program: 1, name: "0", table: 0, stretches, control: beyond, threads: 1 });
  expect(words[runnerWords.outcome]).toBe(outcomes.together);
  expect(answers).toEqual([1]);
});

function eyeOf(size: number): Tensor {
  return tensor(
    Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => +(i === j))),
  );
}

describe("what a call looks up is of the time when it is written, whenever its turn comes", () => {
  const x = square(1);

  test("draws, numbers from outside, and what the function decides by when it is traced", async () => {
    let [rate, power] = [1, 1];
    const make = () =>
      compile((y: Tensor) =>
        y
          .matmul(y)
          .sum()
          .mul(external(() => rate))
          .add(random.uniform([]))
          .mul(power),
      );
    const played = async (isLater: boolean): Promise<readonly number[]> => {
      manualSeed(3);
      const found: Promise<Tensor>[] = [];
      const [step, late] = [make(), make()];
      const call = (f: typeof step) => found.push(isLater ? f.async(x) : Promise.resolve(f(x)));
      [rate, power] = [2, 1];
      for (let i = 0; i < 3; i++) {
        rate++;
        call(step);
      }
      power = 2;
      call(late);
      power = 3;
      found.push(Promise.resolve(random.uniform([])));
      call(step);
      manualSeed(4);
      call(step);
      return Promise.all(found.map(async (one) => (await one).item()));
    };
    expect(await played(true)).toEqual(await played(false));
  });

  test("but what a number from outside is read of is as of after the calls before", async () => {
    const count = parameter(0);
    const step = compile((y: Tensor) => {
      const scaled = y.sum().mul(external(() => 10 ** count.itemSync()));
      count.assign(count.add(1));
      return scaled;
    });
    const one = tensor([1]);
    const found = await Promise.all([step.async(one), step.async(one), step.async(one)]);
    expect(found.map((cost) => cost.itemSync())).toEqual([1, 10, 100]);
  });

  test("and what it changes is not seen before it is awaited, however short it is", async () => {
    for (const long of [-1, 1e9]) {
      setLongRun(long);
      const w = parameter([1, 2]);
      const step = compile(() => {
        w.assign(w.mul(2));
        const cost = w.sum();
        cost.backward();
        return cost;
      });
      const under = step.async();
      const before = w.mul(10);
      expect(w.grad).toBeNull();
      await under;
      expect(before.arraySync()).toEqual([10, 20]);
      expect(w.arraySync()).toEqual([2, 4]);
    }
  });
});

describe("what is awaited without being waited for, in what runs here and now, comes after it", () => {
  const x = square(1);
  const sum = () => x.matmul(x).tanh().matmul(x).sum();
  const wanted = sum().itemSync();

  test("in a check, in a function that is traced, and in one that gives a number", async () => {
    const asked: Promise<number>[] = [];
    const ask = () => asked.push(sum().item());
    const larger = random.normal([90, 90], { seed: 2 });
    const w = parameter(larger);
    w.sum().itemSync();
    w.assign(w.matmul(w));
    const refused = guard(w.sum(), () => {
      ask();
      throw new RangeError("refused");
    });
    // What was assigned on the way is computed by itself.
    expect(() => refused.itemSync()).toThrow("refused");
    const cost = compile((y: Tensor) => {
      ask();
      return y
        .matmul(y)
        .sum()
        .mul(
          external(() => {
            ask();
            return 1;
          }),
        );
    });
    for (let i = 0; i < 2; i++) {
      expect(cost(larger).itemSync()).toBe(larger.matmul(larger).sum().itemSync());
    }
    expect(new Set(await Promise.all(asked))).toEqual(new Set([wanted]));
    expect(w.dataSync()).toEqual(larger.matmul(larger).dataSync());
  });
});

test("a back end that is chosen meanwhile is for what is asked for after", async () => {
  const x = square(1);
  const wanted = await x.matmul(x).exp().data();
  const asked = [x.matmul(x).exp(), x.matmul(x).exp()].map((y) => y.data());
  const before = runs();
  setBackend("reference");
  const found = await Promise.all(asked);
  setBackend("wasm");
  expect(found).toEqual([wanted, wanted]);
  // The first of them was given to the worker before.
  expect(runs()).toBe(before + 1);
});

describe("what fails leaves all as it was", () => {
  test("runs without memory among others that are queued", async () => {
    const x = square(1);
    const [small, large] = [() => x.matmul(x).sum(), () => x.reshape([-1]).outer(x.reshape([-1]))];
    const wanted = small().itemSync();
    const w = parameter(x);
    const step = compile(() => {
      w.assign(w.matmul(x).tanh());
      return w.sum();
    });
    const before = wasmBackend.setMemoryLimits({ memory: 2 ** 22 });
    try {
      const asked = [
        small().item(),
        large().data(),
        step.async(),
        large().sum(0).mul(large()).data(),
        small().item(),
        step.async(),
      ].map((one) => one.catch((error: unknown) => (error as Error).constructor));
      const found = await Promise.all(asked);
      expect([found[0], found[1], found[3], found[4]]).toEqual([
        wanted,
        MemoryError,
        MemoryError,
        wanted,
      ]);
    } finally {
      wasmBackend.setMemoryLimits(before);
    }
    expect(w.dataSync()).toEqual(x.matmul(x).tanh().matmul(x).tanh().dataSync());
  });

  test("the first and the second of several calls that are queued, and not those between", async () => {
    const w = parameter([1, 2]);
    const step = compile((rows: Tensor) => {
      w.assign(w.add(w.gather(0, rows).sum()));
      return w.sum();
    });
    const rows = [7, 9, 0, 5, 1].map((i) => tensor([i], { dtype: "int32" }));
    const asked = rows.map((one) => step.async(one).then((cost) => cost.item(), String));
    const found = await Promise.all(asked);
    expect(found.map((one) => (typeof one === "string" ? one.match(/index \d/)![0] : one))).toEqual(
      ["index 7", "index 9", 5, "index 5", 11],
    );
    expect(w.arraySync()).toEqual([5, 6]);
  });

  test("an index, a check, and what was assigned with them", async () => {
    const w = parameter([1, 2, 3], { name: "w" });
    const rows = tensor([7], { dtype: "int32" });
    const old = w.mul(1);
    const bad = w.assign(w.add(w.gather(0, rows).sum()));
    await expect(bad.data()).rejects.toThrow("index 7 is out of range");
    expect(w.arraySync()).toEqual([1, 2, 3]);
    const refused = guard(w.sum().mul(2), (x) => {
      expect(x.itemSync()).toBe(12);
      throw new RangeError("refused");
    });
    await expect(refused.item()).rejects.toThrow("refused");
    await expect(refused.item()).rejects.toThrow("refused");
    expect(await old.array()).toEqual([1, 2, 3]);
  });

  test("a compiled step, with its draws", async () => {
    const w = parameter([1, 2, 3]);
    const step = compile((rows: Tensor) => {
      w.assign(w.add(w.gather(0, rows).sum()).add(random.normal([3])));
      return guard(w.sum(), (x) => {
        if (x.itemSync() > 1000) throw new RangeError("too large");
      });
    });
    const rows = (i: number) => tensor([i], { dtype: "int32" });
    const trained = async (bad: readonly number[]) => {
      manualSeed(4);
      w.assign([1, 2, 3]);
      const costs = [];
      for (const i of bad) costs.push(await step.async(rows(i)).catch(String));
      return [w.arraySync(), random.state(), costs.map(String).filter((x) => x.includes("Error"))];
    };
    const [values, state] = await trained([0, 1]);
    const [again, after, errors] = await trained([0, 9, 1]);
    expect([again, after]).toEqual([values, state]);
    expect(errors).toEqual([expect.stringContaining("index 9 is out of range")]);
    w.assign([1e6, 0, 0]);
    await expect(step.async(rows(0))).rejects.toThrow("too large");
    expect(w.arraySync()).toEqual([1e6, 0, 0]);
  });
});

/** What is done with two parameters, in any order; reads are compared. */
type Act =
  | { readonly kind: "step" | "read" | "grad"; readonly how: "later" | "here" }
  | { readonly kind: "assign" | "backward" | "keep" | "draw" | "fail"; readonly how: "here" };

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom("step" as const, "read" as const, "grad" as const),
      how: fc.constantFrom("later" as const, "here" as const),
    }),
    fc.record({
      kind: fc.constantFrom(
        "assign" as const,
        "backward" as const,
        "keep" as const,
        "draw" as const,
        "fail" as const,
      ),
      how: fc.constant("here" as const),
    }),
  ),
  { minLength: 2, maxLength: 12 },
);

/** Without the name of what was called. */
function messageOf(error: unknown): string {
  return String(error).replace(/Error: \w+: /, "");
}

test("programs that await nothing until their end give what they give one after the other", async () => {
  type Step = CompiledFunction<[Tensor], Tensor>;
  const played = async (program: readonly Act[], isLater: boolean): Promise<readonly unknown[]> => {
    manualSeed(1);
    const w = parameter([1, 2], { name: "w" });
    const b = parameter([0.5], { name: "b" });
    const step: Step = compile((x: Tensor) => {
      const cost = w.mul(x).sum().mul(b.sum()).add(random.normal([]).mul(0.1));
      cost.backward();
      w.assign(w.sub(w.grad!.mul(0.01)));
      b.assign(b.mul(0.9));
      return cost;
    });
    const found: unknown[] = [];
    const note = (i: number, value: Promise<unknown>) =>
      value.then(
        (known) => (found[i] = known),
        (error) => (found[i] = messageOf(error)),
      );
    const kept: Tensor[] = [];
    const noted: Promise<unknown>[] = [];
    for (const [i, { kind, how }] of program.entries()) {
      const read = async (x: Tensor) => {
        if (!isLater || how === "here") found[i] = x.arraySync();
        else noted.push(note(i, x.array()));
        // What fails is taken back when it has; a gradient on overwritten values fails, too.
        if (kind === "grad" || program.some((one) => one.kind === "fail")) await noted.at(-1);
      };
      try {
        if (kind === "read") await read(w.mul(b).add(1));
        else if (kind === "grad") await read(w.grad ?? tensor([0]));
        else if (kind === "assign") w.assign([i, 0.5]);
        else if (kind === "backward") w.mul(b).square().sum().backward();
        else if (kind === "draw") found[i] = random.normal([2]).arraySync();
        else if (kind === "keep") kept.push(w.add(b), w.snapshot());
        else if (kind === "fail") w.assign(w.gather(0, tensor([5, 6], { dtype: "int32" })));
        else if (isLater && how === "later") {
          noted.push(
            note(
              i,
              step.async(tensor([i, 1])).then((cost) => cost.array()),
            ),
          );
          // Graphs that are built meanwhile are on the values of before, and what fails gives its draws
          // back when it has.
          const next = program[i + 1];
          const isHere = next?.kind === "assign" || (next?.kind === "step" && next.how === "here");
          const draws = next?.kind === "draw" || next?.kind === "step";
          const isInTurn = isHere || (draws && !program.some(({ kind }) => kind === "fail"));
          if (!isInTurn) await noted.at(-1);
        } else found[i] = step(tensor([i, 1])).arraySync();
      } catch (error) {
        if (!(error instanceof NablaError)) throw error;
        found[i] = messageOf(error);
      }
    }
    await Promise.all(noted);
    // What was assigned last may fail.
    const last = [...kept, w, w, b, w.grad].map((x) => {
      try {
        return x?.arraySync();
      } catch (error) {
        return messageOf(error);
      }
    });
    return [...found, ...last, random.state()];
  };
  await fc.assert(
    fc.asyncProperty(acts, async (program) => {
      expect(await played(program, true)).toEqual(await played(program, false));
    }),
    { numRuns: 60 },
  );
}, 20_000);

test("threads come and go between calls that are queued", async () => {
  setAvailableThreads(3);
  setTrial(false);
  const x = square(1);
  const trained = async (isToggled: boolean) => {
    const w = parameter(x);
    const step = compile(() => w.assign(w.matmul(x).mul(0.1).tanh().add(w)).sum());
    const asked: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      if (isToggled) threads(1 + ((i * 2) % 3));
      asked.push(step.async());
      if (i % 5 === 0) await asked.at(-1);
      if (i % 7 === 0) threadPool()?.settle();
    }
    await Promise.all(asked);
    return w.dataSync();
  };
  threads(1);
  expect(await trained(true)).toEqual(await trained(false));
  threads(available);
});

test("a check that gives a promise is an error: it would refuse too late", async () => {
  const late = async (x: Tensor) => {
    if ((await x.item()) !== 0) throw new RangeError("refused");
  };
  const check = late as unknown as (x: Tensor) => void;
  const w = parameter([1, 2]);
  const step = compile(() => guard(w.assign(w.mul(2)).sum(), check));
  const message = "guard: the check gives a Promise, and would refuse too late";
  await expect(step.async()).rejects.toThrow(message);
  expect(() => guard(w.sum(), check).itemSync()).toThrow(message);
  expect(() => guard(tensor(1), check)).toThrow(message);
  expect(w.arraySync()).toEqual([1, 2]);
});

test("what is assigned while a step is under way comes after it", async () => {
  const w = parameter([1, 2]);
  const double = compile(() => {
    w.assign(w.mul(2));
    return w.sum();
  });
  const under = double.async();
  // The step is not done yet: w has the value of before.
  const before = w.mul(1);
  w.assign([10, 20]);
  expect(w.arraySync()).toEqual([10, 20]);
  expect((await under).itemSync()).toBe(6);
  expect(() => before.arraySync()).toThrow("two later updates have overwritten");
  w.sum().backward();
  const next = double.async();
  w.grad = null;
  w.sum().mul(3).backward();
  const { grad } = w as { readonly grad: Tensor | null };
  expect(grad?.arraySync()).toEqual([3, 3]);
  expect((await next).itemSync()).toBe(60);
});

describe("a process", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "nabla-awaited-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("ends with what it awaits, or when it says so, and goes on where the worker does not", async () => {
    const program = await bundled(new URL("awaited-program.ts", import.meta.url), folder);
    const ways = [
      "to the end",
      "not awaited",
      "an exit on the way",
      "a worker that ends in the middle",
      "a worker that fails in the middle",
      "a worker that ends while it is waited for",
      "a worker that does not start",
      "no workers",
      "no shared memory",
      "a thread",
      "a thread that is ended",
      "two copies",
      "a handler of the exit",
    ];
    const ended = await Promise.all(
      ways.map((how) => promisify(execFile)(process.execPath, [program, how])),
    );
    const found = ended.map(({ stdout, stderr }, i) => [ways[i], stdout.trim(), stderr]);
    const [, usualOutput] = found[0]!;
    expect(usualOutput).toMatch(/^-?\d+\.\d+ by a worker$/);
    const value = usualOutput!.split(" ")[0];
    const here = ["no workers", "no shared memory", "a worker that does not start"];
    expect(found).toEqual(
      ways.map((how) => {
        if (how === "not awaited") return [how, "asked", ""];
        if (how === "an exit on the way") return [how, "exit", ""];
        if (how === "a thread that is ended") return [how, "asked ended", ""];
        if (how === "a handler of the exit") return [how, `${value} by a worker`, ""];
        if (how === "a thread" || how === "two copies") {
          return [how, `${value} by a worker, ${value} by a worker`, ""];
        }
        return [how, `${value} ${here.includes(how) ? "here" : "by a worker"}`, ""];
      }),
    );
  });
});
