// How makers write a layer: its kind, what is its own, its parts, and `forward`. The exact type, of which
// a function's body knows nothing, is said in one place, here.
import type { Parameter, Tensor } from "@nabla/autograd";
import type { Model, Parts } from "./layer.ts";
import type { Mode } from "./mode.ts";
import { type MadeOf, madeOf } from "./parts.ts";

/** A layer's properties, without those that follow from what it is made of. */
type Own<L> = {
  readonly [K in Exclude<keyof L, keyof MadeOf | "forward" | "kind" | "training" | symbol>]: Wide<
    L[K]
  >;
};

/** Of parameters the shape is not compared. */
type Wide<Value> = Value extends Parameter ? Parameter : Value;

/** What `layerOf` makes a layer of. */
export type Written<L> = Own<L> & {
  readonly kind: string;
  /** What it is made of, as for `madeOf`. */
  readonly parts?: Parts;
  /** What it measures and does not train. */
  readonly buffers?: Readonly<Record<string, Parameter>>;
  /** Of one that does something else in training. */
  readonly mode?: Mode;
  forward(x: Tensor, inputs: never): Tensor;
};

/**
 * The layer, with the names, modes and files of all that it is made of. `General` has any sizes, and is
 * what the compiler holds the properties against; `Exact` is the same with those of the maker's types.
 */
// The exact type is what a caller says, and no argument has it: that is what the function is for.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function layerOf<General extends Model, Exact = General>(written: Written<General>): Exact {
  const { parts = {}, buffers = {}, mode, ...own } = written as Written<Model>;
  const layer = { ...own, ...madeOf(parts, buffers) };
  if (mode === undefined) return layer as unknown as Exact;
  const { train, evaluate } = mode;
  const training = { enumerable: true, get: () => mode.training };
  return Object.defineProperty(
    { ...layer, train, evaluate },
    "training",
    training,
  ) as unknown as Exact;
}
