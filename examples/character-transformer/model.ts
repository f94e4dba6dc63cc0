// A transformer that foretells the next character, made of the library's layers.
import type { Tensor } from "@nabla/autograd";
import {
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

/** Labels [batch, time] to logits [batch, time, characters]: of what follows each character. */
export function characterTransformer({ characters, places, features, heads }: Sizes): Layer {
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
  return { kind: "characterTransformer", ...madeOf(parts), forward };
}
