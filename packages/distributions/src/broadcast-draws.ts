// Draws of a distribution for a batch that its own broadcasts to: independent ones for all elements.
import type { Seed, Shape, Tensor } from "@nabla/autograd";
import type { Distribution } from "./distribution.ts";

/** Draws `[...shape, ...batch, ...eventShape]`. */
export function drawsFor(
  d: Distribution,
  shape: Shape,
  batch: Shape,
  seed: Seed | undefined,
): Tensor {
  const own = d.batchShape;
  const missing = batch.length - own.length;
  // Along these axes the distribution is one, and there is a draw for each of several elements.
  const isRepeated = batch.map((size, i) => i < missing || own[i - missing] !== size);
  const repeated = batch.filter((_, i) => isRepeated[i]);
  const kept = batch.filter((_, i) => !isRepeated[i]);
  const drawn: Tensor = d.sample([...shape, ...repeated], seed === undefined ? {} : { seed });
  const front = shape.length;
  const flat: Tensor = drawn.reshape([...shape, ...repeated, ...kept, ...d.eventShape]);
  let [nextRepeated, nextKept] = [front, front + repeated.length];
  const order = [
    ...shape.map((_, i) => i),
    ...isRepeated.map((is) => (is ? nextRepeated++ : nextKept++)),
    ...d.eventShape.map((_, i) => front + batch.length + i),
  ];
  return flat.permute(order);
}
