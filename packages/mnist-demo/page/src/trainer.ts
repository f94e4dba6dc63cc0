// The worker as the views see it: calls, and a state that changes as it tells.
import { proxy, type Remote, wrap } from "comlink";
import { useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { choicesIn } from "./address.ts";
import { type Choices, usualChoices } from "./choices.ts";
import type { Pace } from "./session.ts";
import { next, stateAtFirst, type TrainerState } from "./training-state.ts";
import type { Service } from "./worker.ts";

/** Those that the page begins with: its address may name others. */
export const firstChoices: Choices = choicesIn(location.search, usualChoices);

/** How many steps the page takes before anybody has asked for one. */
export const stepsOfOpening = 600;

export interface Trainer {
  readonly state: TrainerState;
  /** The worker's calls. */
  readonly service: Remote<Service>;
  /** Trains at a pace: until it is paused, or so many steps have been taken in all. */
  readonly start: (pace: Pace, until?: number) => void;
  readonly pause: () => void;
  readonly step: () => void;
  /** Starts anew with the full set beside the mini-batches, as fast as it goes; or goes on so. */
  readonly race: () => void;
  /** Starts anew, with other choices where given, and takes so many steps at once. */
  readonly reset: (choices?: Partial<Choices>, steps?: number) => void;
}

export function useTrainer(): Trainer {
  const [state, dispatch] = useReducer(next, stateAtFirst(firstChoices));
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
  const reset = (choices: Partial<Choices> = {}, steps = 0): Promise<void> => {
    const chosen = { ...state.choices, ...choices };
    dispatch({ kind: "reset", choices: chosen });
    return service.reset(chosen, steps);
  };
  return {
    state,
    service,
    start,
    pause: () => void service.pause().catch(fail),
    step: () => void service.step().catch(fail),
    reset: (choices, steps) => void reset(choices, steps).catch(fail),
    race() {
      if (state.choices.careful) start("fast");
      else reset({ careful: true }).then(() => start("fast"), fail);
    },
  };
}

/** Done when the page has drawn a frame; soon, where it draws none. */
export function nextFrame(): Promise<unknown> {
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
