// Chapter: the costs of all digits, and their mean.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { How } from "../how.tsx";
import { useAsked } from "../use-asked.ts";
import type { ChapterProps } from "./chapter.tsx";
import { pathThrough } from "./path.ts";

/** Digits that are shown one by one. */
const shown = 60;
/** How many digits the mean can be taken over. */
const counts = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000];

export function Costs({ trainer, subject }: ChapterProps): VNode {
  const costs = useAsked(trainer, trainer.service.costs);
  const [chosen, setChosen] = useState(counts.length - 1);
  if (costs === undefined) return <p>Fetching the first digits …</p>;
  const count = counts[chosen]!;
  const means = runningMeans(costs);
  const mean = means[count - 1]!;
  const most = Math.max(1.1, ...costs.subarray(0, shown), ...means);
  const worst = costs.indexOf(Math.max(...costs));
  return (
    <>
      <p>
        One digit says little: the network may be good at it, or bad. Here are the costs of the
        first {shown} unseen digits, from the cheapest to the most expensive. The cost of the
        network is the mean over all of them. How many digits does it take until the mean no longer
        changes much?
      </p>
      <Bars costs={costs.subarray(0, shown)} mean={means.at(-1)!} most={most} />
      <label class="wide">
        <span>
          Mean of the first {count.toLocaleString("en")} {count === 1 ? "digit" : "digits"}:{" "}
          <strong id="mean-cost">{mean.toFixed(4)}</strong>
        </span>
        <input
          type="range"
          min="0"
          max={counts.length - 1}
          step="1"
          value={chosen}
          aria-valuetext={`${count} digits, mean ${mean.toFixed(4)}`}
          onInput={({ currentTarget }) => setChosen(currentTarget.valueAsNumber)}
        />
      </label>
      <RunningMean means={means} count={count} most={most} />
      <p>
        Two values have a meaning. <strong>1.00</strong>: a network that answers 0 to everything
        pays 1 for the output that should be 1. <strong>0.90</strong>: one that answers one tenth to
        everything pays 0.9² + 9 × 0.1² = 0.90, the least that is possible without looking at the
        digit. Both are marked on the gauge, too. Only below them has the network learnt something
        about digits.
      </p>
      <button
        type="button"
        onClick={() => subject.setSource({ kind: "examples", from: worst, count: 1 })}
      >
        Show the most expensive digit ({costs[worst]!.toFixed(2)})
      </button>
      <How
        code={`const costs = exampleCosts(network, images, targets); // [1000]
costs.mean();                                    // the cost of the network
quadraticCost(network.forward(images), targets); // the same`}
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

const [wide, high] = [600, 130];
/** How far down a cost is drawn, where `most` is at the top. */
const heightOf = (cost: number, most: number): number => high - (cost / most) * high;

interface BarsProps {
  readonly most: number;
  readonly costs: Float32Array;
  readonly mean: number;
}

function Bars({ costs, mean, most }: BarsProps): VNode {
  const sorted = costs.toSorted();
  const apart = wide / sorted.length;
  return (
    <svg
      class="plot"
      viewBox={`0 0 ${wide} ${high}`}
      role="img"
      aria-label={`The costs of ${sorted.length} digits, from ${sorted[0]!.toFixed(3)} to ${sorted.at(-1)!.toFixed(3)}; the mean of all is ${mean.toFixed(3)}`}
    >
      {Array.from(sorted, (cost, i) => (
        <rect
          key={i}
          class="ink"
          x={i * apart + 1}
          y={heightOf(cost, most)}
          width={apart - 2}
          height={Math.max(high - heightOf(cost, most), 1)}
        />
      ))}
      <path class="mean" d={`M0 ${heightOf(mean, most)}H${wide}`} />
      <text x="4" y={heightOf(mean, most) - 5}>
        mean of all {mean.toFixed(3)}
      </text>
    </svg>
  );
}

interface RunningMeanProps {
  readonly most: number;
  readonly means: Float64Array;
  readonly count: number;
}

/** The mean against how many digits it is of, which is on a logarithmic scale. */
function RunningMean({ means, count, most }: RunningMeanProps): VNode {
  const x = (n: number): number => (Math.log(n) / Math.log(means.length)) * wide;
  const path = pathThrough(Array.from(means, (mean, i) => [x(i + 1), heightOf(mean, most)]));
  return (
    <svg
      class="plot"
      viewBox={`0 -14 ${wide} ${high + 28}`}
      role="img"
      aria-label={`The mean cost of the first digits: of 1 ${means[0]!.toFixed(3)}, of 10 ${means[9]!.toFixed(3)}, of 100 ${means[99]!.toFixed(3)}, of all ${means.at(-1)!.toFixed(3)}`}
    >
      {[1, 0.9].map((mark) => (
        <g key={mark}>
          <path class="mark" d={`M0 ${heightOf(mark, most)}H${wide}`} />
          <text x={wide} y={heightOf(mark, most) + (mark === 1 ? -4 : 13)} text-anchor="end">
            {mark.toFixed(2)}
          </text>
        </g>
      ))}
      <path class="line" d={path} />
      <circle cx={x(count)} cy={heightOf(means[count - 1]!, most)} r="5" />
      {[1, 10, 100, 1000].map((n) => (
        <text
          key={n}
          x={x(n)}
          y={high + 12}
          text-anchor={n === 1 ? "start" : n === 1000 ? "end" : "middle"}
        >
          {n === 1 ? "1 digit" : n.toLocaleString("en")}
        </text>
      ))}
    </svg>
  );
}
