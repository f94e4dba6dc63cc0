// Fourier transforms beside PyTorch's: the same works on the same numbers, in turn.
import { parseArgs } from "node:util";
import { blasOn, Contender, pythonWithTorch } from "./contender.ts";
import { inTime, median } from "./timed.ts";

const help = `Usage: pnpm bench:fft [--rounds 15] [--threads 1] [WORK ...]

Times transforms by PyTorch, by nabla on WebAssembly and as C: each the best of three calls, in turn, round
after round. Shows medians, and the medians of the rounds' ratios to PyTorch. A work is a kind (fft, rfft,
irfft, fft2, gradient) and a shape: "rfft 1000 512".`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "15" },
    threads: { type: "string", default: "1" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const usual = [
  "fft 1048576",
  "rfft 1048576",
  "irfft 524289",
  "gradient 1048576",
  "fft2 1024 1024",
  "rfft 1000 512",
  "fft 1000 400",
  "fft 65537",
];

async function main(): Promise<void> {
  if (values.help) return console.log(help);
  const python = pythonWithTorch();
  if (python === undefined) return console.log("no python3 with torch to compare with");
  const { threads } = values;
  const conditions = ["--conditions=@nabla/source", "--import", "tsx", "contenders/fft.ts"];
  const nabla = (device: string) =>
    new Contender("nabla", device, process.execPath, [...conditions, device, threads]);
  const torch = new Contender(
    "PyTorch",
    "PyTorch",
    python,
    ["contenders/fft.py", threads],
    blasOn(threads),
  );
  const all = [torch, nabla("wasm"), nabla("native")];
  console.log(`| ${threads} thr. | PyTorch | WebAssembly | as C | ratios |`);
  console.log("|---|---|---|---|---|");
  for (const work of positionals.length > 0 ? positionals : usual) {
    await showWork(work, all);
  }
  for (const one of all) one.end();
}

async function showWork(work: string, all: readonly Contender[]): Promise<void> {
  const rounds: number[][] = [];
  for (let i = 0; i < Number(values.rounds); i++) {
    const round: number[] = [];
    const firsts: number[] = [];
    for (const one of all) {
      const { milliseconds, first, failed } = await one.ask({ command: "time", work });
      if (failed !== undefined) throw new Error(`${work}: ${one.name} ${failed}`);
      round.push(milliseconds!);
      firsts.push(first!);
    }
    const [wanted, ...others] = firsts;
    const differs = others.some((x) => !(Math.abs(x - wanted!) <= 1e-3 + 1e-3 * Math.abs(wanted!)));
    if (differs) throw new Error(`${work}: results are ${firsts.join(", ")}`);
    rounds.push(round);
  }
  const column = (k: number) => rounds.map((round) => round[k]!);
  const times = all.map((_, k) => inTime(median(column(k))));
  const ratios = all.slice(1).map((_, k) => {
    return median(rounds.map((round) => round[k + 1]! / round[0]!)).toFixed(2);
  });
  console.log(`| ${work} | ${times.join(" | ")} | ${ratios.join(", ")} |`);
}

await main();
