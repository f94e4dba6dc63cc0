// Low-rank adaptation: fine-tunes a model with few additional parameters.
import {
  NablaError,
  type Parameter,
  parameter,
  random,
  realize,
  type Tensor,
  zeros,
  zerosLike,
} from "@nabla/autograd";
import { callable, checkOptions, count, positive } from "@nabla/autograd/checks";
import { type Adapter, axesOf, withAdapters } from "./adapters.ts";
import { checkModel } from "./checks.ts";
import { computedDType } from "./computed.ts";
import { freeze, unfreeze } from "./freezing.ts";
import { type Model, namedBuffersOf, namedParametersOf } from "./layer.ts";
import { madeOf } from "./parts.ts";

export interface LoraOptions {
  /** The rank of the changes. Default: 4. */
  readonly rank?: number;
  /** What the changes are multiplied by: PyTorch's PEFT has alpha / rank. Default: 1. */
  readonly scale?: number;
  /** Whether a weight of this name is adapted. Default: all that can be. */
  readonly adapts?: (name: string) => boolean;
}

/** A model with changes that can be learnt. Made by `lora`. */
export interface Lora<M extends Model = Model> extends Model {
  /** The model, whose own parameters are frozen. */
  readonly model: M;
  /** What is learnt. */
  parameters(): readonly Parameter[];
  /** "0.weight.lora_A" and "0.weight.lora_B" for the weight "0.weight". */
  namedParameters(): readonly (readonly [name: string, p: Parameter])[];
  /** `forward` of the model, with the changes. */
  readonly forward: M extends { readonly forward: infer Forward } ? Forward : never;
  /**
   * Adds the changes to the model's own weights, and returns the model: it computes what the adapted one
   * did, up to rounding, and is trained and saved as before. The changes are 0 afterwards.
   */
  merged(): M;
}

/** A model that computes something of anything. */
interface Computing extends Model {
  readonly forward: (...args: readonly unknown[]) => unknown;
}

/**
 * A model that is adapted to something new by a change A B of each weight W, of a rank so low that there
 * is little to learn, keep and save: x W + scale x A B. The weights are those of all `dense` layers and
 * of attention's projections in it. Its own parameters are frozen, so their gradients are not computed;
 * A is random and B 0 at first, so the adapted model begins as the model. Files and optimisers get the
 * changes alone; of weights of 16 bits they are float32. Layers that are shared with other models change for this one only. E. Hu et al., "LoRA:
 * low-rank adaptation of large language models", 2021. Throws `NablaError` for a model without such
 * weights.
 *
 * @example
 * const model = sequential(dense(64, 64), relu, dense(64, 10));
 * const adapted = lora(model, { rank: 2 });
 * const count = (one: Model) => one.parameters().reduce((sum, { size }) => sum + size, 0);
 * console.log(count(model), count(adapted)); // => 4810 404
 * const optimizer = adamW(adapted.parameters(), { learningRate: 0.01 });
 * crossEntropy(adapted.forward(ones([2, 64])), tensor([3, 7], { dtype: "int32" })).backward();
 * optimizer.step();
 * adapted.merged() === model; // => true
 */
export function lora<
  // oxlint-disable-next-line typescript/no-explicit-any
  M extends Model & { readonly forward: (...args: any[]) => unknown },
>(model: M, options?: LoraOptions): Lora<M>;
export function lora(model: Computing, options: LoraOptions = {}): Lora<Computing> {
  checkModel("lora", model, "forward");
  checkOptions("lora", options, { rank: count, scale: positive, adapts: callable });
  const { rank = 4, scale = 1, adapts = () => true } = options;
  const changes = namedParametersOf(model).flatMap(([name, weight]) => {
    const axes = axesOf(weight);
    return axes && adapts(name) ? [{ name, weight, axes, ...changeOf(weight, axes, rank) }] : [];
  });
  if (changes.length === 0) {
    throw new NablaError(
      "lora: the model has no weights that can be adapted; those of dense and of attention can",
    );
  }
  const cells = Object.fromEntries(
    changes.flatMap(({ name, a, b }) => [
      [`${name}.lora_A`, a],
      [`${name}.lora_B`, b],
    ]),
  );
  const trainable = model.parameters().filter((p) => !p.isFrozen);
  freeze(model);
  const forward = (...args: readonly unknown[]): unknown => {
    const adapters = new Map(
      changes.map(({ weight, a, b }): [Parameter, Adapter] => [weight, { a, b: b.mul(scale) }]),
    );
    const result = withAdapters(adapters, () => model.forward(...args));
    if (!(result instanceof Promise)) return result;
    result.catch(() => undefined);
    throw new NablaError("lora: the model's forward gives a Promise, expected what it computes");
  };
  return {
    kind: "lora",
    ...madeOf(cells, Object.fromEntries(namedBuffersOf(model))),
    parts: { model },
    model,
    train: () => model.train?.(),
    evaluate: () => model.evaluate?.(),
    forward,
    merged() {
      for (const { weight, axes, a, b } of changes) {
        const change: Tensor = a.matmul(b).mul(scale);
        weight.assign(weight.add(axes === "inputs first" ? change : change.transpose()));
        b.assign(zerosLike(b));
      }
      realize(...changes.flatMap(({ weight, b }) => [weight, b]));
      unfreeze(trainable);
      return model;
    },
  };
}

/** A is drawn as PyTorch's PEFT draws it, between -1 / sqrt(inputs) and that. */
function changeOf(weight: Parameter, axes: ReturnType<typeof axesOf>, rank: number) {
  const [inputs, outputs] = (
    axes === "inputs first" ? weight.shape : weight.shape.toReversed()
  ) as [number, number];
  const dtype = computedDType(weight.dtype);
  const most = 1 / Math.sqrt(inputs);
  const first = random.uniform([inputs, rank], { low: -most, high: most, dtype });
  return {
    a: parameter(first, { name: "lora_A" }),
    b: parameter(zeros([rank, outputs], { dtype }), { name: "lora_B" }),
  };
}
