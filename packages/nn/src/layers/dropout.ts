// Dropout: some activations are left out in each step of training.
import { type KeepShape, random, type ShapeOf, type Tensor } from "@nabla/autograd";
import { checkTensor } from "../checks.ts";
import { Mode } from "../mode.ts";
import { checkKind, fraction } from "../options.ts";
import { type MadeOf, madeOf } from "../parts.ts";
import type { Shaped } from "../shapes.ts";

/** Leaves out activations in training. Made by `dropout`. */
export interface Dropout extends MadeOf, Shaped<KeepShape> {
  /** How likely each activation is left out. */
  readonly rate: number;
  readonly kind: string;
  readonly training: boolean;
  /** The shape stays as it is. */
  forward<X extends Tensor>(x: X): Tensor<ShapeOf<X>>;
}

/**
 * In training sets each activation to 0 with probability `rate`, by a draw of its own each time
 * that the graph is built or a compiled function is called, and divides the others by 1 - rate, so
 * that their expectation stays; after `evaluate()` passes on what it is given. N. Srivastava et
 * al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014; the
 * division in training is the "inverted" form of its section 10. A function that `compile` traced
 * in training goes on to drop: have another for evaluation. Any shape. Throws `NablaError` unless
 * 0 <= rate < 1.
 *
 * @example
 * const layer = dropout(0.5);
 * layer.forward(ones([1000])).max().itemSync(); // => 2
 * const [training, evaluation] = [1, 2].map(() => compile((x: Tensor) => layer.forward(x)));
 * training!(ones([1000])).max().itemSync(); // => 2
 * layer.evaluate();
 * layer.forward(ones([2])).arraySync(); // => [1, 1]
 * evaluation!(ones([2])).arraySync(); // => [1, 1]
 * training!(ones([1000])).max().itemSync(); // => 2
 */
export function dropout(rate: number): Dropout {
  checkKind("dropout", "rate", rate, fraction);
  const mode = new Mode();
  const forward = (x: Tensor): Tensor => {
    checkTensor("dropout", x);
    return mode.training ? dropped(x, rate) : x;
  };
  return {
    kind: "dropout",
    rate,
    ...madeOf({}),
    get training() {
      return mode.training;
    },
    train: mode.train,
    evaluate: mode.evaluate,
    forward: forward as Dropout["forward"],
  };
}

/** Each element 0 with probability `rate`, else divided by 1 - rate. */
export function dropped(x: Tensor, rate: number): Tensor {
  if (rate === 0) return x;
  const kept = random.bernoulli([...x.shape], 1 - rate, { dtype: x.dtype });
  return x.mul(kept.mul(1 / (1 - rate)));
}
