// Whether a layer is in training mode. Each layer that depends on the mode holds a separate switch, so
// that switching one model does not affect another.
import { Parameter } from "@nabla/autograd";
import type { LayerFunction, Model } from "./layer.ts";

/** The layers below `layer`, itself included, that are in training mode and can be switched. */
function inTraining(layer: Model | LayerFunction): readonly Model[] {
  if (typeof layer === "function") return [];
  if (layer.training) return [layer];
  return Object.values(layer.parts ?? {}).flatMap((part) =>
    part === undefined || part instanceof Parameter ? [] : inTraining(part),
  );
}

/** On at first. */
export class Mode {
  #training = true;

  get training(): boolean {
    return this.#training;
  }

  readonly train = (): void => {
    this.#training = true;
  };

  readonly evaluate = (): void => {
    this.#training = false;
  };

  /** Gives `layer` the methods `train` and `evaluate`, and `training`, all of which refer to this mode. */
  switches(layer: object): void {
    Object.assign(layer, { train: this.train, evaluate: this.evaluate });
    Object.defineProperty(layer, "training", { enumerable: true, get: () => this.training });
  }
}

/** What `f` gives with all of `model` in evaluation; each layer has its own mode again after. */
export function inEvaluation<Result>(model: Model | LayerFunction, f: () => Result): Result {
  const told = inTraining(model);
  try {
    for (const layer of told) layer.evaluate?.();
    return f();
  } finally {
    for (const layer of told) layer.train?.();
  }
}
