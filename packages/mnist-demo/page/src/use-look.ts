// What the worker sees when it looks at the network: asked for anew when the digits, the neuron or
// the network have changed, one question at a time.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Look, Place, Source } from "./inspection.ts";
import type { Trainer } from "./trainer.ts";

interface Question {
  readonly source: Source;
  readonly place: Place | undefined;
}

/** What was seen last, and whether a newer question is still open. */
export interface Seen {
  readonly look: Look | undefined;
  readonly isPending: boolean;
}

export function useLook(
  { state, service }: Trainer,
  source: Source | undefined,
  place?: Place,
): Seen {
  const [seen, setSeen] = useState<Look>();
  const [isPending, setPending] = useState(false);
  const question = useRef<Question>();
  const isAsking = useRef(false);
  const answerAll = async (): Promise<void> => {
    isAsking.current = true;
    while (question.current !== undefined) {
      const asked = question.current;
      question.current = undefined;
      try {
        setSeen(await service.look(asked.source, asked.place));
      } catch {
        // Of an architecture that has just been replaced: the next progress asks anew.
      }
    }
    isAsking.current = false;
    setPending(false);
  };
  useEffect(() => {
    if (state.progress === undefined || source === undefined) return;
    question.current = { source, place };
    setPending(true);
    if (!isAsking.current) void answerAll();
  }, [state.progress, source, place]);
  return { look: source === undefined ? undefined : seen, isPending };
}
