// Dropout: some activations, channels or examples are left out in each step of training.
import {
  formatShape,
  type KeepShape,
  random,
  ShapeError,
  type ShapeOf,
  type Tensor,
} from "@nabla/autograd";
import { checkKind, checkTensor, fraction } from "@nabla/autograd/checks";
import { layerOf } from "../layer-of.ts";
import { Mode } from "../mode.ts";
import type { MadeOf } from "../parts.ts";
import type { Shaped } from "../shapes.ts";

/** Leaves out activations in training. Made by `dropout`, `spatialDropout` and `dropPath`. */
export interface Dropout extends MadeOf, Shaped<KeepShape> {
  /** How likely each activation, channel or example is left out. */
  readonly rate: number;
  readonly kind: string;
  readonly training: boolean;
  /** The shape stays as it is. */
  forward<X extends Tensor>(x: X): Tensor<ShapeOf<X>>;
}

/**
 * In training sets each activation to 0 with probability `rate`, with new draws each time that the graph
 * is built or a compiled function is called, and divides the others by 1 - rate, which preserves their
 * expectation; after `evaluate()` returns its input. N. Srivastava et al., "Dropout: a simple way to
 * prevent neural networks from overfitting", JMLR 15, 2014; the division in training is the "inverted"
 * form of its section 10. A function that `compile` traced in training keeps dropping: compile another
 * for evaluation. Any shape. Throws `NablaError` unless 0 <= rate < 1.
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
  return dropping("dropout", rate, (x) => x.shape);
}

/**
 * Leaves out whole channels in training, as `dropout` leaves out activations: neighbours in an image
 * say much the same, so that leaving out one alone changes little. Any shape [examples, channels,
 * ...places]. J. Tompson et al., "Efficient object localization using convolutional networks", CVPR
 * 2015, section 3.2; PyTorch's `Dropout1d`, `Dropout2d` and `Dropout3d`. Throws `NablaError` unless
 * 0 <= rate < 1.
 *
 * @example
 * const y = spatialDropout(0.5).forward(ones([4, 8, 3, 3]));
 * // In each channel all places are the same, 0 or 2.
 * y.max([2, 3]).sub(y.min([2, 3])).abs().max().itemSync(); // => 0
 */
export function spatialDropout(rate: number): Dropout {
  return dropping("spatialDropout", rate, ({ shape }) => {
    if (shape.length >= 3) return [...shape.slice(0, 2), ...shape.slice(2).map(() => 1)];
    const expected = "expects [examples, channels, ...places]";
    throw new ShapeError(`spatialDropout: ${expected}, got ${formatShape(shape)}`);
  });
}

/**
 * Drops whole examples in training, as `dropout` drops activations: as the last layer of a `residual`, it
 * lets some examples skip the others. Any shape [examples, ...]. G. Huang et al., "Deep networks with
 * stochastic depth", ECCV 2016. Throws `NablaError` unless 0 <= rate < 1.
 *
 * @example
 * const block = residual(dense(8, 8), relu, dropPath(0.5));
 * block.forward(zeros([5, 8])).shape; // => [5, 8]
 */
export function dropPath(rate: number): Dropout {
  return dropping("dropPath", rate, ({ shape }) => {
    if (shape.length >= 1) return [shape[0]!, ...shape.slice(1).map(() => 1)];
    throw new ShapeError(`dropPath: expects [examples, ...], got ${formatShape(shape)}`);
  });
}

/** A layer that drops by draws of a shape that broadcasts to the input's. */
function dropping(kind: string, rate: number, drawn: (x: Tensor) => readonly number[]): Dropout {
  checkKind(kind, "rate", rate, fraction);
  const mode = new Mode();
  const forward = (x: Tensor): Tensor => {
    checkTensor(kind, x);
    const shape = drawn(x);
    return mode.training ? dropped(x, rate, shape) : x;
  };
  return layerOf<Dropout>({ kind, rate, mode, forward });
}

/**
 * Sets each element of `shape`, which broadcasts against `x`, to 0 with probability `rate`; else divides
 * by 1 - rate.
 */
export function dropped(x: Tensor, rate: number, shape: readonly number[] = x.shape): Tensor {
  if (rate === 0) return x;
  const kept = random.bernoulli([...shape], 1 - rate, { dtype: x.dtype });
  return x.mul(kept.mul(1 / (1 - rate)));
}
