// Costs of embeddings: which vectors should be near each other. The last axis is that of a vector.
import {
  arange,
  concat,
  formatShape,
  full,
  NablaError,
  relu,
  type SameShapeCheck,
  ShapeError,
  type ShapeOf,
  type Tensor,
  where,
} from "@nabla/autograd";
import {
  checkOptions,
  checkTensor,
  finite,
  flag,
  notNegative,
  positive,
} from "@nabla/autograd/checks";
import { targetsLike } from "../checks.ts";
import { crossEntropy } from "./classes.ts";
import {
  counted,
  type FirstOf,
  type FrontOf,
  ofReduction,
  type Reduced,
  type Reduction,
  type ReductionOptions,
} from "./reduction.ts";

/**
 * The mean over vectors of 1 - cos(angle between output and target): 0 for the same direction, 2 for
 * opposite ones. Both have one shape [..., features]. As in all costs of angles here, 1e-12 is added to
 * squares of lengths, so that a vector of zeros has the cosine 0 with all others, and a gradient.
 *
 * @example
 * cosineDistance(tensor([[2, 0], [0, 1]]), tensor([[1, 0], [1, 0]])).itemSync(); // => 0.5
 */
export function cosineDistance<
  X extends Tensor,
  Y extends Tensor,
  const R extends Reduction = "mean",
>(
  outputs: X,
  targets: SameShapeCheck<"cosineDistance", ShapeOf<X>, ShapeOf<Y>, Y>,
  options: ReductionOptions<R> = {},
): Reduced<R, FrontOf<X>> {
  checkOptions("cosineDistance", options, ofReduction);
  const { seen, reduced, others } = pairs("cosineDistance", outputs, [targets], options);
  return reduced(cosine(seen(outputs), seen(others[0]!)).neg().add(1)) as Reduced<R, FrontOf<X>>;
}

export interface MarginOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** The minimum distance wanted between non-matching vectors; for cosines, their maximum similarity. */
  readonly margin?: number;
}

/**
 * The mean over pairs of vectors of 1 - cos(angle) for matching pairs, and of max(0, cos(angle) -
 * `margin`) for the others. `a` and `b` have the same shape [..., features]; `isSame` [...] is above 0
 * for matching pairs, else 0 or -1. `margin` is from -1 to 1 (default: 0). PyTorch's
 * `CosineEmbeddingLoss`.
 *
 * @example
 * const [a, b] = [tensor([[1, 0], [1, 0]]), tensor([[0, 1], [1, 1]])];
 * cosineEmbedding(a, b, tensor([1, -1])).itemSync(); // => 0.8536
 */
export function cosineEmbedding<
  X extends Tensor,
  Y extends Tensor,
  const R extends Reduction = "mean",
>(
  a: X,
  b: SameShapeCheck<"cosineEmbedding", ShapeOf<X>, ShapeOf<Y>, Y>,
  isSame: Tensor,
  options: MarginOptions<R> = {},
): Reduced<R, FrontOf<X>> {
  checkOptions("cosineEmbedding", options, { ...ofReduction, margin: finite });
  const { margin = 0 } = options;
  const { seen, reduced, others } = pairs("cosineEmbedding", a, [b], options);
  const similar = sameOf("cosineEmbedding", a, isSame);
  const near = cosine(seen(a), seen(others[0]!));
  const each = where(similar, near.neg().add(1), relu(near.sub(margin)));
  return reduced(each) as Reduced<R, FrontOf<X>>;
}

/**
 * The mean over pairs of vectors of d^2 / 2 for matching pairs, and of max(0, margin - d)^2 / 2 for the
 * others, with their Euclidean distance d. Shapes as for `cosineEmbedding`; default margin: 1. At d = 0
 * there is no direction apart, and the gradient is 0. R. Hadsell, S. Chopra and Y. LeCun, "Dimensionality
 * reduction by learning an invariant mapping", CVPR 2006.
 *
 * @example
 * const [a, b] = [tensor([[0, 0], [0, 0]]), tensor([[0, 2], [0.5, 0]])];
 * contrastive(a, b, tensor([1, 0]), { reduction: "none" }).arraySync(); // => [2, 0.125]
 */
export function contrastive<X extends Tensor, Y extends Tensor, const R extends Reduction = "mean">(
  a: X,
  b: SameShapeCheck<"contrastive", ShapeOf<X>, ShapeOf<Y>, Y>,
  isSame: Tensor,
  options: MarginOptions<R> = {},
): Reduced<R, FrontOf<X>> {
  checkOptions("contrastive", options, { ...ofReduction, margin: notNegative });
  const { margin = 1 } = options;
  const { seen, reduced, others } = pairs("contrastive", a, [b], options);
  const similar = sameOf("contrastive", a, isSame);
  const squares = seen(a).sub(seen(others[0]!)).square().sum(-1);
  const isZero = squares.equal(0);
  const distance = where(isZero, 0, where(isZero, 1, squares).sqrt());
  const each = where(similar, squares, relu(distance.neg().add(margin)).square()).mul(0.5);
  return reduced(each) as Reduced<R, FrontOf<X>>;
}

export interface TripletOptions<R extends Reduction = Reduction> extends MarginOptions<R> {
  /** Added to each difference, so that distances of 0 have a gradient. Default: 1e-6, as in PyTorch. */
  readonly epsilon?: number;
}

/**
 * The mean over examples of max(0, d(anchor, positive) - d(anchor, negative) + margin), with Euclidean
 * distances: 0 once the positive is nearer than the negative by the margin (default: 1). All have the
 * same shape [..., features]. V. Balntas et al., "Learning local feature descriptors with triplets and
 * shallow convolutional neural networks", BMVC 2016; PyTorch's `TripletMarginLoss`.
 *
 * @example
 * const [anchor, positive, negative] = [tensor([[0, 0]]), tensor([[1, 0]]), tensor([[0, 1.5]])];
 * triplet(anchor, positive, negative).itemSync(); // => 0.5
 */
export function triplet<
  X extends Tensor,
  Y extends Tensor,
  Z extends Tensor,
  const R extends Reduction = "mean",
>(
  anchor: X,
  positiveOne: SameShapeCheck<"triplet", ShapeOf<X>, ShapeOf<Y>, Y>,
  negative: SameShapeCheck<"triplet", ShapeOf<X>, ShapeOf<Z>, Z>,
  options: TripletOptions<R> = {},
): Reduced<R, FrontOf<X>> {
  checkOptions("triplet", options, { ...ofReduction, margin: notNegative, epsilon: positive });
  const { margin = 1, epsilon = 1e-6 } = options;
  const { seen, reduced, others } = pairs("triplet", anchor, [positiveOne, negative], options);
  const [near, far] = others.map((other) =>
    seen(anchor).sub(seen(other)).add(epsilon).square().sum(-1).sqrt(),
  );
  return reduced(relu(near!.sub(far!).add(margin))) as Reduced<R, FrontOf<X>>;
}

export interface InfoNCEOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** What cosines are divided by: the smaller, the more the nearest wrong keys count. Default: 0.1. */
  readonly temperature?: number;
  /**
   * Whether keys choose among queries as well, and the mean of both is the cost, as in CLIP. Default: false.
   */
  readonly symmetric?: boolean;
}

/**
 * The mean over queries of -log softmax(cosines with all keys / temperature) at their own key: how hard
 * it is to tell it from the others. `queries` [examples, features]; `keys` [examples, features], in the
 * same order, optionally followed by more rows, which are negatives for all queries. A pair of weight 0
 * is excluded entirely: its key is not among those that other queries choose from. A. van den Oord et
 * al., "Representation learning with contrastive predictive coding", 2018; T. Chen et al. (SimCLR) and A.
 * Radford et al. (CLIP) use this form. Throws `NablaError` for `symmetric` with more keys than queries.
 *
 * @example
 * const directions = tensor([[1, 0], [0, 1]]);
 * infoNCE(directions, directions, { temperature: 1 }).itemSync(); // => 0.3133
 */
export function infoNCE<X extends Tensor, const R extends Reduction = "mean">(
  queries: X,
  keys: Tensor,
  options: InfoNCEOptions<R> = {},
): Reduced<R, FirstOf<X>> {
  checkOptions("infoNCE", options, { ...ofReduction, temperature: positive, symmetric: flag });
  const { temperature = 0.1, symmetric = false, ...more } = options;
  for (const x of [queries, keys]) checkTensor("infoNCE", x);
  const given: Tensor = queries;
  const [examples, features] = given.shape;
  const fits =
    given.rank === 2 &&
    keys.rank === 2 &&
    keys.shape[1] === features &&
    keys.shape[0]! >= examples!;
  if (!fits) {
    throw new ShapeError(
      `infoNCE: queries ${formatShape(given.shape)}, keys ${formatShape(keys.shape)}, ` +
        "expected [examples, features] for both, with as many keys or more",
    );
  }
  if (symmetric && keys.shape[0] !== examples) {
    throw new NablaError(
      `infoNCE: symmetric, with ${keys.shape[0]} keys for ${examples} queries; expected as many`,
    );
  }
  const { seen, isOut } = counted("infoNCE", [examples!], more);
  const others = keys.shape[0]! - examples!;
  const isKeyOut = isOut && concat([isOut, full([others], 0, { dtype: "bool" }) as Tensor]);
  const shown = isKeyOut ? where(isKeyOut.expandDims(1), 0, keys) : keys;
  const cosines: Tensor = unit(seen(given)).matmul(unit(shown).transpose());
  const scores = cosines.div(temperature);
  const own = arange(examples!, { dtype: "int32" });
  // Those of pairs that do not count are not among what there is to choose from either.
  const costOf = (logits: Tensor): Tensor =>
    crossEntropy(isKeyOut ? where(isKeyOut, Number.NEGATIVE_INFINITY, logits) : logits, own, more);
  const cost = costOf(scores);
  const both = symmetric ? cost.add(costOf(scores.transpose())).mul(0.5) : cost;
  return both as Reduced<R, FirstOf<X>>;
}

/** Vectors of the shape of `x`, and what of them counts. */
function pairs(
  operation: string,
  x: Tensor,
  given: readonly unknown[],
  options: ReductionOptions,
): ReturnType<typeof counted> & { readonly others: readonly Tensor[] } {
  const others = given.map((other) => targetsLike(operation, x, other));
  if (x.rank === 0) {
    throw new ShapeError(`${operation}: got one number, expected vectors [..., features]`);
  }
  return { ...counted(operation, x.shape.slice(0, -1), options), others };
}

/** Of each pair, whether it belongs together. */
function sameOf(operation: string, x: Tensor, isSame: Tensor): Tensor {
  checkTensor(operation, isSame);
  const front = formatShape(x.shape.slice(0, -1));
  if (formatShape(isSame.shape) !== front) {
    throw new ShapeError(
      `${operation}: isSame is ${formatShape(isSame.shape)}, expected ${front}, one for each pair`,
    );
  }
  return isSame.greater(0);
}

function cosine(a: Tensor, b: Tensor): Tensor {
  return unit(a).mul(unit(b)).sum(-1);
}

/** Vectors of length 1 in the same directions. */
function unit(x: Tensor): Tensor {
  return x.div(x.square().sum(-1, { keepDims: true }).add(1e-12).sqrt());
}
