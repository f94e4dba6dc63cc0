// The worker as the views see it: calls, and a state that changes as it tells.
import { proxy, type Remote, wrap } from "comlink";
import { useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { choicesIn } from "./address.ts";
import type { Point } from "./contender.ts";
import type { Choices, Pace, Progress } from "./session.ts";
import type { Service } from "./worker.ts";

export const usualChoices: Choices = {
  hidden: [16, 16],
  activation: "sigmoid",
  batchSize: 100,
  learningRate: 3,
  seed: 0,
  examples: 3000,
  careful: true,
};

/** Those that the page begins with: its address may name others. */
const firstChoices = choicesIn(location.search, usualChoices);

/** How many steps the page takes before anybody has asked for one. */
export const stepsOfOpening = 600;

export interface TrainerState {
  /** The share of the chosen training digits that has come. */
  readonly loaded: number;
  readonly failure: string | undefined;
  readonly choices: Choices;
  readonly progress: Progress | undefined;
  readonly miniBatches: readonly Point[];
  readonly fullSet: readonly Point[];
}

type Event =
  | { readonly kind: "share"; readonly share: number }
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "reset"; readonly choices: Choices }
  | { readonly kind: "failure"; readonly message: string };

const atFirst: TrainerState = {
  loaded: 0,
  failure: undefined,
  choices: firstChoices,
  progress: undefined,
  miniBatches: [],
  fullSet: [],
};

function next(state: TrainerState, event: Event): TrainerState {
  switch (event.kind) {
    case "share":
      return { ...state, loaded: event.share };
    case "progress": {
      const { miniBatches, fullSet } = event.progress;
      return {
        ...state,
        progress: event.progress,
        miniBatches: withPoint(state.miniBatches, miniBatches),
        fullSet: withPoint(state.fullSet, fullSet),
      };
    }
    case "reset":
      return {
        ...state,
        failure: undefined,
        choices: event.choices,
        miniBatches: [],
        fullSet: [],
      };
    case "failure":
      return {
        ...state,
        failure: event.message,
        progress: state.progress && { ...state.progress, running: false },
      };
  }
}

/** More points than a curve is wide are not seen: every other one is left out then. */
const mostPoints = 1000;

function withPoint(points: readonly Point[], point: Point | undefined): readonly Point[] {
  if (point === undefined || point.step === points.at(-1)?.step) return points;
  const kept = points.length < mostPoints ? points : points.filter((_, i) => i % 2 === 0);
  return [...kept, point];
}

export interface Trainer {
  readonly state: TrainerState;
  /** The worker's calls. */
  readonly service: Remote<Service>;
  /** Trains at a pace: until it is paused, or so many steps have been taken in all. */
  readonly start: (pace: Pace, until?: number) => void;
  readonly pause: () => void;
  readonly step: () => void;
  /** Starts anew, with other choices where given, and takes so many steps at once. */
  readonly reset: (choices?: Partial<Choices>, steps?: number) => void;
}

export function useTrainer(): Trainer {
  const [state, dispatch] = useReducer(next, atFirst);
  const { service, problem } = useMemo(() => {
    try {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      // A script that is missing or may not run says nothing of why.
      worker.addEventListener("error", ({ message }) =>
        dispatch({ kind: "failure", message: message || "its worker did not start" }),
      );
      return { service: wrap<Service>(worker), problem: undefined };
    } catch (error) {
      // Where pages may not start workers; nobody answers at this channel's other end.
      return { service: wrap<Service>(new MessageChannel().port1), problem: error };
    }
  }, []);
  const fail = (error: unknown): void =>
    dispatch({ kind: "failure", message: error instanceof Error ? error.message : String(error) });
  const lastStart = useRef<readonly [Pace, number | undefined]>(["fast", undefined]);
  const start = (pace: Pace, until?: number): void => {
    lastStart.current = [pace, until];
    service.start(pace, until).catch(fail);
  };
  useEffect(() => {
    if (problem !== undefined) return fail(problem);
    service
      .load(
        document.baseURI,
        firstChoices,
        proxy((share) => dispatch({ kind: "share", share })),
        proxy((progress) => {
          dispatch({ kind: "progress", progress });
          return nextFrame();
        }),
      )
      .then(() => {
        const wantsRest = matchMedia("(prefers-reduced-motion: reduce)").matches;
        if (!wantsRest && !document.hidden) start("frame", stepsOfOpening);
      })
      .catch(fail);
  }, [service, problem]);
  useHiddenPause(state.progress?.running ?? false, () => {
    service.pause().catch(fail);
    return () => start(...lastStart.current);
  });
  return {
    state,
    service,
    start,
    pause: () => void service.pause().catch(fail),
    step: () => void service.step().catch(fail),
    reset(choices = {}, steps = 0) {
      const chosen = { ...state.choices, ...choices };
      dispatch({ kind: "reset", choices: chosen });
      service.reset(chosen, steps).catch(fail);
    },
  };
}

/** Done when the page has drawn a frame; soon, where it draws none. */
function nextFrame(): Promise<unknown> {
  return new Promise((resolve) => {
    requestAnimationFrame(resolve);
    setTimeout(resolve, 200);
  });
}

/** Calls `pause` when the page is hidden while something runs, and what that gives when it is shown. */
function useHiddenPause(isRunning: boolean, pause: () => () => void): void {
  const current = useRef({ isRunning, pause });
  current.current = { isRunning, pause };
  useEffect(() => {
    let resume: (() => void) | undefined;
    const changed = (): void => {
      if (!document.hidden) {
        resume?.();
        resume = undefined;
      } else if (current.current.isRunning) {
        resume = current.current.pause();
      }
    };
    document.addEventListener("visibilitychange", changed);
    return () => document.removeEventListener("visibilitychange", changed);
  }, []);
}
