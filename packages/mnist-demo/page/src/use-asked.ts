// What the worker says of the network, asked anew when the network has changed.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Trainer } from "./trainer.ts";

/** Milliseconds between two questions while it trains. */
const between = 250;

/**
 * The last answer to a question about the network as it is; undefined before the first one, and
 * where the last could not be answered. One question is under way at a time; `key` tells questions
 * apart.
 */
export function useAsked<Answer>(
  { state }: Trainer,
  ask: (() => Promise<Answer>) | undefined,
  key?: unknown,
): Answer | undefined {
  const [answer, setAnswer] = useState<Answer>();
  const latest = useRef<typeof ask>(undefined);
  const isAsking = useRef(false);
  const isRunning = useRef(false);
  isRunning.current = state.progress?.running ?? false;
  useEffect(() => {
    if (state.progress === undefined) return;
    latest.current = ask;
    if (ask === undefined) setAnswer(undefined);
    if (isAsking.current) return;
    const askAll = async (): Promise<void> => {
      isAsking.current = true;
      while (latest.current !== undefined) {
        const current = latest.current;
        latest.current = undefined;
        // Of a network that has just been replaced: the next progress asks anew.
        const said = await current().catch(() => undefined);
        setAnswer(() => said);
        if (isRunning.current) await new Promise((resolve) => setTimeout(resolve, between));
      }
      isAsking.current = false;
    };
    void askAll();
  }, [state.progress, key, ask === undefined]);
  return answer;
}
