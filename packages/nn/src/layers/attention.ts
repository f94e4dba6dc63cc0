// Attention: each position of a sequence takes a weighted mean over other positions.
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
import {
  checkOptions,
  checkTensor,
  count,
  describe,
  flag,
  fraction,
  oneOf,
  isTensor as tensorKind,
} from "@nabla/autograd/checks";
import { adapted, canBeAdapted } from "../adapters.ts";
import { checkAxis, checkCount, checkLayout } from "../checks.ts";
import { computedDType } from "../computed.ts";
import { type Dense, dense } from "../dense.ts";
import { firstValue, type Initializer, xavierUniform } from "../initializers.ts";
import { layerOf } from "../layer-of.ts";
import { ofWeights } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { FeatureShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { type Dropout, dropout } from "./dropout.ts";
import { alibi, rotary } from "./positions.ts";

export interface AttentionOptions extends DTypeOption {
  /** Whether each position attends only to itself and earlier ones. Default: false. */
  readonly causal?: boolean;
  /** How likely each weight of attention is left out in training. Default: 0. */
  readonly dropout?: number;
  /** Whether all four projections add a number. Default: true; they start at 0. */
  readonly bias?: boolean;
  /**
   * Heads of keys and values, each shared by several query heads, which makes caches smaller:
   * grouped-query attention, or multi-query attention with 1. Default: as many as heads.
   */
  readonly keyHeads?: number;
  /** How attention knows the order of places: `rotary`, `alibi`. Default: "none". */
  readonly positions?: "none" | "rotary" | "alibi";
  /** Initial values of the projections, each separately. Default: `xavierUniform()`. */
  readonly initializer?: Initializer;
}

export interface AttentionInputs {
  /** What is looked at, [..., places, features]. Default: `x` itself. */
  readonly context?: Tensor;
  /**
   * True (or non-zero) where a position may attend: it broadcasts to [..., heads, places of x, places of
   * the context], so [batch, 1, 1, places] hides padding. (PyTorch's layer means the opposite, its
   * function `scaled_dot_product_attention` the same.) A query that may attend to nothing gets zeros. A
   * position that no query may attend to can contain anything, even NaN and infinities: it does not
   * affect other positions or gradients. (A NaN at a position that some may attend to affects all of
   * them.)
   */
  readonly mask?: Tensor;
}

/**
 * What a sequence has left for the places to come: the keys and values of those before. A tree of
 * tensors, for `compile` and `scan`.
 */
export type AttentionCache = {
  /** [examples, heads of keys, places, features of a head], 0 from `length` on. */
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
  readonly keyHeads: number;
  /**
   * [3 features, features], as in PyTorch: the rows of queries, keys and values; fewer of both with fewer
   * `keyHeads`.
   */
  readonly inputWeight: Parameter<[number, F]>;
  /** A bias for each of these rows; undefined without bias. */
  readonly inputBias: Parameter<[number]> | undefined;
  /** What the heads have found, put together. */
  readonly output: Dense<F, F>;
  /** `x` [..., places, features]; the shape stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<FeatureShape<"multiHeadAttention", F, F>, ShapeOf<X>, X>,
    inputs?: AttentionInputs,
  ): Tensor<Output<FeatureShape<"multiHeadAttention", F, F>, ShapeOf<X>>>;
  /**
   * The output of `forward`, and the attention weights: [..., heads, places of x, places of the context],
   * which sum to 1 along the last axis.
   */
  look(x: Tensor, inputs?: AttentionInputs): readonly [y: Tensor, weights: Tensor];
  /** An empty cache for `examples` examples, with room for `places` positions. */
  cache(examples: number, places: number): AttentionCache;
  /**
   * Continues a sequence: returns the output of `forward` at the next positions, `x` [examples, next
   * places, features], one or more, and the updated cache. The graph and its run time are the same at
   * every position: attention covers the whole cache. Only for `causal`. More positions than there is
   * room for are an error when the graph runs.
   */
  step(x: Tensor, cache: AttentionCache): readonly [y: Tensor, cache: AttentionCache];
}

/**
 * softmax(Q Kᵀ / sqrt(d)) V in each of `heads` heads of d = features / heads features, concatenated and
 * projected: queries Q come from each position of `x`, keys K and values V from each position of the
 * `context` given to `forward`, by default `x` itself. Input and output: [..., places, features]. Ignores
 * the order of positions, except with `causal` and `positions`. A. Vaswani et al., "Attention is all you
 * need", 2017, section 3.2; with `keyHeads`: J. Ainslie et al., "GQA: training generalized multi-query
 * transformer models from multi-head checkpoints", 2023. Throws `NablaError` unless the features are a
 * multiple of the heads.
 *
 * @example
 * const layer = multiHeadAttention(16, 4, { causal: true });
 * layer.forward(zeros([2, 10, 16])).shape; // => [2, 10, 16]
 * layer.namedParameters().map(([name]) => name);
 * // => ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]
 *
 * @example
 * // Two heads of queries look at each head of keys.
 * const layer = multiHeadAttention(16, 4, { keyHeads: 2, positions: "rotary" });
 * const [, weights] = layer.look(zeros([2, 10, 16]));
 * weights.shape; // => [2, 4, 10, 10]
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
    keyHeads: count,
    positions: oneOf("none", "rotary", "alibi"),
    ...ofWeights,
  });
  const { causal = false, dropout: rate = 0, bias = true, dtype = "float32" } = options;
  const { initializer = xavierUniform(), keyHeads = heads, positions = "none" } = options;
  checkCount("multiHeadAttention", "features", features);
  checkCount("multiHeadAttention", "heads", heads);
  if (features % heads !== 0) {
    throw new NablaError(
      `multiHeadAttention: ${features} features, expected a multiple of the heads, ${heads}`,
    );
  }
  if (heads % keyHeads !== 0) {
    throw new NablaError(
      `multiHeadAttention: ${heads} heads, expected a multiple of keyHeads, ${keyHeads}`,
    );
  }
  const size = features as number;
  const each = size / heads;
  if (positions === "rotary" && each % 2 !== 0) {
    const given = `rotary, with ${each} features a head`;
    throw new NablaError(`multiHeadAttention: positions are ${given}, expected an even number`);
  }
  const kept = keyHeads * each;
  const projection = (rows: number) =>
    firstValue("multiHeadAttention", initializer, [rows, size], { dtype });
  const inputWeight = parameter(concat([size, kept, kept].map(projection)), {
    name: "in_proj_weight",
  });
  canBeAdapted(inputWeight, "outputs first");
  const inputBias = bias
    ? parameter(zeros([size + 2 * kept], { dtype }), { name: "in_proj_bias" })
    : undefined;
  const output: Dense = dense(size, size, { bias, initializer, dtype });
  const left: Dropout = dropout(rate);

  /** Where the rows of queries, keys and values begin and end. */
  const rows = [0, size, size + kept, size + 2 * kept];

  /**
   * Of queries, keys and values those from `from` to `to`, [..., heads, places, features of a head] each.
   */
  const projected = (x: Tensor, from: number, to: number): readonly Tensor[] => {
    const [start, end] = [rows[from]!, rows[to]!];
    const weight = (inputWeight as Tensor).slice(0, start, end).transpose();
    const all = adapted(x.matmul(weight), x, inputWeight, start, end);
    const biased = inputBias ? all.add((inputBias as Tensor).slice(0, start, end)) : all;
    const front = x.shape.slice(0, -1);
    return Array.from({ length: to - from }, (_, i) => {
      const [first, last] = [rows[from + i]!, rows[from + i + 1]!];
      const part = biased.slice(-1, first - start, last - start);
      return swapped(part.reshape([...front, (last - first) / each, each]));
    });
  };

  /** [..., heads, queries, keys], of queries at the places `at`. */
  const scoresOf = (q: Tensor, k: Tensor, at: Tensor): Tensor => {
    const scores = q.matmul(forQueries(k).transpose()).mul(Math.sqrt(heads / size));
    if (positions !== "alibi") return scores;
    return scores.add(alibi(heads, at.cast(q.dtype), k.shape.at(-2)!));
  };
  /** Each head of keys or values as often as heads of queries look at it. */
  const forQueries = (x: Tensor): Tensor =>
    keyHeads === heads ? x : x.repeat(heads / keyHeads, x.rank - 3);
  const turned = (x: Tensor, at: Tensor): Tensor =>
    positions === "rotary" ? rotary(x, { at }) : x;

  const look = (x: Tensor, inputs: AttentionInputs = {}): readonly [Tensor, Tensor] => {
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
    const placesOf = (one: Tensor): Tensor => arange(one.shape.at(-2)!, { dtype: "int32" });
    const at = placesOf(q!);
    const scores = scoresOf(turned(q!, at), turned(k!, placesOf(k!)), at);
    const weights = weightsOf(scores, mask, causal);
    const found = swapped(left.forward(weights).matmul(forQueries(v!)));
    return [output.forward(found.reshape([...found.shape.slice(0, -2), size])), weights];
  };
  const forward = (x: Tensor, inputs: AttentionInputs = {}): Tensor => look(x, inputs)[0];
  const cache = (examples: number, places: number): AttentionCache => {
    checkCount("multiHeadAttention", "examples", examples);
    checkCount("multiHeadAttention", "places", places);
    const empty = (): Tensor =>
      zeros([examples, keyHeads, places, each], { dtype: computedDType(dtype) });
    return { keys: empty(), values: empty(), length: tensor(0, { dtype: "int32" }) };
  };
  const step = (x: Tensor, before: AttentionCache): readonly [Tensor, AttentionCache] => {
    if (!causal) {
      throw new NablaError(
        "multiHeadAttention: step is for causal attention; without it, places see later ones",
      );
    }
    checkTensor("multiHeadAttention", x);
    const { keys, values, length } = checkedCache(before, keyHeads, each);
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
    // Where nothing has been there are zeros. Keys are kept as they are turned.
    const allKeys = keys.scatterAdd(2, at, turned(k!, at));
    const allValues = values.scatterAdd(2, at, v!);
    const scores = scoresOf(turned(q!, at), allKeys, at);
    const seen = arange(places, { dtype: "int32" }).lessEqual(at.expandDims(1));
    const weights = left.forward(softmax(where(seen, scores, Number.NEGATIVE_INFINITY)));
    const found = swapped(weights.matmul(forQueries(allValues)));
    const y = output.forward(found.reshape([examples, next, size]));
    return [y, { keys: allKeys, values: allValues, length: end }];
  };
  const parts = {
    in_proj_weight: inputWeight,
    in_proj_bias: inputBias,
    out_proj: output,
    dropout: left,
  };
  return layerOf<MultiHeadAttention, MultiHeadAttention<F>>({
    kind: "multiHeadAttention",
    features,
    heads,
    keyHeads,
    causal,
    inputWeight,
    inputBias,
    output,
    parts,
    forward,
    look,
    cache,
    step,
  });
}

/** Throws `NablaError` or `ShapeError` unless it is a cache of this layer. */
function checkedCache(cache: unknown, heads: number, each: number): AttentionCache {
  const { keys, values, length } = (cache ?? {}) as Partial<AttentionCache>;
  for (const one of [keys, values, length]) {
    if (one instanceof Tensor) continue;
    throw new NablaError(
      `multiHeadAttention: the cache is ${describe(cache)} without keys, values and length, expected ` +
        "one of layer.cache(examples, places)",
    );
  }
  checkLayout("multiHeadAttention: the cache", keys!.shape, ["examples", heads, "places", each]);
  checkSameShape("multiHeadAttention: the cache", keys!.shape, values!.shape);
  return { keys: keys!, values: values!, length: length! };
}

/**
 * `x` [..., places, features] with 0 in place of values that are not finite, or overflow when multiplied,
 * at positions that no query may attend to: multiplied by a weight or a gradient of 0 they would give
 * NaN.
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
  // Only a user's mask can hide all positions; softmax then gives NaN.
  return mask ? where(seen, weights, 0) : weights;
}

/** [..., a, b, c] to [..., b, a, c]. */
function swapped(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  const [a, b, c] = axes.slice(-3);
  return x.permute([...axes.slice(0, -3), b!, a!, c!]);
}
