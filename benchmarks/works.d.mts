// Types of works.mjs, which plain Node runs.

/** What each work is. */
export const works: Readonly<
  Record<
    | "W1"
    | "W2"
    | "W3"
    | "W4"
    | "W5 256"
    | "W5 512"
    | "W5 1024"
    | "W5 256 read"
    | "W6 forward"
    | "W6 gradient"
    | "W6 gradient read"
    | "W7"
    | "W8"
    | "W9"
    | "W10"
    | "W11"
    | "W12"
    | "W15 forward"
    | "W15 gradient",
    string
  >
>;

/** A training step of dense layers. */
export interface TrainingStep {
  readonly sizes: readonly number[];
  readonly cost: "quadratic" | "cross-entropy";
  readonly optimizer: "sgd" | "adam";
  readonly learningRate: number;
  readonly batch: number;
}

/** The training steps among them. */
export const steps: Readonly<Record<"W1" | "W2" | "W3" | "W4" | "W12", TrainingStep>>;

/** Numbers that look random, labels as rows, and first weights: the same for all contenders. */
export function numbers(count: number, seed: number): Float32Array;
export function labels(count: number): Int32Array;
export function oneHotLabels(count: number): Float32Array;
export function weights(inputs: number, outputs: number, layer: number): Float32Array;

/** The steps of the scaling table, by `scaledName`. */
export const scaled: Readonly<Record<string, unknown>>;
export const batches: readonly number[];
export const widths: readonly number[];
export function scaledName(batch: number, width: number): string;

export const convolutional: unknown;
export const transposed: Readonly<{
  image: number;
  channels: readonly [inputs: number, outputs: number];
  window: number;
  stride: number;
  padding: number;
  batch: number;
}>;

/** Steps on sequences, by work. */
export const sequences: Readonly<Record<string, unknown>>;

/** Predictions of one example: W14. */
export const predictions: Readonly<{ network: string; count: number }>;

/** Models whose first step is timed: W13. */
export const firstSteps: Readonly<Record<string, unknown>>;
