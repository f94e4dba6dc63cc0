// What is timed, on what numbers. Every contender makes its weights and data by `numbers`, so that all
// compute the same, and their first costs can be compared. (torch.py has the same formulas.)

/** `count` numbers from -0.5 up to 0.5 that look random: a multiplicative hash of their positions. */
export function numbers(count, seed) {
  return Float32Array.from(
    { length: count },
    (_, i) => (Math.imul(i + 1 + seed * 1_000_003, 2_654_435_761) >>> 0) / 2 ** 32 - 0.5,
  );
}

/** Labels of `count` examples, 0 to 9. */
export function labels(count) {
  return Int32Array.from({ length: count }, (_, i) => (i * 7 + 3) % 10);
}

/** The labels as rows with a 1 at the label. */
export function oneHotLabels(count) {
  const rows = new Float32Array(10 * count);
  labels(count).forEach((label, i) => (rows[10 * i + label] = 1));
  return rows;
}

/** First weights of layer `i`, [inputs, outputs]. */
export function weights(inputs, outputs, i) {
  return numbers(inputs * outputs, i + 1).map((x) => (2 * x) / Math.sqrt(inputs));
}

/** Training steps: layers, cost, optimiser, examples in a batch. */
export const steps = {
  W1: {
    sizes: [784, 16, 16, 10],
    cost: "quadratic",
    optimizer: "sgd",
    learningRate: 3,
    batch: 100,
  },
  W2: { sizes: [784, 30, 10], cost: "quadratic", optimizer: "sgd", learningRate: 3, batch: 10 },
  W3: {
    sizes: [784, 128, 10],
    cost: "cross-entropy",
    optimizer: "sgd",
    learningRate: 0.1,
    batch: 100,
  },
  W4: {
    sizes: [784, 512, 512, 10],
    cost: "cross-entropy",
    optimizer: "adam",
    learningRate: 0.001,
    batch: 128,
  },
  W12: {
    sizes: [784, 512, 512, 10],
    cost: "cross-entropy",
    optimizer: "adam",
    learningRate: 0.001,
    batch: 1000,
  },
};

/** Steps on sequences: the cost is the mean of the outputs' squares. */
export const sequences = {
  W10: {
    kind: "recurrent",
    features: 128,
    places: 100,
    batch: 32,
    optimizer: "adam",
    learningRate: 0.001,
  },
  W11: {
    kind: "transformer",
    features: 128,
    heads: 4,
    blocks: 4,
    places: 64,
    batch: 16,
    optimizer: "adamW",
    learningRate: 0.001,
  },
};

/** Predictions of one example by the network of a step, each timed: W14. */
export const predictions = { network: "W4", count: 10_000 };

/** Steps from small to large, for the table that shows when threads help: 784-width-10. */
export const batches = [1, 10, 100, 1000];
export const widths = [8, 32, 128, 512];
export const scaledName = (batch, width) => `batch ${batch}, width ${width}`;
export const scaled = Object.fromEntries(
  batches.flatMap((batch) =>
    widths.map((width) => [
      scaledName(batch, width),
      {
        sizes: [784, width, 10],
        cost: "cross-entropy",
        optimizer: "sgd",
        learningRate: 0.01,
        batch,
      },
    ]),
  ),
);

/** A network of two convolutions with relu and pooling, and a dense layer: W9. */
export const convolutional = {
  image: 28,
  channels: [1, 8, 16],
  window: 5,
  pool: 2,
  features: 256,
  learningRate: 0.1,
  batch: 64,
};

/** A convolution that doubles its images, as generators and decoders have them: W15. */
export const transposed = {
  image: 16,
  channels: [64, 32],
  window: 4,
  stride: 2,
  padding: 1,
  batch: 16,
};

/** Models whose first step is timed, in a process of its own: W13. `later`: how many steps after it. */
export const firstSteps = {
  "784-16-16-10": { kind: "perceptron", sizes: [784, 16, 16, 10], batch: 100, later: 20 },
  LeNet: {
    kind: "convolutional",
    image: 28,
    channels: [1, 6, 16],
    window: 5,
    sizes: [256, 120, 84, 10],
    batch: 64,
    later: 10,
  },
  transformer: {
    kind: "transformer",
    characters: 27,
    places: 64,
    features: 128,
    heads: 4,
    blocks: 2,
    batch: 16,
    later: 5,
  },
  "LSTM of 100 steps": {
    kind: "recurrent",
    inputs: 8,
    features: 16,
    places: 100,
    batch: 16,
    later: 10,
  },
};

/** First kernels of convolution `i`, [outputs, inputs, window, window]. */
export function kernels(inputs, outputs, window, i) {
  const count = inputs * window * window;
  return numbers(outputs * count, i + 1).map((x) => (2 * x) / Math.sqrt(count));
}

/** All works, with what they are. */
export const works = {
  W1: "784-16-16-10, sigmoid, quadratic, batch 100, SGD: a step",
  W2: "784-30-10, sigmoid, quadratic, batch 10, SGD: a step",
  W3: "784-128-10, relu, cross-entropy, batch 100, SGD: a step",
  W4: "784-512-512-10, relu, cross-entropy, batch 128, Adam: a step",
  "W5 256": "product of two 256 x 256 matrices, to where the last one was",
  "W5 512": "product of two 512 x 512 matrices, likewise",
  "W5 1024": "product of two 1024 x 1024 matrices, likewise",
  "W5 256 read": "the first, read as an array each time",
  "W6 forward": "sum(tanh(2x + 1) sigmoid(x)) of 1,000,000",
  "W6 gradient": "its gradient, to where the last one was",
  "W6 gradient read": "the same, read as an array each time",
  W7: "the gradient of 21 operations on one number",
  W8: "an epoch of W1: 600 steps, shuffled, gathered from 60,000 images of bytes",
  W9: "convolutions 1-8-16 of 5 x 5 with relu and pooling, dense 256-10, cross-entropy, batch 64, SGD: a step",
  W10: "an LSTM of 128 units over sequences of 100, batch 32, Adam: a step",
  W11: "four transformer blocks of 128 features and 4 heads on 64 places, causal, batch 16, AdamW: a step",
  W12: "784-512-512-10, relu, cross-entropy, batch 1000, Adam: a step",
  "W15 forward":
    "transposed convolution of stride 2, windows of 4 x 4, 64 to 32 channels, 16 images of 16 x 16",
  "W15 gradient": "the gradients of the sum of its squares by images and kernel",
};
