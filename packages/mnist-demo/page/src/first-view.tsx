// The page before its script runs, made when it is built: the same views, of the same network and
// digit that the script begins with.
import { tensor } from "@nabla/autograd";
import { renderToString } from "preact-render-to-string";
import type { DigitBytes } from "../digit-files.ts";
import { sourceIn } from "./address.ts";
import { usualChoices } from "./choices.ts";
import { Contender } from "./contender.ts";
import { firstLookId, firstLookText } from "./first-look.ts";
import { look } from "./inspection.ts";
import type { Subject } from "./subject.ts";
import type { Trainer } from "./trainer.ts";
import { thereAlready } from "./training-digits.ts";
import { stateAtFirst } from "./training-state.ts";
import { Views } from "./views.tsx";

/** The views, and what the script needs to begin with the same. */
export function firstView({ images, labels }: DigitBytes): string {
  const digits = {
    images: tensor(images, { shape: [labels.length, 28, 28] }),
    labels: tensor(labels),
  };
  const { network } = new Contender(thereAlready(digits), digits, usualChoices);
  const source = sourceIn("");
  const seen = look(network, digits, source);
  const trainer: Trainer = {
    state: stateAtFirst(usualChoices),
    // No worker: nothing is asked before the script runs.
    service: undefined as never,
    start: nothing,
    pause: nothing,
    step: nothing,
    race: nothing,
    reset: nothing,
  };
  const subject: Subject = {
    source,
    setSource: nothing,
    place: undefined,
    setPlace: nothing,
    back: 0,
    setBack: nothing,
    lit: [],
    setLit: nothing,
    look: seen,
    isPending: false,
  };
  const views = renderToString(<Views trainer={trainer} subject={subject} />);
  const text = `<script type="application/json" id="${firstLookId}">${firstLookText(seen)}</script>`;
  return `<main id="app" data-still>${views}</main>${text}`;
}

function nothing(): void {}
