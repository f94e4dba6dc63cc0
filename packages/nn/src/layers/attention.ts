// Attention: each place of a sequence takes from others what it looks for.
import {
  arange,
  checkSameShape,
  concat,
  type DTypeOption,
  ensure,
  formatShape,
  NablaError,
  type Parameter,
  parameter,
  ShapeError,
  type ShapeOf,
  softmax,
  Tensor,
  tensor,
  where,
  zeros,
} from "@nabla/autograd";
import { checkAxis, checkCount, checkLayout, checkTensor, kindOf } from "../checks.ts";
import { type Dense, dense } from "../dense.ts";
import { firstValue, type Initializer, xavierUniform } from "../initializers.ts";
import { checkOptions, flag, fraction, ofWeights, tensor as tensorKind } from "../options.ts";
import { type MadeOf, madeOf } from "../parts.ts";
import type { FeatureShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { type Dropout, dropout } from "./dropout.ts";

export interface AttentionOptions extends DTypeOption {
  /** Each place sees itself and those before it, not those after. Default: false. */
  readonly causal?: boolean;
  /** How likely each weight of attention is left out in training. Default: 0. */
  readonly dropout?: number;
  /** Whether all four projections add a number. Default: true; they start at 0. */
  readonly bias?: boolean;
  /** First values of the projections, each by itself. Default: `xavierUniform()`. */
  readonly initializer?: Initializer;
}

export interface AttentionInputs {
  /** What is looked at, [..., places, features]. Default: `x` itself. */
  readonly context?: Tensor;
  /**
   * True (or not 0) where a place may look: it broadcasts to [..., heads, places of x, places of
   * the context], so [batch, 1, 1, places] hides what is only padding. (PyTorch's layer means the
   * opposite, its function `scaled_dot_product_attention` the same.) What may look nowhere gets
   * zeros. At a place that nobody may see anything may stand, NaN and infinities, too: nothing of it
   * reaches other places, nor a gradient. (At one that some may see NaN becomes that of all.)
   */
  readonly mask?: Tensor;
}

/**
 * What a sequence has left for the places to come: the keys and values of those before. A tree of
 * tensors, for `compile` and `scan`.
 */
export type AttentionCache = {
  /** [examples, heads, places, features of a head], 0 from `length` on. */
  readonly keys: Tensor;
  /** As the keys. */
  readonly values: Tensor;
  /** How many places have been, int32. */
  readonly length: Tensor<[]>;
};

/** Looks in several ways at once. Made by `multiHeadAttention`. */
export interface MultiHeadAttention<F extends number = number>
  extends MadeOf,
    Shaped<FeatureShape<"multiHeadAttention", F, F>> {
  readonly features: F;
  readonly heads: number;
  readonly causal: boolean;
  /** [3 features, features], as in PyTorch: the rows of queries, keys and values. */
  readonly inputWeight: Parameter<[number, F]>;
  /** [3 features]; undefined without bias. */
  readonly inputBias: Parameter<[number]> | undefined;
  /** What the heads have found, put together. */
  readonly output: Dense<F, F>;
  /** `x` [..., places, features]; the shape stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<FeatureShape<"multiHeadAttention", F, F>, ShapeOf<X>, X>,
    inputs?: AttentionInputs,
  ): Tensor<Output<FeatureShape<"multiHeadAttention", F, F>, ShapeOf<X>>>;
  /** An empty cache for so many examples, with room for so many places. */
  cache(examples: number, places: number): AttentionCache;
  /**
   * Goes on with a sequence: what `forward` of the whole gives at its next places, `x` [examples,
   * next places, features], of which there may be one or more, and the cache with them. Whatever the
   * place, the graph is the same and takes as long: it looks at all the room that the cache has. Only
   * for `causal`. More places than there is room for are an error when the graph runs.
   */
  step(x: Tensor, cache: AttentionCache): readonly [y: Tensor, cache: AttentionCache];
}

/**
 * softmax(Q Kᵀ / sqrt(d)) V in each of `heads` heads of d = features / heads features, put together
 * and projected: queries Q come from each place of `x`, keys K and values V from each place of what
 * is looked at, `x` itself unless `forward` is given a `context`. Input and output: [..., places,
 * features]. Knows nothing of the order of places, but for `causal`. A. Vaswani et al., "Attention
 * is all you need", 2017, section 3.2. Throws `NablaError` unless the features are a multiple of
 * the heads.
 *
 * @example
 * const layer = multiHeadAttention(16, 4, { causal: true });
 * layer.forward(zeros([2, 10, 16])).shape; // => [2, 10, 16]
 * layer.namedParameters().map(([name]) => name);
 * // => ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]
 *
 * @example
 * // Place by place, for sequences that are made up on the way.
 * const layer = multiHeadAttention(16, 4, { causal: true });
 * const x = random.normal([2, 3, 16], { seed: 1 });
 * let cache = layer.cache(2, 8);
 * let y: Tensor = zeros([2, 1, 16]);
 * for (let i = 0; i < 3; i++) [y, cache] = layer.step(x.slice(1, i, i + 1), cache);
 * y.sub(layer.forward(x).slice(1, 2)).abs().max().itemSync() < 1e-5; // => true
 */
export function multiHeadAttention<const F extends number>(
  features: F,
  heads: number,
  options: AttentionOptions = {},
): MultiHeadAttention<F> {
  checkOptions("multiHeadAttention", options, {
    causal: flag,
    dropout: fraction,
    bias: flag,
    ...ofWeights,
  });
  const { causal = false, dropout: rate = 0, bias = true, dtype = "float32" } = options;
  const { initializer = xavierUniform() } = options;
  checkCount("multiHeadAttention", "features", features);
  checkCount("multiHeadAttention", "heads", heads);
  if (features % heads !== 0) {
    throw new NablaError(
      `multiHeadAttention: ${features} features, expected a multiple of the heads, ${heads}`,
    );
  }
  const size = features as number;
  const projection = () => firstValue("multiHeadAttention", initializer, [size, size], { dtype });
  const inputWeight = parameter(concat([projection(), projection(), projection()]), {
    name: "in_proj_weight",
  });
  const inputBias = bias
    ? parameter(zeros([3 * size], { dtype }), { name: "in_proj_bias" })
    : undefined;
  const output: Dense = dense(size, size, { bias, initializer, dtype });
  const left: Dropout = dropout(rate);

  /**
   * Rows `from` to `to` of the three projections, [..., heads, places, features of a head] each.
   */
  const projected = (x: Tensor, from: number, to: number): readonly Tensor[] => {
    const weight = (inputWeight as Tensor).slice(0, from * size, to * size).transpose();
    const all = x.matmul(weight);
    const biased = inputBias
      ? all.add((inputBias as Tensor).slice(0, from * size, to * size))
      : all;
    const front = x.shape.slice(0, -1);
    const parts = biased.reshape([...front, to - from, heads, size / heads]);
    const rank = front.length + 3;
    return Array.from({ length: to - from }, (_, i) => {
      const part = parts.slice(rank - 3, i, i + 1).squeeze(rank - 3);
      return swapped(part);
    });
  };

  const forward = (x: Tensor, inputs: AttentionInputs = {}): Tensor => {
    checkOptions("multiHeadAttention", inputs, { context: tensorKind, mask: tensorKind });
    const { context, mask } = inputs;
    for (const given of [x, context ?? x]) {
      checkTensor("multiHeadAttention", given);
      checkAxis("multiHeadAttention", given.shape, -1, features, "features");
      if (given.rank >= 2) continue;
      throw new ShapeError(
        `multiHeadAttention: expects [..., places, ${features}], got ${formatShape(given.shape)}`,
      );
    }
    const lookedAt = mask ? withoutHidden(context ?? x, mask) : (context ?? x);
    const [q, k, v] = context
      ? [...projected(x, 0, 1), ...projected(lookedAt, 1, 3)]
      : projected(lookedAt, 0, 3);
    const scores = q!.matmul(k!.transpose()).mul(Math.sqrt(heads / size));
    const weights = left.forward(weightsOf(scores, mask, causal));
    const found = swapped(weights.matmul(v!));
    return output.forward(found.reshape([...found.shape.slice(0, -2), size]));
  };
  const cache = (examples: number, places: number): AttentionCache => {
    checkCount("multiHeadAttention", "examples", examples);
    checkCount("multiHeadAttention", "places", places);
    const empty = (): Tensor => zeros([examples, heads, places, size / heads], { dtype });
    return { keys: empty(), values: empty(), length: tensor(0, { dtype: "int32" }) };
  };
  const step = (x: Tensor, before: AttentionCache): readonly [Tensor, AttentionCache] => {
    if (!causal) {
      throw new NablaError(
        "multiHeadAttention: step is for causal attention; without it, places see later ones",
      );
    }
    checkTensor("multiHeadAttention", x);
    const { keys, values, length } = checkedCache(before, heads, size / heads);
    const [examples, , places] = keys.shape as readonly [number, number, number];
    checkLayout("multiHeadAttention", x.shape, [examples, "places", size]);
    const next = x.shape[1]!;
    const [q, k, v] = projected(x, 0, 3);
    const end = ensure(
      length.add(next),
      length.add(next).lessEqual(places),
      `multiHeadAttention: the cache has room for ${places} places, which are taken`,
    );
    const at = end.sub(next).add(arange(next, { dtype: "int32" }));
    // Where nothing has been there are zeros.
    const [allKeys, allValues] = [keys.scatterAdd(2, at, k!), values.scatterAdd(2, at, v!)];
    const scores = q!.matmul(allKeys.transpose()).mul(Math.sqrt(heads / size));
    const seen = arange(places, { dtype: "int32" }).lessEqual(at.expandDims(1));
    const weights = left.forward(softmax(where(seen, scores, Number.NEGATIVE_INFINITY)));
    const found = swapped(weights.matmul(allValues));
    const y = output.forward(found.reshape([examples, next, size]));
    return [y, { keys: allKeys, values: allValues, length: end }];
  };
  const parts = {
    in_proj_weight: inputWeight,
    in_proj_bias: inputBias,
    out_proj: output,
    dropout: left,
  };
  return {
    kind: "multiHeadAttention",
    features,
    heads,
    causal,
    inputWeight,
    inputBias,
    output,
    ...madeOf(parts),
    forward,
    cache,
    step,
  } as unknown as MultiHeadAttention<F>;
}

/** Throws `NablaError` or `ShapeError` for what is no cache of this layer. */
function checkedCache(cache: unknown, heads: number, each: number): AttentionCache {
  const { keys, values, length } = (cache ?? {}) as Partial<AttentionCache>;
  for (const one of [keys, values, length]) {
    if (one instanceof Tensor) continue;
    throw new NablaError(
      `multiHeadAttention: the cache is ${kindOf(cache)} without keys, values and length, expected ` +
        "one of layer.cache(examples, places)",
    );
  }
  checkLayout("multiHeadAttention: the cache", keys!.shape, ["examples", heads, "places", each]);
  checkSameShape("multiHeadAttention: the cache", keys!.shape, values!.shape);
  return { keys: keys!, values: values!, length: length! };
}

/**
 * `x` [..., places, features] with 0 in place of what is not finite, or overflows when it is
 * multiplied, at places that nobody may see: in a product with a weight or a gradient of 0 it would
 * be NaN.
 */
function withoutHidden(x: Tensor, mask: Tensor): Tensor {
  // [..., heads, queries, places]
  const axes = Array.from({ length: Math.max(0, 3 - mask.rank) }, () => 1);
  const whole = mask.reshape([...axes, ...mask.shape]);
  const isSeen = whole.any([-3, -2]).expandDims(-1);
  return where(isSeen.logicalOr(x.square().isFinite()), x, 0);
}

/** Softmax over the places that may be seen. */
function weightsOf(scores: Tensor, mask: Tensor | undefined, causal: boolean): Tensor {
  const [queries, keys] = scores.shape.slice(-2);
  let seen = mask?.cast("bool");
  if (causal) {
    if (queries !== keys) {
      throw new ShapeError(
        `multiHeadAttention: causal, with ${queries} places that look at ${keys}; expected as many`,
      );
    }
    const place = arange(keys!, { dtype: "int32" });
    const past = place.lessEqual(place.expandDims(1));
    seen = seen ? seen.logicalAnd(past) : past;
  }
  if (!seen) return softmax(scores);
  const weights = softmax(where(seen, scores, Number.NEGATIVE_INFINITY));
  // Only a mask of the user's can hide all, of which softmax makes NaN.
  return mask ? where(seen, weights, 0) : weights;
}

/** [..., a, b, c] to [..., b, a, c]. */
function swapped(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  const [a, b, c] = axes.slice(-3);
  return x.permute([...axes.slice(0, -3), b!, a!, c!]);
}
