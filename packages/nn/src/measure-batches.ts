// What whole batches cost a model that is used, and what else is measured of them.
import { NablaError, random, Tensor } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { checkOneNumber, totalOf } from "./fit-cost.ts";
import type { BatchCost, BatchMetrics, Observed } from "./fit-options.ts";
import type { Model } from "./layer.ts";
import { isStateful, type MetricValue } from "./metrics/metric.ts";
import { inEvaluation } from "./mode.ts";
import { meanTally, stateTally, type Tally, tallied } from "./tallies.ts";
import { type Team, teamOf } from "./team.ts";
import type { TreeFeed } from "./tree-feed.ts";

/** The observed values of a batch, with example weights. */
interface Sight {
  readonly graph: Tensor;
  readonly weights?: Tensor | undefined;
}

/** A metric of either kind, and the inputs that it needs from a batch. */
interface Observer {
  readonly tally: Tally;
  /** With the weights of examples, if it knows some. */
  readonly observe: (model: Model, batch: never) => Sight;
}

/** Measures the cost and metrics on batches. */
export type BatchMeasure = (
  model: Model,
  feed: TreeFeed,
  world: Team | undefined,
) => Promise<{
  readonly cost: number;
  readonly metrics: Readonly<Record<string, MetricValue>>;
}>;

/**
 * Measures batch costs and each metric over all examples. Batch b draws with its own key, the same each
 * time. Throws `NablaError` for invalid metrics.
 */
export function batchMeasureOf(
  batchCost: BatchCost,
  metrics: BatchMetrics<Model, never>,
): BatchMeasure {
  const names = Object.keys(metrics);
  const observers = Object.entries(metrics).map(([name, metric]) => observerOf(name, metric));
  const tallies = [meanTally, ...observers.map(({ tally }) => tally)];
  return async (model, feed, world) => {
    const values = await tallied(
      tallies,
      feed.epoch(1),
      ({ batch, count }, position) => {
        const own = feed.treeOf(batch);
        const [cost, observed] = inEvaluation(model, () => [
          totalOf("fit", batchCost(model, own, random.foldIn(0, position))).cost,
          observers.map(({ observe }) => observe(model, own as never)),
        ]);
        return {
          graphs: [cost, ...observed.map(({ graph }) => graph)],
          count,
          weights: observed.flatMap(({ weights }) => weights ?? []),
        };
      },
      // Of a stream all ranks measure all.
      feed.examples === undefined ? undefined : teamOf(world),
    );
    const [cost, ...others] = values;
    return {
      cost: cost as number,
      metrics: Object.fromEntries(names.map((name, i) => [name, others[i]!] as const)),
    };
  };
}

function observerOf(name: string, given: unknown): Observer {
  const what = `fit: metric "${name}"`;
  const [metric, of]: readonly unknown[] = Array.isArray(given) ? given : [];
  if (isStateful(metric) && typeof of === "function") {
    const observedOf = of as (model: Model, batch: never) => unknown;
    return {
      tally: stateTally(metric),
      observe(model, batch) {
        const observed = observedIn(what, observedOf(model, batch));
        return { graph: metric.observe(...observed), weights: observed[2] };
      },
    };
  }
  if (typeof given !== "function" || isStateful(given)) {
    const kind = isStateful(given) ? "a metric with state" : describe(given);
    throw new NablaError(
      `${what} is ${kind}, expected a function of the model and a batch, or ` +
        "[a metric with state, (model, batch) => [outputs, targets]]",
    );
  }
  return {
    tally: meanTally,
    observe(model, batch) {
      const value: unknown = given(model, batch);
      checkOneNumber(what, value);
      return { graph: value };
    },
  };
}

/** Throws `NablaError` unless they are outputs, targets, and weights or none. */
function observedIn(what: string, given: unknown): Observed {
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  const [outputs, targets, weights] = list;
  const areTensors = outputs instanceof Tensor && targets instanceof Tensor;
  if (areTensors && (weights === undefined || weights instanceof Tensor) && list.length <= 3) {
    return [outputs, targets, weights];
  }
  const kind = Array.isArray(given) ? `[${list.map(describe).join(", ")}]` : describe(given);
  throw new NablaError(
    `${what} is of ${kind}, expected [outputs, targets] or [outputs, targets, weights]`,
  );
}
