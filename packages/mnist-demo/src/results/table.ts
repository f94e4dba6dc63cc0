// docs/results.md: the accuracies reached, compared with published ones.

import type { Row } from "./rows.ts";

/** What a run of a row gave. */
export interface Result {
  /** What `pnpm train` was given. */
  readonly args: string;
  /** The share of test digits that are right after the last epoch. */
  readonly accuracy: number;
  /** Of training, with the measurement after each epoch. */
  readonly seconds: number;
  /** The day, as 2026-01-31. */
  readonly date: string;
  /** Node's version, and how many threads. */
  readonly machine: string;
}

export type Results = Readonly<Record<string, Result>>;

/** The page, of the rows that have results; a result of other arguments is none. */
export function pageOf(rows: readonly Row[], results: Results): string {
  const measured = rows.flatMap((row) => {
    const result = results[row.name];
    return result && result.args === row.args ? [{ row, result }] : [];
  });
  const table = measured.map(({ row, result }) => {
    const reached = percent(result.accuracy);
    const mark = result.accuracy >= row.wanted ? reached : `**${reached}, too low**`;
    const cells = [row.network, mark, percent(row.wanted), `${row.published} (${row.source})`];
    return `| ${[...cells, `${Math.round(result.seconds)} s`].join(" | ")} |`;
  });
  const commands = measured.flatMap(({ row, result }) => [
    `- ${row.network} (${result.date}, ${result.machine}):`,
    "",
    "  ```sh",
    `  npx --yes pnpm@12 train ${row.args}`,
    "  ```",
    "",
  ]);
  return `${[
    "# Results",
    "",
    "Small networks on the real MNIST, beside what was published of them.",
    "Written by `npx --yes pnpm@12 results`; `results NAME` runs one row " +
      `(${rows.map(({ name }) => name).join(", ")}).`,
    "",
    "The accuracy is that of the 10,000 test digits after the last epoch, not the best of all epochs, " +
      "with the seed 0, the first one tried. Options were chosen by training on the first 50,000 " +
      "training digits and measuring on the other 10,000. The time is that of training, with the " +
      "measurement after each epoch, on a machine that may have had other work.",
    "",
    "| network | here | wanted | published | time |",
    "|---|---|---|---|---|",
    ...table,
    "",
    "## Commands",
    "",
    "The same command gives the same accuracy on every machine that runs the same kernels.",
    "",
    ...commands,
  ]
    .join("\n")
    .trimEnd()}\n`;
}

/** `95.42 %` */
function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
