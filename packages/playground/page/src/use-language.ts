// The compiler: its worker, and whether it is there yet.
import declarationsAddress from "virtual:declarations";
import { wrap } from "comlink";
import { useEffect, useState } from "preact/hooks";
import type { Language } from "./language.ts";
import type { LanguageWorker } from "./language-worker.ts";

export type LanguageState =
  | { readonly kind: "loading" }
  | { readonly kind: "there"; readonly language: Language }
  | { readonly kind: "failed"; readonly error: string };

export function useLanguage(): LanguageState {
  const [state, setState] = useState<LanguageState>({ kind: "loading" });
  useEffect(() => {
    const worker = new Worker(new URL("language-worker.ts", import.meta.url), { type: "module" });
    const failed = (error: string): void => setState({ kind: "failed", error });
    worker.addEventListener("error", ({ message }) => failed(message || "it did not start"));
    const language = wrap<LanguageWorker>(worker);
    language.start(declarationsAddress).then(
      () => setState({ kind: "there", language }),
      (error: unknown) => failed(String(error)),
    );
    return () => worker.terminate();
  }, []);
  return state;
}
