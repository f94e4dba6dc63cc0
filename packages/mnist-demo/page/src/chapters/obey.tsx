// Chapter: a step by one digit alone, by ten, by a hundred, by all; and what it does to the others.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { How } from "../how.tsx";
import { plain } from "../numbers.ts";
import type { StepLook } from "../step-by.ts";
import { type Digit, Thumbnails } from "../thumbnails.tsx";
import type { ChapterProps } from "./chapter.tsx";
import { TenDigitsTable } from "./ten-digits.tsx";

/** Where the network has begun to learn, and one digit can still undo that. */
const halfTrained = 130;

export function Obey({ trainer, subject }: ChapterProps): VNode {
  const { state, service } = trainer;
  const { source, look } = subject;
  const step = state.progress?.miniBatches.step ?? 0;
  const [count, setCount] = useState(1);
  const [taken, setTaken] = useState<ReadonlyMap<number, StepLook>>(new Map());
  const [isBusy, setBusy] = useState(false);
  const [digits, setDigits] = useState<readonly Digit[]>([]);
  useEffect(() => {
    if (state.progress) service.digits(24).then(setDigits, console.warn);
  }, [state.progress === undefined]);
  // What was tried is of the network as it was, and of this digit.
  useEffect(() => setTaken(new Map()), [step, state.choices, source]);
  const label = look?.label;
  if (label === undefined) {
    return <p>Choose a digit, or say above what you meant by your drawing.</p>;
  }
  const all = state.choices.examples;
  const names = new Map([
    [1, `this ${label} alone`],
    [10, "10 digits"],
    [100, "100 digits"],
    [all, `all ${all.toLocaleString("en")}`],
  ]);
  const take = async (): Promise<void> => {
    setBusy(true);
    try {
      const tried = await service.tryStep(source, count === 1 ? undefined : count);
      setTaken((before) => new Map(before).set(count, tried));
    } finally {
      setBusy(false);
    }
  };
  const last = taken.get(count);
  return (
    <>
      <p>
        The negative gradient of this {label}'s own cost says exactly how to change every weight and
        bias so that the network reads it better. Why look at any other digit? Guess what happens to
        the rest, then take the step.
      </p>
      {(step < 60 || step > 400) && (
        <p>
          It is seen best while the network is half trained.{" "}
          <button type="button" onClick={() => trainer.reset({}, halfTrained)}>
            Go to step {halfTrained}
          </button>
        </p>
      )}
      <fieldset class="listen">
        <legend>Take a step by the gradient of</legend>
        {[...names].map(([one, name]) => (
          <label key={one}>
            <input
              type="radio"
              name="listen"
              checked={one === count}
              onChange={() => setCount(one)}
            />
            {name}
          </label>
        ))}
        <button type="button" class="primary" disabled={isBusy} onClick={() => void take()}>
          Take the step
        </button>
      </fieldset>
      {taken.size > 0 && <Results names={names} taken={taken} label={label} />}
      {last && (
        <>
          <p aria-live="polite">{conclusion(last, label, count)}</p>
          <div class="after-step">
            <Thumbnails digits={digits} answers={last.after.answers} />
          </div>
        </>
      )}
      <h3>What they want, weight by weight</h3>
      <TenDigitsTable trainer={trainer} subject={subject} />
      <p class="note">
        A step is the negative gradient times the learning rate {state.choices.learningRate}. It is
        only tried: the network itself is left as it was.
      </p>
      <How
        code={`const look = () => measure(network, unseen, { cost: quadraticCost, accuracy });
const options = { learningRate: ${state.choices.learningRate} };
await tryStep(network, image, target, options, look);   // by one digit
await tryStep(network, images, targets, options, look); // by many: their mean

perExampleGradients(network, quadraticCost, images, targets); // one of each digit`}
      />
    </>
  );
}

interface ResultsProps {
  readonly names: ReadonlyMap<number, string>;
  readonly taken: ReadonlyMap<number, StepLook>;
  readonly label: number;
}

function Results({ names, taken, label }: ResultsProps): VNode {
  const rows = [...names].flatMap(([count, name]) => {
    const one = taken.get(count);
    return one ? [{ count, name, one }] : [];
  });
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  return (
    <div class="scroll" role="region" aria-label="What the steps did" tabIndex={0}>
      <table class="steps-taken">
        <thead>
          <tr>
            <th scope="col">step by</th>
            <th scope="col">cost of this {label}</th>
            <th scope="col">cost of {rows[0]!.one.others} unseen digits</th>
            <th scope="col">read correctly</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ count, name, one: { before, after } }) => (
            <tr key={count} data-count={count}>
              <th scope="row">{name}</th>
              <td>
                <Change from={before.own} to={after.own} />
              </td>
              <td>
                <Change from={before.cost} to={after.cost} />
              </td>
              <td>
                {percent(before.accuracy)} → {percent(after.accuracy)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A cost before and after, as numbers and bars. */
function Change({ from, to }: { readonly from: number; readonly to: number }): VNode {
  const up = to > from;
  return (
    <span class={up ? "change worse" : "change"}>
      <span>
        {plain(from)} {up ? "▲" : "▼"} <strong>{plain(to)}</strong>
      </span>
      <i aria-hidden="true" style={{ width: `${Math.min(to / 2, 1) * 100}%` }} />
    </span>
  );
}

function conclusion({ before, after }: StepLook, label: number, count: number): string {
  const said = after.answers.filter((answer) => answer === label).length;
  if (count === 1 && after.cost > before.cost) {
    const shown = after.answers.length;
    const answers =
      said < shown / 2
        ? "their mean cost rises"
        : `now it answers ${label} to ${said === shown ? "all" : `${said} of the ${shown}`} digits below`;
    return `The step is very good for this ${label}, and bad for the others: ${answers}. What is good for one digit is not good for all. So: average what they want.`;
  }
  if (after.cost < before.cost) {
    return "The others gain as well: what many digits want on average is good for digits that nobody asked.";
  }
  return "Still too few: what they happen to have in common is not what all digits need.";
}
