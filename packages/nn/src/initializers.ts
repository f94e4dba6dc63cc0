// First values of weights. A weight of shape [in, out] has `in` inputs to each neuron and `out`
// neurons; the draws depend on `manualSeed`.
import { random, type Tensor } from "@nabla/autograd";

/** Gives the first value of a weight of the shape [in, out]. */
export type Initializer = <In extends number, Out extends number>(
  shape: readonly [inputs: In, outputs: Out],
) => Tensor<[In, Out]>;

/** Evenly spread over -limit to limit. */
function spread(limitOf: (inputs: number, outputs: number) => number): Initializer {
  return ([inputs, outputs]) => {
    const limit = limitOf(inputs, outputs);
    return random.uniform([inputs, outputs] as number[], { low: -limit, high: limit }) as never;
  };
}

/** Normally distributed around 0. */
function gaussian(deviationOf: (inputs: number, outputs: number) => number): Initializer {
  return ([inputs, outputs]) => {
    const standardDeviation = deviationOf(inputs, outputs);
    return random.normal([inputs, outputs] as number[], { standardDeviation }) as never;
  };
}

/**
 * Variance 2 / (in + out), evenly spread: keeps the size of activations and gradients from layer
 * to layer for sigmoid and tanh. X. Glorot and Y. Bengio, "Understanding the difficulty of training
 * deep feedforward neural networks", AISTATS 2010, equation 16.
 *
 * @example
 * dense(784, 16, { initializer: xavierUniform() }).weight.shape; // => [784, 16]
 */
export function xavierUniform(): Initializer {
  return spread((inputs, outputs) => Math.sqrt(6 / (inputs + outputs)));
}

/** Variance 2 / (in + out), normally distributed. Source: see `xavierUniform`. */
export function xavierNormal(): Initializer {
  return gaussian((inputs, outputs) => Math.sqrt(2 / (inputs + outputs)));
}

/**
 * Variance 2 / in, evenly spread: for relu, which lets half of the signal through. K. He, X. Zhang,
 * S. Ren and J. Sun, "Delving deep into rectifiers", ICCV 2015, equation 10.
 *
 * @example
 * dense(784, 16, { initializer: heUniform() }).weight.shape; // => [784, 16]
 */
export function heUniform(): Initializer {
  return spread((inputs) => Math.sqrt(6 / inputs));
}

/** Variance 2 / in, normally distributed. Source: see `heUniform`. */
export function heNormal(): Initializer {
  return gaussian((inputs) => Math.sqrt(2 / inputs));
}
