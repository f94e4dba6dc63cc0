// Data, training and sampling of the transformer.
import { compile, random, type Tensor, tensor, zeros } from "@nabla/autograd";
import { adamW, crossEntropy, fit, type Layer } from "@nabla/nn";
import type { CharacterTransformer, Written } from "./model.ts";
import { alphabet, labelsOf, sentences } from "./text.ts";

export interface Windows {
  /** int32 [count, length]. */
  readonly inputs: Tensor;
  /** int32 [count, length]: what follows each character of the inputs. */
  readonly targets: Tensor;
  /** The mean cost, in nats a character, that no model can get below. */
  readonly least: number;
}

/** So many texts of so many characters, each from the start of a sentence. */
export function windows(
  count: number,
  length: number,
  seed: number,
  names?: readonly string[],
): Windows {
  const draws = random.uniform([count * (length + 1)], { seed }).dataSync();
  let next = 0;
  const choose = (n: number) => Math.floor(draws[next++]! * n);
  const texts = Array.from({ length: count }, () => sentences(length + 1, choose, names));
  const labels = texts.map(({ text }) => labelsOf(text));
  // The first character of a text is given.
  const surprises = texts.flatMap(({ surprise }) => surprise.slice(1));
  return {
    inputs: tensor(
      labels.map((row) => row.slice(0, -1)),
      { dtype: "int32" },
    ),
    targets: tensor(
      labels.map((row) => row.slice(1)),
      { dtype: "int32" },
    ),
    least: surprises.reduce((sum, surprise) => sum + surprise, 0) / (count * length),
  };
}

/** Goes through the data; tells of each epoch's mean cost on the data and on `validation`. */
export async function* train(
  model: Layer,
  { inputs, targets }: Windows,
  validation: Windows,
  epochs: number,
): AsyncGenerator<{ epoch: number; cost: number; validationCost: number }> {
  const optimizer = adamW(model.parameters(), { learningRate: 0.002 });
  const reports = fit(
    model,
    { inputs, targets },
    {
      cost: crossEntropy,
      optimizer,
      epochs,
      batchSize: 16,
      validation: { inputs: validation.inputs, targets: validation.targets },
      metrics: { crossEntropy },
    },
  );
  for await (const { epoch, cost, metrics } of reports) {
    if (metrics) yield { epoch, cost, validationCost: metrics["crossEntropy"] };
  }
}

/** The end of a text, from the start of a sentence, as all texts were that the model has seen. */
function lastSentences(text: string, places: number): string {
  const next = text.indexOf(". ") + 2;
  return text.length <= places ? text : lastSentences(text.slice(next), places);
}

/**
 * Goes on with a text, character by character, each drawn as the model thinks it likely. A character
 * takes as long at any place: what those before have left is kept, and one function makes the next.
 */
export async function write(
  model: CharacterTransformer,
  begin: string,
  count: number,
  places: number,
): Promise<string> {
  model.evaluate?.();
  const next = compile((label: Tensor, written: Written) => {
    const [logits, after] = model.next(label, written);
    return [logits.softmax(), after] as const;
  });
  const draws = random.uniform([count], { seed: 1 }).dataSync();
  let text = begin;
  let written = model.start();
  let seen = "";
  /** Probabilities of what follows the text. */
  const probabilities = async (): Promise<Tensor> => {
    let found: Tensor = zeros([alphabet.length]);
    // There is no room for more, so it looks at the last sentences afresh.
    if (seen.length === places) [seen, written] = ["", model.start()];
    const all = seen === "" ? lastSentences(text, places) : text.slice(-1);
    for (const label of labelsOf(all)) {
      [found, written] = await next.async(tensor([[label]], { dtype: "int32" }), written);
    }
    seen += all;
    return found;
  };
  for (const draw of draws) {
    const all = await (await probabilities()).data();
    let left = draw;
    const label = [...all].findIndex((p) => (left -= p) < 0);
    text += alphabet.at(label)!;
  }
  return text;
}
