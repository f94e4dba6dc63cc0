// The command `results`: trains each row's network, or those that are named, and writes
// docs/results.md. docs/results.json keeps what was measured, so that one row can be run again by
// itself.

import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { threads } from "@nabla/autograd";
import { loadMnist } from "../load.ts";
import { parseOptions } from "../train-options.ts";
import { training } from "../training.ts";
import { type Row, rows } from "./rows.ts";
import { pageOf, type Result, type Results } from "./table.ts";

const docs = new URL("../../../../docs/", import.meta.url);
const [kept, page] = [new URL("results.json", docs), new URL("results.md", docs)];

const help = `Trains small networks on MNIST and compares them with published figures (docs/results.md).

  npx --yes pnpm@12 results [name...]

Names: ${rows.map(({ name }) => name).join(", ")}; none: all of them.
`;

const { positionals, values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: { help: { type: "boolean", short: "h" } },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !rows.some((row) => row.name === name));
if (values.help) {
  process.stdout.write(help);
} else if (unknown !== undefined) {
  process.stderr.write(`results: there is no row ${JSON.stringify(unknown)}\n${help}`);
  process.exitCode = 1;
} else {
  await writeResults(
    rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
  );
}

async function writeResults(chosen: readonly Row[]): Promise<void> {
  const mnist = await loadMnist({});
  for (const row of chosen) {
    const options = parseOptions(row.args.split(" "));
    if (options === "help") throw new Error("unreachable");
    const started = performance.now();
    const run = training(mnist, options);
    let accuracy = 0;
    for await (const { metrics, epoch } of run.reports) {
      if (!metrics) continue;
      accuracy = metrics["accuracy"]!;
      process.stderr.write(
        `${row.name}  epoch ${epoch}/${options.epochs}  ${accuracy.toFixed(4)}\n`,
      );
    }
    const result: Result = {
      args: row.args,
      accuracy: Number(accuracy.toFixed(4)),
      seconds: Math.round((performance.now() - started) / 1000),
      date: new Date().toISOString().slice(0, 10),
      machine: `Node ${process.versions.node}, ${threads()} thread${threads() === 1 ? "" : "s"}`,
    };
    const results = { ...(await resultsSoFar()), [row.name]: result };
    await writeFile(kept, `${JSON.stringify(results, null, 2)}\n`);
    await writeFile(page, pageOf(rows, results));
    process.stdout.write(`${row.name}  ${accuracy.toFixed(4)}  in ${result.seconds} s\n`);
  }
}

async function resultsSoFar(): Promise<Results> {
  try {
    return JSON.parse(await readFile(kept, "utf8")) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}
