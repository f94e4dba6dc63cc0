// Values observed batch by batch, by one process or several, and the metrics computed from them.
import { realizeAsync, type Tensor, tensor } from "@nabla/autograd";
import { breather } from "./breather.ts";
import { checkWeights } from "./example-weights.ts";
import type { MetricState, MetricValue, StatefulMetric } from "./metrics/metric.ts";
import type { Team } from "./team.ts";

/** A metric of either kind, as something that is observed batch by batch. */
export interface Tally {
  start(): MetricState;
  /** Keeps the values observed for a number of examples. */
  read(observed: ArrayLike<number>, count: number): Float64Array;
  update(state: MetricState, observed: Float64Array): MetricState;
  result(state: MetricState): MetricValue;
}

/** The mean over all examples of observed values, each of which is a mean over a batch. */
export const meanTally: Tally = {
  start: () => [],
  read: (observed, count) => Float64Array.of(observed[0]! * count, count),
  update: ([sums], added) => [sums ? sums.map((x, i) => x + added[i]!) : added],
  result: ([sums]) => sums![0]! / sums![1]!,
};

export function stateTally(metric: StatefulMetric): Tally {
  return {
    start: () => metric.start(),
    read: (observed) => Float64Array.from(observed),
    update: (state, observed) => metric.update(state, observed),
    result: (state) => metric.result(state),
  };
}

/** What tallies are to know of a batch, one tensor each, and how many examples it has. */
export interface Observation {
  readonly count: number;
  readonly graphs: readonly Tensor[];
  /** Checks weights of examples that have not been checked before. */
  readonly weights?: readonly Tensor[];
}

/**
 * The results for all batches, in their order. In a team each rank observes some of them, and the values
 * are merged in the order of batches: so all ranks get the bits of a single process.
 */
export async function tallied<Batch>(
  tallies: readonly Tally[],
  batches: AsyncIterable<Batch>,
  observe: (batch: Batch, position: number) => Observation,
  team: Team | undefined,
): Promise<readonly MetricValue[]> {
  const breathe = breather();
  let states = tallies.map((tally) => tally.start());
  const add = (observed: readonly Float64Array[]) => {
    states = states.map((state, i) => tallies[i]!.update(state, observed[i]!));
  };
  let position = 0;
  /** What this rank has observed of the batches that the ranks have at a time, one each. */
  let own: readonly Float64Array[] | undefined;
  const exchange = async (among: Team) => {
    for (const observed of await ofAllRanks(among, own, tallies.length)) add(observed);
    own = undefined;
  };
  for await (const batch of batches) {
    const at = position++;
    if (!team || at % team.size === team.rank) {
      const observed = await read(tallies, observe(batch, at));
      if (team) own = observed;
      else add(observed);
      await breathe();
    }
    if (team && position % team.size === 0) await exchange(team);
  }
  if (team && position % team.size !== 0) await exchange(team);
  return tallies.map((tally, i) => tally.result(states[i]!));
}

async function read(
  tallies: readonly Tally[],
  { graphs, count, weights = [] }: Observation,
): Promise<readonly Float64Array[]> {
  await realizeAsync(...graphs, ...weights);
  for (const own of weights) await checkWeights("fit: validation", own);
  const observed: Float64Array[] = [];
  for (const [i, graph] of graphs.entries()) {
    observed.push(tallies[i]!.read(await graph.data(), count));
  }
  return observed;
}

/** The observed values of each rank, in order, without ranks that had no batch. */
async function ofAllRanks(
  team: Team,
  own: readonly Float64Array[] | undefined,
  tallies: number,
): Promise<readonly (readonly Float64Array[])[]> {
  const lengths = Array.from({ length: team.size }, (_, rank) =>
    Array.from({ length: tallies }, (_, i) => (rank === team.rank && own ? own[i]!.length : 0)),
  );
  const [lengthSums] = team.sums([tensor(lengths, { dtype: "float64" })]);
  const all = (await lengthSums!.array()) as number[][];
  const sizes = all.map((row) => row.reduce((sum, length) => sum + length, 0));
  const content = new Float64Array(sizes.reduce((sum, length) => sum + length, 0));
  let at = sizes.slice(0, team.rank).reduce((sum, length) => sum + length, 0);
  for (const part of own ?? []) {
    content.set(part, at);
    at += part.length;
  }
  const [sum] = team.sums([tensor(content)]);
  const together = await sum!.data();
  let from = 0;
  return all
    .map((row) => row.map((length) => Float64Array.from(together.subarray(from, (from += length)))))
    .filter((_, rank) => sizes[rank]! > 0);
}
