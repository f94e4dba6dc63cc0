// Chapter: the costs of all digits, and their mean.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { How } from "../how.tsx";
import { NumbersTable } from "../numbers-table.tsx";
import { Pixels } from "../pixels.tsx";
import type { Digit } from "../thumbnails.tsx";
import { useAsked } from "../use-asked.ts";
import type { ChapterProps } from "./chapter.tsx";
import { pathThrough } from "./path.ts";

/** Digits that are shown one by one. */
const shown = 60;
/** How many digits the mean can be taken over. */
const counts = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 3000];

export function Costs(props: ChapterProps): VNode {
  const { trainer, subject } = props;
  const unseen = useAsked(trainer, () => trainer.service.costs("unseen"));
  const training = useAsked(trainer, () => trainer.service.costs("training"));
  if (unseen === undefined) return <p>Fetching the first digits …</p>;
  const worst = unseen.indexOf(Math.max(...unseen));
  return (
    <>
      <p>
        One digit says little: the network may be good at it, or bad. Here are {shown} digits that
        it has never trained on, from the cheapest to the most expensive, each with its cost. The
        line marks the mean of all {unseen.length.toLocaleString("en")} unseen digits, which the
        gauge shows, too.
      </p>
      <EachCost {...props} costs={unseen} />
      <button
        type="button"
        onClick={() => subject.setSource({ kind: "examples", from: worst, count: 1 })}
      >
        Show the most expensive of all ({unseen[worst]!.toFixed(2)})
      </button>
      {training && <MeanOf costs={training} />}
      <p>
        Two values have a meaning. <strong>1.00</strong>: a network that answers 0 to everything
        pays 1 for the output that should be 1. <strong>0.90</strong>: one that answers one tenth to
        everything pays 0.9² + 9 × 0.1² = 0.90, the least that is possible without looking at the
        digit. Both are marked on the gauge, too. Only below them has the network learnt something
        about digits.
      </p>
      <How
        code={`const costs = exampleCosts(network, images, targets); // [3000]
costs.mean();                                    // the cost of the network
quadraticCost(network.forward(images), targets); // the same`}
      />
    </>
  );
}

/** The mean of the costs of the digits that training lowers, over the first one, two, three … */
function MeanOf({ costs }: { readonly costs: Float32Array }): VNode {
  const all = counts.filter((count) => count <= costs.length);
  const [chosen, setChosen] = useState(all.length - 1);
  const count = all[Math.min(chosen, all.length - 1)]!;
  const means = runningMeans(costs);
  const mean = means[count - 1]!;
  return (
    <>
      <p>
        What training lowers is one number: the mean cost of the digits it learns from, here the
        first {costs.length.toLocaleString("en")}. How many of them does it take until the mean no
        longer changes much? Guess, then move the slider.
      </p>
      <label class="wide">
        <span>
          Mean of the first {count.toLocaleString("en")} {count === 1 ? "digit" : "digits"}:{" "}
          <strong id="mean-cost">{mean.toFixed(4)}</strong>
        </span>
        <input
          type="range"
          min="0"
          max={all.length - 1}
          step="1"
          value={Math.min(chosen, all.length - 1)}
          aria-valuetext={`${count} digits, mean ${mean.toFixed(4)}`}
          onInput={({ currentTarget }) => setChosen(currentTarget.valueAsNumber)}
        />
      </label>
      <RunningMean means={means} count={count} />
      <NumbersTable
        of="the mean of the first digits"
        head={["digits", "mean cost"]}
        rows={() => all.map((n) => [n.toLocaleString("en"), means[n - 1]!.toFixed(4)])}
      />
    </>
  );
}

/** The means of the first one, two, three ... */
function runningMeans(costs: Float32Array): Float64Array {
  let sum = 0;
  return Float64Array.from(costs, (cost, i) => {
    sum += cost;
    return sum / (i + 1);
  });
}

/** Each of the first digits with its cost, the cheapest first; one can be chosen. */
function EachCost({
  trainer,
  subject,
  costs,
}: ChapterProps & { readonly costs: Float32Array }): VNode {
  const [digits, setDigits] = useState<readonly Digit[]>([]);
  useEffect(() => void trainer.service.digits(shown).then(setDigits, console.warn), []);
  const mean = costs.reduce((a, b) => a + b, 0) / costs.length;
  const order = digits.map((_, i) => i).sort((a, b) => costs[a]! - costs[b]!);
  const most = Math.max(mean, ...costs.subarray(0, shown));
  const percent = (cost: number): string => `${(100 * cost) / most}%`;
  const { source } = subject;
  const chosen = source.kind === "examples" ? source.from : undefined;
  return (
    <>
      <fieldset class="costs">
        <legend class="unseen">Digits by their cost, the cheapest first</legend>
        {order.map((i) => {
          const { pixels, label } = digits[i]!;
          return (
            <label key={i}>
              <input
                type="radio"
                name="cost"
                class="unseen"
                checked={i === chosen}
                aria-label={`A ${label}, cost ${costs[i]!.toFixed(3)}`}
                onChange={() => subject.setSource({ kind: "examples", from: i, count: 1 })}
              />
              <span class="cost">
                <i style={{ height: percent(costs[i]!) }} />
                <b style={{ bottom: percent(mean) }} />
              </span>
              <Pixels values={pixels} kind="ink" size={24} />
            </label>
          );
        })}
      </fieldset>
      <NumbersTable
        of={`the costs of ${shown} digits`}
        head={["digit", "cost"]}
        rows={() => order.map((i) => [`a ${digits[i]!.label}`, costs[i]!.toFixed(3)])}
      />
    </>
  );
}

const [wide, high] = [600, 130];

interface RunningMeanProps {
  readonly means: Float64Array;
  readonly count: number;
}

/** The mean against how many digits it is of, which is on a logarithmic scale. */
function RunningMean({ means, count }: RunningMeanProps): VNode {
  const most = Math.max(1.1, ...means);
  const x = (n: number): number => (Math.log(n) / Math.log(means.length)) * wide;
  const y = (cost: number): number => high - (cost / most) * high;
  const path = pathThrough(Array.from(means, (mean, i) => [x(i + 1), y(mean)]));
  return (
    <svg
      class="plot"
      viewBox={`0 -14 ${wide} ${high + 28}`}
      role="img"
      aria-label={`The mean cost of the first digits: of 1 ${means[0]!.toFixed(3)}, of 10 ${means[9]!.toFixed(3)}, of 100 ${means[99]!.toFixed(3)}, of all ${means.at(-1)!.toFixed(3)}`}
    >
      {[1, 0.9].map((mark) => (
        <g key={mark}>
          <path class="mark" d={`M0 ${y(mark)}H${wide}`} />
          <text x={wide} y={y(mark) + (mark === 1 ? -4 : 13)} text-anchor="end">
            {mark.toFixed(2)}
          </text>
        </g>
      ))}
      <path class="line" d={path} />
      <circle cx={x(count)} cy={y(means[count - 1]!)} r="5" />
      {[1, 10, 100, 1000, 3000]
        .filter((n) => n <= means.length)
        .map((n) => (
          <text
            key={n}
            x={x(n)}
            y={high + 12}
            text-anchor={n === 1 ? "start" : n === means.length ? "end" : "middle"}
          >
            {n === 1 ? "1 digit" : n.toLocaleString("en")}
          </text>
        ))}
    </svg>
  );
}
