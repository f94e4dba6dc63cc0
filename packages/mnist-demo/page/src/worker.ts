// The worker: fetches the digits, and answers the page's calls.
import { threads } from "@nabla/autograd";
import { expose } from "comlink";
import type { Digits } from "../../src/digits.ts";
import type { AvenueStep } from "./avenue-step.ts";
import { type Choices } from "./choices.ts";
import { DigitShelf } from "./digits.ts";
import type { Look, Place, Source } from "./inspection.ts";
import { type OnProgress, type Pace, Session } from "./session.ts";

// One processor is left to the page, which draws sixty times a second meanwhile: threads of a step
// wait for each other, and one that has to share its processor holds up all.
threads(Math.max(threads() - 1, 1));

let test: Digits | undefined;
let session: Session | undefined;

function started(): Session {
  if (session === undefined) throw new Error("the digits are not there yet");
  return session;
}

const service = {
  /** Fetches the first digits, and sets up a network; others come when it wants them. */
  async load(
    base: string,
    choices: Choices,
    onShare: (share: number) => void,
    onProgress: OnProgress,
  ): Promise<void> {
    const shelf = new DigitShelf(base);
    test = await shelf.test();
    const train = (count: number) => shelf.train(count, onShare);
    session = new Session({ test, train }, choices, onProgress);
    await session.tell();
  },
  /** The pixels of the first test digits, and what they are. */
  digits(count: number): readonly { readonly pixels: Uint8Array; readonly label: number }[] {
    const { images, labels } = test!;
    return Array.from({ length: count }, (_, i) => ({
      pixels: images.at(i).flatten().dataSync() as Uint8Array,
      label: labels.at(i).itemSync(),
    }));
  },
  reset: (choices: Choices, steps: number): Promise<void> => started().reset(choices, steps),
  start: (pace: Pace, until?: number): Promise<void> => started().start(pace, until),
  pause: (): Promise<void> => started().pause(),
  step: (): Promise<void> => started().stepOnce(),
  look: (source: Source, place?: Place): Promise<Look> => started().look(source, place),
  async terms(outputs: readonly number[], label: number): Promise<readonly number[]> {
    return (await import("./wished-outputs.ts")).termsOf(outputs, label);
  },
  async wishes(outputs: readonly number[], label: number): Promise<readonly number[]> {
    return (await import("./wished-outputs.ts")).wishesOf(outputs, label);
  },
  costs: (of: Parameters<Session["costs"]>[0]): Promise<Float32Array> => started().costs(of),
  tryAvenues: (
    source: Source,
    place: Place,
    avenues: AvenueStep,
  ): ReturnType<Session["tryAvenues"]> => started().tryAvenues(source, place, avenues),
  knobs: (source: Source): ReturnType<Session["knobs"]> => started().knobs(source),
  knob: (rank: number): ReturnType<Session["knob"]> => started().knob(rank),
  nudge: (name: string, by: number): ReturnType<Session["nudge"]> => started().nudge(name, by),
  walks: (...given: Parameters<Session["walks"]>): ReturnType<Session["walks"]> =>
    started().walks(...given),
  ends: (...given: Parameters<Session["ends"]>): Promise<void> => started().ends(...given),
  learn: (count: number): ReturnType<Session["learn"]> => started().learn(count),
  learnLabelled: (labels: readonly number[]): ReturnType<Session["learnLabelled"]> =>
    started().learnLabelled(labels),
  trainingPixels: (count: number): ReturnType<Session["trainingPixels"]> =>
    started().trainingPixels(count),
  tenDigits: (source: Source): ReturnType<Session["tenDigits"]> => started().tenDigits(source),
  tryStep: (source: Source, count: number | undefined): ReturnType<Session["tryStep"]> =>
    started().tryStep(source, count),
};

export type Service = typeof service;

expose(service);
