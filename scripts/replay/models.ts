// Training steps of ordinary models: cost, gradients, and what an optimiser makes of them.
import { gradients, random, type Tensor } from "@nabla/autograd";
import {
  convolution2d,
  crossEntropy,
  dense,
  flatten,
  gru,
  layerNorm,
  lstm,
  maxPooling2d,
  meanSquaredError,
  sequential,
  sigmoid,
  transformerBlock,
} from "@nabla/nn";

interface Trained {
  readonly parameters: readonly Tensor[];
  readonly cost: Tensor;
}

const drawn = (shape: readonly number[]): Tensor =>
  random.uniform(shape, { seed: 1, low: -1, high: 1 }).realize();
const labels = (count: number): Tensor => random.randint([count], 0, 10, { seed: 1 }).realize();

const models: Readonly<Record<string, () => Trained>> = {
  perceptron: () => {
    const model = sequential(dense(784, 30), sigmoid, dense(30, 10));
    return {
      parameters: model.parameters(),
      cost: crossEntropy(model.forward(drawn([32, 784]) as never) as never, labels(32)),
    };
  },
  convolutions: () => {
    const model = sequential(
      convolution2d(1, 4, 3),
      maxPooling2d(2),
      convolution2d(4, 8, 3),
      flatten(),
      dense(8 * 11 * 11, 10),
    );
    const output = model.forward(drawn([8, 1, 28, 28]) as never) as never;
    return { parameters: model.parameters(), cost: crossEntropy(output, labels(8)) };
  },
  transformer: () => {
    const model = sequential(transformerBlock(16, 2), layerNorm(16), dense(16, 16));
    const output = model.forward(drawn([4, 12, 16]) as never) as Tensor;
    return {
      parameters: model.parameters(),
      cost: meanSquaredError(output as never, drawn([4, 12, 16]) as never),
    };
  },
  ...Object.fromEntries(
    Object.entries({ lstm, gru }).map(([name, layer]) => [
      name,
      () => {
        const model = layer(8, 16);
        const output = model.forward(drawn([4, 10, 8]) as never) as unknown as Tensor;
        return {
          parameters: model.parameters(),
          cost: output.square().mean(),
        };
      },
    ]),
  ),
};

/** The parameter, and both of Adam's averages, after a step. */
function adam(parameter: Tensor, gradient: Tensor): readonly Tensor[] {
  const [m, v] = [drawn(parameter.shape), drawn(parameter.shape).square().realize()];
  const first = m.mul(0.9).add(gradient.mul(0.1));
  const second = v.mul(0.999).add(gradient.square().mul(0.001));
  const update = first.div(0.1).div(second.div(0.001).sqrt().add(1e-8));
  return [parameter.sub(update.mul(0.001)), first, second] as readonly Tensor[];
}

/** A step of each model, as tensors that nothing has been computed of. */
export function* trainingSteps(): Generator<readonly [name: string, tensors: readonly Tensor[]]> {
  for (const [name, model] of Object.entries(models)) {
    const { cost, parameters } = model();
    const updates = gradients(cost as never, parameters).flatMap((gradient, i) =>
      adam(parameters[i]!, gradient),
    );
    yield [`${name}'s step`, [cost, ...updates]];
  }
}
