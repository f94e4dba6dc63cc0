// How factories write a layer: its kind, its own properties, its parts and `forward`. The one cast from the
// general type, which a function's body can be checked against, to the exact type is here.
import type { Parameter, Tensor } from "@nabla/autograd";
import type { Model, Parts } from "./layer.ts";
import type { Mode } from "./mode.ts";
import { type MadeOf, madeOf } from "./parts.ts";

/** A layer's own properties, without those derived from its parts. */
type Own<L> = {
  readonly [K in Exclude<keyof L, keyof MadeOf | "forward" | "kind" | "training" | symbol>]: Wide<
    L[K]
  >;
};

/** The shapes of parameters are not compared. */
type Wide<Value> = Value extends Parameter ? Parameter : Value;

/** A layer as its factory writes it. */
export type Written<L> = Own<L> & {
  readonly kind: string;
  /** Parameters and layers by name, as for `madeOf`. */
  readonly parts?: Parts;
  /** Cells that it measures and does not train. */
  readonly buffers?: Readonly<Record<string, Parameter>>;
  /** Of a layer that does something else in training. */
  readonly mode?: Mode;
  forward(x: Tensor, inputs: never): Tensor;
};

/**
 * The written layer, with `parameters`, `namedParameters`, `train` and the others that `madeOf` derives
 * from its parts. `General`, whose sizes are plain numbers, is the type that the compiler checks the
 * properties against; `Exact` is the same layer with the sizes of the factory's type parameters.
 */
// No argument has the exact type: the caller names it, which is the purpose of this function.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function layerOf<General extends Model, Exact = General>(written: Written<General>): Exact {
  const { parts = {}, buffers, mode, ...own } = written as Written<Model>;
  const layer = { ...own, ...madeOf(parts, buffers) };
  mode?.switches(layer);
  return layer as unknown as Exact;
}
