// nabla beside its peers on the same work, in one run: every contender is a process of its own that waits for
// its turn; repeats are interleaved, so that a machine's moods meet all alike.
//   pnpm bench [W1 "W5 512" ...] [--repeats 7]
// Writes RESULTS.md when nothing is left out.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fusedPeak, readBandwidth } from "./limits.ts";
import { steps, works } from "./works.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { repeats: { type: "string", default: "7" } },
});
const here = fileURLToPath(new URL(".", import.meta.url));
const repeats = Number(values.repeats);

type Work = keyof typeof works;

/** No peer, but what a person makes of one work. */
const byHand = "by hand";

/** What a contender answers. */
interface Answer {
  readonly first?: number | null;
  readonly milliseconds?: number;
  readonly missing?: boolean;
  readonly failed?: string;
}

/** A process that times works. */
class Contender {
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
    environment: Readonly<Record<string, string>> = {},
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

  async ask(request: { readonly command: string; readonly work: string }): Promise<Answer> {
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

/** Those that are here. Peers from npm are installed when they are first needed. */
function contenders(): readonly Contender[] {
  const peers = `${here}peers`;
  if (!existsSync(`${peers}/node_modules`)) {
    console.log("installing the peers, once …");
    const flags = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
    execFileSync("npm", flags, { cwd: peers, stdio: "inherit" });
  }
  const node = (family: string, name: string, file: string, ...args: readonly string[]) =>
    new Contender(family, name, process.execPath, [`contenders/${file}.mjs`, ...args]);
  const nabla = ["1", "2"].flatMap((threads) =>
    ["compiled", "uncompiled"].map((mode) =>
      node("nabla", `nabla ${mode}, ${threads} thr.`, "nabla", mode, threads),
    ),
  );
  const python = pythonWithTorch();
  if (python === undefined) console.log("no python3 with torch: PyTorch is left out");
  const torch = ["1", "2"].flatMap((threads) =>
    python === undefined
      ? []
      : new Contender(
          "PyTorch",
          `PyTorch eager, ${threads} thr.`,
          python,
          ["contenders/pytorch.py", threads, JSON.stringify(steps)],
          // Its BLAS has threads of its own.
          { OPENBLAS_NUM_THREADS: threads, OMP_NUM_THREADS: threads },
        ),
  );
  return [
    ...nabla,
    ...torch,
    node("jax-js", "jax-js jit", "jax-js"),
    node("tfjs", "tfjs wasm", "tfjs"),
    node(byHand, "by hand, 1 thr.", "yardstick"),
  ];
}

function pythonWithTorch(): string | undefined {
  return ["python3", "/usr/bin/python3"].find((python) => {
    try {
      execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

function median(sample: readonly number[]): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Throws where contenders do not compute the same. */
function compare(work: string, firsts: ReadonlyMap<string, number>): void {
  const [reference] = firsts.values();
  for (const [name, first] of firsts) {
    // Sums of a million float32 numbers differ by their order: tfjs, which adds them one by one, loses digits.
    if (Math.abs(first - reference!) <= 2e-3 * Math.abs(reference!)) continue;
    throw new Error(`${work}: ${name} gives ${first}, others ${reference}`);
  }
}

/** The median time of each contender that can do the work. */
async function timed(
  work: Work,
  all: readonly Contender[],
): Promise<ReadonlyMap<Contender, number>> {
  const samples = new Map<Contender, number[]>();
  const firsts = new Map<string, number>();
  for (const contender of all) {
    const answer = await contender.ask({ command: "prepare", work });
    if (answer.failed !== undefined) console.log(`  ${contender.name} cannot: ${answer.failed}`);
    if (answer.failed !== undefined || answer.missing === true) continue;
    samples.set(contender, []);
    if (typeof answer.first === "number") firsts.set(contender.name, answer.first);
  }
  compare(work, firsts);
  for (let i = 0; i < repeats; i++) {
    for (const [contender, sample] of samples) {
      const { milliseconds } = await contender.ask({ command: "time", work });
      sample.push(milliseconds!);
    }
  }
  return new Map([...samples].map(([contender, sample]) => [contender, median(sample)]));
}

/** Multiplications and additions of a work that is one product. */
function flopsOf(work: Work): number | undefined {
  return work.startsWith("W5") ? 2 * Number(work.slice(3)) ** 3 : undefined;
}

function inTime(milliseconds: number): string {
  const [value, unit] = milliseconds < 0.1 ? [milliseconds * 1e3, "µs"] : [milliseconds, "ms"];
  return `${Number(value.toPrecision(3))} ${unit}`;
}

const chosen = (positionals.length > 0 ? positionals : Object.keys(works)) as Work[];
for (const work of chosen) {
  if (works[work]) continue;
  console.error(`${work}: no such work; there are ${Object.keys(works).join(", ")}`);
  process.exit(1);
}
const limits = [
  `fused multiply-add of 128 bits, registers only: ${fusedPeak().toFixed(1)} GFLOP/s`,
  `reading memory: ${readBandwidth().toFixed(1)} GB/s`,
];
const all = contenders();
const families = [...new Set(all.map(({ family }) => family))].filter(
  (name) => name !== "nabla" && name !== byHand,
);
const columns = [...all.map(({ name }) => name), ...families.map((name) => `${name} / nabla`)];
const rows = [`| work | ${columns.join(" | ")} |`, `|---|${columns.map(() => "---").join("|")}|`];
const notes: string[] = [];
console.log(limits.join("\n"));
console.log(rows.join("\n"));
for (const work of chosen) {
  const times = await timed(work, all);
  const best = (family: string) =>
    Math.min(...[...times].flatMap(([one, time]) => (one.family === family ? [time] : [])));
  const flops = flopsOf(work);
  const cells = all.map((contender) => {
    const time = times.get(contender);
    if (time === undefined) return "";
    const rate = flops === undefined ? "" : ` (${(flops / time / 1e6).toFixed(0)} GFLOP/s)`;
    return `${inTime(time)}${rate}`;
  });
  const ratios = families.map((family) => {
    const ratio = best(family) / best("nabla");
    return Number.isFinite(ratio) ? `**${ratio.toFixed(ratio < 10 ? 2 : 0)}**` : "";
  });
  const hand = best(byHand);
  const alone = times.get(all.find(({ name }) => name === "nabla compiled, 1 thr.")!);
  if (Number.isFinite(hand)) {
    notes.push(
      `${work}: one thread of nabla, compiled, takes ${(alone! / hand).toFixed(2)} times as long as by hand.`,
    );
  }
  rows.push(`| ${[work, ...cells, ...ratios].join(" | ")} |`);
  console.log(rows.at(-1));
}
for (const contender of all) contender.end();
console.log(notes.join("\n"));

/** Median milliseconds from import to first result, each time in a process of its own. */
function firstResult(library: string): number {
  const sample = Array.from({ length: repeats }, () =>
    Number(
      execFileSync(process.execPath, ["first-result.mjs", library], {
        cwd: here,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ),
  );
  return median(sample);
}

if (positionals.length === 0) {
  const [cpu] = cpus();
  const firsts = ["nabla", "jax-js", "tfjs"].map((name) => `${name} ${inTime(firstResult(name))}`);
  const page = `# Results

Written by \`pnpm bench\` on Node ${process.versions.node} (V8 ${process.versions.v8}), ${cpus().length} cores of ${cpu!.model}. Medians of ${repeats}
repeats, all contenders in one run, interleaved; the same weights and data, first costs compared. The last columns are
the best time of each peer over the best of nabla. Machines differ, and this one is shared: only ratios count.

${rows.join("\n")}

${Object.entries(works)
  .map(([work, what]) => `- ${work}: ${what}`)
  .join("\n")}

${notes.join("\n")}

From import to first result, in a cold process: ${firsts.join(", ")}.

Limits of this machine, by one thread:
${limits.map((limit) => `- ${limit}`).join("\n")}
`;
  writeFileSync(`${here}RESULTS.md`, page);
}
