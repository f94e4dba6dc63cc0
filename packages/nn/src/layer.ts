// What a layer is: anything that turns one tensor into another and says which parameters it has.
import type { Parameter, Tensor } from "@nabla/autograd";

/** An object that turns a tensor into another by the parameters that it names. */
export interface Layer {
  // `any`, so that layers may say exactly which inputs they take (shapes.ts).
  // oxlint-disable-next-line typescript/no-explicit-any
  forward(x: any): Tensor;
  parameters(): readonly Parameter[];
  /** The parameters by name, in the same order; of a layer without this: by position. */
  namedParameters?(): readonly NamedParameter[];
}

export type NamedParameter = readonly [name: string, p: Parameter];

/** A layer without parameters may be just a function. */
// oxlint-disable-next-line typescript/no-explicit-any
export type LayerFunction = (x: any) => Tensor;

/** The output of a layer, or of a function, for an input. */
export function applyLayer(layer: Layer | LayerFunction, x: Tensor): Tensor {
  return typeof layer === "function" ? layer(x) : layer.forward(x);
}

/** The parameters of a layer, or of a function, by name. */
export function namedParametersOf(layer: Layer | LayerFunction): readonly NamedParameter[] {
  if (typeof layer === "function") return [];
  return layer.namedParameters?.() ?? layer.parameters().map((p, i) => [String(i), p]);
}
