// Whole trainings by the command `train`, on WebAssembly and as C: how long they take, start and test included,
// and whether they end with the same line.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    epochs: { type: "string", default: "10" },
    tries: { type: "string", default: "3" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const train = fileURLToPath(new URL("../packages/mnist-demo/src/train.ts", import.meta.url));

/** What is trained, by the options that say so. */
const models = { "784-16-16-10": [], "LeNet's sizes": ["--model", "cnn"] };

interface Training {
  readonly seconds: number;
  readonly lastLine: string;
}

function training(...options: readonly string[]): Training {
  const start = performance.now();
  const args = ["--conditions=@nabla/source", "--import", "tsx", train, "--epochs", values.epochs];
  const printed = execFileSync(process.execPath, [...args, ...options], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const lastLine = printed.trimEnd().split("\n").at(-1)!;
  return { seconds: (performance.now() - start) / 1000, lastLine };
}

const best = (all: readonly Training[]): number => Math.min(...all.map(({ seconds }) => seconds));

/** Throws where the last lines differ. */
function compare(name: string, options: readonly string[]): void {
  const wasm: Training[] = [];
  const native: Training[] = [];
  // In turns, since machines change their speed.
  for (let i = 0; i < Number(values.tries); i++) {
    wasm.push(training(...options));
    native.push(training(...options, "--native"));
  }
  const [line, ...others] = new Set([...wasm, ...native].map(({ lastLine }) => lastLine));
  if (others.length > 0) throw new Error(`${name}: ended with "${[line, ...others].join('", "')}"`);
  const [onWasm, asC] = [best(wasm), best(native)];
  const times = `WebAssembly ${onWasm.toFixed(1)} s, C ${asC.toFixed(1)} s`;
  const epochs = `epochs ${values.epochs}`;
  console.log(`${name}, ${epochs}: ${times}, ${(asC / onWasm).toFixed(2)}; ${line}`);
}

if (values.help) {
  console.log(`Usage: pnpm bench:epochs [--epochs 10] [--tries 3]

Trains the networks of \`train\` from start to end, each on WebAssembly and as C in turns, and prints the
best time of each with their ratio. Ends with exit code 1 if they do not end with the same line.`);
} else {
  for (const [name, options] of Object.entries(models)) compare(name, options);
}
