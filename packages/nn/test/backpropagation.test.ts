// Backpropagation by hand, formula by formula (M. Nielsen, "Neural Networks and Deep Learning",
// 2015, chapter 2, BP1-BP4, for the sum of squared differences without his factor 1/2), against
// gradients().
import { gradients, random, type Tensor, tensor } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { expect, test } from "vitest";
import { quadraticCost } from "../src/costs.ts";

type Matrix = readonly (readonly number[])[];

const sigma = (z: number): number => 1 / (1 + Math.exp(-z));

/** Gradients of one example's cost, for each layer: of its weights [in, out] and of its biases. */
function backpropagate(
  weights: readonly Matrix[],
  biases: Matrix,
  x: readonly number[],
  y: readonly number[],
) {
  const activations = [x];
  weights.forEach((w, layer) => {
    const before = activations.at(-1)!;
    activations.push(
      biases[layer]!.map((b, j) => sigma(before.reduce((z, a, i) => z + a * w[i]![j]!, b))),
    );
  });
  // BP1: how the cost changes with each weighted sum of the last layer.
  const outputs = activations.at(-1)!;
  let delta = outputs.map((a, j) => 2 * (a - y[j]!) * a * (1 - a));
  const weightGradients: Matrix[] = [];
  const biasGradients: number[][] = [];
  for (let layer = weights.length - 1; layer >= 0; layer--) {
    const before = activations[layer]!;
    // BP3 and BP4.
    biasGradients.unshift(delta);
    weightGradients.unshift(before.map((a) => delta.map((d) => a * d)));
    // BP2: what the layer before is wanted to change.
    const behind = delta;
    delta = before.map(
      (a, i) => behind.reduce((sum, d, j) => sum + weights[layer]![i]![j]! * d, 0) * a * (1 - a),
    );
  }
  return { weightGradients, biasGradients };
}

test("gradients() of a network is backpropagation by hand, averaged over the examples", () => {
  const sizes = [5, 4, 3, 2];
  const dtype = "float64";
  const weights = sizes
    .slice(1)
    .map((out, i) => random.normal([sizes[i]!, out], { seed: i, dtype }));
  const biases = sizes.slice(1).map((out, i) => random.normal([out], { seed: 10 + i, dtype }));
  const examples = 7;
  const xs = random.uniform([examples, 5], { seed: 20, dtype });
  const ys = random.uniform([examples, 2], { seed: 21, dtype });

  const outputs = weights.reduce<Tensor>((a, w, i) => a.matmul(w).add(biases[i]!).sigmoid(), xs);
  const given = gradients(quadraticCost(outputs, ys), [...weights, ...biases]);

  const nested = (x: Tensor) => x.arraySync() as number[][];
  const each = nested(xs).map((x, i) =>
    backpropagate(
      weights.map(nested),
      biases.map((b) => b.arraySync()),
      x,
      nested(ys)[i]!,
    ),
  );
  const mean = (parts: readonly Tensor[]) =>
    parts.reduce((sum, part) => sum.add(part)).div(parts.length);
  weights.forEach((_, layer) => {
    const wanted = mean(
      each.map((one) => tensor(one.weightGradients[layer]! as number[][], { dtype })),
    );
    expectClose(given[layer]!, wanted, { relativeTolerance: 1e-12, absoluteTolerance: 1e-13 });
  });
  biases.forEach((_, layer) => {
    const wanted = mean(each.map((one) => tensor(one.biasGradients[layer]!, { dtype })));
    expectClose(given[weights.length + layer]!, wanted, {
      relativeTolerance: 1e-12,
      absoluteTolerance: 1e-13,
    });
  });
  expect(given).toHaveLength(6);
});
