// From a CSV file to a file of a model, and from that to answers about new rows.
import { readFile } from "node:fs/promises";
import { type Tensor, zeros } from "@nabla/autograd";
import { csv, encoderOf, split, standardization, tableEncoder } from "@nabla/data";
import {
  accuracy,
  adam,
  crossEntropy,
  dense,
  fit,
  loadSafetensors,
  measure,
  readSafetensors,
  relu,
  type Sequential,
  saveSafetensors,
  sequential,
} from "@nabla/nn";

/** The network; of `train` it takes mean and deviation, and learns nothing else. */
function network(train: Tensor<[number, number]>, classes: number): Sequential {
  return sequential(standardization(train), dense(train.shape[1], 16), relu, dense(16, classes));
}

/**
 * Trains on most of the rows of a CSV file and saves the model, with how rows become tensors. Gives what
 * share of the other rows it gets right.
 */
export async function trainOn(table: string, file: string, epochs: number): Promise<number> {
  const { train, validation } = await split(await csv(table), { key: 1 });
  const encoder = tableEncoder(train, { target: "buys" });
  const [inputs, labels] = [encoder.inputs(train), encoder.targets(train)];
  const model = network(inputs, encoder.classes!.length);
  const optimizer = adam(model.parameters(), { learningRate: 0.01 });
  await fit(model, { inputs, labels }, { cost: crossEntropy, optimizer, epochs, batchSize: 32 });
  await saveSafetensors(file, model, { metadata: { encoder: encoder.text } });
  const others = { inputs: encoder.inputs(validation), labels: encoder.targets(validation) };
  return (await measure(model, others, { accuracy })).accuracy;
}

/** What the model in a file says of the rows of a CSV text, in which `buys` need not be. */
export async function predict(file: string, text: string): Promise<readonly string[]> {
  const bytes = await readFile(file);
  const { encoder: said = "" } = readSafetensors(bytes).metadata;
  const encoder = encoderOf(said);
  // The numbers of the file take the place of these.
  const model = network(zeros([1, encoder.features.length]), encoder.classes!.length);
  loadSafetensors(model, bytes);
  const rows = encoder.inputs(await csv({ text }));
  const best = await model.forward(rows).argMax(1).data();
  return Array.from(best, (label) => encoder.classes![label]!);
}
