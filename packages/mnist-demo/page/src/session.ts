// What the page's worker does: a network on its way down, as it is shown and asked about.
import type { Mnist } from "../../src/digits.ts";
import type { ActivationName } from "../../src/training-options.ts";
import { Contender, type Point } from "./contender.ts";
import { type Look, look, type Place, Sensitivities, type Source } from "./inspection.ts";

/** What the page lets one choose. */
export interface Choices {
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Whether a second network, equal at the start, takes each step on the full set. */
  readonly careful: boolean;
}

/** How things stand; told now and then while training. */
export interface Progress {
  readonly running: boolean;
  readonly epoch: number;
  readonly examplesPerSecond: number;
  /** A new point of each contender, where one was taken. */
  readonly miniBatches: Point;
  readonly fullSet: Point | undefined;
}

export type OnProgress = (progress: Progress) => void;

/** How long steps are taken before messages are looked at, in milliseconds. */
const slice = 12;
/** How long training goes on between two points of the curves, in milliseconds. */
const betweenPoints = 150;

export class Session {
  readonly #mnist: Mnist;
  readonly #onProgress: OnProgress;
  #miniBatches: Contender;
  #fullSet: Contender | undefined;
  #lastPoints: { miniBatches: Point; fullSet: Point | undefined } | undefined;
  #running = false;
  /** The training loop that runs, or ran. */
  #loop: Promise<void> = Promise.resolve();
  #sensitivities: Sensitivities | undefined;

  constructor(mnist: Mnist, choices: Choices, onProgress: OnProgress) {
    this.#mnist = mnist;
    this.#onProgress = onProgress;
    [this.#miniBatches, this.#fullSet] = this.#contenders(choices);
  }

  /** Starts anew from the seed, and tells the first points. */
  async reset(choices: Choices): Promise<void> {
    await this.pause();
    this.#sensitivities = undefined;
    [this.#miniBatches, this.#fullSet] = this.#contenders(choices);
    await this.tell();
  }

  /** Trains until `pause` or `reset`. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const training = this.#train();
    // Whoever waits for the end of it need not know how it ended: who started it is told.
    this.#loop = training.catch(() => {});
    await training;
  }

  async #train(): Promise<void> {
    try {
      await this.#takeSteps();
    } finally {
      this.#running = false;
    }
    await this.tell();
  }

  async #takeSteps(): Promise<void> {
    let told = performance.now();
    while (this.#running) {
      const until = performance.now() + slice;
      do await this.#behind().advance();
      while (performance.now() < until && this.#running);
      if (performance.now() - told > betweenPoints) {
        await this.tell();
        told = performance.now();
      }
      await nextTask();
    }
  }

  /** Done when the step under way is. */
  async pause(): Promise<void> {
    this.#running = false;
    await this.#loop;
  }

  /** One step of each contender. */
  async stepOnce(): Promise<void> {
    await this.pause();
    await this.#miniBatches.advance();
    await this.#fullSet?.advance();
    await this.tell();
  }

  async tell(): Promise<void> {
    const [mini, full] = [this.#miniBatches, this.#fullSet];
    const last = this.#lastPoints;
    const points = {
      miniBatches: await mini.point(),
      fullSet: full && full.step === last?.fullSet?.step ? last.fullSet : await full?.point(),
    };
    // A network that has taken its place meanwhile tells of itself.
    if (mini !== this.#miniBatches) return;
    this.#lastPoints = points;
    this.#onProgress({
      running: this.#running,
      epoch: mini.epoch,
      examplesPerSecond: mini.seconds > 0 ? (mini.step * mini.batchSize) / mini.seconds : 0,
      ...points,
    });
  }

  /** What the network of the mini-batches does with digits as it is now, and what they want. */
  look(source: Source, place?: Place): Look {
    return look(this.#miniBatches.network, this.#mnist.train, source, place);
  }

  /**
   * Pauses, and finds what the cost of the first thousand digits is most and least sensitive to.
   */
  async sensitivities(count: number): ReturnType<Sensitivities["find"]> {
    await this.pause();
    this.#sensitivities = new Sensitivities(this.#miniBatches.network, this.#mnist.train);
    return this.#sensitivities.find(count);
  }

  /** Nudges one of the components that were found, while nothing trains. */
  async nudge(name: string, by: number): ReturnType<Sensitivities["nudge"]> {
    await this.pause();
    if (this.#sensitivities === undefined) throw new Error("no sensitivities were asked for");
    return this.#sensitivities.nudge(name, by);
  }

  /** The contender that has had less time. */
  #behind(): Contender {
    const [mini, full] = [this.#miniBatches, this.#fullSet];
    return full && full.seconds < mini.seconds ? full : mini;
  }

  #contenders(choices: Choices): [Contender, Contender | undefined] {
    const { careful, ...options } = choices;
    const full = this.#mnist.train.labels.size;
    this.#lastPoints = undefined;
    const make = (batchSize: number): Contender =>
      new Contender(this.#mnist, { ...options, batchSize });
    return [make(options.batchSize), careful ? make(full) : undefined];
  }
}

/** Lets messages come in between. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const arrived = (): void => {
      port1.close();
      resolve();
    };
    port1.addEventListener("message", arrived, { once: true });
    port1.start();
    port2.postMessage(undefined);
  });
}
