// What the encoder's and the decoder's block share: options, the network at each position, and how each
// part is added to its input.
import { type DTypeOption, gelu, type Tensor } from "@nabla/autograd";
import {
  callable,
  checkOptions,
  count,
  flag,
  fraction,
  oneOf,
  positive,
} from "@nabla/autograd/checks";
import { checkCount } from "../checks.ts";
import { type Dense, dense } from "../dense.ts";
import { heNormal, xavierUniform } from "../initializers.ts";
import type { LayerFunction } from "../layer.ts";
import { weightDType } from "../options.ts";
import type { AttentionCache, AttentionOptions, MultiHeadAttention } from "./attention.ts";
import { type Dropout, dropout as dropoutLayer } from "./dropout.ts";
import { type LayerNorm, layerNorm, type NormOptions } from "./layer-norm.ts";

export interface TransformerBlockOptions extends DTypeOption {
  /** Hidden features of the network at each position. Default: 4 times the features. */
  readonly hiddenFeatures?: number;
  /**
   * Whether each position attends only to itself and earlier ones. Default: false; `decoderBlock`: true.
   */
  readonly causal?: boolean;
  /** Heads of keys and values of its attention. Default: one for each head of queries. */
  readonly keyHeads?: number;
  /** How its attention knows the order of positions. Default: "none". */
  readonly positions?: AttentionOptions["positions"];
  /**
   * The probability in training that an attention weight, or an activation of the network or of what a
   * part adds, is dropped. Default: 0.
   */
  readonly dropout?: number;
  /** Between the two layers of the network. Default: `gelu`. */
  readonly activation?: LayerFunction;
  /** Whether the input of each part is normalised, or the sum that it is added to. Default: "before". */
  readonly norm?: "before" | "after";
  /** Added to the variance when normalising. Default: 1e-5. */
  readonly epsilon?: number;
}

/** A block's options with their defaults. */
export interface BlockSettings {
  readonly features: number;
  readonly hiddenFeatures: number;
  /** Of every attention of the block. */
  readonly attention: Pick<AttentionOptions, "dropout" | "dtype" | "keyHeads">;
  /** Beside these, of attention among the positions of `x`. */
  readonly selfAttention: Pick<AttentionOptions, "causal" | "positions">;
  readonly dropout: number;
  readonly activation: LayerFunction;
  readonly norm: "before" | "after";
  readonly norms: Required<NormOptions>;
}

/** Throws `NablaError` for options that are none, or sizes that are not positive integers. */
export function settingsOf(
  kind: string,
  features: number,
  options: TransformerBlockOptions,
  isCausal: boolean,
): BlockSettings {
  checkCount(kind, "features", features);
  checkOptions(kind, options, {
    hiddenFeatures: count,
    causal: flag,
    keyHeads: count,
    positions: oneOf("none", "rotary", "alibi"),
    dropout: fraction,
    activation: callable,
    norm: oneOf("before", "after"),
    epsilon: positive,
    dtype: weightDType,
  });
  const { hiddenFeatures = 4 * features, dropout = 0, activation = gelu } = options;
  const { causal = isCausal, norm = "before", epsilon = 1e-5, dtype = "float32" } = options;
  const { keyHeads, positions } = options;
  return {
    features,
    hiddenFeatures,
    attention: { dropout, dtype, ...(keyHeads !== undefined && { keyHeads }) },
    selfAttention: { causal, ...(positions !== undefined && { positions }) },
    dropout,
    activation,
    norm,
    norms: { epsilon, dtype },
  };
}

/** What each block has behind its attention, under PyTorch's names. */
interface BlockParts {
  readonly linear1: Dense;
  readonly linear2: Dense;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout: Dropout;
}

interface Block {
  readonly parts: BlockParts;
  /** The network at each position. */
  readonly network: (x: Tensor) => Tensor;
  /** x plus what `change` gives for it, with either the input or the sum normalised. */
  readonly residual: (x: Tensor, norm: LayerNorm, change: (x: Tensor) => Tensor) => Tensor;
}

/** The parts of a block, and how the output of each is added to its input. */
export function blockOf(settings: BlockSettings): Block {
  const { features, hiddenFeatures, activation, norms } = settings;
  const { dtype } = norms;
  const parts: BlockParts = {
    linear1: dense(features, hiddenFeatures, { initializer: heNormal(), dtype }),
    linear2: dense(hiddenFeatures, features, { initializer: xavierUniform(), dtype }),
    norm1: layerNorm(features, norms),
    norm2: layerNorm(features, norms),
    dropout: dropoutLayer(settings.dropout),
  };
  const { linear1, linear2, dropout } = parts;
  return {
    parts,
    network: (x) => linear2.forward(dropout.forward(activation(linear1.forward(x)))),
    residual: (x, norm, change) =>
      settings.norm === "after"
        ? norm.forward(x.add(dropout.forward(change(x))))
        : x.add(dropout.forward(change(norm.forward(x)))),
  };
}

/** What `through` gives with the attention's next positions, and the cache with them. */
export function stepped(
  attention: MultiHeadAttention,
  before: AttentionCache,
  through: (attend: (x: Tensor) => Tensor) => Tensor,
): readonly [y: Tensor, cache: AttentionCache] {
  let cache = before;
  const y = through((x) => {
    const [found, after] = attention.step(x, before);
    cache = after;
    return found;
  });
  return [y, cache];
}
