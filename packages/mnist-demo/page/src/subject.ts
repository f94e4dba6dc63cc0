// What is looked at: a digit or more, a neuron, and how far the backward pass has come; and what the
// worker sees there. All views show the same.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { sourceIn } from "./address.ts";
import type { Look, Place, Source } from "./inspection.ts";
import { nextFrame, type Trainer } from "./trainer.ts";

export interface Subject {
  readonly source: Source;
  readonly setSource: (source: Source) => void;
  /** The neuron that the reader has chosen. */
  readonly place: Place | undefined;
  readonly setPlace: (place: Place | undefined) => void;
  /** How many layers, from the outputs on, show desired changes. */
  readonly back: number;
  readonly setBack: (back: number) => void;
  /** Weights whose lines are lit. */
  readonly lit: readonly Line[];
  readonly setLit: (lines: readonly Line[]) => void;
  /** What was seen last; undefined until there is a network. */
  readonly look: Look | undefined;
  /** What was seen last is not yet of the source. */
  readonly isPending: boolean;
}

/** What the headings of chapters call the digit that is looked at. */
export function digitOf({ look }: Subject): string {
  return String(look?.label ?? "digit");
}

/** A weight between two neurons, by the layer that it belongs to. */
export interface Line {
  readonly layer: number;
  readonly row: number | undefined;
  readonly column: number | undefined;
}

/** `first` is seen until the worker tells what it sees. */
export function useSubject(trainer: Trainer, first?: Look): Subject {
  const [source, setSource] = useState<Source>(() => sourceIn(location.search));
  const [chosen, setPlace] = useState<Place>();
  const [back, setBack] = useState(0);
  const [lit, setLit] = useState<readonly Line[]>([]);
  const sizes = [...trainer.state.choices.hidden, 10];
  const place = useMemo(() => chosen && within(chosen, sizes), [chosen, sizes.join()]);
  const { seen, isPending } = useLook(trainer, source, first);
  // A network of other layers is being set up.
  const look = seen?.layers.length === sizes.length ? seen : undefined;
  return {
    source,
    setSource,
    place,
    setPlace,
    back: Math.min(back, sizes.length),
    setBack,
    lit,
    setLit,
    look,
    isPending,
  };
}

/** The place, or the nearest that there is in a network of these sizes. */
function within({ layer, index }: Place, sizes: readonly number[]): Place {
  const last = Math.min(layer, sizes.length - 1);
  return { layer: last, index: Math.min(index, sizes[last]! - 1) };
}

/** Milliseconds between two pictures of the network while it trains, at least: they are expensive. */
const betweenLooks = 100;
/** How many times as long as a picture takes nothing is asked for after it: steps go first. */
const restAfterLook = 5;

/** Asks anew when the digits or the network have changed, one question at a time. */
function useLook({ state, service }: Trainer, source: Source, first: Look | undefined) {
  const [seen, setSeen] = useState(first);
  const [isPending, setPending] = useState(false);
  const question = useRef<Source>();
  const isAsking = useRef(false);
  const isRunning = useRef(false);
  isRunning.current = state.progress?.running ?? false;
  const answerAll = async (): Promise<void> => {
    isAsking.current = true;
    while (question.current !== undefined) {
      const asked = question.current;
      const start = performance.now();
      question.current = undefined;
      try {
        setSeen(await service.look(asked));
      } catch {
        // Of an architecture that has just been replaced: the next progress asks anew.
      }
      if (isRunning.current) {
        await nextFrame();
        const rest = Math.max(betweenLooks, restAfterLook * (performance.now() - start));
        await new Promise((resolve) => setTimeout(resolve, rest));
      }
    }
    isAsking.current = false;
    setPending(false);
  };
  useEffect(() => {
    if (state.progress === undefined) return;
    question.current = source;
    setPending(true);
    if (!isAsking.current) void answerAll();
  }, [state.progress, source]);
  return { seen, isPending };
}
