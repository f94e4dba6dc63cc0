// Parameters of 16 bits: layers, files, and optimisers that keep their values in float32.
import {
  compile,
  grad,
  gradients,
  type Parameter,
  parameter,
  random,
  realize,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { describe, expect, test } from "vitest";
import * as nn from "../src/index.ts";
import {
  adam,
  averaged,
  batchNorm,
  convolution2d,
  crossEntropy,
  dense,
  embedding,
  everyNth,
  fit,
  flatten,
  gru,
  type Layer,
  layerNorm,
  loadSafetensors,
  lookahead,
  lstm,
  maxPooling2d,
  multiHeadAttention,
  type Optimizer,
  readSafetensors,
  relu,
  sequential,
  sgd,
  sharpnessAware,
  toSafetensors,
} from "../src/index.ts";

const shorts = ["float16", "bfloat16"] as const;
/** Steps with gradients that do not depend on the value. */
function steps(optimizer: Optimizer, w: Parameter, count: number): void {
  for (let i = 0; i < count; i++) {
    w.mul(tensor([1, -0.5, 0.25 * (i % 3)]))
      .sum()
      .backward();
    optimizer.step();
  }
}

const optimizers: Readonly<Record<string, (p: readonly Parameter[]) => Optimizer>> = {
  sgd: (p) => sgd(p, { learningRate: 1e-4 }),
  momentum: (p) => sgd(p, { learningRate: 1e-4, momentum: 0.9, nesterov: true }),
  schedule: (p) => sgd(p, { learningRate: (step: number) => 1e-4 / (step + 1) }),
  adam: (p) => adam(p, { learningRate: 1e-4 }),
  adamW: (p) => nn.adamW(p, { learningRate: 1e-4 }),
  rmsProp: (p) => nn.rmsProp(p, { learningRate: 1e-4 }),
  lion: (p) => nn.lion(p, { learningRate: 1e-4 }),
  nAdam: (p) => nn.nAdam(p, { learningRate: 1e-4 }),
  lamb: (p) => nn.lamb(p, { learningRate: 1e-4 }),
  everyNth: (p) => everyNth(sgd(p, { learningRate: 1e-4 }), 2),
  lookahead: (p) => lookahead(sgd(p, { learningRate: 1e-3 }), { steps: 3 }),
  both: (p) => lookahead(everyNth(adam(p, { learningRate: 1e-3 }), 2), { steps: 3 }),
  chain: (p) => nn.chain(nn.scaleByAdam())(p, { learningRate: 1e-4 }),
};

test.each(Object.keys(optimizers))("%s goes as in float32, and rounds what it gives", (name) => {
  const dtypes = [...shorts, "float32"] as const;
  const ws = dtypes.map((dtype) => parameter([1, 2, -3], { dtype }));
  const optimizer = optimizers[name]!(ws);
  const step = compile((x: Tensor) => {
    ws.map((w) => w.mul(x).sum())
      .reduce((sum, one) => sum.add(one))
      .backward();
    optimizer.step();
  });
  // Gradients that do not depend on the values.
  for (let i = 0; i < 60; i++) step(tensor([1, -0.5, 0.25 * (i % 3)]));
  const exact = ws[2]!;
  ws.forEach((w, i) => {
    expect(w.dtype).toBe(dtypes[i]);
    expect(w.arraySync()).toEqual(exact.cast(dtypes[i]!).arraySync());
  });
  expect(exact.arraySync()).not.toEqual([1, 2, -3]);
});

describe.each(shorts)("%s", (dtype) => {
  test("what the user assigns is where the next step begins", () => {
    const w = parameter([1, 2, -3], { dtype });
    const optimizer = sgd([w], { learningRate: 1e-4 });
    steps(optimizer, w, 3);
    w.assign([8, 2, -3]);
    steps(optimizer, w, 1);
    const kept = optimizer.state()["0.float32"]!;
    expect(kept.dtype).toBe("float32");
    expect((kept.arraySync() as number[])[0]).toBe(Math.fround(8 - Math.fround(1e-4)));
    expect((kept.arraySync() as number[])[1]).toBeCloseTo(2 + 4 * 0.5e-4, 6);
  });

  test("compiled steps, states and lookahead", () => {
    const made = (): readonly [Parameter, Optimizer] => {
      const w = parameter([1, 2, -3], { dtype });
      return [w, lookahead(adam([w], { learningRate: 1e-3 }), { steps: 3 })];
    };
    const [[a, first], [b, second]] = [made(), made()];
    const step = compile((x: Tensor) => {
      b.mul(x).sum().backward();
      second.step();
    });
    steps(first, a, 7);
    for (let i = 0; i < 7; i++) step(tensor([1, -0.5, 0.25 * (i % 3)]));
    expect(b.arraySync()).toEqual(a.arraySync());
    const [c, third] = made();
    c.assign(a);
    third.load(first.state());
    steps(first, a, 5);
    steps(third, c, 5);
    expect(c.arraySync()).toEqual(a.arraySync());
  });

  test("training resumes from a checkpoint with the same bits", async () => {
    const training = () => {
      const model = sequential(dense(3, 5, { dtype }), batchNorm(5, { dtype }), dense(5, 1));
      return { model, optimizer: adam(model.parameters(), { learningRate: 1e-3 }) };
    };
    const train = ({ model, optimizer }: ReturnType<typeof training>, from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const x = random.normal([8, 3], { seed: i });
        model
          .forward(x)
          .sub(x.sum(1, { keepDims: true }))
          .square()
          .mean()
          .backward();
        optimizer.step();
      }
    };
    const all = ({ model, optimizer }: ReturnType<typeof training>) =>
      Buffer.concat([nn.toSafetensors(model), toSafetensors(optimizer.state())]).toString("base64");
    const kept = async (one: ReturnType<typeof training>) => {
      const chunks: Uint8Array[] = [];
      await nn.saveCheckpoint(
        new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) }),
        one,
      );
      return Uint8Array.from(Buffer.concat(chunks));
    };
    const [one, other] = [training(), training()];
    train(one, 0, 3);
    const file = await kept(one);
    const { tensors } = readSafetensors(file);
    expect(tensors["model.0.weight"]!.dtype).toBe(dtype);
    expect(tensors["optimizer.0.float32"]!.dtype).toBe("float32");
    await nn.loadCheckpoint(file, other);
    expect(all(other)).toBe(all(one));
    train(one, 3, 6);
    train(other, 3, 6);
    expect(all(other)).toBe(all(one));
    // Of the model alone an optimiser goes on from what its 16 bits say.
    const third = training();
    train(third, 0, 1);
    await nn.loadCheckpoint(file, { model: third.model });
    const before = third.model.layers[0].weight.arraySync();
    train(third, 5, 6);
    const after = third.optimizer.state()["0.float32"]!;
    expect(after.sub(tensor(before)).abs().max().itemSync()).toBeLessThan(2e-3);
    // One of float32 fits neither model nor optimiser, and changes nothing.
    const wide = sequential(dense(3, 5), batchNorm(5), dense(5, 1));
    const foreign = await kept({ model: wide, optimizer: adam(wide.parameters()) });
    const bits = all(other);
    await expect(nn.loadCheckpoint(foreign, other)).rejects.toThrow("F32 in the file");
    await expect(nn.loadCheckpoint(file, { model: wide })).rejects.toThrow("F32 in the model");
    expect(all(other)).toBe(bits);
  });

  test("models that wrap such a model are trained in float32", () => {
    const x = random.normal([8, 4], { seed: 1 });
    const model = sequential(dense(4, 6, { dtype }), relu, dense(6, 1, { dtype }));
    const adapted = nn.lora(model, { rank: 2 });
    const step = (one: Layer) => {
      const optimizer = adam(one.parameters(), { learningRate: 0.05 });
      const cost = () => one.forward(x).sub(3).square().mean();
      const before = cost().itemSync();
      for (let i = 0; i < 3; i++) {
        cost().backward();
        optimizer.step();
      }
      expect(cost().itemSync()).toBeLessThan(before);
    };
    expect(adapted.parameters().map((p) => p.dtype)).toEqual(Array(4).fill("float32"));
    step(adapted);
    const learnt = adapted.forward(x);
    expect(adapted.merged().parameters()[0]!.dtype).toBe(dtype);
    expect(model.forward(x).sub(learnt).abs().max().itemSync()).toBeLessThan(0.1);
    step(nn.spectralNorm(dense(4, 2, { dtype })) as never);
    step(nn.weightNorm(dense(4, 2, { dtype })) as never);
    const weights = nn.parametersOf(model);
    const cost = (tree: nn.ParameterTree) => nn.withParameters(model, tree)(x).square().mean();
    const slopes = grad(cost)(weights);
    const next = Object.entries(weights).map(([name, w]) => [name, w.sub(slopes[name]!.mul(0.01))]);
    expect(cost(Object.fromEntries(next) as never).itemSync()).toBeLessThan(
      cost(weights).itemSync(),
    );
  });

  test("optimisers are told of what changes before and between their steps", () => {
    const w = parameter([1, 2, -3], { dtype });
    const [one, other] = [sgd([w], { learningRate: 0.5 }), sgd([w], { learningRate: 0.25 })];
    for (let i = 0; i < 3; i++) realize(w.assign(w.add(1)));
    for (const optimizer of [one, other, one, other]) steps(optimizer, w, 1);
    expect(w.arraySync()).toEqual([4 - 1.5, 5 + 0.75, 0]);
  });

  test("layers take the dtype, and compute in float32", () => {
    const images = random.uniform([4, 1, 8, 8], { seed: 1 }) as Tensor;
    const rows = random.uniform([4, 5, 8], { seed: 2 }) as Tensor;
    const cases: readonly (readonly [Layer, Tensor])[] = [
      [dense(8, 4, { dtype }), rows],
      [convolution2d(1, 3, 3, { dtype }), images],
      [batchNorm(1, { dtype }), images],
      [layerNorm(8, { dtype }), rows],
      [lstm(8, 6, { dtype }), rows],
      [gru(8, 6, { dtype }), rows],
      [multiHeadAttention(8, 2, { dtype }), rows],
      [embedding(10, 4, { dtype }), tensor([1, 2], { dtype: "int32" })],
    ];
    for (const [layer, x] of cases) {
      const parameters = layer.parameters();
      expect(parameters.map((p) => p.dtype)).toEqual(parameters.map(() => dtype));
      const outputs: unknown = layer.forward(x);
      const y = (Array.isArray(outputs) ? outputs[0] : outputs) as Tensor;
      const slopes = gradients(y.mul(0.5).sum(), [...parameters]);
      for (const g of slopes) {
        expect(g.dtype).toBe("float32");
        expect(g.dataSync().every((one) => Number.isFinite(one))).toBe(true);
      }
    }
  });

  test("a network is trained, saved as it is and read again", async () => {
    const network = () =>
      sequential(
        convolution2d(1, 4, 3, { dtype }),
        maxPooling2d(2),
        relu,
        flatten(),
        dense(36, 3, { dtype }),
      );
    const model = network();
    const images = random.uniform([60, 1, 8, 8], { seed: 3 }).realize();
    const labels = images.mean([1, 2, 3]).greater(0.5).cast("int32").realize();
    const optimizer = adam(model.parameters(), { learningRate: 0.01 });
    const reports: number[] = [];
    for await (const { cost } of fit(
      model,
      { inputs: images, targets: labels } as never,
      {
        cost: crossEntropy,
        optimizer,
        epochs: 8,
        batchSize: 20,
        shuffle: 1,
      } as never,
    ) as unknown as AsyncIterable<{ cost: number }>) {
      reports.push(cost);
    }
    expect(reports.at(-1)!).toBeLessThan(reports[0]!);
    const file = toSafetensors(model);
    const { tensors } = readSafetensors(file);
    for (const [name, p] of Object.entries(tensors)) {
      expect([name, p.dtype]).toEqual([name, dtype]);
    }
    const again = network();
    loadSafetensors(again, file);
    expect(again.parameters().map((p) => p.arraySync())).toEqual(
      model.parameters().map((p) => p.arraySync()),
    );
    const wide = sequential(convolution2d(1, 4, 3), maxPooling2d(2), relu, flatten(), dense(36, 3));
    expect(() => loadSafetensors(wide, file)).toThrow("see the option widen");
    loadSafetensors(wide, file, { widen: true });
    expect(wide.forward(images as never).arraySync()).toEqual(
      model.forward(images as never).arraySync(),
    );
  });

  test("means of weights and sharpness are computed in float32", () => {
    const model = dense(2, 1, { dtype, initializer: () => tensor([[1], [2]]), bias: false });
    const mean = averaged(model, { decay: 0.999 });
    mean.update();
    model.weight.assign([[1.5], [2]]);
    mean.update();
    expect(mean.state()["0"]!.dtype).toBe("float32");
    expect((mean.state()["0"]!.arraySync() as number[][])[0]![0]).toBeCloseTo(1.0005, 6);
    const cost = () =>
      model
        .forward(tensor([[1, 1]]))
        .square()
        .sum();
    sharpnessAware(cost, model.parameters()).backward();
    expect(model.weight.grad!.dtype).toBe("float32");
  });
});
