// What is said of a network against the same by plain loops, by gradients() of whole batches, and
// by really changing things.
import {
  compile,
  gradients,
  manualSeed,
  parameter,
  random,
  realize,
  Tensor,
  tensor,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crossEntropy, quadraticCost } from "../src/costs.ts";
import { type Dense, dense } from "../src/dense.ts";
import { costTerms, exampleCosts } from "../src/explain/example-costs.ts";
import { type LayerNudges, nudges } from "../src/explain/nudges.ts";
import { perExampleGradients } from "../src/explain/per-example.ts";
import { pairByRatio, sensitivity, tryNudge } from "../src/explain/sensitivity.ts";
import { heNormal } from "../src/initializers.ts";
import type { Layer, LayerFunction } from "../src/layer.ts";
import { residual } from "../src/layers/residual.ts";
import { sequential } from "../src/sequential.ts";

const activations: Readonly<Record<string, LayerFunction>> = {
  sigmoid: (x: Tensor) => x.sigmoid(),
  tanh: (x: Tensor) => x.tanh(),
  softplus: (x: Tensor) => x.softplus(),
};

interface Drawn {
  readonly model: Layer;
  readonly dense: readonly Dense[];
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

/** Networks of one to three dense layers, some without biases, on up to six examples. */
const form = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 }),
  activation: fc.constantFrom(...Object.keys(activations)),
  bias: fc.boolean(),
  examples: fc.integer({ min: 1, max: 6 }),
});

/**
 * Each form is one for which the back end makes kernels anew: a few forms, with any weights and
 * data.
 */
const networks: fc.Arbitrary<Drawn> = fc
  .record({ form: fc.constantFrom(...fc.sample(form, 3)), seed: fc.nat(1000) })
  .map(({ form: { sizes, activation, bias, examples }, seed }) => {
    manualSeed(seed);
    const layers = sizes
      .slice(1)
      .map((size, i): Dense => dense(sizes[i]!, size, { bias, initializer: heNormal() }));
    for (const layer of layers) layer.bias?.assign(random.normal(layer.bias.shape, { seed }));
    const doubled = (x: Tensor) => x.mul(2);
    const inputs = random.uniform([examples, sizes[0]!], { seed, low: -1 });
    return {
      model: sequential(doubled, ...layers.flatMap((layer) => [layer, activations[activation]!])),
      dense: layers,
      inputs,
      targets: random.uniform([examples, sizes.at(-1)!], { seed: seed + 1 }),
    };
  });

const runs = { numRuns: 10 };
/** Sums of a few tens of float32 products of size 1 to 10. */
const rounding = { relativeTolerance: 1e-4, absoluteTolerance: 1e-5 };
const rows = (x: Tensor) => x.arraySync() as number[][];
/** Of each parameter, computed in one run. */
const negativeGradients = (cost: Tensor, model: Layer) => {
  const found = gradients(cost, model.parameters()).map((g) => g.neg());
  realize(...found);
  return new Map(model.parameters().map((p, i) => [p, found[i]!]));
};
const list = (x: Tensor) => x.arraySync() as number[];
const sum = (xs: readonly number[]) => xs.reduce((total, x) => total + x, 0);

describe("exampleCosts", () => {
  test("are sums of squared differences, and their mean is the cost", () => {
    fc.assert(
      fc.property(networks, ({ model, inputs, targets }) => {
        const outputs = model.forward(inputs);
        const wanted = rows(outputs).map((row, k) =>
          sum(row.map((a, j) => (a - rows(targets)[k]![j]!) ** 2)),
        );
        const each = exampleCosts(model, inputs, targets);
        expectClose(each, wanted, rounding);
        expectClose(each.mean(), quadraticCost(outputs, targets), rounding);
      }),
      runs,
    );
  });

  test("are those of another cost, whose mean it is, when told", () => {
    const model = dense(3, 4);
    const inputs = random.normal([5, 3], { seed: 1 });
    const labels = tensor([0, 3, 1, 2, 2], { dtype: "int32" });
    const each = exampleCosts(model, inputs, labels, { cost: crossEntropy });
    expect(each.shape).toEqual([5]);
    const second = crossEntropy(model.forward(inputs.slice(0, 1, 2)), labels.slice(0, 1, 2));
    expectClose(each.at(1), second);
    expectClose(each.mean(), crossEntropy(model.forward(inputs), labels));
  });
});

describe("costTerms", () => {
  test("add up to each example's cost", () => {
    fc.assert(
      fc.property(networks, ({ model, inputs, targets }) => {
        const outputs = rows(model.forward(inputs));
        const wanted = outputs.map((row, k) => row.map((a, j) => (a - rows(targets)[k]![j]!) ** 2));
        const terms = costTerms(model, inputs, targets);
        expectClose(terms, wanted, rounding);
        expectClose(terms.sum(1), exampleCosts(model, inputs, targets), rounding);
      }),
      runs,
    );
  });

  test("are of outputs in rows, and of targets of their shape", () => {
    const model = dense(2, 3);
    const inputs = random.normal([4, 2], { seed: 1 });
    expect(() => costTerms(model, inputs, random.normal([4, 1], { seed: 1 }))).toThrow(
      /^costTerms: /,
    );
    const flat = sequential(model, (x: Tensor) => x.flatten());
    expect(() => costTerms(flat, inputs, random.normal([12], { seed: 1 }))).toThrow(
      "costTerms: the model gives [12], expected [examples, outputs]",
    );
  });
});

describe("nudges", () => {
  const ofFirst = ({ model, inputs, targets }: Drawn) => {
    const told = nudges(model, inputs.at(0), targets.at(0));
    const parts = told.layers.flatMap((layer) =>
      [layer.avenues, layer.effects, layer].flatMap((part) => Object.values<unknown>({ ...part })),
    );
    realize(...[told.cost, told.output, ...parts].filter((part) => part instanceof Tensor));
    return told;
  };

  test("have the weighted sums and activations of the forward pass", () => {
    fc.assert(
      fc.property(networks, (drawn) => {
        const { output, layers, cost } = ofFirst(drawn);
        let before = list(drawn.inputs.at(0)).map((x) => 2 * x);
        for (const { layer, previousActivations, weightedSums, activations: after } of layers) {
          expectClose(previousActivations, before, rounding);
          const biases = layer.bias ? list(layer.bias) : [];
          const weights = rows(layer.weight);
          const sums = weights[0]!.map(
            (_, j) => (biases[j] ?? 0) + sum(before.map((a, i) => a * weights[i]![j]!)),
          );
          expectClose(weightedSums, sums, rounding);
          before = list(after);
        }
        expect(list(output)).toEqual(before);
        const targets = list(drawn.targets.at(0));
        const wanted = sum(before.map((a, j) => (a - targets[j]!) ** 2));
        expectClose(cost, wanted, rounding);
      }),
      runs,
    );
  });

  test("are the parts of the negative gradient", () => {
    fc.assert(
      fc.property(networks, (drawn) => {
        const { model, dense: layers, inputs, targets } = drawn;
        const outputs = model.forward(inputs.slice(0, 0, 1));
        const cost = quadraticCost(outputs, targets.slice(0, 0, 1));
        const told = ofFirst(drawn).layers;
        const whole = negativeGradients(cost, model);
        layers.forEach(({ weight, bias }, l) => {
          const { avenues } = told[l]!;
          expectClose(avenues.weights, whole.get(weight)!, rounding);
          expect(avenues.bias === undefined).toBe(bias === undefined);
          if (bias) expectClose(avenues.bias!, whole.get(bias)!, rounding);
        });
      }),
      runs,
    );
  });

  test("want outputs to move in proportion to their distance from the target", () => {
    fc.assert(
      fc.property(networks, (drawn) => {
        const { output, layers } = ofFirst(drawn);
        const distances = drawn.targets.at(0).sub(output);
        expectClose(layers.at(-1)!.wantedActivations, distances.mul(2), rounding);
      }),
      runs,
    );
  });

  test("what the next neurons want of an activation adds up to what the network wants of it", () => {
    fc.assert(
      fc.property(networks, (drawn) => {
        const { layers } = ofFirst(drawn);
        layers.forEach(({ avenues, wantedOfPrevious }, l) => {
          const added = rows(avenues.previousActivations).map(sum);
          expectClose(wantedOfPrevious, added, rounding);
          const before = layers[l - 1];
          if (before) expectClose(before.wantedActivations, added, rounding);
        });
      }),
      runs,
    );
  });

  /** z_j of a neuron after a step along some of its avenues, in float64. */
  const steppedSum = (told: LayerNudges, j: number, step: number, along: readonly string[]) => {
    const { bias, weights, previousActivations } = told.neuron(j);
    const on = (avenue: string) => (along.includes(avenue) ? step : 0);
    const own = told.layer.bias ? list(told.layer.bias)[j]! : 0;
    return (
      own +
      on("bias") * (bias?.itemSync() ?? 0) +
      sum(
        list(told.previousActivations).map((a, i) => {
          const w = rows(told.layer.weight)[i]![j]!;
          const [dw, da] = [list(weights)[i]!, list(previousActivations)[i]!];
          return (w + on("weights") * dw) * (a + on("previousActivations") * da);
        }),
      )
    );
  };

  test("the three avenues add up to the change of a weighted sum, beside what is second order", () => {
    fc.assert(
      fc.property(networks, (drawn) => {
        for (const told of ofFirst(drawn).layers) {
          const j = told.layer.outputFeatures - 1;
          const neuron = told.neuron(j);
          realize(neuron.weights, neuron.previousActivations, ...Object.values(neuron.effects));
          const each = ["bias", "weights", "previousActivations"] as const;
          const effects = each.map((avenue) => neuron.effects[avenue].itemSync());
          const still = steppedSum(told, j, 0, []);
          each.forEach((avenue, i) => {
            const moved = steppedSum(told, j, 1, [avenue]) - still;
            expectClose(moved, effects[i]!, rounding);
          });
          const step = 1 / 64;
          const cross = sum(
            list(neuron.weights).map((dw, i) => dw * list(neuron.previousActivations)[i]!),
          );
          const moved = steppedSum(told, j, step, each) - still;
          expectClose(moved, step * sum(effects) + step ** 2 * cross, rounding);
        }
      }),
      runs,
    );
  });

  test("go through the layers of sequences within sequences, and name them as parameters are", () => {
    const inner = sequential(dense(3, 2), activations["tanh"]!);
    const model = sequential(inner, dense(2, 2));
    const { layers } = nudges(model, tensor([1, 2, 3]), tensor([0, 1]));
    expect(layers.map(({ name }) => `${name}.weight`)).toEqual(
      model.namedParameters().flatMap(([name]) => (name.endsWith("weight") ? [name] : [])),
    );
  });

  test("are graphs, that can be compiled", () => {
    const model = sequential(dense(3, 4), activations["tanh"]!, dense(4, 2));
    const wishes = (input: Tensor, target: Tensor) => {
      const { cost, layers } = nudges(model, input, target);
      return { cost, wanted: layers.map(({ avenues }) => avenues.weights) };
    };
    const [input, target] = [tensor([1, 2, 3]), tensor([0, 1])];
    const [plain, fast] = [wishes(input, target), compile(wishes)(input, target)];
    expectClose(fast.cost, plain.cost);
    fast.wanted.forEach((wanted, i) => expectClose(wanted, plain.wanted[i]!));
  });

  test("of another cost start from it", () => {
    const model = dense(3, 4);
    const [input, label] = [tensor([1, 2, 3]), tensor(2, { dtype: "int32" })];
    const { output, layers } = nudges(model, input, label, { cost: crossEntropy });
    const wanted = tensor([0, 0, 1, 0]).sub(output.softmax());
    expectClose(layers[0]!.wantedActivations, wanted, rounding);
  });

  const scale: Layer = {
    forward: (x: Tensor) => x.mul(2),
    parameters: () => [parameter([1])],
  };
  const one = tensor([1]);
  test.each([
    [
      () => nudges(sequential(dense(1, 1), scale), one, one),
      "nudges: layer 1 has parameters and is not dense; expected dense layers and functions",
    ],
    [
      // Not a sequence, though it has layers: what goes in is added to what they give.
      () => nudges(sequential(residual(dense(1, 1)), dense(1, 1)), one, one),
      "nudges: layer 0 has parameters and is not dense; expected dense layers and functions",
    ],
    [
      () =>
        nudges(
          sequential((x) => x),
          one,
          one,
        ),
      "nudges: the model has no dense layer",
    ],
    [
      () => nudges(dense(1, 1), tensor([[1], [2]]), one),
      "nudges: one example makes [1, 2, 1] at the layer, expected one row of neurons",
    ],
    [
      () => nudges(dense(1, 2), one, tensor([1, 2])).layers[0]!.neuron(2),
      "neuron: got 2, the layer has neurons 0 to 1",
    ],
    [
      () => nudges(dense(1, 2), [1] as never, one),
      "nudges: the input: got an array, expected a tensor; tensor(x) makes one",
    ],
  ])("refuse what they cannot tell of: %#", (make, message) => expect(make).toThrow(message));
});

describe("perExampleGradients", () => {
  test("average to the batch's gradient, and each is that of its example alone", () => {
    fc.assert(
      fc.property(networks, ({ model, inputs, targets }) => {
        const parameters = model.parameters();
        const each = perExampleGradients(model, quadraticCost, inputs, targets);
        const whole = negativeGradients(quadraticCost(model.forward(inputs), targets), model);
        const k = inputs.shape[0]! - 1;
        const last = quadraticCost(model.forward(inputs.slice(0, k)), targets.slice(0, k));
        const alone = negativeGradients(last, model);
        const [means, lasts] = [each.map((some) => some.mean(0)), each.map((some) => some.at(k))];
        realize(...means, ...lasts);
        expect(each).toHaveLength(parameters.length);
        parameters.forEach((p, i) => {
          expectClose(means[i]!, whole.get(p)!.neg(), rounding);
          expectClose(lasts[i]!, alone.get(p)!.neg(), rounding);
        });
      }),
      runs,
    );
  });

  test("are minus the nudges of each example", () => {
    fc.assert(
      fc.property(networks, ({ model, inputs, targets }) => {
        const each = perExampleGradients(model, quadraticCost, inputs, targets);
        const told = nudges(model, inputs.at(-1), targets.at(-1));
        const wanted = told.layers.flatMap(({ avenues: { weights, bias } }) =>
          bias ? [weights, bias] : [weights],
        );
        const lasts = each.map((some) => some.at(-1).neg());
        realize(...lasts, ...wanted);
        lasts.forEach((given, i) => expectClose(given, wanted[i]!, rounding));
      }),
      runs,
    );
  });
});

describe("sensitivity", () => {
  test("gives every component of the gradient once, the greatest first, with the ratios", async () => {
    await fc.assert(
      fc.asyncProperty(networks, async ({ model, inputs, targets }) => {
        const cost = quadraticCost(model.forward(inputs), targets);
        const named = sequential(model).namedParameters();
        const all = await sensitivity(cost, model, { top: Number.POSITIVE_INFINITY });
        const whole = negativeGradients(cost, model);
        const wanted = named.flatMap(([, p]) => [...whole.get(p)!.dataSync()]);
        const sizes = wanted.map(Math.abs).toSorted((a, b) => b - a);
        expect(all.map(({ derivative }) => Math.abs(derivative))).toEqual(sizes);
        expect(new Set(all.map(({ name }) => name)).size).toBe(wanted.length);
        for (const { parameter: p, index, derivative, value, ratio } of all) {
          const at = index.reduce((position, i, axis) => position * p.shape[axis]! + i, 0);
          expect(derivative).toBe(-whole.get(p)!.dataSync()[at]!);
          expect(value).toBe(p.dataSync()[at]);
          expect(ratio).toBe(sizes[0]! / Math.abs(derivative));
        }
      }),
      runs,
    );
  });

  test("names the layer, and the row and column or the bias", async () => {
    const model = sequential(dense(2, 3), activations["tanh"]!, dense(3, 1));
    const cost = quadraticCost(model.forward(tensor([[1, 2]])), tensor([[3]]));
    const all = await sensitivity(cost, model, { top: Number.POSITIVE_INFINITY });
    const weight = all.find(({ name }) => name === "0.weight[1, 2]");
    expect(weight).toMatchObject({ layer: "0", kind: "weight", index: [1, 2], row: 1, column: 2 });
    const bias = all.find(({ name }) => name === "2.bias[0]");
    expect(bias).toMatchObject({ layer: "2", kind: "bias", row: undefined, column: 0 });
    const three = await sensitivity(cost, model, { top: 3 });
    expect(three.map(({ name }) => name)).toEqual(all.slice(0, 3).map(({ name }) => name));
    await expect(sensitivity(cost, model, { top: 0 })).rejects.toThrow(
      "sensitivity: top is 0, expected 1 or more",
    );
  });

  test("does not hide what is not a number", async () => {
    const p = parameter([4, 1, 9]);
    const model: Layer = { forward: (x: Tensor) => x, parameters: () => [p] };
    const cost = p.mul(tensor([1, Number.NaN, 2])).sum();
    expect((await sensitivity(cost, model)).map(({ name }) => name)).toEqual([
      "0[1]",
      "0[2]",
      "0[0]",
    ]);
  });
});

describe("pairByRatio", () => {
  test("gives the most sensitive component, and none of the others comes nearer to the ratio", async () => {
    await fc.assert(
      fc.asyncProperty(
        networks,
        fc.double({ min: 1, max: 100, noNaN: true }),
        async (drawn, ratio) => {
          const { model, inputs, targets } = drawn;
          const cost = quadraticCost(model.forward(inputs), targets);
          const all = await sensitivity(cost, model, { top: Number.POSITIVE_INFINITY });
          fc.pre(all.filter(({ derivative }) => derivative !== 0).length > 1);
          const [first, second] = pairByRatio(all.toReversed(), ratio);
          expect(Math.abs(first.derivative)).toBe(Math.abs(all[0]!.derivative));
          const factors = all
            .filter((one) => one.name !== first.name && one.derivative !== 0)
            .map((one) => one.ratio / ratio)
            .map((factor) => Math.max(factor, 1 / factor));
          const own = second.ratio / ratio;
          expect(Math.max(own, 1 / own)).toBeCloseTo(Math.min(...factors), 9);
        },
      ),
      runs,
    );
  });

  test("needs two that can be compared, and a ratio", async () => {
    const w = parameter([1, 2], { name: "w" });
    const model: Layer = { forward: (x: Tensor) => x, parameters: () => [w] };
    const all = await sensitivity(w.mul(tensor([3, 0])).sum(), model);
    expect(() => pairByRatio(all, 2)).toThrow("of 2 components, 1 can be compared, expected 2");
    expect(() => pairByRatio(all, 0.5)).toThrow("pairByRatio: ratio is 0.5, expected 1 or more");
  });
});

describe("tryNudge", () => {
  /** In float64, where changes of 1e-6 beside a cost of 1 are seen. */
  const weighted = (seed: number) => {
    const w = parameter(random.normal([3, 2], { seed, dtype: "float64" }), { name: "weight" });
    const inputs = random.normal([4, 3], { seed: seed + 1, dtype: "float64" });
    const targets = random.normal([4, 2], { seed: seed + 2, dtype: "float64" });
    const model: Layer = { forward: (x: Tensor) => x.matmul(w), parameters: () => [w] };
    return { w, inputs, targets, model };
  };

  test("of a linear network differs from the prediction by the mean square of the input", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        fc.double({ min: -1, max: 1, noNaN: true }),
        async (seed, by) => {
          const { w, inputs, targets, model } = weighted(seed);
          const start = w.arraySync();
          const cost = () => quadraticCost(model.forward(inputs) as Tensor<[4, 2]>, targets);
          const [most] = await sensitivity(cost, model, { top: 1 });
          const { before, after, predicted, actual } = await tryNudge(cost, most!, by);
          const column = rows(inputs).map((x) => x[most!.row!]! ** 2);
          // The cost is of size 10, and has 16 digits.
          expect(Math.abs(actual - predicted - (by ** 2 * sum(column)) / 4)).toBeLessThan(1e-12);
          expect(predicted).toBe(most!.derivative * by);
          expect(actual).toBe(after - before);
          expect(w.arraySync()).toEqual(start);
        },
      ),
      runs,
    );
  });

  test("of any network errs by a quarter for half the nudge", async () => {
    const { inputs, targets, model } = weighted(3);
    const cost = () => quadraticCost(model.forward(inputs).sigmoid() as Tensor<[4, 2]>, targets);
    const [most] = await sensitivity(cost, model, { top: 1 });
    const errorOf = async (by: number) => {
      const { predicted, actual } = await tryNudge(cost, most!, by);
      return Math.abs(actual - predicted);
    };
    const [one, half] = [await errorOf(1 / 64), await errorOf(1 / 128)];
    expect(one).toBeGreaterThan(1e-7);
    // What is third order is of the size of the nudge beside it.
    expect(one / half).toBeGreaterThan(3.9);
    expect(one / half).toBeLessThan(4.1);
  });

  test("gives the value back when the cost throws", async () => {
    const { w, model } = weighted(5);
    const start = w.arraySync();
    const [most] = await sensitivity(w.square().sum(), model);
    let calls = 0;
    const cost = () => {
      if (calls++ === 0) return w.sum();
      throw new RangeError("no more");
    };
    await expect(tryNudge(cost, most!, 1)).rejects.toThrow("no more");
    expect(w.arraySync()).toEqual(start);
  });
});
