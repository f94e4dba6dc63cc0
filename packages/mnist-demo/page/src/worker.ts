// The worker: fetches the digits, and answers the page's calls.
import { threads } from "@nabla/autograd";
import { expose } from "comlink";
import type { Mnist } from "../../src/digits.ts";
import { fetchMnist } from "./digits.ts";
import type { Look, Place, Source } from "./inspection.ts";
import { type Choices, type OnProgress, Session } from "./session.ts";

// One processor is left to the page, which draws sixty times a second meanwhile: threads of a step
// wait for each other, and one that has to share its processor holds up all.
threads(Math.max(threads() - 1, 1));

let mnist: Promise<Mnist> | undefined;
let session: Session | undefined;

function started(): Session {
  if (session === undefined) throw new Error("the digits are not there yet");
  return session;
}

const service = {
  /** Fetches the digits, and sets up a network. */
  async load(
    base: string,
    choices: Choices,
    onShare: (share: number) => void,
    onProgress: OnProgress,
  ): Promise<void> {
    mnist ??= fetchMnist(base, onShare);
    session = new Session(await mnist, choices, onProgress);
    await session.tell();
  },
  reset: (choices: Choices): Promise<void> => started().reset(choices),
  start: (): Promise<void> => started().start(),
  pause: (): Promise<void> => started().pause(),
  step: (): Promise<void> => started().stepOnce(),
  look: (source: Source, place?: Place): Look => started().look(source, place),
  sensitivities: (count: number): ReturnType<Session["sensitivities"]> =>
    started().sensitivities(count),
  nudge: (name: string, by: number): ReturnType<Session["nudge"]> => started().nudge(name, by),
};

export type Service = typeof service;

expose(service);
