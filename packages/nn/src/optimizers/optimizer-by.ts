// Optimisers from custom rules.
import {
  DTypeError,
  formatShape,
  NablaError,
  type Parameter,
  type Shape,
  ShapeError,
  stopGradient,
  substitute,
  Tensor,
} from "@nabla/autograd";
import {
  anything,
  callable,
  checkOptions,
  describe,
  type Kinds,
  plain,
  text,
} from "@nabla/autograd/checks";
import type { LearningRate } from "../schedules.ts";
import { counting, togetherOf } from "./needs.ts";
import { type Optimizer, optimizerOfRule, type Parameters, type Rule } from "./optimizer.ts";

const ruleKinds: Kinds<Rule<unknown>> = {
  name: text,
  defaults: plain,
  required: anything,
  check: callable,
  keeps: callable,
  together: callable,
  counts: [(x) => x === true, "true, or left out"],
  update: callable,
};

/**
 * Makes an optimiser from your own rule, which gives the update of a single parameter. Groups, schedules,
 * states, checkpoints, `compile` and `fit` work as with any other. Groups override `options`, which
 * override the rule's defaults. The rule is traced when steps are compiled, so it must not branch on the
 * values of tensors: use `where`. Throws `NablaError` for an invalid rule, for options without a learning
 * rate, and in a step whose `update` does not return a tensor.
 *
 * @example
 * // Against the sign of a velocity.
 * const signMomentum: Rule<{ learningRate: LearningRate; momentum: number }> = {
 *   name: "signMomentum",
 *   defaults: { momentum: 0.9 },
 *   keeps: () => ["velocity"],
 *   update(p, { g, kept, learningRate, options }) {
 *     const velocity = kept["velocity"]!;
 *     velocity.assign(velocity.mul(options.momentum).add(g));
 *     return p.sub(velocity.sign().mul(learningRate));
 *   },
 * };
 * const w = parameter([3, -200]);
 * const optimizer = optimizerBy(signMomentum, [w], { learningRate: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.5, -199.5]
 */
export function optimizerBy<Options extends { readonly learningRate: LearningRate }>(
  rule: Rule<Options>,
  parameters: Parameters<NoInfer<Options>>,
  options: Partial<NoInfer<Options>>,
): Optimizer {
  checkOptions("optimizerBy", rule, ruleKinds, "name", "defaults", "keeps", "update");
  const checked: Rule<Options> = {
    ...rule,
    update: (p, how) => checkedNext(rule.name, p, rule.update(p, how)),
  };
  return optimizerOfRule(checked, parameters, options, {
    ...counting,
    together: togetherOf,
    carrying: allOrNothing,
  });
}

/** A step that throws for one parameter has changed nothing that is kept of the others. */
function allOrNothing<Result>(cells: readonly Parameter[], step: () => Result): Result {
  const { result, after } = substitute(cells, cells.map(stopGradient), () => ({
    result: step(),
    after: cells.map(stopGradient),
  }));
  cells.forEach((cell, i) => cell.assign(after[i]!));
  return result;
}

/** The new value of a parameter, if it can be assigned. Throws `NablaError` otherwise. */
function checkedNext(name: string, p: Parameter, next: unknown): Tensor {
  if (!(next instanceof Tensor)) {
    const is = describe(next);
    throw new NablaError(`${name}: update gives ${is} for "${p.name}", expected a tensor`);
  }
  const [is, expected] = [formatShape(next.shape as Shape), formatShape(p.shape)];
  if (is !== expected) {
    throw new ShapeError(`${name}: update gives ${is} for "${p.name}", which is ${expected}`);
  }
  if (next.dtype === p.dtype) return next;
  throw new DTypeError(`${name}: update gives ${next.dtype} for "${p.name}", which is ${p.dtype}`);
}
