// The network that the page is about, always in view: what it is given, what it makes of it, and
// what that costs.
import type { VNode } from "preact";
import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import { type Answer, answerOf, doubtOf } from "./answer.ts";
import { NetworkPicture } from "./network-picture.tsx";
import { Pixels } from "./pixels.tsx";
import type { Subject } from "./subject.ts";
import type { Trainer } from "./trainer.ts";

interface ModelPanelProps {
  readonly trainer: Trainer;
  readonly subject: Subject;
}

export function ModelPanel({ trainer, subject }: ModelPanelProps): VNode {
  const [isOpen, setOpen] = useState(true);
  // Before anything is drawn: what is built with the page knows no screen.
  useLayoutEffect(() => setOpen(matchMedia("(min-width: 62rem)").matches), []);
  const { look, back, place, setPlace, lit } = subject;
  // Not at each step: it is looked at more rarely.
  const picture = useMemo(
    () =>
      look && (
        <NetworkPicture
          pixels={look.pixels}
          layers={look.layers}
          label={look.label}
          wantedFrom={look.layers.length - back}
          chosen={place}
          lit={lit}
          onChoose={setPlace}
        />
      ),
    [look, back, place, lit, setPlace],
  );
  const outputs = look?.layers.at(-1)!.activations;
  const cost = trainer.state.progress?.miniBatches.cost;
  return (
    <aside class="model" aria-label="The network">
      <div class="strip">
        {look && outputs && (
          <>
            <Pixels values={look.pixels} kind="ink" label="What the network is given" size={44} />
            <Reading label={look.label} answer={answerOf(outputs)} />
            <MiniOutputs values={outputs} />
          </>
        )}
      </div>
      <Gauge cost={cost} />
      <details class="whole" open={isOpen}>
        <summary>The network</summary>
        <div class="stage">{picture}</div>
      </details>
    </aside>
  );
}

function Reading({
  label,
  answer,
}: {
  readonly label: number | undefined;
  readonly answer: Answer;
}): VNode {
  return (
    <p>
      {label === undefined ? "Your digit" : `A ${label}`}, read as <strong>{answer.digit}</strong>
      {label !== undefined && (answer.digit === label ? " ✓" : " ✗")}
      <br />
      <span class="note">{doubtOf(answer)}</span>
    </p>
  );
}

/** The ten outputs at a glance; the picture of the network has them in full. */
function MiniOutputs({ values }: { readonly values: readonly number[] }): VNode {
  return (
    <div class="mini-outputs" aria-hidden="true">
      {values.map((value, digit) => (
        <span key={digit}>
          <i style={{ height: `${Math.round(24 * value)}px` }} />
          {digit}
        </span>
      ))}
    </div>
  );
}

/** The greatest cost that the gauge shows. */
const most = 3;

/** The cost of the test digits, on a scale with the two plateaus. */
function Gauge({ cost }: { readonly cost: number | undefined }): VNode {
  const share = (value: number): string => `${(100 * Math.min(value, most)) / most}%`;
  return (
    <div class="gauge">
      <span>
        cost of 1,000 unseen digits <strong>{cost === undefined ? "–" : cost.toFixed(3)}</strong>
      </span>
      <span
        class="bar"
        role="meter"
        aria-label="Cost of the unseen digits"
        aria-valuemin={0}
        aria-valuemax={most}
        aria-valuenow={Number(Math.min(cost ?? most, most).toFixed(3))}
      >
        <span style={{ width: share(cost ?? 0) }} />
        <i style={{ left: share(0.9) }} />
        <i style={{ left: share(1) }} />
      </span>
      <span class="note">marks: 0.90, every output one tenth; 1.00, every output 0</span>
    </div>
  );
}
