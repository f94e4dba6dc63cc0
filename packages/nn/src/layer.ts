// What a layer is: anything that turns one tensor into another and says which parameters it has.
import type { Parameter, Tensor } from "@nabla/autograd";

/** An object that turns a tensor into another by the parameters that it names. */
export interface Layer {
  // `any`, so that layers may say exactly which inputs they take (shapes.ts).
  // oxlint-disable-next-line typescript/no-explicit-any
  forward(x: any): Tensor;
  parameters(): readonly Parameter[];
}

/** A layer without parameters may be just a function. */
// oxlint-disable-next-line typescript/no-explicit-any
export type LayerFunction = (x: any) => Tensor;

/** The output of a layer, or of a function, for an input. */
export function applyLayer(layer: Layer | LayerFunction, x: Tensor): Tensor {
  return typeof layer === "function" ? layer(x) : layer.forward(x);
}
