// What whole batches cost a model that is used, and what else is measured of them.
import { random, realizeAsync, type Tensor, type Tree, tensor } from "@nabla/autograd";
import { breather } from "./breather.ts";
import { checkOneNumber, totalOf } from "./fit-cost.ts";
import type { BatchCost } from "./fit-options.ts";
import type { Model } from "./layer.ts";
import { inEvaluation } from "./mode.ts";
import { type Team, teamOf } from "./team.ts";
import type { TreeFeed } from "./tree-feed.ts";

/** Of a batch one number, the mean over its examples. */
type BatchMetric = (model: Model, batch: Tree) => Tensor;

/**
 * The means over all examples of the cost, and of each metric. Batch b draws by a key of its own, the
 * same each time.
 */
export async function measureBatches(
  model: Model,
  feed: TreeFeed,
  batchCost: BatchCost,
  metrics: Readonly<Record<string, BatchMetric>>,
  world: Team | undefined,
): Promise<{ readonly cost: number; readonly metrics: Readonly<Record<string, number>> }> {
  const names = Object.keys(metrics);
  // Of a stream all ranks measure all.
  const team = feed.examples === undefined ? undefined : teamOf(world);
  const breathe = breather();
  /** Of each batch the cost and the metrics, times how many examples it has, and that number. */
  const rows: number[][] = [];
  for await (const { batch, count } of feed.epoch(1)) {
    const position = rows.length;
    if (team && position % team.size !== team.rank) {
      rows.push([0, ...names.map(() => 0), count]);
      continue;
    }
    const own = feed.treeOf(batch);
    const values = inEvaluation(model, () => [
      totalOf("fit", batchCost(model, own, random.foldIn(0, position))).cost,
      ...names.map((name) => valueOf(name, metrics[name]!(model, own))),
    ]);
    await realizeAsync(...values);
    const row: number[] = [];
    for (const value of values) row.push((await value.item()) * count);
    rows.push([...row, count]);
    await breathe();
  }
  const all = team ? await summedOver(team, rows) : rows;
  const examples = rows.reduce((sum, row) => sum + row.at(-1)!, 0);
  const meanAt = (i: number) => all.reduce((sum, row) => sum + row[i]!, 0) / examples;
  return {
    cost: meanAt(0),
    metrics: Object.fromEntries(names.map((name, i) => [name, meanAt(i + 1)] as const)),
  };
}

/** What all ranks have measured: in each row one of them, and 0 the others. */
async function summedOver(team: Team, rows: readonly number[][]): Promise<readonly number[][]> {
  const [sum] = team.sums([tensor(rows, { dtype: "float64" })]);
  return (await sum!.array()) as number[][];
}

function valueOf(name: string, value: unknown): Tensor {
  checkOneNumber(`fit: metric "${name}"`, value);
  return value;
}
