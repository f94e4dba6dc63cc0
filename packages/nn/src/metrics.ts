// How well outputs agree with targets, in numbers that people read.
export * from "./metrics/accuracy.ts";
export * from "./metrics/counts.ts";
export * from "./metrics/errors.ts";
export type {
  Measured,
  Metric,
  MetricState,
  Metrics,
  MetricValue,
  StatefulMetric,
} from "./metrics/metric.ts";
export * from "./metrics/ranking.ts";
