// The opening: the network learns before anybody has done anything, a step a frame.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { contents } from "./chapters/contents.ts";
import { Figure } from "./figure.tsx";
import { Select } from "./select.tsx";
import type { Pace } from "./session.ts";
import { digitOf, type Subject } from "./subject.ts";
import { type Digit, Thumbnails } from "./thumbnails.tsx";
import type { Trainer } from "./trainer.ts";

/** How many digits are shown. */
const shown = 24;

interface OpeningProps {
  readonly trainer: Trainer;
  readonly subject: Subject;
}

export function Opening({ trainer, subject }: OpeningProps): VNode {
  const { progress, choices } = trainer.state;
  const [pace, setPace] = useState<Pace>("frame");
  const digits = useDigits(trainer);
  const running = progress?.running ?? false;
  const answers = progress?.miniBatches.answers ?? [];
  const { source } = subject;
  return (
    <section class="opening" aria-labelledby="opening">
      <h2 id="opening">A network starts to learn</h2>
      <Caption trainer={trainer} />
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={progress === undefined}
          onClick={() => (running ? trainer.pause() : trainer.start(pace))}
        >
          {running ? "Pause and look inside" : "Let it learn"}
        </button>
        <button type="button" disabled={progress === undefined} onClick={trainer.step}>
          One step
        </button>
        <button type="button" disabled={progress === undefined} onClick={() => trainer.reset()}>
          Start over
        </button>
        <Select
          label="Speed"
          value={pace}
          options={[
            { value: "frame", text: "60 steps a second" },
            { value: "fast", text: "as fast as it goes" },
          ]}
          onChoose={(chosen) => {
            setPace(chosen as Pace);
            if (!running) return;
            trainer.pause();
            trainer.start(chosen as Pace);
          }}
        />
      </div>
      <Status trainer={trainer} />
      <Thumbnails
        digits={digits}
        answers={answers}
        chosen={source.kind === "examples" ? source.from : undefined}
        onChoose={(from) => subject.setSource({ kind: "examples", from, count: 1 })}
      />
      <p class="note">
        Digits that it has never trained on. Below each, how the network reads it; choose one to see
        what happens inside.
      </p>
      <p>
        Nobody tells it what a 7 looks like. How does it know which of its{" "}
        {parameterCount(choices.hidden).toLocaleString("en")} weights and biases to change, and how?
        That is the rest of this page:
      </p>
      <Contents digit={digitOf(subject)} />
    </section>
  );
}

/** Links to the chapters. */
function Contents({ digit }: { readonly digit: string }): VNode {
  return (
    <nav aria-label="Chapters">
      <ol class="contents">
        {contents.map(({ id, title }) => (
          <li key={id}>
            <a href={`#${id}`}>{title(digit)}</a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Caption({ trainer }: { readonly trainer: Trainer }): VNode {
  const { progress, failure } = trainer.state;
  if (failure !== undefined) {
    return (
      <p role="alert" class="caption">
        The page cannot go on: {failure}.
      </p>
    );
  }
  if (progress === undefined) return <p class="caption">Fetching the first digits …</p>;
  const { step, accuracy } = progress.miniBatches;
  const right = Math.round(accuracy * 100);
  return (
    <p class="caption">
      This network started with random weights when you opened the page. It has now taken{" "}
      <strong>{step.toLocaleString("en")}</strong> {step === 1 ? "step" : "steps"}. It reads{" "}
      <strong>{right} of 100</strong> digits correctly
      {step === 0 ? ", no more than by guessing" : ""}.
    </p>
  );
}

function Status({ trainer }: { readonly trainer: Trainer }): VNode {
  const { loaded, progress, choices } = trainer.state;
  const { step = 0, cost, accuracy } = progress?.miniBatches ?? {};
  return (
    <dl class="status">
      <Figure name="steps" id="steps">
        {step.toLocaleString("en")}
      </Figure>
      <Figure name="cost" id="cost">
        {cost === undefined ? "–" : cost.toFixed(4)}
      </Figure>
      <Figure name="accuracy" id="accuracy">
        {accuracy === undefined ? "–" : `${(accuracy * 100).toFixed(1)} %`}
      </Figure>
      {loaded < 1 && (
        <Figure name="digits fetched">
          {Math.round(loaded * choices.examples).toLocaleString("en")} of{" "}
          {choices.examples.toLocaleString("en")}
        </Figure>
      )}
    </dl>
  );
}

/** The digits that are shown, once they are there. */
function useDigits({ state, service }: Trainer): readonly Digit[] {
  const [digits, setDigits] = useState<readonly Digit[]>([]);
  const isThere = state.progress !== undefined;
  useEffect(() => {
    if (isThere) service.digits(shown).then(setDigits, console.warn);
  }, [isThere]);
  return digits;
}

function parameterCount(hidden: readonly number[]): number {
  const sizes = [784, ...hidden, 10];
  return sizes.slice(1).reduce((sum, size, i) => sum + (sizes[i]! + 1) * size, 0);
}
