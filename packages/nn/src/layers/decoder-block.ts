// The decoder's block: attention among places, attention to a context, then a small network at each place.
import { gelu, type ShapeOf, type Tensor } from "@nabla/autograd";
import { checkAxis, checkCount, checkTensor } from "../checks.ts";
import { dense } from "../dense.ts";
import { heNormal, xavierUniform } from "../initializers.ts";
import { layerOf } from "../layer-of.ts";
import { checkOptions, tensor as tensorKind } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { FeatureShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { type AttentionCache, multiHeadAttention } from "./attention.ts";
import { dropout as dropoutLayer } from "./dropout.ts";
import { layerNorm } from "./layer-norm.ts";
import { ofBlocks, type TransformerBlockOptions } from "./transformer-block.ts";

export interface DecoderInputs {
  /** What the second attention looks at, such as an encoder's output: [..., places, features]. */
  readonly context: Tensor;
  /** True where a place may look among places of `x`, as for `multiHeadAttention`. */
  readonly mask?: Tensor;
  /** True where a place may look in the context. */
  readonly contextMask?: Tensor;
}

/** Two attentions and a network, each beside the way through. Made by `decoderBlock`. */
export interface DecoderBlock<F extends number = number>
  extends MadeOf,
    Shaped<FeatureShape<"decoderBlock", F, F>> {
  readonly features: F;
  readonly heads: number;
  /** `x` [..., places, features]; the shape stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<FeatureShape<"decoderBlock", F, F>, ShapeOf<X>, X>,
    inputs: DecoderInputs,
  ): Tensor<Output<FeatureShape<"decoderBlock", F, F>, ShapeOf<X>>>;
  /** An empty cache, of its attention among places. */
  cache(examples: number, places: number): AttentionCache;
  /** Goes on with a sequence by its next places, as `step` of `multiHeadAttention` does. */
  step(
    x: Tensor,
    cache: AttentionCache,
    inputs: Omit<DecoderInputs, "mask">,
  ): readonly [y: Tensor, cache: AttentionCache];
}

/**
 * x + attention(norm(x)), then x + attention(norm(x), context), then x + network(norm(x)): what
 * `transformerBlock` does, with cross-attention in between, for sequences that are made from others. Options
 * are those of `transformerBlock`, but `causal` is true if left out. Input and output: [..., places,
 * features]. A. Vaswani et al., "Attention is all you need", 2017, figure 1. Names are those of PyTorch's
 * `TransformerDecoderLayer`. Throws `NablaError` without a context.
 *
 * @example
 * const block = decoderBlock(16, 4);
 * block.forward(zeros([2, 10, 16]), { context: zeros([2, 7, 16]) }).shape; // => [2, 10, 16]
 */
export function decoderBlock<const F extends number>(
  features: F,
  heads: number,
  options: TransformerBlockOptions = {},
): DecoderBlock<F> {
  checkCount("decoderBlock", "features", features);
  checkOptions("decoderBlock", options, ofBlocks);
  const { hiddenFeatures = 4 * features, causal = true, dropout = 0, activation = gelu } = options;
  const { norm = "before", epsilon = 1e-5, dtype = "float32", keyHeads, positions } = options;
  const size = features as number;
  const norms = { epsilon, dtype };
  const shared = { dropout, dtype, ...(keyHeads !== undefined && { keyHeads }) };
  const own = { ...shared, causal, ...(positions !== undefined && { positions }) };
  const parts = {
    self_attn: multiHeadAttention(size, heads, own),
    multihead_attn: multiHeadAttention(size, heads, shared),
    linear1: dense(size, hiddenFeatures, { initializer: heNormal(), dtype }),
    linear2: dense(hiddenFeatures, size, { initializer: xavierUniform(), dtype }),
    norm1: layerNorm(size, norms),
    norm2: layerNorm(size, norms),
    norm3: layerNorm(size, norms),
    dropout: dropoutLayer(dropout),
  };
  /** x plus what `change` makes of it, normalised where it is wanted. */
  const beside = (x: Tensor, norms: typeof parts.norm1, change: (x: Tensor) => Tensor): Tensor => {
    if (norm === "after") return norms.forward(x.add(parts.dropout.forward(change(x))));
    return x.add(parts.dropout.forward(change(norms.forward(x))));
  };
  const network = (x: Tensor): Tensor => {
    const hidden = parts.dropout.forward(activation(parts.linear1.forward(x)));
    return parts.linear2.forward(hidden);
  };
  /** All three, of which the caller has the first. */
  const through = (
    x: Tensor,
    { context, contextMask }: DecoderInputs,
    attention: (y: Tensor) => Tensor,
  ): Tensor => {
    const toContext = (y: Tensor): Tensor =>
      parts.multihead_attn.forward(y, { context, ...(contextMask && { mask: contextMask }) });
    const seen = beside(x, parts.norm1, attention);
    return beside(beside(seen, parts.norm2, toContext), parts.norm3, network);
  };
  const check = (x: Tensor, inputs: unknown): void => {
    checkTensor("decoderBlock", x);
    checkAxis("decoderBlock", x.shape, -1, features, "features");
    const kinds = { context: tensorKind, mask: tensorKind, contextMask: tensorKind };
    checkOptions("decoderBlock", inputs, kinds, "context");
  };
  const forward = (x: Tensor, inputs: DecoderInputs): Tensor => {
    check(x, inputs);
    const { mask } = inputs;
    return through(x, inputs, (y) => parts.self_attn.forward(y, mask ? { mask } : {}));
  };
  const step = (
    x: Tensor,
    before: AttentionCache,
    inputs: Omit<DecoderInputs, "mask">,
  ): readonly [Tensor, AttentionCache] => {
    check(x, inputs);
    let cache = before;
    const y = through(x, inputs, (one) => {
      const [found, after] = parts.self_attn.step(one, before);
      cache = after;
      return found;
    });
    return [y, cache];
  };
  return layerOf<DecoderBlock, DecoderBlock<F>>({
    kind: "decoderBlock",
    features,
    heads,
    parts,
    forward,
    cache: (examples: number, places: number) => parts.self_attn.cache(examples, places),
    step,
  });
}
