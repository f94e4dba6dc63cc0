// Chapter: the changes of the outputs that a digit desires, as arrows.
import type { VNode } from "preact";
import { How } from "../how.tsx";
import { plain, signed } from "../numbers.ts";
import { type ChapterProps, isLook, type LabelledLook, labelled } from "./chapter.tsx";
import { Outputs, RestoreButton, targetOf, useMoved } from "./outputs.tsx";

export function Wishes({ trainer, subject }: ChapterProps): VNode {
  const look = labelled(subject);
  return isLook(look) ? <OutputWishes trainer={trainer} look={look} /> : look;
}

interface OutputWishesProps extends Pick<ChapterProps, "trainer"> {
  readonly look: LabelledLook;
}

function OutputWishes({ trainer: { service }, look }: OutputWishesProps): VNode {
  const { label } = look;
  const { activations, wanted } = look.layers.at(-1)!;
  const moved = useMoved(activations, label, service.wishes);
  const wishes = moved.answer ?? wanted;
  const strongest = wishes.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  const where = wishes.indexOf(strongest);
  return (
    <>
      <p>
        To make the cost of this {label} smaller, output {label} should go up and all others down.
        But not all are equally urgent: an output near its target has little left to gain. Each
        arrow is the desired change of an output, on one scale: minus the slope of its square, 2 ×
        (target − output). Move an output toward its target, and its arrow shrinks.
      </p>
      <Outputs label={label} moved={moved} kind="wishes">
        {(digit) => (
          <>
            <Arrow length={wishes[digit]!} />
            <span class="term wish-term">
              2 × ({targetOf(digit, label)} − {plain(moved.outputs[digit]!, 2)}) ={" "}
              {signed(wishes[digit]!)}
            </span>
          </>
        )}
      </Outputs>
      <div class="total">
        <p id="strongest-wish">
          The strongest wish: output {where} {strongest > 0 ? "up" : "down"} ({signed(strongest)}).
        </p>
        <RestoreButton moved={moved} />
      </div>
      <p class="note">
        The outputs cannot be set directly: they follow from the weights and biases. Next: what can
        be changed to move one of them.
      </p>
      <How
        code={`const { layers } = nudges(network, image, target);
layers.at(-1).wantedActivations; // minus the gradient of the cost by the outputs`}
      />
    </>
  );
}

const wide = 96;

/** To the right for more, to the left for less; a wish of 2, the greatest there is, fills the width. */
function Arrow({ length }: { readonly length: number }): VNode {
  const size = (Math.abs(length) / 2) * (wide - 2);
  const to = Math.sign(length);
  const [from, tip] = [(wide - to * size) / 2, (wide + to * size) / 2];
  const head = Math.min(4, size / 2) * to;
  return (
    <svg class="wish-arrow" viewBox={`0 0 ${wide} 12`} aria-hidden="true">
      {size < 1 ? (
        <circle class={length > 0 ? "more" : "less"} cx={wide / 2} cy="6" r="1" />
      ) : (
        <path
          class={length > 0 ? "more" : "less"}
          d={`M${from} 6H${tip}m${-head} -4l${head} 4l${-head} 4`}
        />
      )}
    </svg>
  );
}
