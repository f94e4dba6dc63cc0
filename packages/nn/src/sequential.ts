// Layers one after the other.
import { NablaError, type Parameter, type ShapeOf, Tensor } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { applyLayer, type Layer, type LayerFunction, type NamedParameter } from "./layer.ts";
import { layerOf } from "./layer-of.ts";
import type { MadeOf } from "./parts.ts";
import type { ChainAt, Output, OutputCheck, SequentialShape, Shaped } from "./shapes.ts";

/** Layers, and functions of a tensor, one after the other. Made by `sequential`. */
export interface Sequential<Layers extends readonly unknown[] = readonly (Layer | LayerFunction)[]>
  extends MadeOf,
    Shaped<SequentialShape<Layers>> {
  readonly layers: Layers;
  /** Those of all layers, in order; one that is shared is named once. */
  parameters(): readonly Parameter[];
  /** Those of all layers, each behind its layer's position: "0.weight". */
  namedParameters(): readonly NamedParameter[];
  /** What the last layer gives. */
  forward<X extends Tensor>(
    x: OutputCheck<SequentialShape<Layers>, ShapeOf<X>, X>,
  ): Tensor<Output<SequentialShape<Layers>, ShapeOf<X>>>;
}

/**
 * A network of layers, each fed with the previous one's output. A layer without parameters may be a plain
 * function. If one layer's output does not fit the next one, the compiler reports it at the layer that
 * does not fit.
 *
 * @example
 * const network = sequential(dense(784, 16), sigmoid, dense(16, 10), sigmoid);
 * network.forward(zeros([100, 784])).shape; // => [100, 10]
 */
export function sequential<Layers extends readonly (Layer | LayerFunction)[]>(
  ...layers: { readonly [K in keyof Layers]: Layers[K] & ChainAt<Layers, K> }
): Sequential<Layers> {
  const list: readonly (Layer | LayerFunction)[] = layers;
  list.forEach((layer, i) => {
    if (isLayer(layer)) return;
    throw new NablaError(
      `sequential: layer ${i} is ${describe(layer)}, expected a layer or a function`,
    );
  });
  const forward = (x: Tensor): Tensor =>
    list.reduce((activations, layer, i) => {
      const y = applyLayer(layer, activations) as Tensor | undefined;
      if (y instanceof Tensor) return y;
      throw new NablaError(`sequential: layer ${i} gives ${describe(y)}, expected a tensor`);
    }, x);
  // Positions are names, in order: JavaScript keeps whole numbers sorted.
  const parts = Object.fromEntries(list.entries());
  return layerOf<Sequential, Sequential<Layers>>({
    kind: "sequential",
    layers: list,
    parts,
    forward,
  });
}

function isLayer(x: unknown): boolean {
  if (typeof x === "function") return true;
  const { forward, parameters } = (x ?? {}) as Partial<Layer>;
  return typeof forward === "function" && typeof parameters === "function";
}

/** The layers of a `sequential`; undefined for any other layer. */
export function layersOf(
  layer: Layer | LayerFunction,
): readonly (Layer | LayerFunction)[] | undefined {
  if (typeof layer === "function" || layer.kind !== "sequential") return undefined;
  return (layer as Layer & Pick<Sequential, "layers">).layers;
}
