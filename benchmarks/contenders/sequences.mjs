// Steps of training on sequences: W10 and W11. (sequences.py does the same in PyTorch.)
import { tensor } from "@nabla/autograd";
import { adam, adamW, lstm, sequential, transformerBlock } from "@nabla/nn";
import { numbers, sequences } from "../works.mjs";

const models = {
  recurrent: ({ features }) => lstm(features, features),
  transformer: ({ features, heads, blocks }) =>
    sequential(
      ...Array.from({ length: blocks }, () => transformerBlock(features, heads, { causal: true })),
    ),
};

/** Gives all parameters numbers that PyTorch's have, too: its dense weights are [outputs, inputs]. */
function fill(model) {
  model.parameters().forEach((one, i) => {
    const { name, shape, size } = one;
    const isTurned = shape.length === 2 && name === "weight";
    const [outputs, inputs] = isTurned ? [...shape].reverse() : shape;
    const scale = shape.length === 2 ? 2 / Math.sqrt(inputs) : 0.2;
    const data = numbers(size, i + 1).map((x) => scale * x);
    one.assign(
      isTurned ? tensor(data, { shape: [outputs, inputs] }).transpose() : tensor(data, { shape }),
    );
  });
}

/** `prepared` compiles a function, if functions are to be compiled. */
export function sequenceStep(work, prepared) {
  const { kind, features, places, batch, optimizer, learningRate } = sequences[work];
  const model = models[kind](sequences[work]);
  fill(model);
  const options = { learningRate, ...(optimizer === "adamW" && { weightDecay: 0.01 }) };
  const optimise = { adam, adamW }[optimizer](model.parameters(), options);
  const shape = [batch, places, features];
  const x = tensor(numbers(batch * places * features, 100), { shape }).realize();
  const run = prepared(() => {
    const cost = model.forward(x).square().mean();
    cost.backward();
    optimise.step();
    return cost;
  });
  return { run, first: run().itemSync(), isSync: true };
}
