// Every public call of the library with arguments that are right: wrong-arguments.test.ts puts what is
// no argument in the place of each, and says which public name is missing.
import { tmpdir } from "node:os";
import * as nabla from "@nabla/autograd";
import { type Parameter, type Tensor, tensor } from "@nabla/autograd";
import * as nn from "@nabla/nn";
import { publicIn } from "./public-names.ts";

type Function = (...args: readonly unknown[]) => unknown;

export interface EdgeCall {
  readonly name: string;
  readonly f: Function;
  readonly args: readonly unknown[];
}

const functions = nn as unknown as Readonly<Record<string, Function>>;

const images: Tensor = nabla.ones([2, 2, 4, 4]);
const rows = tensor([
  [1, 2, -1],
  [0.5, 0, 3],
]);
const places = nabla.ones([2, 3, 4]);
const labels = tensor([0, 2], { dtype: "int32" });
const yes = tensor([
  [1, 0, 1],
  [0, 0, 1],
]);
const model = () => nn.sequential(nn.dense(3, 3), nn.sigmoid);
const affine = nn.dense(3, 3);
const named = { inputs: rows, targets: yes };
const trained = (): readonly Parameter[] => {
  const w = nabla.parameter([1, 2]);
  w.square().sum().backward();
  return [w];
};
const rate = { learningRate: 0.1 };

/** Of a function. */
const call = (name: string, ...args: readonly unknown[]): EdgeCall => ({
  name,
  f: functions[name]!,
  args,
});

/** Of a maker of layers, and of what it makes: all but the last arguments are the maker's. */
function layer(name: string, made: readonly unknown[], ...given: readonly unknown[]): EdgeCall {
  const f: Function = (...all) => {
    const one = functions[name]!(...all.slice(0, made.length)) as Record<string, Function>;
    return one["forward"]!(...all.slice(made.length));
  };
  return { name, f, args: [...made, ...given] };
}

/** Of a function that gives a function. */
function curried(name: string, made: readonly unknown[], ...given: readonly unknown[]): EdgeCall {
  const f: Function = (...all) =>
    (functions[name]!(...all.slice(0, made.length)) as Function)(...all.slice(made.length));
  return { name, f, args: [...made, ...given] };
}

/** Of a maker of metrics with state, whose examples weigh 1 and 2. */
function stateful(name: string, options: object, outputs: Tensor, targets: Tensor): EdgeCall {
  const f: Function = async (given, ...batch) => {
    const metric = functions[name]!(given) as nn.StatefulMetric;
    const [first, second, weights] = batch as [Tensor, Tensor, Tensor];
    const observed = await metric.observe(first, second, weights).data();
    return metric.result(metric.update(metric.start(), observed));
  };
  return { name, f, args: [options, outputs, targets, tensor([1, 2])] };
}

const moments = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };
const optimizers: Readonly<Record<string, object>> = {
  sgd: { learningRate: 0.1, momentum: 0.5, nesterov: true, weightDecay: 0.1 },
  adam: { ...moments, amsGrad: true },
  adamW: { ...moments, amsGrad: false, weightDecay: 0.1 },
  nAdam: { ...moments, momentumDecay: 0.1 },
  rAdam: moments,
  adaMax: moments,
  lamb: { ...moments, weightDecay: 0.1 },
  muon: { ...moments, momentum: 0.9, iterations: 2, weightDecay: 0.1, matrices: false },
  adafactor: {
    learningRate: 0.1,
    growth: 0.8,
    epsilon: 1e-8,
    least: 0.1,
    most: 1,
    weightDecay: 0.1,
  },
  rmsProp: { learningRate: 0.1, decay: 0.9, momentum: 0.5, epsilon: 1e-8 },
  adaGrad: { learningRate: 0.1, epsilon: 1e-8 },
  adaDelta: { learningRate: 0.1, decay: 0.9, epsilon: 1e-8 },
  lion: { learningRate: 0.1, beta1: 0.9, beta2: 0.99, weightDecay: 0.1 },
};

function stepsOf(name: string, options: object): readonly EdgeCall[] {
  const step: Function = (parameters, given) => {
    const optimizer = functions[name]!(parameters, given) as nn.Optimizer;
    optimizer.step();
    return optimizer.state();
  };
  return [
    { name, f: step, args: [trained(), options] },
    { name, f: step, args: [[{ parameters: trained(), ...options }], options] },
  ];
}

const optimizerCalls = Object.entries(optimizers).flatMap(([name, options]) =>
  stepsOf(name, options),
);

const transforms: Readonly<Record<string, readonly unknown[]>> = {
  clipByNorm: [1],
  clipByValue: [1],
  addMomentum: [0.5, { nesterov: true }],
  scaleByAdam: [{ beta1: 0.9, beta2: 0.99, epsilon: 1e-8, amsGrad: true }],
  scaleByRms: [{ decay: 0.9, epsilon: 1e-8 }],
  decayWeights: [0.1, { which: () => true }],
  scaleByTrustRatio: [],
  takeSigns: [],
};

const chains: readonly EdgeCall[] = [
  {
    name: "chain",
    f: (transform, parameters, options) =>
      nn
        .chain(transform as never)(parameters as never, options as never)
        .step(),
    args: [
      { name: "own", keeps: () => ["a"], counts: true, each: (x: Tensor) => x },
      trained(),
      rate,
    ],
  },
  ...Object.entries(transforms).map(([name, args]): EdgeCall => {
    const f: Function = (...given) =>
      nn
        .chain(functions[name]!(...given) as nn.Transform)(trained(), rate)
        .step();
    return { name, f, args };
  }),
];

const initializer = { initializer: nn.normal(), dtype: "float32" };
const windows = { stride: 1, padding: "same", dilation: 1 };
const cells = { ...initializer, recurrentInitializer: nn.orthogonal() };
const recurrent = { ...cells, returns: "last", layers: 2, bidirectional: true, dropout: 0.1 };

const layers: readonly EdgeCall[] = [
  layer("dense", [3, 2, { bias: true, ...initializer }], rows),
  layer(
    "convolution2d",
    [2, 2, [2, 2], { ...windows, groups: 1, bias: true, ...initializer }],
    images,
  ),
  ...[1, 2, 3].flatMap((axes): EdgeCall[] => {
    const x = nabla.ones([2, 2, ...Array.from({ length: axes }, () => 4)]);
    const kernel = { groups: 1, bias: true, ...initializer };
    return [
      layer(`maxPooling${axes}d`, [2, windows], x),
      layer(`averagePooling${axes}d`, [2, { ...windows, countIncludePad: false }], x),
      layer(`adaptiveMaxPooling${axes}d`, [2], x),
      layer(`adaptiveAveragePooling${axes}d`, [2], x),
      layer(`upsampling${axes}d`, [2, { method: "linear", alignCorners: true }], x),
      layer(
        `convolutionTranspose${axes}d`,
        [2, 2, 2, { stride: 1, padding: 1, outputPadding: 1, dilation: 1, ...kernel }],
        x,
      ),
      ...(axes === 2
        ? []
        : [layer(`convolution${axes}d`, [2, 2, 2, { ...windows, ...kernel }], x)]),
      ...(axes === 3
        ? []
        : [
            layer(
              `separableConvolution${axes}d`,
              [2, 2, 2, { ...windows, bias: true, ...initializer }],
              x,
            ),
          ]),
    ];
  }),
  ...["globalMaxPooling", "globalAveragePooling"].map((name) => layer(name, [], images)),
  layer("pixelShuffle", [2], nabla.ones([2, 4, 3, 3])),
  layer("pixelUnshuffle", [2], images),
  layer("flatten", [1], images),
  layer("dropout", [0.5], rows),
  layer("layerNorm", [3, { epsilon: 1e-5, dtype: "float32" }], rows),
  layer("batchNorm", [3, { momentum: 0.1, epsilon: 1e-5, dtype: "float32" }], rows),
  layer("groupNorm", [1, 2, { epsilon: 1e-5, dtype: "float32" }], images),
  layer("embedding", [3, 2, { paddingIndex: 1, ...initializer }], labels),
  layer("tiedOutput", [nn.embedding(5, 3), { bias: true }], rows),
  layer("rmsNorm", [3, { epsilon: 1e-5, dtype: "float32" }], rows),
  layer("instanceNorm", [2, { affine: true, epsilon: 1e-5, dtype: "float32" }], images),
  layer("prelu", [2, { initial: 0.1, dtype: "float32" }], images),
  layer("weightNorm", [nn.dense(3, 2), { axis: 1 }], rows),
  layer("spectralNorm", [nn.dense(3, 2), { axis: 1, iterations: 2, epsilon: 1e-12 }], rows),
  layer("spatialDropout", [0.5], images),
  layer("dropPath", [0.5], rows),
  layer("residual", [nn.relu, nn.dense(3, 3)], rows),
  layer("sequential", [nn.dense(3, 2), nn.relu], rows),
  layer(
    "multiHeadAttention",
    [4, 2, { causal: false, dropout: 0.5, bias: true, ...initializer }],
    places,
    { context: places, mask: nabla.ones([3, 3]) },
  ),
  layer(
    "transformerBlock",
    [
      4,
      2,
      {
        hiddenFeatures: 3,
        causal: true,
        dropout: 0.1,
        activation: nn.relu,
        norm: "after",
        epsilon: 1e-5,
        dtype: "float32",
      },
    ],
    places,
    { mask: nabla.ones([3, 3]) },
  ),
  layer("multiHeadAttention", [4, 2, { keyHeads: 1, positions: "rotary" }], places),
  {
    name: "multiHeadAttention",
    f: (x, inputs) => nn.multiHeadAttention(4, 2).look(x as Tensor, inputs as object),
    args: [places, { context: places }],
  },
  layer(
    "decoderBlock",
    [4, 2, { hiddenFeatures: 3, causal: true, keyHeads: 1, positions: "alibi", norm: "after" }],
    places,
    { context: places, mask: nabla.ones([3, 3]), contextMask: nabla.ones([3, 3]) },
  ),
  layer("sinusoidalPositions", [4, { base: 100 }], places),
  layer("learntPositions", [3, 4, initializer], places),
  call("rotary", places, { base: 100, at: tensor([0, 1, 2]) }),
  call("alibi", 2, tensor([0, 1, 2]), 3),
  layer("rnn", [4, 2, { ...recurrent, activation: nn.tanh }], places),
  layer("lstm", [4, 2, recurrent], places),
  layer("gru", [4, 2, recurrent], places, { lengths: [3, 2] }),
  layer("rnnCell", [3, 2, { ...cells, activation: nn.tanh }], rows),
  layer("lstmCell", [3, 2, cells], rows),
  layer("gruCell", [3, 2, cells], rows),
  ...["rnn", "lstm", "gru"].map((name): EdgeCall => {
    const count = name === "lstm" ? 2 : 1;
    const state = Array.from({ length: count }, () => nabla.zeros([2, 2]));
    const f: Function = (x, start, options) =>
      (functions[name]!(4, 2) as { unroll: Function }).unroll(x, start, options);
    const lengths = tensor([3, 1], { dtype: "int32" });
    return { name, f, args: [places, state, { lengths }] };
  }),
];

const initializers: readonly EdgeCall[] = [
  ...["xavierUniform", "xavierNormal", "heUniform", "heNormal"].map((name) =>
    curried(name, [], [2, 3], { fans: [2, 3], dtype: "float32" }),
  ),
  curried("uniform", [{ low: -1, high: 1 }], [2, 3], { dtype: "float32" }),
  curried("normal", [{ mean: 0, standardDeviation: 1 }], [2, 3], { dtype: "float32" }),
  curried("orthogonal", [{ gain: 1 }], [2, 3], { dtype: "float32" }),
  call("zeros", [2, 3], { dtype: "float32" }),
  {
    name: "zeros",
    f: (shape, options) => nn.zeros()(shape as never, options as never),
    args: [[2, 3], {}],
  },
];

const costs: readonly EdgeCall[] = [
  call("crossEntropy", rows, labels, {
    labelSmoothing: 0.1,
    ignoreLabel: 2,
    classWeights: tensor([1, 2, 3]),
    reduction: "sum",
    weights: tensor([1, 2]),
  }),
  call("negativeLogLikelihood", rows, labels, { reduction: "none" }),
  call("focalCrossEntropy", rows, labels, { gamma: 2 }),
  call("klDivergence", rows, yes, { weights: tensor([1, 0]) }),
  call("binaryCrossEntropy", rows, yes, { positiveWeight: 2, labelSmoothing: 0.1 }),
  call("binaryFocalCrossEntropy", rows, yes, { gamma: 2, alpha: 0.5 }),
  call("gaussianNegativeLogLikelihood", rows, yes, yes, { full: true, epsilon: 0.1 }),
  call("poissonNegativeLogLikelihood", rows, yes, { logInput: true, full: true, epsilon: 0.1 }),
  ...["hinge", "quadraticCost", "meanSquaredError", "cosineDistance", "logCosh"].map((name) =>
    call(name, rows, yes, { reduction: "mean" }),
  ),
  call("meanAbsoluteError", rows, yes),
  call("huber", rows, yes, { delta: 1 }),
  ...["cosineEmbedding", "contrastive"].map((name) =>
    call(name, rows, yes, labels, { margin: 0.5 }),
  ),
  call("triplet", rows, yes, rows, { margin: 0.5, epsilon: 0.1 }),
  call("infoNCE", rows, yes, { temperature: 0.5, symmetric: true }),
  call("ctc", places, tensor([[1], [2]], { dtype: "int32" }), {
    inputLengths: [3, 2],
    targetLengths: tensor([1, 1], { dtype: "int32" }),
    blank: 0,
    zeroInfinity: true,
  }),
  call("accuracy", rows, labels),
  call("binaryAccuracy", rows, yes, { threshold: 0.5 }),
  call("confusionMatrix", rows, labels),
  curried("topK", [2], rows, labels),
  stateful("precision", { average: "binary", threshold: 0.5 }, rows, yes),
  stateful("rocAuc", { average: "macro" }, rows, labels),
  stateful("r2Score", { average: "macro" }, rows, yes),
  stateful("perplexity", { ignoreLabel: -1 }, rows, labels),
  ...["recall", "f1Score", "iou", "averagePrecision"].map((name) =>
    call(name, { average: "none" }),
  ),
];

const schedules: readonly EdgeCall[] = [
  curried("constant", [0.1], 3),
  curried("linear", [{ from: 1, to: 0.1, steps: 10 }], 3),
  curried("stepDecay", [{ rate: 1, factor: 0.5, every: 3 }], 3),
  curried("exponentialDecay", [{ rate: 1, factor: 0.5, steps: 3 }], 3),
  curried("cosineDecay", [{ from: 1, to: 0, steps: 3 }], 3),
  curried("oneCycle", [{ most: 1, steps: 10, rise: 0.3 }], 3),
  curried("warmup", [{ steps: 3, after: 0.1 }], 3),
];

const report: nn.Report = {
  epoch: 1,
  step: 1,
  cost: 1,
  batchCost: 1,
  costs: {},
  gradientNorm: undefined,
  learningRate: 0.1,
  metrics: { accuracy: 1 },
  validationCost: undefined,
  examplesPerSecond: 1,
  secondsLeft: 0,
};

const minimizing = {
  method: "lbfgs",
  tolerance: 1e-3,
  valueTolerance: 0.1,
  maxIterations: 2,
  maxEvaluations: 3,
  history: 2,
  afterIteration: () => false,
};

const training: readonly EdgeCall[] = [
  {
    name: "batches",
    f: (data, options) => [...nn.batches(data as never, options as never)],
    args: [named, { size: 1, shuffle: 1, dropLast: true }],
  },
  {
    name: "fit",
    f: async (options, data) => {
      const one = model();
      const own = options as object | null;
      const optimizer = nn.sgd(one.parameters(), rate);
      const isPlain = own !== null && Object.getPrototypeOf(own ?? 0) === Object.prototype;
      const given = isPlain ? { optimizer, ...own } : own;
      return nn.fit(one, data as never, given as never);
    },
    args: [
      {
        cost: nn.quadraticCost,
        epochs: 1,
        batchSize: 2,
        shuffle: 0,
        prefetch: 1,
        validation: named,
        metrics: { error: nn.meanAbsoluteError },
        accumulate: 1,
        reportEvery: 1,
        beforeStep: () => undefined,
        signal: new AbortController().signal,
        compiled: false,
      },
      named,
    ],
  },
  {
    name: "fit",
    f: async (one, data, optimizer) =>
      nn.fit(one as never, data as never, {
        cost: nn.quadraticCost,
        epochs: 1,
        optimizer: optimizer as never,
      }),
    args: ((one) => [one, [named], nn.sgd(one.parameters(), rate)])(model()),
  },
  {
    name: "fit",
    f: async (options, data) => {
      const one = model();
      const optimizer = nn.sgd(one.parameters(), rate);
      const own = options as object | null;
      const isPlain = own !== null && Object.getPrototypeOf(own ?? 0) === Object.prototype;
      return nn.fit(one, data as object, (isPlain ? { optimizer, ...own } : own) as never);
    },
    args: [
      {
        batchCost: (one: ReturnType<typeof model>, { x }: { x: Tensor }) => one.forward(x).mean(),
        epochs: 1,
        batchSize: 2,
        validation: { x: rows },
        metrics: { size: (_: nn.Model, { x }: { x: Tensor }) => x.mean() },
        measureBatchSize: 2,
        callbacks: { stop: nn.earlyStopping({ patience: 1 }) },
        afterStep: () => undefined,
        gradientNorm: true,
        compiled: false,
      },
      { x: rows },
    ],
  },
  {
    name: "trainStep",
    f: async (options, batch) => {
      const one = model();
      const optimizer = nn.sgd(one.parameters(), rate);
      const own = options as object | null;
      const isPlain = own !== null && Object.getPrototypeOf(own ?? 0) === Object.prototype;
      const given = (isPlain ? { optimizer, ...own } : own) as nn.TrainStepOptions<typeof one>;
      return nn.trainStep(one, given)(batch as never);
    },
    args: [
      {
        batchCost: (one: ReturnType<typeof model>, { x }: { x: Tensor }) => one.forward(x).mean(),
        beforeStep: () => undefined,
        gradientNorm: true,
        compiled: false,
      },
      { x: rows },
    ],
  },
  {
    name: "collated",
    f: async (examples, options) => {
      for await (const batch of nn.collated(examples as [], options as never)(1)) void batch;
    },
    args: [
      [[1], [2, 3]],
      { size: 1, collate: (some: number[][]) => some, shuffle: 1, dropLast: true },
    ],
  },
  call("padded", [[1], [2, 3]], { value: 1, length: 4, dtype: "float64" }),
  call(
    "measure",
    model(),
    named,
    { error: nn.meanAbsoluteError },
    { batchSize: 1, weights: tensor([1, 2]) },
  ),
  curried(
    "earlyStopping",
    [{ patience: 1, metric: "accuracy", better: "more", minDelta: 0.1 }],
    report,
  ),
  {
    name: "reduceOnPlateau",
    f: (options, seen) => nn.reduceOnPlateau(options as never).afterEpoch(seen as never),
    args: [{ rate: 0.1, factor: 0.5, patience: 1, least: 0.01, metric: "accuracy" }, report],
  },
  {
    name: "averaged",
    f: (one, options) => {
      const mean = nn.averaged(one as never, options as never);
      mean.update();
      mean.load(mean.state());
    },
    args: [model(), { decay: 0.9, after: 0 }],
  },
  {
    name: "bestModel",
    f: (one, options, seen) => nn.bestModel(one as never, options as never).see(seen as never),
    args: [model(), { metric: "accuracy", better: "less" }, report],
  },
  {
    name: "learningRateSweep",
    f: async (options, data) => {
      const one = model();
      const own = options as object | null;
      const isPlain = own !== null && Object.getPrototypeOf(own ?? 0) === Object.prototype;
      const optimizer = (learningRate: nn.Schedule) => nn.sgd(one.parameters(), { learningRate });
      const given = (isPlain ? { optimizer, ...own } : own) as never;
      return nn.learningRateSweep(one, data as never, given);
    },
    args: [
      {
        cost: nn.quadraticCost,
        from: 0.1,
        to: 1,
        steps: 1,
        smoothing: 0.5,
        divergence: 3,
        batchSize: 2,
        shuffle: 1,
        compiled: false,
      },
      named,
    ],
  },
  call("progressLine", report),
  call("csvColumns", [report]),
  call("csvHeader", ["epoch", "step"]),
  call("csvRow", report, nn.csvColumns([report])),
  call("jsonLine", report),
  call("eventFileHeader", { wallTime: 1 }),
  call("eventRecord", report, { wallTime: 1 }),
  call("odeint", nabla.neg, rows, tensor([0, 1]), {
    method: "rk4",
    steps: 2,
    adjoint: true,
  }),
  call("odeint", nabla.neg, { y: rows }, [0, 1], { rtol: 1e-4, atol: 1e-6, maxSteps: 100 }),
  call("minimize", (x: Tensor) => nabla.square(x).sum(), rows, {
    method: "bfgs",
    maxIterations: 1,
  }),
  call("minimize", () => tensor(1), { a: rows }, minimizing),
  call("minimizeCost", () => tensor(1), trained(), minimizing),
  call("rootFind", (x: Tensor) => nabla.sub(x, 2), rows, { tolerance: 0.1, maxSteps: 3 }),
  call("rootFind", (x: { a: Tensor }) => x, { a: rows }),
  call(
    "gaussNewtonProduct",
    (x: Tensor) => x.square(),
    (y: Tensor) => y.sum(),
    rows,
    yes,
  ),
  call("fisherProduct", (x: Tensor) => x.sum(1), rows, yes),
  call("sharpnessAware", () => tensor(1), trained(), { radius: 0.1 }),
  call("clipGradNorm", trained(), 1),
  call("clipGradValue", trained(), 1),
  call("weightsDecay", trained()),
  call("parametersOf", model()),
  curried("withParameters", [affine, nn.parametersOf(affine)], rows),
  call("stacked", [model(), model()]),
  call("lora", model(), { rank: 2, scale: 0.5, adapts: () => true }),
  call("freeze", model()),
  call("freeze", trained()),
  call("unfreeze", model()),
  call("unfreeze", trained()),
  {
    name: "everyNth",
    f: (optimizer, n) => nn.everyNth(optimizer as never, n as never).step(),
    args: [nn.sgd(trained(), rate), 2],
  },
  {
    name: "lookahead",
    f: (optimizer, options) => nn.lookahead(optimizer as never, options as never).step(),
    args: [nn.sgd(trained(), rate), { steps: 2, part: 0.5 }],
  },
  ...chains,
  {
    name: "optimizerBy",
    f: (rule, parameters, options) =>
      nn.optimizerBy(rule as never, parameters as never, options as never).step(),
    args: [
      {
        name: "plain",
        defaults: {},
        check: () => undefined,
        keeps: () => ["last"],
        counts: true,
        update: (p: Parameter, { g }: nn.Update<object>) => p.sub(g),
      },
      trained(),
      rate,
    ],
  },
  {
    name: "load",
    f: (state) => nn.adam(trained()).load(state as never),
    args: [nn.adam(trained()).state()],
  },
  call("summary", model(), [1, 3], { dtype: "float32" }),
  {
    name: "madeOf",
    f: (parts, buffers) => {
      const made = nn.madeOf(parts as never, buffers as never);
      return [made.namedParameters(), made.namedBuffers(), made.train(), made.evaluate()];
    },
    args: [{ a: nn.dense(2, 2), b: nabla.parameter(1), c: nn.relu }, { d: nabla.parameter(2) }],
  },
  ...["relu", "sigmoid", "softmax", "tanh"].map((name) => call(name, rows)),
  ...["relu6", "hardSwish", "selu", "mish", "softSign", "tanhShrink", "softMin"].map((name) =>
    call(name, rows),
  ),
  ...["celu", "softShrink", "hardShrink"].map((name) => call(name, rows, 0.5)),
  ...["hardTanh", "threshold"].map((name) => call(name, rows, -0.5, 0.5)),
  ...["glu", "geglu", "swiglu", "reglu"].map((name) => call(name, nabla.ones([2, 4]))),
];

const bytes = () => nn.toSafetensors(model());
const shards = () => {
  const names = Object.keys(nn.readSafetensors(bytes()));
  const files = Object.fromEntries(names.map((name) => [name, "1.safetensors"]));
  return new TextEncoder().encode(JSON.stringify({ weight_map: files }));
};
/** Each is written to once. */
const opened = (target: unknown) => {
  if (target === "a stream") return new WritableStream();
  return typeof target === "string" ? `${tmpdir()}/no such folder/${target}` : target;
};
const checkpoint = new Uint8Array(64);

const files: readonly EdgeCall[] = [
  call("toSafetensors", model(), { metadata: { a: "b" } }),
  call("toSafetensors", { a: rows }),
  {
    name: "saveSafetensors",
    f: (target, ...rest) => functions["saveSafetensors"]!(opened(target), ...rest),
    args: ["a stream", model(), {}],
  },
  call("readSafetensors", bytes(), { only: () => true }),
  call("loadSafetensors", model(), bytes(), {
    strict: true,
    rename: (name: string) => name,
    transpose: () => false,
  }),
  call("readShards", shards(), { open: bytes, only: () => true }),
  call("loadShards", model(), shards(), {
    open: bytes,
    strict: true,
    rename: (name: string) => name,
    transpose: () => false,
  }),
  {
    name: "saveCheckpoint",
    f: (target, training) => nn.saveCheckpoint(opened(target) as never, training as never),
    args: ["a stream", { model: model(), progress: { epoch: 1 } }],
  },
  call("loadCheckpoint", checkpoint, { model: model() }),
];

const looks: readonly EdgeCall[] = [
  call("exampleCosts", model(), rows, yes, { cost: nn.quadraticCost }),
  call("costTerms", model(), rows, yes),
  call("perExampleGradients", model(), nn.quadraticCost, rows, yes),
  call("nudges", model(), tensor([1, 2, 3]), tensor([1, 0, 1]), { cost: nn.quadraticCost }),
  {
    name: "sensitivity",
    f: (cost, one, options) => nn.sensitivity(cost as never, one as never, options as never),
    args: (() => {
      const one = model();
      return [
        () => nn.quadraticCost(one.forward(rows as never) as never, yes as never),
        one,
        { top: 3 },
      ];
    })(),
  },
  {
    name: "tryNudge",
    f: (cost, component, by) => nn.tryNudge(cost as never, component as never, by as never),
    args: (() => {
      const p = nabla.parameter([1, 2]);
      return [() => p.square().sum(), { parameter: p, index: [0], derivative: 2 }, 0.1];
    })(),
  },
  call("pairByRatio", [{ derivative: 4 }, { derivative: 1 }], 4),
  call("tryStep", model(), rows, yes, { ...rate, cost: nn.quadraticCost }, () => 1),
  {
    name: "dataStudy",
    f: async (make, data, options) => {
      const points: unknown[] = [];
      for await (const point of nn.dataStudy(make as never, data as never, options as never)) {
        points.push(point);
      }
      return points;
    },
    args: [
      model,
      { train: named, test: named },
      {
        sizes: [1],
        optimizer: (p: readonly Parameter[]) => nn.sgd(p, rate),
        steps: 1,
        batchSize: 1,
        metric: nn.meanAbsoluteError,
        shuffle: 0,
        cost: nn.quadraticCost,
      },
    ],
  },
  {
    name: "descentStudy",
    f: async (one, data, options) => {
      const points: unknown[] = [];
      for await (const point of nn.descentStudy(one as never, data as never, options as never)) {
        points.push(point);
        // A study of endless steps is one.
        if (points.length > 3) break;
      }
      return points;
    },
    args: [
      model(),
      named,
      {
        batchSizes: [1],
        optimizer: (p: readonly Parameter[]) => nn.sgd(p, rate),
        steps: 1,
        shuffle: 0,
        cost: nn.quadraticCost,
      },
    ],
  },
];

const listed: readonly EdgeCall[] = [
  ...layers,
  ...initializers,
  ...costs,
  ...schedules,
  ...optimizerCalls,
  ...training,
  ...files,
  ...looks,
];

/** The public functions of a folder that have no call of their own above. */
const unlisted = (folder: string): readonly string[] =>
  publicIn(folder).filter((name) => listed.every((one) => one.name !== name));

/** Others are called as most of their kind are: one that cannot be is to have a line above. */
export const edgeCalls: readonly EdgeCall[] = [
  ...listed,
  ...unlisted("layers").map((name) => layer(name, [3, {}], rows)),
  ...unlisted("costs").map((name) => call(name, rows, yes, { weights: tensor([1, 2]) })),
  ...unlisted("optimizers").flatMap((name) => stepsOf(name, rate)),
];
