// What training by many machines costs, by a formula; docs/distributed.md says where it comes from.

/** A network between machines. */
export interface Network {
  /** Seconds for a message without content. */
  readonly latency: number;
  /** Bytes a second, of each machine in each direction. */
  readonly bandwidth: number;
}

/** A step of one machine. */
export interface Work {
  readonly name: string;
  readonly parameters: number;
  /** Seconds of a step without exchange. */
  readonly seconds: number;
}

/**
 * Seconds of the exchange of a step. Each machine sends all others their part of the gradients, and then all
 * others the sum of its own part: (R - 1) / R of all bytes each time, in R - 1 messages; before each, all tell
 * each other what they do, in log2 R rounds.
 */
export function exchangeSeconds(parameters: number, machines: number, network: Network): number {
  if (machines === 1) return 0;
  const bytes = 4 * parameters;
  const moved = (2 * bytes * (machines - 1)) / machines / network.bandwidth;
  return moved + roundsOf(machines) * network.latency;
}

/** Messages that wait for each other: those of all parts, twice, and those of both checks. */
export function roundsOf(machines: number): number {
  return 2 * (machines - 1) + 2 * Math.ceil(Math.log2(machines));
}

/** How much of their time machines compute. */
export function efficiency(work: Work, machines: number, network: Network): number {
  return work.seconds / (work.seconds + exchangeSeconds(work.parameters, machines, network));
}

/** Typical of TCP, and of remote access to memory. */
export const networks: readonly (Network & { readonly name: string })[] = [
  { name: "10 Gbit/s, 30 µs", latency: 30e-6, bandwidth: 1.25e9 },
  { name: "100 Gbit/s, 3 µs", latency: 3e-6, bandwidth: 12.5e9 },
];

export const machineCounts: readonly number[] = [2, 4, 8, 16, 64, 256, 1024];

/** A table of efficiencies, in Markdown. */
export function modelTable(works: readonly Work[]): string {
  const rows = networks.flatMap((network) =>
    works.map((work) => {
      const cells = machineCounts.map((machines) => {
        const share = 100 * efficiency(work, machines, network);
        return `${share < 10 ? share.toFixed(1) : share.toFixed(0)} %`;
      });
      const { seconds } = work;
      const isLong = seconds >= 1;
      const step = `${(isLong ? seconds : 1000 * seconds).toPrecision(3)} ${isLong ? "s" : "ms"}`;
      return `| ${network.name} | ${work.name} | ${step} | ${cells.join(" | ")} |`;
    }),
  );
  return [
    `| network | step | alone | ${machineCounts.join(" | ")} |`,
    `|---|---|---|${machineCounts.map(() => "---").join("|")}|`,
    ...rows,
  ].join("\n");
}
