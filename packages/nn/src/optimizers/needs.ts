// What only some rules of optimisers need: counts of steps, and all gradients at once.
import {
  type DType,
  formatShape,
  NablaError,
  type Parameter,
  parameter,
  type Shape,
  ShapeError,
  Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import type { Moving, Needs, Rule, StepCounts } from "./optimizer.ts";
import { ownSteps } from "./stepper.ts";

/** What stands for the gradients of all that move. Throws `NablaError` for what is no list of them. */
export function togetherOf<Options>(
  rule: Rule<Options>,
  moving: readonly Moving<Options>[],
): readonly Tensor[] {
  const made: unknown = rule.together!(moving);
  const isFitting =
    Array.isArray(made) &&
    made.length === moving.length &&
    made.every((one) => one instanceof Tensor);
  if (isFitting) return made as readonly Tensor[];
  const expected = `expected a list of ${moving.length} tensors, one for each that moves`;
  throw new NablaError(`${rule.name}: together gives ${describe(made)}, ${expected}`);
}

/** How many steps have moved each parameter: one that comes late begins at 1. */
class OwnSteps implements StepCounts {
  readonly cell: Parameter;
  readonly #rule: string;

  /** `rule`: what errors start with. */
  constructor(rule: string, count: number) {
    this.#rule = rule;
    this.cell = parameter(zeros([count], { dtype: "int32" }), { name: ownSteps });
  }

  /** Counts a step for those that move. */
  count(isMoving: readonly boolean[]): void {
    const each = isMoving.every(Boolean) ? 1 : tensor(isMoving.map(Number), { dtype: "int32" });
    this.cell.assign(this.cell.add(each));
  }

  /** What is asked for in one step. */
  asked(): (position: number, dtype: DType, key: string, f: (steps: Tensor) => Tensor) => Tensor {
    const made = new Map<string, Tensor>();
    return (position, dtype, key, f) => {
      const all = made.get(`${dtype} ${key}`) ?? this.#madeBy(f, dtype, key);
      made.set(`${dtype} ${key}`, all);
      return all.at(position);
    };
  }

  #madeBy(f: (steps: Tensor) => Tensor, dtype: DType, key: string): Tensor {
    const all: unknown = f(this.cell.cast(dtype));
    const asked = `${this.#rule}: ofSteps(${JSON.stringify(key)}, …)`;
    if (!(all instanceof Tensor)) {
      throw new NablaError(`${asked} makes ${describe(all)} of the steps, expected a tensor`);
    }
    const [is, expected] = [formatShape(all.shape as Shape), formatShape(this.cell.shape)];
    if (is === expected) return all as Tensor;
    throw new ShapeError(`${asked} makes ${is} of the steps, ${expected}, expected their shape`);
  }
}

/** For rules that count. */
export const counting: Needs = { ownSteps: (rule, count) => new OwnSteps(rule, count) };
