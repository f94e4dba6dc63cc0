// What examples of a training count: the mean over a batch of costs times weights.
import { full, NablaError, type Tensor, where } from "@nabla/autograd";
import { checkTensor } from "@nabla/autograd/checks";
import { listed, ofSums, type StatefulMetric } from "./metrics/metric.ts";

/** A cost of outputs and targets that may also take example weights. */
export type WeighableCost = (
  outputs: Tensor,
  targets: Tensor,
  options?: { readonly weights?: Tensor },
) => Tensor;

/**
 * The mean over the batch of each example's cost times its weight. Costs divide by the sum of weights, so
 * this multiplies by their mean: a batch of low total weight gives a small gradient, and one of weight 0
 * none. Throws `NablaError` for a cost that ignores weights.
 */
export function weightedCost(
  operation: string,
  costOf: WeighableCost,
  outputs: Tensor,
  targets: Tensor,
  given: Tensor,
): Tensor {
  const weighsNothing = given.notEqual(0).any().logicalNot();
  let isRead = false;
  const cost = costOf(outputs, targets, {
    get weights() {
      isRead = true;
      return given;
    },
  });
  checkTensor(`${operation}: the cost`, cost);
  if (!isRead) {
    throw new NablaError(
      `${operation}: the data have weights, which the cost does not look at; expected one that takes ` +
        "{ weights } behind outputs and targets, as crossEntropy does",
    );
  }
  // The mean by weights of 0 is 0 / 0.
  return where(weighsNothing, 0, cost.mul(given.cast(cost.dtype).mean()));
}

/** The mean over all examples, as a metric of data with weights. */
export function weightedCostMetric(
  operation: string,
  costOf: WeighableCost,
): StatefulMetric<number> {
  return ofSums(
    operation,
    (outputs, targets, weights) => {
      const mean = weightedCost(operation, costOf, outputs, targets, weights!);
      const count = outputs.shape[0]!;
      return listed(mean.cast("float64").mul(count), full([], count, { dtype: "float64" }));
    },
    ([sum, count]) => sum! / count!,
  );
}

/** Throws `NablaError` unless all weights are finite and none is less than 0. */
export async function checkWeights(operation: string, weights: Tensor): Promise<void> {
  const values = await weights.data();
  const wrong = values.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (wrong < 0) return;
  const example = Math.floor((wrong * weights.shape[0]!) / values.length);
  throw new NablaError(
    `${operation}: the weight of example ${example} is ${values[wrong]}, expected a finite number from 0`,
  );
}
