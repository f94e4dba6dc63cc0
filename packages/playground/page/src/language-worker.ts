// TypeScript in a worker, so that typing never waits for it.
import { expose } from "comlink";
import { type Declarations, LanguageService } from "./language-service.ts";

export interface LanguageWorker {
  /** Loads the declarations from an address; the first request has to be this. */
  start(address: string): Promise<void>;
  problems: LanguageService["problems"];
  names: LanguageService["names"];
  describe: LanguageService["describe"];
  typeAt: LanguageService["typeAt"];
  compile: LanguageService["compile"];
}

let started: Promise<LanguageService> | undefined;

async function load(address: string): Promise<LanguageService> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the types of nabla: the server answered ${response.status}`);
  return new LanguageService((await response.json()) as Declarations);
}

/** The service, once it is there. */
function service(): Promise<LanguageService> {
  return started!;
}

expose({
  async start(address: string) {
    await (started = load(address));
  },
  problems: async (text: string) => (await service()).problems(text),
  names: async (text: string, at: number) => (await service()).names(text, at),
  describe: async (...given: Parameters<LanguageService["describe"]>) =>
    (await service()).describe(...given),
  typeAt: async (text: string, at: number) => (await service()).typeAt(text, at),
  compile: async (text: string) => (await service()).compile(text),
});
