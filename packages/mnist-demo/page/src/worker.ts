// The worker: fetches the digits, and answers the page's calls.
import { expose } from "comlink";
import type { Mnist } from "../../src/load.ts";
import { fetchMnist } from "./digits.ts";
import { type Choices, type OnProgress, Session } from "./session.ts";

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
  pause: (): void => started().pause(),
  step: (): Promise<void> => started().stepOnce(),
};

export type Service = typeof service;

expose(service);
