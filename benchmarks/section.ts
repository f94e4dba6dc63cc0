// What RESULTS.md says of one Node, the one that runs this: tables, with the limits of the machine.
//   node section.ts FILE REPEATS NAME...
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { blasOn, byHand, type Contender, contenders, pythonWithTorch } from "./contender.ts";
import { fusedPeak, nativePeak, readBandwidth } from "./limits.ts";
import { inTime, median, timed } from "./timed.ts";
import {
  batches,
  firstSteps,
  predictions,
  scaledName,
  transposed,
  widths,
  works,
} from "./works.mjs";

const [file, repeatsText, ...names] = process.argv.slice(2) as [string, string, ...string[]];
const repeats = Number(repeatsText);
const here = fileURLToPath(new URL(".", import.meta.url));
const lines: string[] = [];

function write(line: string): void {
  lines.push(line);
  console.log(line);
}

function writeHead(columns: readonly string[]): void {
  write(`| ${columns.join(" | ")} |`);
  write(`|${columns.map(() => "---").join("|")}|`);
}

/** Multiplications and additions of a work that is one product or convolution. */
function flopsOf(work: string): number | undefined {
  if (work.startsWith("W5")) return 2 * Number.parseInt(work.slice(3), 10) ** 3;
  if (work !== "W15 forward") return undefined;
  const { batch, channels, image, window } = transposed;
  const [inputs, outputs] = channels;
  return 2 * batch * inputs * outputs * image ** 2 * window ** 2;
}

function ratio(value: number): string {
  return Number.isFinite(value) ? `**${value.toFixed(value < 10 ? 2 : 0)}**` : "";
}

/** What PyTorch multiplies matrices with, where there is one. */
async function writeKernel(all: readonly Contender[]): Promise<void> {
  const torch = all.find(({ family }) => family === "PyTorch");
  if (!torch) return;
  const { version, kernel } = await torch.ask({ command: "kernel" });
  const blas = kernel ? `OpenBLAS, by its kernel ${kernel}` : "a BLAS that does not say its kernel";
  write(`PyTorch ${version} multiplies with ${blas}.`);
  write("");
}

/** The works, with what each contender takes, and notes on what follows from it. */
async function writeWorks(chosen: readonly string[], peaks: Peaks): Promise<void> {
  const all = contenders();
  await writeKernel(all);
  const families = [...new Set(all.map(({ family }) => family))].filter(
    (name) => name !== "nabla" && name !== byHand,
  );
  const ratios = families.map((name) => `${name} / nabla`);
  writeHead(["work", ...all.map(({ name }) => name), ...ratios]);
  const notes: string[] = [];
  for (const work of chosen) {
    const times = await timed(work, all, repeats);
    const best = (family: string) =>
      Math.min(...[...times].flatMap(([one, time]) => (one.family === family ? [time] : [])));
    const flops = flopsOf(work);
    const cells = all.map((contender) => {
      const time = times.get(contender);
      if (time === undefined) return "";
      const rate = flops === undefined ? "" : ` (${(flops / time / 1e6).toFixed(0)} GFLOP/s)`;
      return `${inTime(time)}${rate}`;
    });
    const over = families.map((name) => ratio(best(name) / best("nabla")));
    write(`| ${[work, ...cells, ...over].join(" | ")} |`);
    notes.push(...notesOn(work, all, times, peaks));
  }
  for (const contender of all) contender.end();
  write("");
  for (const note of notes) write(`- ${note}`);
  write("");
}

/** Multiply-adds by one thread, in GFLOP/s, and the length of their vectors. */
interface Peaks {
  readonly wasm: Peak;
  /** Undefined: nothing is compiled here. */
  readonly native: Peak | undefined;
}

interface Peak {
  readonly rate: number;
  readonly bits: number;
}

function notesOn(
  work: string,
  all: readonly Contender[],
  times: ReadonlyMap<Contender, number>,
  peaks: Peaks,
): readonly string[] {
  const of = (name: string) => times.get(all.find((one) => one.name === name)!)!;
  const both = (mode: string) =>
    [1, 2].map((threads) => of(`nabla ${mode}, ${threads} thr.`)) as [number, number];
  const notes: string[] = [];
  for (const [mode, hand] of [
    ["compiled", "by hand"],
    ["native", "by hand in C"],
  ] as const) {
    const yardstick = all.find(({ name }) => name === `${hand}, 1 thr.`);
    const time = yardstick && times.get(yardstick);
    if (time === undefined) continue;
    const [one] = both(mode);
    notes.push(
      `${work}: one thread, ${mode}, takes ${(one / time).toFixed(2)} times as long as ${hand}.`,
    );
  }
  const flops = flopsOf(work);
  if (flops !== undefined) {
    for (const [mode, peak] of [
      ["compiled", peaks.wasm],
      ["native", peaks.native],
    ] as const) {
      const [alone, together] = both(mode);
      const part = peak && ((flops / alone / 1e6 / peak.rate) * 100).toFixed(0);
      if (!part) continue;
      notes.push(
        `${work}: one thread, ${mode}, is at ${part} % of the peak of ${peak.bits} bits; two are ${(alone / together).toFixed(2)} times as fast.`,
      );
    }
  }
  return notes;
}

/** Steps from small to large by one thread and by two: none may be slower for having two. */
async function writeScaling(): Promise<void> {
  const all = contenders((name) => /^(nabla (compiled|native)|PyTorch eager, 1)/.test(name));
  write("A step of 784-width-10 (relu, cross-entropy, SGD), compiled, by batch size and width:");
  write("");
  writeHead(["step", ...all.map(({ name }) => name), "two threads / one", "PyTorch / nabla"]);
  for (const batch of batches) {
    for (const width of widths) {
      const name = scaledName(batch, width);
      const times = await timed(name, all, repeats);
      const given = all.map((one) => times.get(one)!);
      const of = (start: string): readonly number[] =>
        all.flatMap((contender, i) => (contender.name.startsWith(start) ? [given[i]!] : []));
      const [one, two] = of("nabla compiled") as readonly [number, number];
      const [torch] = of("PyTorch");
      const peer = torch === undefined ? "" : ratio(torch / Math.min(...of("nabla")));
      write(`| ${[name, ...given.map(inTime), (two / one).toFixed(2), peer].join(" | ")} |`);
    }
  }
  for (const contender of all) contender.end();
  write("");
}

/** Median milliseconds from import to first result, each time in a process of its own, in turn. */
function writeFirstResults(): void {
  const libraries = ["nabla", "jax-js", "tfjs"];
  const samples = new Map(libraries.map((library) => [library, [] as number[]]));
  for (let i = 0; i < repeats; i++) {
    for (const [library, sample] of samples) {
      const text = execFileSync(process.execPath, ["first-result.mjs", library], {
        cwd: here,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
      sample.push(Number(text));
    }
  }
  const parts = [...samples].map(([library, sample]) => `${library} ${inTime(median(sample))}`);
  write(`From import to first result, in a cold process: ${parts.join(", ")}.`);
  write("");
}

/** What a process tells of a model's first step and of those after it, in milliseconds. */
interface FirstStep {
  readonly first: number;
  readonly later: readonly number[];
}

/** W13: medians of first steps, each in a process of its own, in turn. */
function writeFirstSteps(): void {
  const python = pythonWithTorch();
  if (python === undefined) console.log("no python3 with torch: PyTorch is left out");
  write(
    "W13, the first step of a model (Adam, one thread), making it included, in a cold process:",
  );
  write("");
  const who = ["nabla", "PyTorch"].flatMap((name) => [`${name}, first`, `${name}, later`]);
  writeHead(["step", ...who, "PyTorch / nabla, first"]);
  for (const [name, work] of Object.entries(firstSteps)) {
    const args = [
      [process.execPath, "first-step.mjs", name],
      ...(python === undefined ? [] : [[python, "contenders/first_step.py", JSON.stringify(work)]]),
    ];
    const samples = args.map((): FirstStep[] => []);
    for (let i = 0; i < repeats; i++) {
      args.forEach(([command, ...given], j) => {
        const env = { ...process.env, ...blasOn("1") };
        const text = execFileSync(command!, given, { cwd: here, env, encoding: "utf8" });
        samples[j]!.push(JSON.parse(text) as FirstStep);
      });
    }
    const times = samples.map((sample) => ({
      first: median(sample.map(({ first }) => first)),
      later: median(sample.map(({ later }) => median(later))),
    }));
    const cells = times.flatMap(({ first, later }) => [inTime(first), inTime(later)]);
    const [own, torch] = times;
    const peer = torch && own ? [ratio(torch.first / own.first)] : ["", "", ""];
    write(`| ${[name, ...cells, ...peer].join(" | ")} |`);
  }
  write("");
}

/** W14: predictions one by one, each timed; contenders take turns by thousands. */
async function writePredictions(): Promise<void> {
  const all = contenders((name) => /^(nabla|PyTorch).*1 thr/.test(name));
  const { network, count } = predictions;
  write(
    `W14, a prediction of one example by ${network}'s network, the median of ${count} calls and`,
  );
  write("the time that a hundredth of them exceed:");
  write("");
  writeHead(["", "median", "99 %"]);
  const times = new Map<Contender, number[]>(all.map((one) => [one, []]));
  for (const one of all) await one.ask({ command: "prepare", work: "W14" });
  for (let done = 0; done < count; done += 1000) {
    for (const [one, own] of times) {
      const { each } = await one.ask({ command: "each", count: 1000 });
      own.push(...each!);
    }
  }
  for (const [{ name }, own] of times) {
    const sorted = own.sort((a, b) => a - b);
    const [middle, late] = [0.5, 0.99].map((part) => inTime(sorted[Math.floor(part * count)]!));
    write(`| ${name} | ${middle} | ${late} |`);
  }
  for (const one of all) one.end();
  write("");
}

write(`## Node ${process.versions.node} (V8 ${process.versions.v8})`);
write("");
const peaks: Peaks = { wasm: { rate: fusedPeak(), bits: 128 }, native: await nativePeak() };
write("Limits of this machine, by one thread:");
write("");
for (const peak of [peaks.wasm, peaks.native]) {
  if (!peak) continue;
  const { rate, bits } = peak;
  const how = peak === peaks.wasm ? "WebAssembly" : "C";
  write(
    `- fused multiply-add of ${bits} bits in ${how}, registers only: ${rate.toFixed(1)} GFLOP/s`,
  );
}
write(`- reading memory, in WebAssembly: ${readBandwidth().toFixed(1)} GB/s`);
write("");
const chosen = names.filter((name) => name in works);
if (chosen.length > 0) await writeWorks(chosen, peaks);
if (names.includes("scaling")) await writeScaling();
if (names.includes("import")) writeFirstResults();
if (names.includes("W13")) writeFirstSteps();
if (names.includes("W14")) await writePredictions();
writeFileSync(file, lines.join("\n"));
