// Encodings of positions in a sequence, for layers such as attention that ignore the order.
import {
  arange,
  concat,
  type DTypeOption,
  formatShape,
  NablaError,
  type Parameter,
  parameter,
  ShapeError,
  type ShapeOf,
  type Tensor,
} from "@nabla/autograd";
import {
  checkOptions,
  checkTensor,
  positive,
  isTensor as tensorKind,
} from "@nabla/autograd/checks";
import { checkAxis, checkCount } from "../checks.ts";
import { computedDType } from "../computed.ts";
import { firstValue, type Initializer, normal } from "../initializers.ts";
import { layerOf } from "../layer-of.ts";
import { ofWeights } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { FeatureShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";

/** Adds waves. Made by `sinusoidalPositions`. */
export interface SinusoidalPositions<F extends number = number>
  extends MadeOf,
    Shaped<FeatureShape<"sinusoidalPositions", F, F>> {
  readonly features: F;
  /** `x` [..., places, features]; the shape stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<FeatureShape<"sinusoidalPositions", F, F>, ShapeOf<X>, X>,
  ): Tensor<Output<FeatureShape<"sinusoidalPositions", F, F>, ShapeOf<X>>>;
}

export interface WaveOptions {
  /** The longest wavelength is 2π times this many positions. Default: 10,000. */
  readonly base?: number;
}

/**
 * Adds to x alternating sines and cosines of the position, with wavelengths from 2π to 2π `base`
 * positions: nothing to learn, and no maximum length. Input: [..., places, features]. A. Vaswani et al.,
 * "Attention is all you need", 2017, section 3.5. Throws `NablaError` unless the number of features is
 * even.
 *
 * @example
 * sinusoidalPositions(2).forward(zeros([3, 2])).arraySync();
 * // => [[0, 1], [0.8415, 0.5403], [0.9093, -0.4161]]
 */
export function sinusoidalPositions<const F extends number>(
  features: F,
  options: WaveOptions = {},
): SinusoidalPositions<F> {
  checkEven("sinusoidalPositions", features);
  checkOptions("sinusoidalPositions", options, { base: positive });
  const { base = 10_000 } = options;
  const forward = (x: Tensor): Tensor => {
    const places = placesOf("sinusoidalPositions", x, features);
    const angles = anglesOf(arange(places, { dtype: computedDType(x.dtype) }), features, base);
    const waves = concat([angles.sin().expandDims(2), angles.cos().expandDims(2)], 2);
    return x.add(waves.reshape([places, features as number]));
  };
  const kind = "sinusoidalPositions";
  return layerOf<SinusoidalPositions, SinusoidalPositions<F>>({ kind, features, forward });
}

/** Adds a row for each place. Made by `learntPositions`. */
export interface LearntPositions<F extends number = number>
  extends MadeOf,
    Shaped<FeatureShape<"learntPositions", F, F>> {
  readonly places: number;
  readonly features: F;
  /** [places, features]. */
  readonly weight: Parameter<[number, F]>;
  /** `x` [..., places, features], possibly with fewer positions; the shape is unchanged. */
  forward<X extends Tensor>(
    x: OutputCheck<FeatureShape<"learntPositions", F, F>, ShapeOf<X>, X>,
  ): Tensor<Output<FeatureShape<"learntPositions", F, F>, ShapeOf<X>>>;
}

export interface LearntOptions extends DTypeOption {
  /** First values. Default: normally distributed around 0 with a standard deviation of 0.02. */
  readonly initializer?: Initializer;
}

/**
 * Adds to x a learnt row for each of `places` positions. Input: [..., places, features], possibly with
 * fewer positions. J. Gehring et al., "Convolutional sequence to sequence learning", ICML 2017, section
 * 3.1. Throws `ShapeError` for more positions.
 *
 * @example
 * learntPositions(10, 4).forward(zeros([2, 7, 4])).shape; // => [2, 7, 4]
 */
export function learntPositions<const F extends number>(
  places: number,
  features: F,
  options: LearntOptions = {},
): LearntPositions<F> {
  checkCount("learntPositions", "places", places);
  checkCount("learntPositions", "features", features);
  checkOptions("learntPositions", options, ofWeights);
  const { initializer = normal({ standardDeviation: 0.02 }), dtype = "float32" } = options;
  const first = firstValue("learntPositions", initializer, [places, features], { dtype });
  const weight = parameter(first, { name: "weight" });
  const forward = (x: Tensor): Tensor => {
    const count = placesOf("learntPositions", x, features);
    if (count > places) {
      const given = formatShape(x.shape);
      throw new ShapeError(
        `learntPositions: ${given} has ${count} places, expected ${places} at most`,
      );
    }
    return x.add((weight as Tensor).slice(0, 0, count));
  };
  return layerOf<LearntPositions, LearntPositions<F>>({
    kind: "learntPositions",
    places,
    features,
    weight,
    parts: { weight },
    forward,
  });
}

export interface RotaryOptions extends WaveOptions {
  /** The positions: [places]. Default: 0, 1, 2 and so on. */
  readonly at?: Tensor;
}

/**
 * Rotates pairs of features by angles that grow with the position: dot products of two such rows depend
 * on their distance, and not on their positions. Feature i is paired with i + features / 2, as in Llama.
 * `x` [..., places, features]; the shape is unchanged. J. Su et al., "RoFormer: enhanced transformer with
 * rotary position embedding", 2021, equation 34. `multiHeadAttention` has it as an option.
 *
 * @example
 * rotary(tensor([[1, 0], [1, 0]])).arraySync(); // => [[1, 0], [0.5403, 0.8415]]
 */
export function rotary<X extends Tensor>(x: X, options: RotaryOptions = {}): Tensor<ShapeOf<X>> {
  checkTensor("rotary", x);
  checkOptions("rotary", options, { base: positive, at: tensorKind });
  const features = x.shape.at(-1) ?? 0;
  checkEven("rotary", features);
  const places = placesOf("rotary", x, features);
  const { base = 10_000, at = arange(places) } = options;
  if (at.rank !== 1 || at.shape[0] !== places) {
    const given = `at is ${formatShape(at.shape)}`;
    throw new ShapeError(
      `rotary: ${given}, expected [${places}], as many as ${formatShape(x.shape)}`,
    );
  }
  const angles = anglesOf(at.cast(computedDType(x.dtype)), features, base);
  const [cos, sin] = [angles.cos(), angles.sin()];
  const whole: Tensor = x;
  const first: Tensor = whole.slice(-1, 0, features / 2);
  const second: Tensor = whole.slice(-1, features / 2, features);
  const turned = concat(
    [first.mul(cos).sub(second.mul(sin)), second.mul(cos).add(first.mul(sin))],
    -1,
  );
  return turned as Tensor<ShapeOf<X>>;
}

/**
 * Attention biases for distance: minus a slope of each head times the distance of two positions, [heads,
 * queries, keys]; `at` has the positions of the queries, [queries], those of keys start at 0. Slopes are
 * 2^(-8 i / heads), as in O. Press, N. Smith and M. Lewis, "Train short, test long: attention with linear
 * biases enables input length extrapolation", ICLR 2022; for numbers of heads that are not a power of 2,
 * those of the next smaller one, and every second one of the next larger. `multiHeadAttention` has it as
 * an option.
 *
 * @example
 * alibi(1, arange(2), 2).arraySync(); // => [[[-0, -0.003906], [-0.003906, -0]]]
 */
export function alibi(heads: number, at: Tensor, keys: number): Tensor {
  checkCount("alibi", "heads", heads);
  checkTensor("alibi", at);
  checkCount("alibi", "keys", keys);
  if (at.rank !== 1) {
    throw new ShapeError(`alibi: at is ${formatShape(at.shape)}, expected [queries]`);
  }
  const dtype = at.dtype === "float64" ? "float64" : "float32";
  const queries = at.cast(dtype).expandDims(1);
  const distance = arange(keys, { dtype }).sub(queries).abs();
  const slopes = concat(slopesOf(heads, dtype));
  return slopes.reshape([heads, 1, 1]).mul(distance).neg();
}

/** In groups whose sizes are powers of 2. */
function slopesOf(heads: number, dtype: "float32" | "float64"): Tensor[] {
  const whole = 2 ** Math.floor(Math.log2(heads));
  // 2^(-8 i / count) for i from 1, in steps.
  const powers = (count: number, step: number, some: number): Tensor =>
    arange(some, { dtype })
      .mul(step)
      .add(1)
      .mul((-8 / count) * Math.LN2)
      .exp();
  if (whole === heads) return [powers(heads, 1, heads)];
  return [powers(whole, 1, whole), powers(2 * whole, 2, heads - whole)];
}

/** at * base^(-2 i / features), [places, features / 2]. */
function anglesOf(at: Tensor, features: number, base: number): Tensor {
  const each = arange(features / 2, { dtype: at.dtype });
  const frequencies = each.mul((-2 * Math.log(base)) / features).exp();
  return at.expandDims(1).mul(frequencies);
}

function checkEven(operation: string, features: number): void {
  checkCount(operation, "features", features);
  if (features % 2 === 0) return;
  throw new NablaError(`${operation}: features is ${features}, expected an even number`);
}

/** Of `x` [..., places, features]. */
function placesOf(operation: string, x: Tensor, features: number): number {
  checkTensor(operation, x);
  checkAxis(operation, x.shape, -1, features, "features");
  if (x.rank >= 2) return x.shape.at(-2)!;
  const given = formatShape(x.shape);
  throw new ShapeError(`${operation}: expects [..., places, ${features}], got ${given}`);
}
