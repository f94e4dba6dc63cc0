// Lookahead: some steps, and then a part of the way that they have led.
import { parameter, where } from "@nabla/autograd";
import { checkOptions, count, type Kind } from "@nabla/autograd/checks";
import { exactNow, zerosFor } from "../computed.ts";
import { type Optimizer, optimizerOf, stepperOf } from "./stepper.ts";
import { cellsWith, outcomeOf } from "./within.ts";

export interface LookaheadOptions {
  /** How many steps are taken before going back. Default: 5. */
  readonly steps?: number;
  /** The part of their way that is kept. Default: 0.5. */
  readonly part?: number;
}

const part: Kind = [(x) => typeof x === "number" && x > 0 && x <= 1, "more than 0, 1 at most"];

/**
 * Makes an optimiser that lets `optimizer` take `steps` steps, and then moves back to a point on the line
 * between their start and end. M. Zhang, J. Lucas, G. Hinton and J. Ba, "Lookahead Optimizer: k steps
 * forward, 1 step back", 2019, algorithm 1. The state of `optimizer` is unchanged by this; frozen
 * parameters are not moved. Throws `NablaError` for options out of range, and for optimisers not made by
 * `@nabla/nn`.
 *
 * @example
 * const w = parameter([1]);
 * const optimizer = lookahead(sgd([w], { learningRate: 0.25 }), { steps: 2, part: 0.5 });
 * for (let i = 0; i < 2; i++) {
 *   w.sum().backward();
 *   optimizer.step();
 * }
 * w.arraySync(); // => [0.75]
 */
export function lookahead(optimizer: Optimizer, options: LookaheadOptions = {}): Optimizer {
  const inner = stepperOf("lookahead", optimizer);
  checkOptions("lookahead", options, { steps: count, part });
  const { steps = 5, part: kept = 0.5 } = options;
  const { parameters } = inner;
  const turn = parameter(0, { name: "turn", dtype: "int32" });
  const slow = parameters.map((p) => parameter(zerosFor(p), { name: `slow ${p.name}` }));
  // What `optimizer` keeps of parameters of 16 bits: their ways are of float32, too.
  const exact = parameters.map((_, i) => inner.cells.get(`${i}.float32`));
  const cells = cellsWith(
    "lookahead",
    inner,
    new Map([
      ["lookahead.turn", turn],
      ...slow.map((cell, i) => [`lookahead.${i}.slow`, cell] as const),
    ]),
  );
  return optimizerOf({
    parameters,
    cells,
    begin() {
      const assign = inner.begin();
      return () => {
        const changing = [...parameters, ...inner.cells.values()];
        const now = parameters.map((p, i) => exactNow(p, p.dtype, exact[i]));
        const after = outcomeOf(changing, assign);
        const afterOf = new Map(changing.map((cell, i) => [cell, after[i]!]));
        const led = parameters.map((p, i) => exactNow(after[i]!, p.dtype, afterOf.get(exact[i]!)));
        const next = turn.add(1);
        const [isFirst, isLast] = [turn.equal(0), next.greaterEqual(steps)];
        parameters.forEach((p, i) => {
          if (p.isFrozen) {
            // It stays, and where it is released its steps begin.
            slow[i]!.assign(now[i]!);
            return;
          }
          const end = led[i]!;
          // Steps start from the parameter's current value, whoever assigned it.
          const start = where(isFirst, now[i]!, slow[i]!);
          const between = start.add(end.sub(start).mul(kept));
          slow[i]!.assign(start);
          // The difference of two infinities is NaN.
          const to = where(isLast.logicalAnd(end.notEqual(start)), between, end);
          p.assign(to);
          if (exact[i]) afterOf.set(exact[i], to);
        });
        for (const cell of inner.cells.values()) cell.assign(afterOf.get(cell)!);
        turn.assign(where(isLast, 0, next));
        return [...parameters, ...cells.values()];
      };
    },
    learningRate: () => inner.learningRate(),
  });
}
