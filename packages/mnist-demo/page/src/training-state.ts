// How the training stands, as the views know it, and what changes that.
import type { Choices } from "./choices.ts";
import type { Point } from "./contender.ts";
import type { Progress } from "./session.ts";

export interface TrainerState {
  /** The share of the chosen training digits that has come. */
  readonly loaded: number;
  readonly failure: string | undefined;
  readonly choices: Choices;
  readonly progress: Progress | undefined;
  readonly miniBatches: readonly Point[];
  readonly fullSet: readonly Point[];
}

export type TrainerEvent =
  | { readonly kind: "share"; readonly share: number }
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "reset"; readonly choices: Choices }
  | { readonly kind: "failure"; readonly message: string };

/** Before anything has come. */
export function stateAtFirst(choices: Choices): TrainerState {
  return {
    loaded: 0,
    failure: undefined,
    choices,
    progress: undefined,
    miniBatches: [],
    fullSet: [],
  };
}

/** The state after an event. */
export function next(state: TrainerState, event: TrainerEvent): TrainerState {
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
