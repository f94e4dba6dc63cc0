// Initial values of weights; the draws depend on `manualSeed`. Choose by what follows the layer:
// Xavier's for sigmoid, tanh and softmax (the default of dense and recurrent layers and of attention),
// He's for relu and its variants (the default of convolutions), orthogonal for matrices that are
// applied repeatedly (the default of a recurrent layer's recurrent weights).
import {
  checkSameShape,
  cholesky,
  type DType,
  type DTypeOption,
  formatShape,
  NablaError,
  random,
  ShapeError,
  type SizesCheck,
  Tensor,
  triangularSolve,
  zeros as zeroTensor,
} from "@nabla/autograd";
import { checkOptions, describe, finite, notNegative, oneOf } from "@nabla/autograd/checks";
import { computedDType } from "./computed.ts";
import { plainList } from "./options.ts";

/** How many inputs each neuron has, and how many neurons each input goes to. */
export type Fans = readonly [inputs: number, outputs: number];

export interface InitializerOptions extends DTypeOption {
  /**
   * By default, [inputs, outputs] is the shape of a matrix, and a kernel's [channels out, channels in,
   * ...window] has as many inputs and outputs as channels times elements of the window.
   */
  readonly fans?: Fans;
}

/** Gives the first value of a weight of this shape. */
export type Initializer = (shape: WeightShape, options?: InitializerOptions) => Tensor;

/** Of a matrix or a kernel: two axes at least. */
export type WeightShape = readonly [number, number, ...number[]];

/**
 * An initializer's value for a weight, in the requested dtype. Throws `NablaError` unless it is a tensor
 * of the shape.
 */
export function firstValue(
  operation: string,
  initializer: Initializer,
  shape: WeightShape,
  options: InitializerOptions & { readonly dtype: DType },
): Tensor {
  // What is drawn in 16 bits would be rounded twice.
  const dtype = computedDType(options.dtype);
  const value = initializer(shape, { ...options, dtype }) as Tensor | undefined;
  if (!(value instanceof Tensor)) {
    throw new NablaError(
      `${operation}: the initializer gives ${describe(value)}, expected a tensor ${formatShape(shape)}`,
    );
  }
  checkSameShape(`${operation}: initializer`, value.shape, shape);
  return value.cast(options.dtype);
}

const kinds = { fans: plainList, dtype: oneOf("float32", "float64") };

/** Throws unless they are valid arguments of an initializer. */
function checkGiven(operation: string, shape: unknown, options: InitializerOptions): void {
  if (!Array.isArray(shape)) {
    throw new ShapeError(`${operation}: shape is ${describe(shape)}, expected an array of sizes`);
  }
  const wrong = Array.from(shape).find(
    (size) => !(Number.isSafeInteger(size) && Number(size) >= 0),
  );
  if (wrong !== undefined) {
    throw new ShapeError(`${operation}: a size is ${describe(wrong)}, expected a whole number`);
  }
  checkOptions(operation, options, kinds);
}

function fansOf(shape: WeightShape, { fans }: InitializerOptions): Fans {
  if (fans) return fans;
  const [first, second, ...window] = shape;
  if (window.length === 0) return [first, second];
  const places = window.reduce((product, size) => product * size, 1);
  return [second * places, first * places];
}

/** Evenly spread over -limit to limit. */
function spread(
  operation: string,
  limitOf: (inputs: number, outputs: number) => number,
): Initializer {
  return (shape, options = {}) => {
    checkGiven(operation, shape, options);
    const limit = limitOf(...fansOf(shape, options));
    return uniform({ low: -limit, high: limit })(shape, options);
  };
}

/** Normally distributed around 0. */
function gaussian(
  operation: string,
  deviationOf: (inputs: number, outputs: number) => number,
): Initializer {
  return (shape, options = {}) => {
    checkGiven(operation, shape, options);
    const standardDeviation = deviationOf(...fansOf(shape, options));
    return normal({ standardDeviation })(shape, options);
  };
}

/**
 * Evenly spread over `low` to `high`, whatever the shape. Default: -0.05 to 0.05.
 *
 * @example
 * dense(3, 2, { initializer: uniform({ low: 1, high: 2 }) }).weight.min().itemSync() >= 1; // => true
 */
export function uniform(options: UniformOptions = {}): Initializer {
  checkOptions("uniform", options, { low: finite, high: finite });
  const { low = -0.05, high = 0.05 } = options;
  return (shape, given = {}) => {
    checkGiven("uniform", shape, given);
    return random.uniform([...shape], { low, high, dtype: given.dtype ?? "float32" });
  };
}

export interface UniformOptions {
  readonly low?: number;
  readonly high?: number;
}

/**
 * Normally distributed, whatever the shape. Default: around 0 with a standard deviation of 0.05.
 *
 * @example
 * const initializer = normal({ mean: 3, standardDeviation: 0 });
 * dense(1, 2, { initializer }).weight.arraySync(); // => [[3, 3]]
 */
export function normal(options: NormalOptions = {}): Initializer {
  checkOptions("normal", options, { mean: finite, standardDeviation: notNegative });
  const { mean = 0, standardDeviation = 0.05 } = options;
  return (shape, given = {}) => {
    checkGiven("normal", shape, given);
    return random.normal([...shape], {
      mean,
      standardDeviation,
      dtype: given.dtype ?? "float32",
    });
  };
}

export interface NormalOptions {
  readonly mean?: number;
  readonly standardDeviation?: number;
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
  return spread("xavierUniform", (inputs, outputs) => Math.sqrt(6 / (inputs + outputs)));
}

/**
 * Variance 2 / (in + out), normally distributed. Source: see `xavierUniform`.
 *
 * @example
 * dense(784, 16, { initializer: xavierNormal() }).weight.shape; // => [784, 16]
 */
export function xavierNormal(): Initializer {
  return gaussian("xavierNormal", (inputs, outputs) => Math.sqrt(2 / (inputs + outputs)));
}

/**
 * Variance 2 / in, evenly spread: for relu, which lets half of the signal through. K. He, X. Zhang,
 * S. Ren and J. Sun, "Delving deep into rectifiers", ICCV 2015, equation 10.
 *
 * @example
 * dense(784, 16, { initializer: heUniform() }).weight.shape; // => [784, 16]
 */
export function heUniform(): Initializer {
  return spread("heUniform", (inputs) => Math.sqrt(6 / inputs));
}

/**
 * Variance 2 / in, normally distributed. Source: see `heUniform`.
 *
 * @example
 * dense(784, 16, { initializer: heNormal() }).weight.shape; // => [784, 16]
 */
export function heNormal(): Initializer {
  return gaussian("heNormal", (inputs) => Math.sqrt(2 / inputs));
}

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times `gain`: the first
 * axis by all others. Keeps lengths however often it is applied. A. M. Saxe, J. L. McClelland and
 * S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
 * networks", ICLR 2014. Normal draws, made orthonormal by Cholesky's factor of their products,
 * twice (Y. Yamamoto et al., "Roundoff error analysis of the CholeskyQR2 algorithm", 2015), so that
 * all directions are equally likely (F. Mezzadri, "How to generate random matrices from the
 * classical compact groups", 2007).
 *
 * @example
 * const w = orthogonal()([2, 2]);
 * w.matmul(w.transpose()).sub(eye(2)).abs().max().itemSync() < 1e-6; // => true
 */
export function orthogonal(options: { readonly gain?: number } = {}): Initializer {
  checkOptions("orthogonal", options, { gain: finite });
  const { gain = 1 } = options;
  return (shape, given = {}) => {
    checkGiven("orthogonal", shape, given);
    const [first, ...others] = shape;
    const rest = others.reduce((product, size) => product * size, 1);
    const [few, many] = [Math.min(first, rest), Math.max(first, rest)];
    const draws = random.normal([few, many], { dtype: "float64" }) as Tensor;
    const rows = orthonormalRows(orthonormalRows(draws));
    const matrix = first <= rest ? rows : rows.transpose();
    return matrix
      .mul(gain)
      .reshape([...shape])
      .cast(given.dtype ?? "float32");
  };
}

/** L⁻¹ a, L being Cholesky's factor of a aᵀ: its rows span the same, and are orthonormal. */
function orthonormalRows(a: Tensor): Tensor {
  return triangularSolve(cholesky(a.matmul(a.transpose())), a);
}

/**
 * `zeros()` is an initialiser of zeros; with a shape it is the function of the same name in
 * `@nabla/autograd`.
 *
 * @example
 * dense(2, 2, { initializer: zeros() }).weight.arraySync(); // => [[0, 0], [0, 0]]
 * zeros([2]).arraySync(); // => [0, 0]
 */
export function zeros(): Initializer;
export function zeros<const S extends number[]>(
  shape: SizesCheck<"zeros", S, readonly [...S]>,
  options?: DTypeOption,
): Tensor<S>;
export function zeros(shape?: readonly number[], options?: DTypeOption): unknown {
  const initializer: Initializer = (given, own = {}) => {
    checkGiven("zeros", given, own);
    return zeroTensor([...given], own);
  };
  return shape === undefined ? initializer : zeroTensor(shape as number[], options);
}
