// An adapted model: begins as the model, learns by its changes alone, and can become one again.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  gradients,
  manualSeed,
  NablaError,
  type Parameter,
  random,
  substitute,
  type Tensor,
  toJSON,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import {
  adam,
  batchNorm,
  dense,
  dropout,
  fit,
  type Layer,
  loadSafetensors,
  lora,
  type Model,
  multiHeadAttention,
  quadraticCost,
  relu,
  sequential,
  tanh,
  toSafetensors,
  transformerBlock,
} from "@nabla/nn";
import { describe, expect, test } from "vitest";

const dtype = "float64";
const inputs = random.normal([6, 3], { seed: 1, dtype }).realize();
const targets = random.normal([6, 2], { seed: 2, dtype }).realize();
const net = () => sequential(dense(3, 5, { dtype }), tanh, dense(5, 2, { dtype }));
const valuesOf = (model: Model) => model.parameters().map((p) => p.arraySync());
const sizeOf = (model: Model) => model.parameters().reduce((sum, { size }) => sum + size, 0);

/** Gives the changes other values than 0. */
function changed<M extends Model>(model: M): M {
  for (const p of model.parameters()) p.assign(random.normal([...p.shape], { dtype: p.dtype }));
  return model;
}

describe("an adapted model", () => {
  test("begins as the model, and has few parameters, named by the weights", () => {
    const model = net();
    const adapted = lora(model, { rank: 1 });
    expect(adapted.forward(inputs).arraySync()).toEqual(model.forward(inputs).arraySync());
    expect(adapted.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([
      ["0.weight.lora_A", [3, 1]],
      ["0.weight.lora_B", [1, 5]],
      ["2.weight.lora_A", [5, 1]],
      ["2.weight.lora_B", [1, 2]],
    ]);
    expect(sizeOf(lora(model, { rank: 1, adapts: (name) => name.startsWith("2") }))).toBe(7);
  });

  type Adapted = Model & { forward(x: Tensor): Tensor; model: Layer; merged(): Layer };
  const kinds: readonly (readonly [string, () => Adapted, Tensor, number])[] = [
    ["dense", () => lora(net(), { rank: 2, scale: 0.5 }) as never, inputs, 0.5],
    [
      "attention",
      () => lora(multiHeadAttention(4, 2, { dtype }), { rank: 2 }) as never,
      random.normal([2, 3, 4], { seed: 3, dtype }),
      1,
    ],
    [
      "a block",
      () => lora(transformerBlock(4, 2, { dtype, causal: true }), { rank: 1 }) as never,
      random.normal([2, 3, 4], { seed: 3, dtype }),
      1,
    ],
  ];

  test.each(kinds)("of %s is the model with A B added to its weights", (_, make, x, scale) => {
    const adapted = changed(make());
    const { model } = adapted;
    const named = new Map(adapted.namedParameters!());
    const own = new Map(model.namedParameters!());
    const weights = [...own].filter(([name]) => named.has(`${name}.lora_A`));
    const sums = weights.map(([name, weight]) => {
      const change = named
        .get(`${name}.lora_A`)!
        .matmul(named.get(`${name}.lora_B`)!)
        .mul(scale);
      const own: Tensor = weight;
      return own.add(name.endsWith("in_proj_weight") ? change.transpose() : change);
    });
    const cells = weights.map(([, weight]) => weight);
    const wanted = substitute(cells, sums, () => model.forward(x));
    const close = { absoluteTolerance: 1e-12 };
    const y = adapted.forward(x);
    expectClose(y, wanted, close);
    expect(y.sub(model.forward(x)).abs().max().itemSync()).toBeGreaterThan(0.01);
    const slopes = gradients(y.square().sum(), adapted.parameters());
    const wantedSlopes = gradients(wanted.square().sum(), adapted.parameters());
    slopes.forEach((slope, i) =>
      expectClose(slope, wantedSlopes[i]!, { absoluteTolerance: 1e-10 }),
    );
    y.realize();
    expect(adapted.merged()).toBe(model);
    expectClose(model.forward(x), y, close);
    expectClose(adapted.forward(x), y, close);
    adapted.merged();
    expectClose(model.forward(x), y, close);
    expect(model.parameters().some(({ isFrozen }) => isFrozen)).toBe(false);
  });

  test("learns by the changes alone, for which no gradient of a weight is computed", async () => {
    const model = net();
    const adapted = lora(model, { rank: 1 });
    const before = valuesOf(model);
    const cost = () => quadraticCost(adapted.forward(inputs), targets);
    cost().backward();
    const { nodes } = toJSON(...adapted.parameters().map(({ grad }) => grad!));
    // Six forward; back two to each A, one to each B, and two between the layers.
    expect(nodes.filter(({ operation }) => operation === "matmul")).toHaveLength(14);
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
    const first = cost().itemSync();
    const optimizer = adam(adapted.parameters(), { learningRate: 0.05 });
    const options = { cost: quadraticCost, optimizer, epochs: 20, batchSize: 6 };
    await fit(adapted as never, { inputs, targets }, options);
    expect(cost().itemSync()).toBeLessThan(first);
    expect(valuesOf(model)).toEqual(before);
  });

  test("is saved by its changes, which another one takes, and told its mode", () => {
    const make = () => sequential(dense(3, 4), batchNorm(4), dropout(0.5), dense(4, 2));
    const [first, second] = [make(), make()];
    loadSafetensors(second, toSafetensors(first));
    const [one, other] = [changed(lora(first)), lora(second)];
    expect(toSafetensors(one).length).toBeLessThan(1000);
    loadSafetensors(other, toSafetensors(one));
    for (const adapted of [one, other]) adapted.evaluate!();
    expect(first.layers[2].training).toBe(false);
    const x = random.normal([2, 3], { seed: 4 });
    expect(other.forward(x).arraySync()).toEqual(one.forward(x).arraySync());
    one.train!();
    expect(first.layers[1].training).toBe(true);
  });

  test("goes on from a checkpoint, which has the changes alone, as if undisturbed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "nabla-lora-"));
    const base = net();
    const trained = async (name: string, stopAfter?: number, resume = false) => {
      const model = net();
      loadSafetensors(model, toSafetensors(base));
      manualSeed(resume ? 9 : 1);
      const adapted = lora(model, { rank: 1 });
      const optimizer = adam(adapted.parameters());
      const reports = fit(
        adapted as never,
        { inputs, targets },
        {
          cost: quadraticCost,
          optimizer,
          epochs: 2,
          batchSize: 2,
          reportEvery: 1,
          checkpoint: { path: join(folder, name) },
          resume,
        },
      );
      for await (const { step } of reports) if (step === stopAfter) break;
      return [toSafetensors(adapted), toSafetensors(optimizer.state()), toSafetensors(model)];
    };
    const draws = random.state();
    const whole = await trained("whole");
    await trained("parts", 4);
    expect(await trained("parts", undefined, true)).toEqual(whole);
    random.restore(draws);
    await rm(folder, { recursive: true });
  });

  test("leaves frozen what was frozen, once merged, and needs weights", () => {
    const model = net();
    const bias: Parameter = model.layers[0].bias!;
    bias.isFrozen = true;
    lora(model).merged();
    expect(model.parameters().map((p) => p.isFrozen)).toEqual([false, true, false, false]);
    expect(() => lora(sequential(relu))).toThrow(
      new NablaError(
        "lora: the model has no weights that can be adapted; those of dense and of attention can",
      ),
    );
  });
});
