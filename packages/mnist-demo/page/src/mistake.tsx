// Chapter: the cost of one digit, as the squares of its outputs' distances from their targets.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { How } from "./how.tsx";
import { plain } from "./numbers.ts";
import type { Subject } from "./subject.ts";
import type { Trainer } from "./trainer.ts";

export interface ChapterProps {
  readonly trainer: Trainer;
  readonly subject: Subject;
}

/** The side of the square of an output that is 1 away from its target, in pixels. */
const unit = 36;

export function Mistake({ trainer: { service }, subject: { look } }: ChapterProps): VNode {
  const own = look?.layers.at(-1)!.activations;
  const label = look?.label;
  /** Outputs that the reader has moved, and what each then adds to the cost. */
  const [moved, setMoved] = useState<readonly number[]>();
  const [movedTerms, setMovedTerms] = useState<readonly number[]>();
  useEffect(() => {
    let isOld = false;
    if (moved === undefined || label === undefined) setMovedTerms(undefined);
    else void service.terms(moved, label).then((terms) => !isOld && setMovedTerms(terms));
    return () => {
      isOld = true;
    };
  }, [moved, label]);
  // Another digit, or the network has learnt: its own answer.
  useEffect(() => setMoved(undefined), [own?.join(), label]);
  if (own === undefined || look === undefined) return <p>Fetching the first digits …</p>;
  if (label === undefined) {
    return <p>Say above what you meant by your drawing: without a target there is no cost.</p>;
  }
  const outputs = moved ?? own;
  const terms = (moved && movedTerms) ?? look.terms!;
  const cost = terms.reduce((a, b) => a + b, 0);
  return (
    <>
      <p>
        For a {label} the network should answer 1 at {label} and 0 everywhere else. Each output
        costs the square of its distance from that target. Which one would you change first? Move
        it.
      </p>
      <ol class="terms" start={0}>
        {outputs.map((value, digit) => {
          const target = digit === label ? 1 : 0;
          return (
            <li key={digit} class={digit === label ? "target" : undefined}>
              <span>{digit}</span>
              <input
                type="range"
                min="0"
                max="1"
                step="any"
                value={value}
                aria-label={`Output ${digit}, target ${target}`}
                aria-valuetext={`${value.toFixed(2)}, target ${target}`}
                onInput={({ currentTarget }) =>
                  setMoved(outputs.with(digit, currentTarget.valueAsNumber))
                }
                onKeyDown={(event) => {
                  const by = { ArrowLeft: -0.05, ArrowRight: 0.05 }[event.key];
                  if (by === undefined) return;
                  event.preventDefault();
                  setMoved(outputs.with(digit, Math.min(Math.max(value + by, 0), 1)));
                }}
              />
              <span>{value.toFixed(2)}</span>
              <Square area={terms[digit]!} />
              <span class="term">
                {target === 1 ? `(${value.toFixed(2)} − 1)² = ` : `${value.toFixed(2)}² = `}
                {plain(terms[digit]!)}
              </span>
            </li>
          );
        })}
      </ol>
      <div class="total">
        <Square area={cost} />
        <p>
          All squares together: the cost of {moved ? "these outputs" : `this ${label}`} is{" "}
          <strong id="own-cost">{cost.toFixed(4)}</strong>.
        </p>
        <button type="button" disabled={moved === undefined} onClick={() => setMoved(undefined)}>
          The network's own answer
        </button>
      </div>
      <p class="note">
        The cost of the network is the mean of this over all digits. Answering 0 to everything costs
        1.00, and one tenth to everything 0.90 (10 × 0.1 × 0.9): the two marks on the gauge.
      </p>
      <How
        code={`const targets = oneHot(labels, 10);
costTerms(network, images, targets);    // [digits, 10]: the squares
exampleCosts(network, images, targets); // [digits]: their sums
quadraticCost(network.forward(images), targets); // the mean of these`}
      />
    </>
  );
}

/** A square of an area, where 1 is the square of an output that is all wrong. */
function Square({ area }: { readonly area: number }): VNode {
  const side = `${(unit * Math.sqrt(area)).toFixed(1)}px`;
  return <span class="square" aria-hidden="true" style={{ width: side, height: side }} />;
}
