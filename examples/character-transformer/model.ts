// A transformer that foretells the next character, made of the library's layers.
import type { Tensor } from "@nabla/autograd";
import {
  type AttentionCache,
  dense,
  embedding,
  type Layer,
  layerNorm,
  madeOf,
  normal,
  sequential,
  transformerBlock,
} from "@nabla/nn";

export interface Sizes {
  readonly characters: number;
  /** The longest text that it can look at. */
  readonly places: number;
  readonly features: number;
  readonly heads: number;
}

/** What the text so far has left: a cache for each block. */
export type Written = readonly AttentionCache[];

export interface CharacterTransformer extends Layer {
  /** Nothing written yet. */
  start(): Written;
  /** The logits [characters] after one more character, label [1, 1], and what there is then. */
  next(label: Tensor, written: Written): readonly [logits: Tensor, written: Written];
}

/** Labels [batch, time] to logits [batch, time, characters]: of what follows each character. */
export function characterTransformer({
  characters,
  places,
  features,
  heads,
}: Sizes): CharacterTransformer {
  const initializer = normal({ standardDeviation: 0.02 });
  const parts = {
    characters: embedding(characters, features, { initializer }),
    places: embedding(places, features, { initializer }),
    blocks: sequential(
      transformerBlock(features, heads, { causal: true }),
      transformerBlock(features, heads, { causal: true }),
    ),
    norm: layerNorm(features),
    output: dense(features, characters),
  };
  const forward = (x: Tensor): Tensor => {
    const place = (parts.places.weight as Tensor).slice(0, 0, x.shape[1]);
    const hidden = parts.blocks.forward(parts.characters.forward(x).add(place));
    return parts.output.forward(parts.norm.forward(hidden));
  };
  const { layers: blocks } = parts.blocks;
  const next = (label: Tensor, written: Written): readonly [Tensor, Written] => {
    const place = parts.places.weight.gather(0, written[0]!.length);
    let hidden: Tensor = parts.characters.forward(label).add(place);
    const after = written.map((cache, i) => {
      const [y, next] = blocks[i]!.step(hidden, cache);
      hidden = y;
      return next;
    });
    return [parts.output.forward(parts.norm.forward(hidden)).flatten(), after];
  };
  const start = () => blocks.map((block) => block.cache(1, places));
  return { kind: "characterTransformer", ...madeOf(parts), forward, start, next };
}
