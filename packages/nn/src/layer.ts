// What a model is: anything that says which parameters it has; and a layer, which turns one tensor
// into another by them.
import type { Parameter, Tensor } from "@nabla/autograd";

/**
 * An object that names its parameters, whatever it does with them: a model of several inputs or
 * outputs can be trained, saved, kept at its best and listed like any other. All but the first are
 * for models that have something to say there; `madeOf` writes them for what has several parts.
 *
 * @example
 * const parts = { encoder: dense(4, 2), decoder: dense(2, 4) };
 * const autoencoder = {
 *   ...madeOf(parts),
 *   forward(x: Tensor) {
 *     const code = parts.encoder.forward(x).tanh();
 *     return { code, output: parts.decoder.forward(code) };
 *   },
 * };
 * toSafetensors(autoencoder).length > 0; // => true
 */
export interface Model {
  /** What training changes. */
  parameters(): readonly Parameter[];
  /** The parameters by name, in the same order; of a layer without this: by position. */
  namedParameters?(): readonly NamedParameter[];
  /**
   * What belongs to a trained model beside its parameters, by name: values that training measures
   * and optimisers leave alone, such as the running statistics of `batchNorm`.
   */
  namedBuffers?(): readonly NamedParameter[];
  /**
   * From now on `forward` does what is right in training: `dropout` drops, `batchNorm` measures. A
   * function that `compile` has traced stays in the mode of that time: have one for each mode.
   */
  train?(): void;
  /** From now on `forward` does what is right for using the model: the same for the same input. */
  evaluate?(): void;
  /** Whether it was last told to `train`, as layers are at first; none where both are the same. */
  readonly training?: boolean;
  /** What `summary` calls it, such as "dense". */
  readonly kind?: string;
  /** What it is made of, by name. */
  readonly parts?: Parts;
}

/** A model that turns a tensor into another. */
export interface Layer extends Model {
  // `any`, so that layers may say exactly which inputs they take (shapes.ts).
  // oxlint-disable-next-line typescript/no-explicit-any
  forward(x: any): Tensor;
}

export type NamedParameter = readonly [name: string, p: Parameter];

/** What a layer may be made of. */
export type Part = Parameter | Model | LayerFunction | undefined;
export type Parts = Readonly<Record<string, Part>>;

/** A layer without parameters may be just a function. */
// oxlint-disable-next-line typescript/no-explicit-any
export type LayerFunction = (x: any) => Tensor;

/** The output of a layer, or of a function, for an input. */
export function applyLayer(layer: Layer | LayerFunction, x: Tensor): Tensor {
  return typeof layer === "function" ? layer(x) : layer.forward(x);
}

/** The parameters of a layer, or of a function, by name. */
export function namedParametersOf(layer: Model | LayerFunction): readonly NamedParameter[] {
  if (typeof layer === "function") return [];
  return layer.namedParameters?.() ?? layer.parameters().map((p, i) => [String(i), p]);
}

/** What a layer, or a function, keeps beside its parameters, by name. */
export function namedBuffersOf(layer: Model | LayerFunction): readonly NamedParameter[] {
  return typeof layer === "function" ? [] : (layer.namedBuffers?.() ?? []);
}

/** All that a trained model has: its parameters, then its buffers, by name. */
export function namedCellsOf(layer: Model | LayerFunction): readonly NamedParameter[] {
  return [...namedParametersOf(layer), ...namedBuffersOf(layer)];
}
