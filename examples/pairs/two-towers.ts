// Two towers: one network for the upper halves of images and one for the lower halves, trained so that both halves
// of an image have similar vectors, and halves of different images do not. The lower half that belongs to an upper
// one is then its nearest neighbour. A. van den Oord et al., "Representation learning with contrastive predictive
// coding", 2018.
import { arange, type Tensor } from "@nabla/autograd";
import {
  accuracy,
  type BatchFitOptions,
  dense,
  infoNCE,
  madeOf,
  type Optimizer,
  relu,
  sequential,
} from "@nabla/nn";

export interface Halves {
  /** [count, pixels of a half] each. */
  readonly upper: Tensor;
  readonly lower: Tensor;
}

/** The halves of images [count, rows, columns], from 0 to 255. */
export function halvesOf(images: Tensor): Halves {
  const [count, rows] = images.shape as [number, number, number];
  const half = (from: number) =>
    images
      .slice(1, from, from + rows / 2)
      .reshape([count, -1])
      .div(255)
      .realize();
  return { upper: half(0), lower: half(rows / 2) };
}

export type TwoTowers = ReturnType<typeof twoTowers>;

/** A network for each half, which gives `features` numbers. */
export function twoTowers(pixels: number, hidden: number, features: number) {
  const tower = () => sequential(dense(pixels, hidden), relu, dense(hidden, features));
  const parts = { upper: tower(), lower: tower() };
  return {
    ...madeOf(parts),
    forward: ({ upper, lower }: Halves): Halves => ({
      upper: parts.upper.forward(upper),
      lower: parts.lower.forward(lower),
    }),
  };
}

const unit = (x: Tensor) => x.div(x.norm(1, { keepDims: true }));

/** How like each upper half is to each lower one: cosines, [uppers, lowers]. */
export function likeness(model: TwoTowers, halves: Halves): Tensor {
  const { upper, lower } = model.forward(halves);
  return unit(upper).matmul(unit(lower).transpose());
}

/** Which lower half is the right one: the one in the same place. */
function places(x: Tensor): Tensor {
  const [count = 0] = x.shape;
  return arange(count, { dtype: "int32" });
}

/**
 * How `fit` trains it: each half has to be told from the others of its batch. `found` is how often the nearest
 * lower half is the right one, among `among` of the validation.
 */
export function trainingBy(optimizer: Optimizer, validation: Halves, among: number) {
  return {
    batchCost(model, batch) {
      const { upper, lower } = model.forward(batch);
      return infoNCE(upper, lower, { temperature: 0.1, symmetric: true });
    },
    metrics: {
      found: [accuracy, (model, batch) => [likeness(model, batch), places(batch.upper)]],
    },
    optimizer,
    validation,
    measureBatchSize: among,
    batchSize: 100,
    epochs: 5,
  } as const satisfies BatchFitOptions<TwoTowers, Halves>;
}
