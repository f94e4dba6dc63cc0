// A step for several gradients.
import { NablaError, parameter, takeGradients, where } from "@nabla/autograd";
import { checkKind, count } from "@nabla/autograd/checks";
import { zerosFor } from "../computed.ts";
import { checkTrainable } from "../freezing.ts";
import { type Optimizer, optimizerOf, stepperOf } from "./stepper.ts";
import { cellsWith, outcomeOf } from "./within.ts";

/**
 * Makes an optimiser whose `step()` accumulates gradients; at every nth call, `optimizer` takes one step
 * with the mean of `n` of them. It is for your own loops, where batches arrive one by one; `fit` has
 * `accumulate`. Steps, schedules and bias corrections count every nth call. The accumulated gradients are
 * part of the state, so training resumes from a checkpoint between two steps. Each call needs a gradient
 * for every parameter that is not frozen. Throws `NablaError` if one has none, for `n` below 1, and for
 * optimisers not made by `@nabla/nn`.
 *
 * @example
 * const w = parameter([1]);
 * const optimizer = everyNth(sgd([w], { learningRate: 1 }), 2);
 * for (const slope of [0.25, 0.5]) {
 *   w.mul(slope).sum().backward();
 *   optimizer.step();
 * }
 * w.arraySync(); // => [0.625]
 */
export function everyNth(optimizer: Optimizer, n: number): Optimizer {
  const inner = stepperOf("everyNth", optimizer);
  checkKind("everyNth", "n", n, count);
  const { parameters } = inner;
  const turn = parameter(0, { name: "turn", dtype: "int32" });
  const sums = parameters.map((p) => parameter(zerosFor(p), { name: `sum for ${p.name}` }));
  const cells = cellsWith(
    "everyNth",
    inner,
    new Map([
      ["everyNth.turn", turn],
      ...sums.map((sum, i) => [`everyNth.${i}.sum`, sum] as const),
    ]),
  );
  return optimizerOf({
    parameters,
    cells,
    begin() {
      checkTrainable("step", parameters);
      const gathered = takeGradients(parameters).map((g, i) => {
        const { name, isFrozen } = parameters[i]!;
        if (g) return sums[i]!.add(g.cast(sums[i]!.dtype));
        if (isFrozen) return undefined;
        throw new NablaError(
          `everyNth: parameter "${name}" has no gradient, and each call wants one`,
        );
      });
      const next = turn.add(1);
      parameters.forEach((p, i) => {
        if (gathered[i]) p.grad = gathered[i].div(next.cast(sums[i]!.dtype));
      });
      const assign = inner.begin();
      return () => {
        const changing = [...parameters, ...inner.cells.values()];
        const after = outcomeOf(changing, assign);
        // A state may be one of more gradients for a step.
        const isNth = next.greaterEqual(n);
        changing.forEach((cell, i) => cell.assign(where(isNth, after[i]!, cell)));
        sums.forEach((sum, i) => sum.assign(where(isNth, 0, gathered[i] ?? sum)));
        turn.assign(where(isNth, 0, next));
        return [...parameters, ...cells.values()];
      };
    },
    learningRate: () => inner.learningRate(),
  });
}
