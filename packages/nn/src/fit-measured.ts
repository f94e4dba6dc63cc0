// What `fit` measures at the end of an epoch, of a cost of outputs and targets.
import type { Dataset } from "./batches.ts";
import { weightedCostMetric } from "./example-weights.ts";
import type { FitOptions } from "./fit-options.ts";
import type { Layer } from "./layer.ts";
import { measure } from "./measure.ts";
import type { Metrics, MetricValue } from "./metrics/metric.ts";
import { weightsIn } from "./pair.ts";

/** What reports have at the end of an epoch. */
export interface AtEnd {
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly cost?: number;
}

/** Measures the metrics, and on a validation the cost, too: the mean of it and of weights, as in training. */
export async function measuredOn(
  model: Layer,
  dataset: Dataset | undefined,
  { validation, metrics = {}, cost, world }: FitOptions<Metrics>,
): Promise<AtEnd> {
  if (!dataset) return { metrics: {} };
  const how = world ? { world } : {};
  if (!validation) return { metrics: await measure(model, dataset, metrics, how) };
  // Separate names, so that metrics may have any name.
  const own = Object.entries(metrics).map(([name, metric]) => [`metric ${name}`, metric] as const);
  const costMetric = weightsIn(validation) ? weightedCostMetric("fit", cost) : cost;
  const together: Metrics = { ...Object.fromEntries(own), cost: costMetric };
  const all = await measure(model, dataset, together, how);
  const found = Object.keys(metrics).map((name) => [name, all[`metric ${name}`]!] as const);
  return { metrics: Object.fromEntries(found), cost: all["cost"] as number };
}
