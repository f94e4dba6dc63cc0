// A report as a line for a terminal.
import { printable } from "@nabla/autograd";
import type { MetricValue } from "../metrics/metric.ts";
import type { AnyReport } from "../report.ts";
import { numbersIn } from "./numbers.ts";

/**
 * A report in one line of text, for a terminal: epoch, step, cost and named costs, and where they are
 * known the cost on the validation, the metrics, examples a second and the time left. Of long lists the
 * first three numbers are shown. Throws `NablaError` for what is no report.
 *
 * @example
 * const dataset = { inputs: tensor([[0], [1]]), targets: tensor([[0], [0]]) };
 * const network = dense(1, 1, { initializer: zeros() });
 * const optimizer = sgd(network.parameters(), { learningRate: 0.1 });
 * const metrics = { error: meanSquaredError };
 * const options = { cost: quadraticCost, optimizer, epochs: 1, batchSize: 1, metrics };
 * for await (const report of fit(network, dataset, options)) {
 *   console.log(progressLine({ ...report, examplesPerSecond: 1234, secondsLeft: 90 }));
 * }
 * // => epoch 1, step 2: cost 0, error 0, 1234 examples/s, 1:30 left
 */
export function progressLine(report: AnyReport): string {
  numbersIn("progressLine", report);
  const { epoch, step, cost, costs, validationCost, metrics } = report;
  const { examplesPerSecond, secondsLeft } = report;
  type Values = Readonly<Record<string, MetricValue | undefined>>;
  const listed = (values: Values | undefined): string[] =>
    Object.entries(values ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [`${printable(name)} ${valueText(value)}`],
    );
  const named = listed(costs);
  const parts = [
    `cost ${short(cost)}${named.length > 0 ? ` (${named.join(", ")})` : ""}`,
    ...(validationCost === undefined ? [] : [`validation cost ${short(validationCost)}`]),
    ...listed(metrics),
    ...(Number.isFinite(examplesPerSecond) ? [`${short(examplesPerSecond)} examples/s`] : []),
    ...(Number.isFinite(secondsLeft) ? [`${timeText(secondsLeft)} left`] : []),
  ];
  return `epoch ${epoch}, step ${step}: ${parts.join(", ")}`;
}

/** Four digits, and all of whole numbers that have more. */
function short(x: number): string {
  return Math.abs(x) >= 1000 && Math.abs(x) < 1e15
    ? String(Math.round(x))
    : String(Number(x.toPrecision(4)));
}

/** Of a longer list the first numbers are shown. */
const mostShown = 8;

function valueText(value: MetricValue): string {
  if (typeof value === "number") return short(value);
  const shown = value.length > mostShown ? value.slice(0, 3) : value;
  const rest = shown.length < value.length ? ", …" : "";
  return `[${shown.map(valueText).join(", ")}${rest}]`;
}

/** `0:07`, `12:34`, `1:02:03`. */
function timeText(seconds: number): string {
  const all = Math.round(seconds);
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor(all / 60) % 60];
  const two = (x: number) => String(x).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
}
