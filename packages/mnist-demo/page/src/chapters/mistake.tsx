// Chapter: the cost of one digit, as the squares of its outputs' distances from their targets.
import type { VNode } from "preact";
import { How } from "../how.tsx";
import { plain } from "../numbers.ts";
import { type ChapterProps, isLook, type LabelledLook, labelled } from "./chapter.tsx";
import { Outputs, RestoreButton, targetOf, useMoved } from "./outputs.tsx";

/** The side of the square of an output that is 1 away from its target, in pixels. */
const unit = 36;

export function Mistake({ trainer, subject }: ChapterProps): VNode {
  const look = labelled(subject);
  return isLook(look) ? <Terms trainer={trainer} look={look} /> : look;
}

interface TermsProps extends Pick<ChapterProps, "trainer"> {
  readonly look: LabelledLook;
}

function Terms({ trainer: { service }, look }: TermsProps): VNode {
  const { label } = look;
  const moved = useMoved(look.layers.at(-1)!.activations, label, service.terms);
  const terms = moved.answer ?? look.terms;
  const cost = terms.reduce((a, b) => a + b, 0);
  return (
    <>
      <p>
        For a {label} the network should answer 1 at {label} and 0 everywhere else. Each output
        costs the square of its distance from that target. Which one would you change first? Move
        it.
      </p>
      <Outputs label={label} moved={moved}>
        {(digit) => {
          const value = moved.outputs[digit]!.toFixed(2);
          return (
            <>
              <Square area={terms[digit]!} />
              <span class="term">
                {targetOf(digit, label) === 1 ? `(${value} − 1)² = ` : `${value}² = `}
                {plain(terms[digit]!)}
              </span>
            </>
          );
        }}
      </Outputs>
      <div class="total">
        <Square area={cost} />
        <p>
          All squares together: the cost of {moved.isMoved ? "these outputs" : `this ${label}`} is{" "}
          <strong id="own-cost">{cost.toFixed(4)}</strong>.
        </p>
        <RestoreButton moved={moved} />
      </div>
      <How
        code={`const targets = oneHot(labels, 10);
costTerms(network, images, targets);    // [digits, 10]: the squares
exampleCosts(network, images, targets); // [digits]: their sums`}
      />
    </>
  );
}

/** A square of an area, where 1 is the square of an output that is all wrong. */
function Square({ area }: { readonly area: number }): VNode {
  const side = `${(unit * Math.sqrt(area)).toFixed(1)}px`;
  return <span class="square" aria-hidden="true" style={{ width: side, height: side }} />;
}
