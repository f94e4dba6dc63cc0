// What holds of every layer: gradients against differences, for all inputs and parameters, on
// shapes that fast-check draws; names, files, compiled calls; and what must not matter: the order
// of a batch, the scale of what is normalised, what a mask hides. A new layer is among them without
// a change here, if it is made by a number of features.
import {
  arange,
  compile,
  gelu,
  Parameter,
  random,
  setBackend,
  substitute,
  type Tensor,
  tanh,
} from "@nabla/autograd";
import { checkGradients, expectClose, tensors } from "@nabla/autograd/testing";
import {
  batchNorm,
  dense,
  embedding,
  globalAveragePooling,
  groupNorm,
  gru,
  gruCell,
  instanceNorm,
  type Layer,
  layerNorm,
  learntPositions,
  loadSafetensors,
  lstm,
  lstmCell,
  multiHeadAttention,
  prelu,
  residual,
  rnn,
  rnnCell,
  sinusoidalPositions,
  tiedOutput,
  toSafetensors,
  transformerBlock,
  weightNorm,
} from "@nabla/nn";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { functions, publicIn } from "./public-names.ts";

afterEach(() => setBackend("wasm"));

const dtype = "float64";
const size = (max: number) => fc.integer({ min: 1, max });

interface Drawn {
  readonly layer: Layer;
  readonly shape: readonly number[];
  /**
   * Whether elements must lie apart: where those that are normalised together are nearly equal, the
   * result bends within the step of differences.
   */
  readonly apart?: boolean;
}

/** Layers of places along one, two or three axes. */
function ofPlaces(axes: number): readonly (readonly [name: string, drawn: fc.Arbitrary<Drawn>])[] {
  const made = (name: string, ...given: readonly unknown[]): Layer =>
    functions[`${name}${axes}d`]!(...given) as Layer;
  const places = new Array<number>(axes).fill(3);
  const oneOrTwo = fc.tuple(size(2), size(2));
  const drawn: Readonly<Record<string, (one: number, other: number) => Drawn>> = {
    convolution: (groups, outputs) => ({
      layer: made("convolution", groups, groups * outputs, 2, { groups, padding: "same", dtype }),
      shape: [2, groups, ...places],
    }),
    convolutionTranspose: (stride, outputs) => ({
      layer: made("convolutionTranspose", 2, outputs, 2, { stride, dtype }),
      shape: [2, 2, ...places.map(() => 2)],
    }),
    averagePooling: (window, channels) => ({
      layer: made("averagePooling", window, { stride: 1 }),
      shape: [2, channels, ...places],
    }),
    adaptiveAveragePooling: (count, channels) => ({
      layer: made("adaptiveAveragePooling", count),
      shape: [2, channels, ...places],
    }),
    upsampling: (scale, channels) => ({
      layer: made("upsampling", scale, { method: "linear" }),
      shape: [1, channels, ...places.map(() => 2)],
    }),
  };
  return Object.entries(drawn).map(([name, draw]) => [
    `${name}${axes}d`,
    oneOrTwo.map(([one, other]) => draw(one, other)),
  ]);
}

/** Layers with an input's shape, by what they are made for. */
const layers: Readonly<Record<string, fc.Arbitrary<Drawn>>> = {
  dense: fc
    .tuple(fc.array(size(3), { maxLength: 2 }), size(4), size(4))
    .map(([front, inputs, outputs]) => ({
      layer: dense(inputs, outputs, { dtype }),
      shape: [...front, inputs],
    })),
  ...Object.fromEntries([1, 2, 3].flatMap(ofPlaces)),
  ...Object.fromEntries(
    [1, 2].map((axes) => [
      `separableConvolution${axes}d`,
      fc.tuple(size(3), size(3)).map(([inputs, outputs]) => ({
        layer: functions[`separableConvolution${axes}d`]!(inputs, outputs, 2, { dtype }) as Layer,
        shape: [2, inputs, ...new Array<number>(axes).fill(3)],
      })),
    ]),
  ),
  globalAveragePooling: size(3).map((channels) => ({
    layer: globalAveragePooling(),
    shape: [2, channels, 3, 2],
  })),
  layerNorm: fc.tuple(size(3), fc.integer({ min: 2, max: 5 })).map(([rows, features]) => ({
    layer: layerNorm(features, { dtype }),
    shape: [rows, features],
    apart: true,
  })),
  groupNorm: fc.tuple(size(2), size(2), size(2)).map(([groups, each, examples]) => ({
    layer: groupNorm(groups, groups * each, { dtype }),
    shape: [examples, groups * each, 3],
    apart: true,
  })),
  batchNorm: fc.tuple(size(3), fc.integer({ min: 3, max: 5 })).map(([channels, examples]) => ({
    layer: batchNorm(channels, { dtype }),
    shape: [examples, channels],
    apart: true,
  })),
  instanceNorm: fc.tuple(size(3), size(2)).map(([channels, examples]) => ({
    layer: instanceNorm(channels, { dtype }),
    shape: [examples, channels, 3],
    apart: true,
  })),
  prelu: fc.tuple(size(3), size(2)).map(([channels, examples]) => ({
    layer: prelu(channels, { dtype }),
    shape: [examples, channels, 2],
  })),
  tiedOutput: fc.tuple(size(3), size(4), fc.boolean()).map(([features, count, bias]) => ({
    layer: tiedOutput(embedding(count, features, { dtype }), { bias }),
    shape: [2, features],
  })),
  residual: size(4).map((features) => ({
    layer: residual(dense(features, 3, { dtype }), tanh, dense(3, features, { dtype })),
    shape: [2, features],
  })),
  rnn: fc.tuple(size(3), size(3), size(2)).map(([time, inputs, hidden]) => ({
    layer: rnn(inputs, hidden, { dtype }),
    shape: [2, time, inputs],
  })),
  lstm: fc.tuple(size(3), size(2), size(2)).map(([time, inputs, hidden]) => ({
    layer: lstm(inputs, hidden, { dtype }),
    shape: [2, time, inputs],
  })),
  gru: fc.tuple(size(3), size(2), size(2)).map(([time, inputs, hidden]) => ({
    layer: gru(inputs, hidden, { dtype, returns: "last" }),
    shape: [2, time, inputs],
  })),
  ...Object.fromEntries(
    Object.entries({ rnnCell, lstmCell, gruCell }).map(([name, make]) => [
      name,
      fc.tuple(size(3), size(3), size(2)).map(([examples, inputs, hidden]) => ({
        layer: make(inputs, hidden, { dtype }) as Layer,
        shape: [examples, inputs],
      })),
    ]),
  ),
  multiHeadAttention: fc
    .tuple(size(2), size(2), size(3), fc.boolean())
    .map(([heads, each, places, causal]) => ({
      layer: multiHeadAttention(heads * each, heads, { causal, dtype }),
      shape: [2, places, heads * each],
    })),
  weightNorm: fc.tuple(size(3), size(3)).map(([inputs, outputs]) => ({
    layer: weightNorm(dense(inputs, outputs, { dtype })),
    shape: [2, inputs],
  })),
  learntPositions: fc.tuple(size(3), size(3)).map(([places, features]) => ({
    layer: learntPositions(4, features, { dtype }),
    shape: [2, places, features],
  })),
  sinusoidalPositions: fc.tuple(size(3), size(2)).map(([places, pairs]) => ({
    layer: sinusoidalPositions(2 * pairs),
    shape: [2, places, 2 * pairs],
  })),
  transformerBlock: fc
    .tuple(size(3), fc.constantFrom<"before" | "after">("before", "after"))
    .map(([places, norm]) => ({
      layer: transformerBlock(4, 2, { hiddenFeatures: 3, activation: gelu, norm, dtype }),
      shape: [1, places, 4],
    })),
};

/** Which are tested elsewhere, and why not here. */
const elsewhere: Readonly<Record<string, string>> = {
  dropout: "draws anew at each call: modes.test.ts",
  spatialDropout: "draws anew at each call: modes.test.ts",
  dropPath: "draws anew at each call: modes.test.ts",
  embedding: "takes whole numbers: below",
  spectralNorm: "is another at each call: pytorch-reparametrized.test.ts",
  decoderBlock: "has two inputs: pytorch-attention.test.ts",
  rotary: "is a function: pytorch-attention.test.ts",
  alibi: "is a function: pytorch-attention.test.ts",
  flatten: "moves elements: layer-shapes.test-d.ts",
  maxPooling2d: "has kinks: pytorch.test.ts",
  maxPooling1d: "has kinks: pytorch-windows.test.ts",
  maxPooling3d: "has kinks: pytorch-windows.test.ts",
  globalMaxPooling: "has kinks: pytorch-windows.test.ts",
  adaptiveMaxPooling1d: "has kinks: pytorch-windows.test.ts",
  adaptiveMaxPooling2d: "has kinks: pytorch-windows.test.ts",
  adaptiveMaxPooling3d: "has kinks: pytorch-windows.test.ts",
  pixelShuffle: "moves elements: pytorch-windows.test.ts",
  pixelUnshuffle: "moves elements: pytorch-windows.test.ts",
};

const unlisted = publicIn("layers").filter((name) => !(name in layers) && !(name in elsewhere));

/** Made by a number of features, which are the last axis of what they are given. */
const byFeatures = unlisted.map((name): readonly [string, fc.Arbitrary<Drawn>] => [
  name,
  fc.tuple(size(3), fc.integer({ min: 2, max: 4 })).map(([rows, features]) => {
    try {
      const layer: Layer = functions[name]!(features, { dtype });
      layer.forward(random.normal([rows, features], { dtype }));
      return { layer, shape: [rows, features] };
    } catch (cause) {
      const call = `${name}(${features}, { dtype: "float64" })`;
      const what = `${call} is no layer for [${rows}, ${features}]: ${String(cause)}`;
      throw new Error(`${what}; give it a line in \`layers\`, in layer-gradients.test.ts`, {
        cause,
      });
    }
  }),
]);

/** What a layer gives for an input and values of its parameters. */
const applied =
  (layer: Layer) =>
  (x: Tensor, ...values: Tensor[]): Tensor =>
    substitute(layer.parameters(), values, () => layer.forward(x));

describe.each([...Object.entries(layers), ...byFeatures])("%s", (name, drawn) => {
  test("has the gradients of differences", () => {
    // Rules are the same on every back end; here nothing is planned.
    setBackend("reference");
    fc.assert(
      fc.property(drawn, fc.nat(1000), ({ layer, shape, apart }, seed) => {
        const draw = (sizes: readonly number[], i: number) =>
          random.normal([...sizes], { seed: 100 * seed + i, dtype });
        const values = layer.parameters().map((p, i) => draw(p.shape, i + 1));
        const noise = draw(shape, 0);
        const ramp = arange(noise.size, { dtype }).reshape([...shape]);
        checkGradients(applied(layer), [apart ? noise.mul(0.1).add(ramp) : noise, ...values]);
      }),
      { numRuns: 2 },
    );
  });

  test("gives each example of a batch the same, wherever it stands", () => {
    fc.assert(
      fc.property(drawn, ({ layer, shape }) => {
        const x = random.normal([...shape], { seed: 1, dtype });
        if (shape.length === 1) return;
        const reversed = layer.forward(x.flip(0));
        // Sums over a batch are taken in another order.
        expectClose(reversed, layer.forward(x).flip(0), { absoluteTolerance: 1e-12 });
      }),
      { numRuns: 1 },
    );
  });

  test("has a kind, and names every parameter that it holds", () => {
    const [{ layer }] = fc.sample(drawn, { numRuns: 1, seed: 1 }) as [Drawn];
    expect(layer.kind, "kind is what summary calls it").toBe(name);
    const named = [...layer.namedParameters!(), ...layer.namedBuffers!()].map(([, p]) => p);
    const held = [...heldIn(Object.values(layer)), ...layer.parameters()];
    const hidden = held.filter((p) => !named.includes(p)).map((p) => p.name);
    expect(hidden, "are not among what is given to madeOf").toEqual([]);
  });

  test("gives the same compiled, and from a file", () => {
    const [{ layer, shape }] = fc.sample(drawn, { numRuns: 1, seed: 1 }) as [Drawn];
    const x = random.normal([...shape], { seed: 5, dtype }).realize() as Tensor;
    const forward = (given: Tensor) => layer.forward(given);
    const before = forward(x).arraySync();
    expect(compile(forward)(x).arraySync()).toEqual(before);
    const file = toSafetensors(layer);
    for (const p of layer.parameters()) p.assign(p.add(1));
    loadSafetensors(layer, file);
    expect(forward(x).arraySync()).toEqual(before);
  });
});

/** The parameters that stand in properties of a layer, and in those of layers there. */
function heldIn(value: unknown): readonly Parameter[] {
  if (value instanceof Parameter) return [value];
  if (Array.isArray(value)) return value.flatMap(heldIn);
  const isLayer = typeof value === "object" && value !== null && "forward" in value;
  return isLayer ? heldIn(Object.values(value)) : [];
}

test.each(["layerNorm", ...unlisted])("%s refuses other features by its name", (name) => {
  const layer: Layer = functions[name]!(3);
  const expected = `${name}: expects 3 features, got [2, 4]`;
  expect(() => layer.forward(random.normal([2, 4]))).toThrow(expected);
});

test("an embedding's gradient is how often each row was asked for", () => {
  const layer = embedding(4, 2, { dtype });
  fc.assert(
    fc.property(tensors({ shape: [6], dtype: "int32", min: 0, max: 3 }), (indices) => {
      layer.weight.grad = null;
      layer.forward(indices).sum().backward();
      const counts = [0, 1, 2, 3].map((row) => indices.dataSync().filter((i) => i === row).length);
      expectClose(
        layer.weight.grad!,
        counts.map((count) => [count, count]),
      );
    }),
    { numRuns: 20 },
  );
});

describe("what is normalised", () => {
  const x = random.normal([3, 4, 5], { seed: 2, dtype });
  // The epsilon in the variance is all that is left of the scale.
  const exact = { epsilon: 1e-12, dtype } as const;

  test.each([
    ["layerNorm", layerNorm(5, exact)],
    ["groupNorm", groupNorm(2, 4, exact)],
    ["batchNorm", batchNorm(4, exact)],
  ] as const)("by %s does not depend on scale and offset", (_, layer) => {
    const y = (layer as Layer).forward(x);
    expectClose((layer as Layer).forward(x.mul(7).add(3)), y, { absoluteTolerance: 1e-9 });
    expect(y.abs().max().itemSync()).toBeGreaterThan(0.1);
  });

  test("by groupNorm in one group is what layerNorm makes of all channels and places", () => {
    const rows = layerNorm(20, { dtype }).forward(x.reshape([3, 20]));
    expectClose(groupNorm(1, 4, { dtype }).forward(x), rows.reshape([3, 4, 5]));
  });
});

describe("attention", () => {
  const x = random.normal([2, 4, 6], { seed: 3, dtype });
  const changed = x.add(random.normal([2, 4, 6], { seed: 4, dtype }).mul(later(2)));

  /** 1 from place `from` on, else 0. */
  function later(from: number): Tensor {
    return random.bernoulli([4, 1], 1).cumSum(0).greater(from).cast(dtype);
  }

  test("that is causal sees nothing of what comes later", () => {
    const layer = multiHeadAttention(6, 2, { causal: true, dtype });
    const [before, after] = [x, changed].map((given) => layer.forward(given));
    expectClose(after!.slice(1, 0, 2), before!.slice(1, 0, 2));
    expect(after!.sub(before!).abs().max().itemSync()).toBeGreaterThan(1e-3);
  });

  test("sees nothing of what the mask hides", () => {
    const layer = multiHeadAttention(6, 3, { dtype });
    const mask = later(2).logicalNot().reshape([1, 4]);
    const [before, after] = [x, changed].map((context) => layer.forward(x, { context, mask }));
    expectClose(after!, before!);
    const shorter = layer.forward(x, { context: x.slice(1, 0, 2) });
    expectClose(before!, shorter);
  });

  test("that may look nowhere finds zeros, and has finite gradients", () => {
    const layer = multiHeadAttention(6, 2, { bias: false, dtype });
    const y = layer.forward(x, { mask: later(5).reshape([1, 4]) });
    expect(y.abs().max().itemSync()).toBe(0);
    y.sum().backward();
    expect(layer.inputWeight.grad!.isFinite().all().itemSync()).toBe(1);
  });

  test("does not know the order of places, unless it is causal", () => {
    const layer = multiHeadAttention(6, 2, { dtype });
    expectClose(layer.forward(x.flip(1)), layer.forward(x).flip(1));
  });
});

// As they are made, and not with other values in place of their own: some begin as zeros.
test.each([rnn, lstm, gru].map((make) => [make.name, make] as const))(
  "every parameter of a new %s learns",
  (_, make) => {
    const layer = make(2, 3);
    layer
      .forward(random.normal([4, 5, 2], { seed: 1 }))
      .square()
      .mean()
      .backward();
    for (const [name, parameter] of layer.namedParameters()) {
      expect([name, parameter.grad?.abs().max().itemSync()]).toEqual([name, expect.any(Number)]);
      expect(parameter.grad!.abs().max().itemSync()).toBeGreaterThan(0);
    }
  },
);
