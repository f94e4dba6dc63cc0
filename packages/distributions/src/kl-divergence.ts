// The Kullback-Leibler divergence. Families know their own formulas, so that no other is loaded.
import type { Tensor } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { fail } from "./checks.ts";
import { type Distribution, isDistribution } from "./distribution.ts";
import { batchedTo, broadcastShapes } from "./shapes.ts";

/**
 * The Kullback-Leibler divergence of `p` from `q` in nats, the expectation under `p` of log p - log q:
 * 0 where they are equal, Infinity where `p` can give what `q` cannot. Batches broadcast. There is a closed
 * form for two of the same family, but for `logistic`, `studentT`, `multinomial`, `truncatedNormal`, `mixture` and `transformed`;
 * other pairs throw `NablaError`. Two of `binomial` have one if their counts are equal, else it is Infinity (more
 * trials) or NaN (fewer).
 *
 * @example
 * klDivergence(normal(1, 1), normal(0, 1)).itemSync(); // => 0.5
 * klDivergence(gamma(2, 1), normal(0, 1)); // => throws klDivergence: of gamma from normal no closed form is known
 */
export function klDivergence(p: Distribution, q: Distribution): Tensor {
  for (const [name, given] of [
    ["p", p],
    ["q", q],
  ] as const) {
    if (isDistribution(given)) continue;
    fail(`klDivergence: ${name} is ${describe(given)}, expected a distribution`);
  }
  const shape = broadcastShapes("klDivergence", [
    ["p", { shape: p.batchShape }],
    ["q", { shape: q.batchShape }],
  ]);
  const value = p.divergenceFrom(q);
  if (!value) fail(`klDivergence: of ${p.name} from ${q.name} no closed form is known`);
  const isWide = [p, q].some((one) => one.mean().dtype === "float64");
  return batchedTo(value.cast(isWide ? "float64" : "float32"), shape);
}
