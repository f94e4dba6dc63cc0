// Kinds of options of layers and of training, besides those that all packages share.
import { callable, type Kind, oneOf } from "@nabla/autograd/checks";

export const signalled: Kind = [
  (x) => typeof (x as AbortSignal | null)?.aborted === "boolean",
  "an AbortSignal",
];
export const plainList: Kind = [
  (x) => Array.isArray(x) && Array.from(x).every(Number.isFinite),
  "a list of numbers",
];

/** A bound that may be infinite, which bounds nothing. */
export const bound: Kind = [(x) => typeof x === "number" && x > 0, "a positive number"];

/** The dtypes that weights may have. */
export const weightDType: Kind = /* @__PURE__ */ oneOf("float32", "float64", "float16", "bfloat16");

/** What layers with weights take. */
export const ofWeights: { readonly initializer: Kind; readonly dtype: Kind } = {
  initializer: callable,
  dtype: weightDType,
};
