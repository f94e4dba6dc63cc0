// The interfaces of a model, which has parameters, and of a layer, which maps one tensor to another.
import type { Parameter, Tensor } from "@nabla/autograd";

/**
 * An object with parameters: a model with several inputs or outputs can be trained, saved, kept at its
 * best and summarised like any other. Everything but `parameters` is optional; `madeOf` provides the rest
 * for a model made of parts.
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
   * Values other than parameters that belong to a trained model, by name: training measures them and
   * optimisers leave them unchanged, such as the running statistics of `batchNorm`.
   */
  namedBuffers?(): readonly NamedParameter[];
  /**
   * Switches to training mode: `dropout` drops, `batchNorm` measures. A function that `compile` has
   * traced stays in the mode it was traced in: compile one for each mode.
   */
  train?(): void;
  /** Switches to evaluation mode, in which `forward` is deterministic. */
  evaluate?(): void;
  /** Whether it is in training mode, which is the initial one; undefined if both modes are the same. */
  readonly training?: boolean;
  /** What `summary` calls it, such as "dense". */
  readonly kind?: string;
  /** What it is made of, by name. */
  readonly parts?: Parts;
}

/** A model that maps one tensor to another. */
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

/** The buffers of a layer, or of a function, by name. */
export function namedBuffersOf(layer: Model | LayerFunction): readonly NamedParameter[] {
  return typeof layer === "function" ? [] : (layer.namedBuffers?.() ?? []);
}

/** All that a trained model has: its parameters, then its buffers, by name. */
export function namedCellsOf(layer: Model | LayerFunction): readonly NamedParameter[] {
  return [...namedParametersOf(layer), ...namedBuffersOf(layer)];
}
