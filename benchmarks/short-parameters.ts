// Training in the sizes of LeNet-5 with parameters of float32, bfloat16 and float16: the share of test digits that is
// right, and the bytes of the parameters.
import { parseArgs } from "node:util";
import { manualSeed, type Tensor } from "@nabla/autograd";
import {
  accuracy,
  adam,
  convolution2d,
  crossEntropy,
  dense,
  fit,
  flatten,
  type Layer,
  maxPooling2d,
  measure,
  relu,
  sequential,
  toSafetensors,
} from "@nabla/nn";
import { loadMnist } from "../packages/mnist-demo/src/index.ts";

const { values } = parseArgs({
  options: {
    epochs: { type: "string", default: "3" },
    seeds: { type: "string", default: "1" },
  },
});
const [epochs, seeds] = [Number(values.epochs), Number(values.seeds)];

const dtypes = ["float32", "bfloat16", "float16"] as const;

function network(dtype: (typeof dtypes)[number]): Layer {
  return sequential(
    (images: Tensor) => images.reshape([images.shape[0]!, 1, 28, 28]).div(255),
    convolution2d(1, 6, 5, { padding: 2, dtype }),
    maxPooling2d(2),
    relu,
    convolution2d(6, 16, 5, { dtype }),
    maxPooling2d(2),
    relu,
    flatten(),
    dense(400, 120, { dtype }),
    relu,
    dense(120, 84, { dtype }),
    relu,
    dense(84, 10, { dtype }),
  );
}

const { train, test } = await loadMnist();
const [digits, unseen] = [train, test].map(({ images, labels }) => ({
  inputs: images,
  targets: labels,
}));

for (let seed = 0; seed < seeds; seed++) {
  for (const dtype of dtypes) {
    manualSeed(seed);
    const model = network(dtype);
    const parameters = model.parameters?.() ?? [];
    const optimizer = adam(parameters);
    const options = { cost: crossEntropy, optimizer, epochs, batchSize: 100, shuffle: seed };
    for await (const _ of fit(model, digits!, options));
    const right = (await measure(model, unseen!, { accuracy })).accuracy;
    const bytes = toSafetensors(model).length;
    console.log(
      `${dtype}, seed ${seed}: ${(100 * right).toFixed(2)} % right, ${bytes} bytes as a file`,
    );
  }
}
