// What the page lets one choose, and what it begins with.
import type { ActivationName } from "../../src/training-options.ts";
import { digitsOfOpening } from "./digit-files.ts";

/** What the page lets one choose. */
export interface Choices {
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** How many digits it learns from. */
  readonly examples: number;
  /** Whether a second network, equal at the start, takes each step on the full set. */
  readonly careful: boolean;
}

export const usualChoices: Choices = {
  hidden: [16, 16],
  activation: "sigmoid",
  batchSize: 100,
  learningRate: 3,
  seed: 0,
  examples: digitsOfOpening,
  careful: false,
};
