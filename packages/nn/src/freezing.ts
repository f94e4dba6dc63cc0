// Parameters that training leaves alone.
import { NablaError, type Parameter } from "@nabla/autograd";
import { checkModel, checkParameters } from "./checks.ts";
import type { Model } from "./layer.ts";

/**
 * Freezes the parameters of a model or a layer, or a list of parameters: `backward` computes no gradient
 * for them, and optimisers leave them unchanged. Their current gradients are dropped. Everything else
 * continues: gradients pass through the layer to earlier ones, `dropout` drops and `batchNorm` measures
 * (`evaluate()` ends that), and files contain frozen parameters like any others, but not which ones are
 * frozen. Compiled steps are traced again.
 *
 * @example
 * const [base, head] = [dense(4, 8), dense(8, 2)];
 * const model = sequential(base, relu, head);
 * freeze(base);
 * const optimizer = sgd(model.parameters(), { learningRate: 0.1 });
 * model.forward(ones([1, 4])).sum().backward();
 * model.parameters().map(({ grad }) => grad !== null); // => [false, false, true, true]
 * optimizer.step(); // changes the head alone
 */
export function freeze(model: Model | readonly Parameter[]): void {
  for (const p of parametersIn("freeze", model)) p.isFrozen = true;
}

/**
 * Lets parameters be trained again that `freeze` has frozen: those of a model or a layer, or of a list.
 *
 * @example
 * const model = sequential(dense(4, 8), relu, dense(8, 2));
 * freeze(model);
 * unfreeze(model.layers[2]);
 * model.parameters().map(({ isFrozen }) => isFrozen); // => [true, true, false, false]
 */
export function unfreeze(model: Model | readonly Parameter[]): void {
  for (const p of parametersIn("unfreeze", model)) p.isFrozen = false;
}

function parametersIn(
  operation: string,
  model: Model | readonly Parameter[],
): readonly Parameter[] {
  if (Array.isArray(model)) {
    checkParameters(operation, model);
    return model;
  }
  checkModel(operation, model);
  return (model as Model).parameters();
}

/** Throws `NablaError` if all of the parameters that an optimiser has are frozen. */
export function checkTrainable(operation: string, parameters: readonly Parameter[]): void {
  if (parameters.length === 0 || !parameters.every(({ isFrozen }) => isFrozen)) return;
  throw new NablaError(
    `${operation}: all parameters of the optimiser are frozen, nothing can be learnt`,
  );
}
