// One program after the other: run, stopped, and what it shows.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure } from "./compiled.ts";
import type { Language } from "./language.ts";
import type { Told } from "./output.ts";
import { start } from "./program-run.ts";
import { type Listing, listed, nothing } from "./shown.ts";

export type Progress =
  | { readonly kind: "not yet" | "running" | "stopped" | "going on" }
  | { readonly kind: "ended"; readonly seconds: number; readonly failure: Failure | undefined };

export interface Program {
  readonly listing: Listing;
  readonly progress: Progress;
  readonly run: (language: Language, text: string) => void;
  readonly stop: () => void;
}

export function useProgram(): Program {
  const [listing, setListing] = useState(nothing);
  const [progress, setProgress] = useState<Progress>({ kind: "not yet" });
  const end = useRef<() => void>();
  const stop = (): void => {
    end.current?.();
    end.current = undefined;
  };
  useEffect(() => stop, []);

  const run = async (language: Language, text: string): Promise<void> => {
    stop();
    let isWanted = true;
    end.current = () => {
      isWanted = false;
    };
    setListing(nothing);
    setProgress({ kind: "running" });
    const compiled = await language.compile(text);
    if (!isWanted) return;
    if ("text" in compiled) {
      setProgress({ kind: "ended", seconds: 0, failure: compiled });
      return;
    }
    const from = performance.now();
    const tell = (told: Told): void => {
      if (told.kind === "shown") {
        setListing((before) => listed(before, told));
        // After its last line: what it did not await.
        setProgress((before) => (before.kind === "ended" ? { kind: "going on" } : before));
      } else {
        const seconds = (performance.now() - from) / 1000;
        setProgress({ kind: "ended", seconds, failure: told.failure });
        if (told.failure) stop();
      }
    };
    end.current = start(compiled, tell);
  };
  return {
    listing,
    progress,
    run: (language, text) => {
      run(language, text).catch((error: unknown) => {
        const failure = { text: String(error), line: undefined };
        setProgress({ kind: "ended", seconds: 0, failure });
      });
    },
    stop: () => {
      stop();
      setProgress({ kind: "stopped" });
    },
  };
}
