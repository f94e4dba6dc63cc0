// Milliseconds of a model's first training step, making it included, and of those after it, in a process of
// its own, on one thread. Argument: one of `firstSteps`. (contenders/first_step.py does the same in PyTorch.)
import { compile, tensor, threads } from "@nabla/autograd";
import * as nn from "@nabla/nn";
import { firstSteps, labels, numbers, oneHotLabels } from "./works.mjs";

const { dense, sequential } = nn;
const work = firstSteps[process.argv[2]];
threads(1);

const drawn = (...shape) =>
  tensor(
    numbers(
      shape.reduce((a, b) => a * b),
      100,
    ),
    { shape },
  ).realize();
const classes = (...shape) => tensor(labels(shape.reduce((a, b) => a * b)), { shape }).realize();

/** Each gives what a step is made of: how to make the model, its inputs and targets, the cost. */
const models = {
  perceptron({ sizes, batch }) {
    const make = () =>
      sequential(...sizes.slice(1).flatMap((n, i) => [dense(sizes[i], n), nn.sigmoid]));
    const y = tensor(oneHotLabels(batch), { shape: [batch, 10] }).realize();
    return { make, x: drawn(batch, sizes[0]), y, cost: nn.quadraticCost };
  },
  convolutional({ image, channels, window, sizes, batch }) {
    const make = () =>
      sequential(
        ...channels
          .slice(1)
          .flatMap((n, i) => [
            nn.convolution2d(channels[i], n, window),
            nn.relu,
            nn.maxPooling2d(2),
          ]),
        nn.flatten(),
        ...sizes.slice(1).flatMap((n, i) => (i > 0 ? [nn.relu] : []).concat(dense(sizes[i], n))),
      );
    const x = drawn(batch, 1, image, image);
    return { make, x, y: classes(batch), cost: nn.crossEntropy };
  },
  transformer({ characters, places, features, heads, blocks, batch }) {
    const make = () => {
      const parts = {
        characters: nn.embedding(characters, features),
        places: nn.embedding(places, features),
        blocks: sequential(
          ...Array.from({ length: blocks }, () =>
            nn.transformerBlock(features, heads, { causal: true }),
          ),
        ),
        norm: nn.layerNorm(features),
        output: dense(features, characters),
      };
      const forward = (x) => {
        const hidden = parts.blocks.forward(parts.characters.forward(x).add(parts.places.weight));
        return parts.output.forward(parts.norm.forward(hidden));
      };
      return { ...nn.madeOf(parts), forward };
    };
    const x = classes(batch, places);
    return { make, x, y: x, cost: nn.crossEntropy };
  },
  recurrent({ inputs, features, places, batch }) {
    const make = () => {
      const parts = { lstm: nn.lstm(inputs, features), output: dense(features, 10) };
      const forward = (x) => parts.output.forward(parts.lstm.forward(x).slice(1, -1).squeeze(1));
      return { ...nn.madeOf(parts), forward };
    };
    return { make, x: drawn(batch, places, inputs), y: classes(batch), cost: nn.crossEntropy };
  },
};

const { make, x, y, cost } = models[work.kind](work);
const start = performance.now();
const model = make();
const optimizer = nn.adam(model.parameters());
const step = compile((inputs, targets) => {
  const value = cost(model.forward(inputs), targets);
  value.backward();
  optimizer.step();
  return value;
});
const times = Array.from({ length: 1 + work.later }, (_, i) => {
  const begin = i === 0 ? start : performance.now();
  const value = step(x, y).itemSync();
  if (!Number.isFinite(value)) throw new Error(`the cost is ${value}`);
  return performance.now() - begin;
});
const [first, ...later] = times;
process.stdout.write(JSON.stringify({ first, later }));
process.exit();
