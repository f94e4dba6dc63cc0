// Chapter: how many labelled digits a network needs; and ten that the reader labels.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { How } from "../how.tsx";
import type { Learnt } from "../learning.ts";
import { NumbersTable } from "../numbers-table.tsx";
import { Pixels } from "../pixels.tsx";
import type { ChapterProps } from "./chapter.tsx";
import { pathThrough } from "./path.ts";

const counts = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 60_000];
const all = 60_000;

export function Data({ trainer }: ChapterProps): VNode {
  const { state, service } = trainer;
  const { choices, loaded, progress } = state;
  const there = Math.floor(loaded * choices.examples);
  const available = counts.filter((count) => count <= there);
  const [chosen, setChosen] = useState(2);
  const [learnt, setLearnt] = useState<readonly Learnt[]>([]);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => setLearnt([]), [choices.hidden.join(), choices.activation, choices.seed]);
  const count = available[Math.min(chosen, available.length - 1)];
  const learn = async (from: number): Promise<void> => {
    setBusy(true);
    try {
      const one = await service.learn(from);
      setLearnt((before) =>
        [...before.filter((other) => other.count !== from), one].sort((a, b) => a.count - b.count),
      );
    } finally {
      setBusy(false);
    }
  };
  const last = learnt.find((one) => one.count === count);
  return (
    <>
      <p>
        Every digit that it learns from was labelled by a person. How many does it take? Choose a
        number and guess how many of 1,000 unseen digits the network then reads correctly. It starts
        anew and takes 1,500 steps, on these digits only.
      </p>
      <label class="wide">
        <span>
          Learn from <strong>{count?.toLocaleString("en") ?? "…"}</strong> digits. Fetched so far:{" "}
          {there.toLocaleString("en")} of {choices.examples.toLocaleString("en")}.
        </span>
        <input
          type="range"
          min="0"
          max={Math.max(available.length - 1, 0)}
          step="1"
          value={Math.min(chosen, Math.max(available.length - 1, 0))}
          aria-valuetext={`${count ?? 0} digits`}
          onInput={({ currentTarget }) => setChosen(currentTarget.valueAsNumber)}
        />
      </label>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={isBusy || progress === undefined || count === undefined}
          onClick={() => count !== undefined && void learn(count)}
        >
          {isBusy ? "It learns …" : "Train on these"}
        </button>
        {choices.examples < all && (
          <button type="button" onClick={() => trainer.reset({ examples: all, careful: false })}>
            Fetch all 60,000 (10 MB)
          </button>
        )}
      </div>
      {learnt.length > 0 && <Accuracies learnt={learnt} />}
      {last && (
        <p id="data-told" aria-live="polite">
          From {last.count.toLocaleString("en")} digits: <strong>{percent(last.own)}</strong> of
          them are read correctly, and <strong>{percent(last.unseen)}</strong> of the unseen ones.{" "}
          {last.own - last.unseen > 0.05
            ? "The gap is what it knows by heart: with more examples it can no longer memorise them, and has to find what digits have in common."
            : "What holds for these digits holds for others, too."}
        </p>
      )}
      <OwnLabels {...{ trainer, isBusy, setBusy }} />
      <How
        code={`for await (const { examples, train, test } of dataStudy(…)) {
  console.log(examples, train, test); // accuracy on digits it has learnt from, and on others
}`}
      />
    </>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

const [wide, high] = [600, 160];

/** Both accuracies against the number of digits, which is on a logarithmic scale. */
function Accuracies({ learnt }: { readonly learnt: readonly Learnt[] }): VNode {
  const x = (count: number): number =>
    10 + (Math.log(count / counts[0]!) / Math.log(all / counts[0]!)) * (wide - 60);
  const y = (share: number): number => high - share * (high - 10);
  const path = (what: "own" | "unseen"): string =>
    pathThrough(learnt.map((one) => [x(one.count), y(one[what])]));
  return (
    <figure class="ridges">
      <svg
        class="plot"
        viewBox={`0 0 ${wide} ${high + 20}`}
        role="img"
        aria-label={`Accuracies: ${learnt.map(({ count, own, unseen }) => `from ${count} digits ${percent(own)} of these and ${percent(unseen)} of others`).join("; ")}`}
      >
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <path d={`M0 ${y(share)}H${wide}`} />
            <text x={wide} y={y(share) + (share === 0 ? -4 : 12)} text-anchor="end">
              {share * 100} %
            </text>
          </g>
        ))}
        {counts.map((count) => (
          <text key={count} x={x(count)} y={high + 15} text-anchor="middle">
            {count >= 1000 ? `${count / 1000}k` : count}
          </text>
        ))}
        <path class="own" d={path("own")} />
        <path class="line" d={path("unseen")} />
        {learnt.map((one) => (
          <g key={one.count}>
            <rect class="ink" x={x(one.count) - 4} y={y(one.own) - 4} width="8" height="8" />
            <circle cx={x(one.count)} cy={y(one.unseen)} r="5" />
          </g>
        ))}
      </svg>
      <figcaption>
        Read correctly: squares, of the digits it has learnt from; discs, of unseen ones.
      </figcaption>
      <NumbersTable
        of="what is read correctly"
        head={["digits learnt from", "of these", "of unseen ones"]}
        rows={() =>
          learnt.map(({ count, own, unseen }) => [
            count.toLocaleString("en"),
            percent(own),
            percent(unseen),
          ])
        }
      />
    </figure>
  );
}

/** How many digits the reader labels. */
const own = 10;

interface OwnLabelsProps extends Pick<ChapterProps, "trainer"> {
  readonly isBusy: boolean;
  readonly setBusy: (isBusy: boolean) => void;
}

function OwnLabels({ trainer: { service, state }, isBusy, setBusy }: OwnLabelsProps): VNode {
  const [pixels, setPixels] = useState<readonly Uint8Array[]>([]);
  const [labels, setLabels] = useState<readonly (number | undefined)[]>(Array(own).fill(undefined));
  const [learnt, setLearnt] = useState<Learnt>();
  const isThere = state.progress !== undefined;
  useEffect(() => {
    if (isThere) service.trainingPixels(own).then(setPixels, console.warn);
  }, [isThere]);
  const known = labels.filter((label) => label !== undefined);
  const learn = async (): Promise<void> => {
    setBusy(true);
    try {
      setLearnt(await service.learnLabelled(known));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <h3>Label ten yourself</h3>
      <p>
        Somebody has to say what each of these is. Do it, and a network learns from your labels
        alone. (What if some are wrong?)
      </p>
      <div class="own-labels">
        {pixels.map((one, i) => (
          <label key={i}>
            <Pixels values={one} kind="ink" size={44} />
            <select
              aria-label={`Digit ${i + 1} is`}
              value={String(labels[i] ?? "")}
              onChange={({ currentTarget: { value } }) => {
                setLabels(labels.with(i, value === "" ? undefined : Number(value)));
                setLearnt(undefined);
              }}
            >
              <option value="">?</option>
              {Array.from({ length: 10 }, (_, digit) => (
                <option key={digit} value={String(digit)}>
                  {digit}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
      <button type="button" disabled={isBusy || known.length < own} onClick={() => void learn()}>
        {known.length < own
          ? `${own - known.length} still without a label`
          : "Learn from my labels"}
      </button>
      {learnt && (
        <p id="own-told" aria-live="polite">
          It gives <strong>{percent(learnt.own)}</strong> of your labels back, and reads{" "}
          <strong>{percent(learnt.unseen)}</strong> of 1,000 unseen digits as people have labelled
          them: ten examples are few.
        </p>
      )}
    </>
  );
}
