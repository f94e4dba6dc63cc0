// What the page's worker does: a network on its way down, as it is shown and asked about.
import { oneHot, tensor } from "@nabla/autograd";
import { exampleCosts } from "@nabla/nn";
import type { Digits } from "../../src/digits.ts";
import type { Plane } from "../../src/surface.ts";
import type { AvenueResult, AvenueStep } from "./avenue-step.ts";
import type { Choices } from "./choices.ts";
import { Contender, type ContenderOptions, type Point } from "./contender.ts";
import { type Look, look, type Place, type Source } from "./inspection.ts";
import type { KnobBoard } from "./knobs.ts";
import type { Learnt } from "./learning.ts";
import type { StepLook } from "./step-by.ts";
import type { TenDigits } from "./ten-digits.ts";
import type { TrainingDigits } from "./training-digits.ts";
import type { End, WalkProgress, Walks } from "./walks.ts";

/** One step of the mini-batches a frame, which all are shown; or as many as go. */
export type Pace = "frame" | "fast";

/** How things stand; told at each frame while training. */
export interface Progress {
  readonly running: boolean;
  readonly epoch: number;
  /** A new point of each contender, where one was taken. */
  readonly miniBatches: Point;
  readonly fullSet: Point | undefined;
}

/** May give a promise, done when progress is shown: whoever shows each step sets the pace. */
export type OnProgress = (progress: Progress) => unknown;

/** The digits that there are. */
export interface DigitSource {
  readonly test: Digits;
  train(count: number): TrainingDigits;
}

/** How long steps are taken before messages are looked at, in milliseconds. */
const slice = 12;
/** Steps that are taken at once: how many from one point of the curves to the next. */
const betweenTold = 5;
/** How long training goes on between two points of the curves, in milliseconds. */
const betweenPoints = 150;

/** Maps and walks are of so many training digits at most. */
const mostOnMap = 3000;
const seedsOfEnds = [0, 1, 2, 3, 4];

export class Session {
  readonly #digits: DigitSource;
  readonly #onProgress: OnProgress;
  #train!: TrainingDigits;
  #miniBatches!: Contender;
  #fullSet: Contender | undefined;
  #lastPoints: { miniBatches: Point; fullSet: Point | undefined } | undefined;
  /** What `start` has begun and `pause` has not ended. */
  #run: symbol | undefined;
  /** The training loop that runs, or ran. */
  #loop: Promise<void> = Promise.resolve();
  #options!: ContenderOptions;
  #knobs: KnobBoard | undefined;
  /** Of the first map of the walks that were shown last. */
  #plane: Plane | undefined;
  /** Some of the training digits, once they are there and somebody has wanted them. */
  #first: Promise<Digits> | undefined;
  /** Done when what was told last is shown. */
  #shown: Promise<unknown> = Promise.resolve();

  constructor(digits: DigitSource, choices: Choices, onProgress: OnProgress) {
    this.#digits = digits;
    this.#onProgress = onProgress;
    this.#setUp(choices);
  }

  /** Starts anew from the seed, takes so many steps, and tells the points. */
  async reset(choices: Choices, steps = 0): Promise<void> {
    await this.pause();
    this.#setUp(choices);
    await this.tell();
    const contender = this.#miniBatches;
    while (contender.step < steps && contender === this.#miniBatches) {
      await this.#behind().advance();
      // So that curves show how it came there.
      if (contender.step % betweenTold === 0) await this.tell("at once");
    }
    if (steps > 0) await this.tell();
  }

  /** Trains until `pause` or `reset`, or until so many steps have been taken in all. */
  async start(pace: Pace = "fast", until: number = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#run !== undefined) return;
    const run = Symbol("run");
    this.#run = run;
    const training = this.#loop.then(() => this.#trainOn(run, pace, until));
    // Whoever waits for the end of it need not know how it ended: who started it is told.
    this.#loop = training.catch(() => {});
    await training;
  }

  async #trainOn(run: symbol, pace: Pace, until: number): Promise<void> {
    const goesOn = (): boolean => this.#run === run && this.#miniBatches.step < until;
    try {
      await (pace === "frame" ? this.#takeShownSteps(goesOn) : this.#takeSteps(goesOn));
    } finally {
      if (this.#run === run) this.#run = undefined;
    }
    await this.tell();
  }

  async #takeSteps(goesOn: () => boolean): Promise<void> {
    let told = performance.now();
    while (goesOn()) {
      const end = performance.now() + slice;
      do await this.#behind().advance();
      while (performance.now() < end && goesOn());
      if (performance.now() - told > betweenPoints) {
        await this.tell("at once");
        told = performance.now();
      }
      await nextTask();
    }
  }

  /** Each step is taken while the one before it is shown. */
  async #takeShownSteps(goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      const { step } = this.#miniBatches;
      while (goesOn() && this.#miniBatches.step === step) await this.#behind().advance();
      await this.tell("after the last");
    }
    await this.#shown;
  }

  /** Done when the step under way is. */
  async pause(): Promise<void> {
    this.#run = undefined;
    await this.#loop;
  }

  /** One step of each contender. */
  async stepOnce(): Promise<void> {
    await this.pause();
    await this.#miniBatches.advance();
    await this.#fullSet?.advance();
    await this.tell();
  }

  /**
   * Reports progress, and resolves when the page has shown it. With `when`, resolves as soon as the report
   * is sent: at once, or after the page has shown the last report.
   */
  async tell(when?: "at once" | "after the last"): Promise<void> {
    const [mini, full] = [this.#miniBatches, this.#fullSet];
    const last = this.#lastPoints;
    const points = {
      miniBatches: await mini.point(),
      fullSet: full && full.step === last?.fullSet?.step ? last.fullSet : await full?.point(),
    };
    // A network that has taken its place meanwhile tells of itself.
    if (mini !== this.#miniBatches) return;
    this.#lastPoints = points;
    if (when === "after the last") await this.#shown;
    const running = this.#run !== undefined;
    const shown = this.#onProgress({ running, epoch: mini.epoch, ...points });
    this.#shown = Promise.resolve(shown);
    if (when === undefined) await shown;
  }

  /** What the network of the mini-batches does with test digits, or one that was drawn. */
  async look(source: Source, place?: Place): Promise<Look> {
    const view = place && (await import("./neuron.ts")).atNeuron(place);
    return look(this.#miniBatches.network, this.#digits.test, source, view);
  }

  /** The cost of each test digit, or of each of the first training digits. */
  async costs(of: "unseen" | "training"): Promise<Float32Array> {
    const { images, labels } = of === "unseen" ? this.#digits.test : await this.#firstDigits();
    const costs = exampleCosts(this.#miniBatches.network, images, oneHot(labels, 10));
    return Float32Array.from(await costs.data());
  }

  /** What a step along some of a neuron's avenues would do to it; nothing changes. */
  async tryAvenues(source: Source, place: Place, avenues: AvenueStep): Promise<AvenueResult> {
    const { tryAvenues } = await import("./avenue-step.ts");
    return tryAvenues(this.#miniBatches.network, this.#digits.test, source, place, avenues);
  }

  /**
   * Pauses, and lets a careful man and one who looks at mini-batches walk down: from the seed, or
   * from a point of the first map of their walk before.
   */
  async walks(
    batchSize: number,
    side: number,
    onProgress: (progress: WalkProgress) => unknown,
    from?: readonly [number, number],
  ): Promise<Walks> {
    await this.pause();
    const { walkBoth, pointOf } = await import("./walks.ts");
    const start = from && this.#plane && pointOf(this.#plane, from);
    const options = { ...this.#options, batchSize, side, start, onProgress };
    const both = await walkBoth(await this.#firstDigits(), this.#digits.test, options);
    this.#plane = both.plane;
    return both.walks;
  }

  /** Pauses, and tells where walks from several seeds end, one after the other. */
  async ends(learningRate: number, steps: number, onEnd: (end: End) => unknown): Promise<void> {
    await this.pause();
    const { endsOf } = await import("./walks.ts");
    const options = { ...this.#options, learningRate };
    const train = await this.#firstDigits();
    for await (const end of endsOf(train, this.#digits.test, options, seedsOfEnds, steps)) {
      await onEnd(end);
    }
  }

  /** Pauses, and trains a network on the first `count` training digits alone. */
  async learn(count: number): Promise<Learnt> {
    await this.pause();
    const { learnFrom } = await import("./learning.ts");
    return learnFrom(await this.#train.slice(0, count), this.#digits.test, this.#options);
  }

  /** Pauses, and trains a network on the first training digits as somebody has labelled them. */
  async learnLabelled(labels: readonly number[]): Promise<Learnt> {
    await this.pause();
    const { learnFrom } = await import("./learning.ts");
    const { images } = await this.#train.slice(0, labels.length);
    const digits = { images, labels: tensor(Uint8Array.from(labels)) };
    return learnFrom(digits, this.#digits.test, this.#options);
  }

  /** The pixels of the first training digits. */
  async trainingPixels(count: number): Promise<readonly Uint8Array[]> {
    const { images } = await this.#train.slice(0, count);
    return Array.from({ length: count }, (_, i) => images.at(i).flatten().dataSync() as Uint8Array);
  }

  #firstDigits(): Promise<Digits> {
    this.#first ??= this.#train.slice(0, Math.min(this.#train.count, mostOnMap));
    return this.#first;
  }

  /** Pauses, and finds the components of the gradient of a digit's cost. */
  async knobs(source: Source): ReturnType<KnobBoard["find"]> {
    await this.pause();
    const { KnobBoard } = await import("./knobs.ts");
    this.#knobs = new KnobBoard(this.#miniBatches.network, this.#digits.test, source);
    return this.#knobs.find();
  }

  /** The component of a rank among those that were found. */
  knob(rank: number): ReturnType<KnobBoard["component"]> {
    return this.#foundKnobs().component(rank);
  }

  /** Nudges one of the components that were found, while nothing trains. */
  async nudge(name: string, by: number): ReturnType<KnobBoard["nudge"]> {
    await this.pause();
    return this.#foundKnobs().nudge(name, by);
  }

  #foundKnobs(): KnobBoard {
    if (this.#knobs === undefined) throw new Error("no components were asked for");
    return this.#knobs;
  }

  /**
   * Pauses, and tries a step by the first `count` training digits, or by the digit of the source
   * alone; the network is left as it is.
   */
  async tryStep(source: Source, count: number | undefined): Promise<StepLook> {
    await this.pause();
    const digits =
      count === undefined
        ? undefined
        : await this.#train.slice(0, Math.min(count, this.#train.count));
    const { network } = this.#miniBatches;
    const { stepBy } = await import("./step-by.ts");
    return stepBy(network, this.#digits.test, source, digits, this.#options.learningRate);
  }

  /** Pauses, and tells what ten digits, of which one is that of the source, desire of some weights. */
  async tenDigits(source: Source): Promise<TenDigits> {
    await this.pause();
    const { tenDigits } = await import("./ten-digits.ts");
    return tenDigits(this.#miniBatches.network, this.#digits.test, source);
  }

  /** The contender that has looked at fewer digits; the mini-batches if they are level. */
  #behind(): Contender {
    const [mini, full] = [this.#miniBatches, this.#fullSet];
    return full && full.examples + full.batchSize <= mini.examples ? full : mini;
  }

  #setUp({ careful, examples, ...options }: Choices): void {
    this.#lastPoints = undefined;
    this.#knobs = undefined;
    this.#options = options;
    this.#train = this.#digits.train(examples);
    this.#first = undefined;
    this.#plane = undefined;
    const make = (batchSize: number): Contender =>
      new Contender(this.#train, this.#digits.test, { ...options, batchSize });
    this.#miniBatches = make(options.batchSize);
    this.#fullSet = careful ? make(this.#train.count) : undefined;
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
