// The worker as the views see it: calls, and a state that changes as it tells.
import { proxy, type Remote, wrap } from "comlink";
import { useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import type { Point } from "./contender.ts";
import type { Choices, Progress } from "./session.ts";
import type { Service } from "./worker.ts";

export const firstChoices: Choices = {
  hidden: [16, 16],
  activation: "sigmoid",
  batchSize: 100,
  learningRate: 3,
  seed: 0,
  careful: true,
};

export interface TrainerState {
  /** The share of the digits that has come; 1 when a network is there. */
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
      return { ...state, loaded: Math.min(event.share, 0.99) };
    case "progress": {
      const { miniBatches, fullSet } = event.progress;
      return {
        ...state,
        loaded: 1,
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
  readonly start: () => void;
  readonly pause: () => void;
  readonly step: () => void;
  /** Starts anew, with other choices where given. */
  readonly reset: (choices?: Partial<Choices>) => void;
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
  useEffect(() => {
    if (problem !== undefined) return fail(problem);
    service
      .load(
        document.baseURI,
        firstChoices,
        proxy((share) => dispatch({ kind: "share", share })),
        proxy((progress) => dispatch({ kind: "progress", progress })),
      )
      .catch(fail);
  }, [service, problem]);
  useHiddenPause(state.progress?.running ?? false, () => {
    service.pause().catch(fail);
    return () => void service.start().catch(fail);
  });
  return {
    state,
    service,
    start: () => void service.start().catch(fail),
    pause: () => void service.pause().catch(fail),
    step: () => void service.step().catch(fail),
    reset(choices = {}) {
      const chosen = { ...state.choices, ...choices };
      dispatch({ kind: "reset", choices: chosen });
      service.reset(chosen).catch(fail);
    },
  };
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
