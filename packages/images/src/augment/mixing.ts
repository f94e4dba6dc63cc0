// Mixtures of the images of a batch, and of their labels.
import {
  arange,
  DTypeError,
  formatShape,
  random,
  type Seed,
  type Shape,
  ShapeError,
  type ShapeOf,
  type Tensor,
  where,
} from "@nabla/autograd";
import { checkOptions, checkTensor, positive } from "@nabla/autograd/checks";
import { checkFloat, checkImage, isFloat } from "../checks.ts";
import { ofShape } from "../shapes.ts";

export interface MixOptions {
  /**
   * Shares are drawn from Beta(alpha, alpha): all alike for 1, mostly near 0 and 1 for less. Positive.
   * Default: 1.
   */
  readonly alpha?: number;
  /** A seed or key: the same one gives the same mixtures. Left out: each call draws anew. */
  readonly key?: Seed;
}

/** Mixed images, and their labels. */
export interface Mixture<X extends Shape = Shape, Y extends Shape = Shape> {
  readonly images: Tensor<X>;
  readonly labels: Tensor<Y>;
}

interface Pairing {
  readonly key: Tensor;
  /** Of each example what is kept, [examples]. */
  readonly share: Tensor;
  /** Each example's other, by a permutation. */
  readonly others: (x: Tensor) => Tensor;
}

/**
 * Mixes each image of a batch, [examples, ...], with another: share x + (1 - share) other, with a
 * separate share for each, and its labels in the same way, [examples, ...], such as those of `oneHot` (H.
 * Zhang et al., "mixup: beyond empirical risk minimization", 2018; there a batch has one share). Throws
 * `DTypeError` for integers, `ShapeError` if there are not as many labels as images.
 *
 * @example
 * const labels = oneHot(tensor([0, 1, 2, 1], { dtype: "int32" }), 3);
 * mixUp(ones([4, 3, 8, 8]), labels, { alpha: 0.2, key: 7 }).labels.sum(1).arraySync(); // => [1, 1, 1, 1]
 */
export function mixUp<X extends Tensor, Y extends Tensor>(
  images: X,
  labels: Y,
  options: MixOptions = {},
): Mixture<ShapeOf<X>, ShapeOf<Y>> {
  const { share, others } = paired("mixUp", images, labels, options);
  return {
    images: ofShape(blended(images, others(images), share)),
    labels: ofShape(blended(labels, others(labels), share)),
  };
}

/**
 * Puts a rectangle of another image of the batch, [examples, channels, height, width], into each at the same
 * place, of a drawn area and with its middle anywhere; labels, [examples, ...], are mixed by the areas that
 * are seen (S. Yun et al., "CutMix", 2019, section 3.1; there a batch has one rectangle). Throws `DTypeError`
 * for integers, `ShapeError` if there are not as many labels as images.
 *
 * @example
 * const labels = oneHot(tensor([0, 1, 2, 1], { dtype: "int32" }), 3);
 * cutMix(ones([4, 3, 8, 8]), labels, { key: 7 }).images.shape; // => [4, 3, 8, 8]
 */
export function cutMix<X extends Tensor, Y extends Tensor>(
  images: X,
  labels: Y,
  options: MixOptions = {},
): Mixture<ShapeOf<X>, ShapeOf<Y>> {
  checkImage("cutMix", images, ["examples", "channels", "height", "width"]);
  const { key, share, others } = paired("cutMix", images, labels, options);
  const examples = images.shape[0]!;
  const side = share.neg().add(1).sqrt();
  const [rows, columns] = ([-2, -1] as const).map((axis): Tensor => {
    const whole = images.shape.at(axis)!;
    // Keys 0 to 2 are those of `paired`.
    const seed = random.foldIn(key, 5 + axis);
    const middle = random.uniform([examples], {
      high: whole,
      seed,
      dtype: share.dtype as "float32",
    });
    // Pixel i is from i to i + 1: it is covered where its middle is.
    const away = arange(0, whole, 1, { dtype: share.dtype })
      .add(0.5)
      .sub(middle.expandDims(1))
      .abs();
    return away.less(side.mul(whole / 2).expandDims(1));
  }) as [Tensor, Tensor];
  const isOther: Tensor = rows.expandDims(2).logicalAnd(columns.expandDims(1));
  const kept = isOther.cast(share.dtype).mean([1, 2]).neg().add(1);
  const mixed = where(isOther.expandDims(1), others(images), images);
  return { images: ofShape(mixed), labels: ofShape(blended(labels, others(labels), kept)) };
}

function paired(operation: string, images: Tensor, labels: Tensor, options: MixOptions): Pairing {
  checkTensor(operation, images);
  checkTensor(operation, labels, "labels");
  checkOptions(operation, options, { alpha: positive, key: [() => true, "a seed"] });
  checkFloat(operation, images);
  if (!isFloat(labels)) {
    throw new DTypeError(
      `${operation}: labels are ${labels.dtype}, expected shares of classes: oneHot(labels, classes)`,
    );
  }
  const [examples] = images.shape;
  if (examples === undefined || examples === 0 || labels.shape[0] !== examples) {
    const given = `${formatShape(images.shape)} and labels ${formatShape(labels.shape)}`;
    throw new ShapeError(`${operation}: expects as many images as labels, got ${given}`);
  }
  const key: Tensor = options.key === undefined ? random.key() : random.foldIn(options.key, 0);
  const order = random.permutation(examples, { seed: random.foldIn(key, 0) });
  const share = symmetricBeta(examples, options.alpha ?? 1, key, images.dtype as "float32");
  return { key, share, others: (x) => x.gather(0, order) };
}

/**
 * Draws from Beta(alpha, alpha), without rejection: from Student's t distribution with 2 alpha degrees of
 * freedom by R. W. Bailey's polar method (1994), as in L. Devroye, "Random variate generation in one line of
 * code", 1996.
 */
export function symmetricBeta(
  count: number,
  alpha: number,
  key: Tensor,
  dtype: "float32" | "float64",
): Tensor {
  const uniform = (i: number): Tensor =>
    random.uniform([count], { seed: random.foldIn(key, i), dtype });
  const cosine = uniform(1)
    .mul(2 * Math.PI)
    .cos();
  // u ** (-1 / alpha) - 1; beyond e ** 60 the result is 0 or 1 in any dtype.
  const spread = uniform(2).log().div(-alpha).minimum(60).expm1();
  const tSquare = spread.mul(cosine.square());
  const half = tSquare.div(tSquare.add(1)).sqrt().div(2);
  return half.mul(cosine.sign()).add(0.5);
}

/** share a + (1 - share) b, by examples. */
function blended(a: Tensor, b: Tensor, share: Tensor): Tensor {
  const each = share.cast(a.dtype).reshape([a.shape[0]!, ...a.shape.slice(1).map(() => 1)]);
  return b.add(a.sub(b).mul(each));
}
