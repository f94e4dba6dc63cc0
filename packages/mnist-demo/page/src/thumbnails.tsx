// Digits side by side, each with how the network reads it; one can be chosen.
import type { VNode } from "preact";
import { Pixels } from "./pixels.tsx";

export interface Digit {
  readonly pixels: Uint8Array;
  readonly label: number;
}

interface ThumbnailsProps {
  readonly digits: readonly Digit[];
  /** What the network reads each as; empty before it is there. */
  readonly answers: readonly number[];
  readonly chosen?: number | undefined;
  /** Left out: they are only shown. */
  readonly onChoose?: (index: number) => void;
}

export function Thumbnails({ digits, answers, chosen, onChoose }: ThumbnailsProps): VNode {
  return (
    <fieldset class="thumbnails">
      <legend class="unseen">Digits, and how the network reads them</legend>
      {digits.map(({ pixels, label }, i) => {
        const answer = answers[i];
        const isRight = answer === label;
        const inWords = `A ${label}, read as ${answer}`;
        if (!onChoose) {
          return (
            <div key={i} class={isRight ? "right" : "wrong"}>
              <Pixels values={pixels} kind="ink" label={inWords} size={34} />
              <span aria-hidden="true">{isRight ? answer : `${answer} ✗`}</span>
            </div>
          );
        }
        return (
          <label key={i} class={isRight ? "right" : "wrong"}>
            <input
              type="radio"
              name="digit"
              class="unseen"
              checked={i === chosen}
              aria-label={inWords}
              onChange={() => onChoose(i)}
            />
            <Pixels values={pixels} kind="ink" size={34} />
            <span aria-hidden="true">{isRight ? answer : `${answer} ✗`}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
