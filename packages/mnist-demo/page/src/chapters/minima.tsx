// Chapter: gradient descent ends in a valley, not in the deepest one; and some ends are no valleys.
import { proxy } from "comlink";
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { How } from "../how.tsx";
import { plain, signed } from "../numbers.ts";
import { NumbersTable } from "../numbers-table.tsx";
import { Select } from "../select.tsx";
import type { End } from "../walks.ts";
import type { ChapterProps } from "./chapter.tsx";
import { pathThrough } from "./path.ts";

const steps = 600;
const rates = [
  { value: "0.03", text: "0.03: tiny steps" },
  { value: "3", text: "3, as on this page" },
  { value: "100", text: "100: huge steps" },
];

export function Minima({ trainer }: ChapterProps): VNode {
  const { state, service } = trainer;
  const [rate, setRate] = useState("3");
  const [ends, setEnds] = useState<readonly End[]>([]);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => setEnds([]), [state.choices, rate]);
  const walk = async (): Promise<void> => {
    setBusy(true);
    setEnds([]);
    try {
      await service.ends(
        Number(rate),
        steps,
        proxy((end: End) => setEnds((before) => [...before, end])),
      );
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <p>
        Going downhill leads to the bottom of a valley, a local minimum. Nothing says that it is the
        deepest one. Five networks that start from different random weights: do they end in the same
        place? Are some of the ends much better than others?
      </p>
      <div class="settings">
        <Select label="Learning rate" value={rate} options={rates} onChoose={setRate} />
        <button
          type="button"
          class="primary"
          disabled={isBusy || state.progress === undefined}
          onClick={() => void walk()}
        >
          {isBusy ? "They walk …" : "Start from five places"}
        </button>
      </div>
      {ends.length > 0 && <Ends ends={ends} />}
      {ends.length > 1 && <Ridges ends={ends} />}
      {ends.length === 5 && <p id="minima-told">{told(ends)}</p>}
      <How
        code={`manualSeed(seed);             // other first weights
// … ${steps} steps of gradient descent, then
const cost = quadraticCost(network.forward(images), targets);
const slopes = gradients(cost, network.parameters());
concat(slopes.map((g) => g.flatten())).norm(); // its length: 0 at a minimum`}
      />
    </>
  );
}

function told(ends: readonly End[]): string {
  const costs = ends.map(({ cost }) => cost);
  const [best, worst] = [Math.min(...costs), Math.max(...costs)];
  if (ends.every(({ slope }) => slope < 1e-6)) {
    return "Every slope is 0, and yet nothing was learnt: a huge step has thrown the sums so far out that the sigmoids are flat there, and no gradient leads back. A cost of 1.00 is what answering 0 to everything costs.";
  }
  if (best > 0.85) {
    return `After ${steps} steps all of them are still at 0.90, where every output is one tenth: steps this small get down in the end, but they take very long.`;
  }
  const ridge = Math.max(...ends.slice(1).map(({ between }) => Math.max(...between)));
  return `Five different places, and nearly the same cost, ${plain(best)} to ${plain(worst)}. The gradients have become short: all are near a bottom. The straight way from the first to the others leads over higher ground, up to ${plain(ridge)}. Gradient descent finds a local minimum, not the lowest one of all; it need not, since many are about as good.`;
}

interface EndsProps {
  readonly ends: readonly End[];
}

function Ends({ ends }: EndsProps): VNode {
  return (
    <div class="scroll" role="region" aria-label="Where the walks end" tabIndex={0}>
      <table class="ends">
        <thead>
          <tr>
            <th scope="col">start</th>
            <th scope="col">cost at the end</th>
            <th scope="col">length of the gradient</th>
            <th scope="col">distance to the first end</th>
          </tr>
        </thead>
        <tbody>
          {ends.map((end) => (
            <tr key={end.seed}>
              <th scope="row">seed {end.seed}</th>
              <td>{plain(end.cost)}</td>
              <td>
                {signed(end.slopeBefore).replace("+", "")} → {signed(end.slope).replace("+", "")}
              </td>
              <td>{plain(end.fromFirst, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const [wide, high] = [600, 150];

/** The cost on the straight lines from the first end to the others. */
function Ridges({ ends }: EndsProps): VNode {
  const lines = ends.slice(1).map(({ between }) => between);
  const most = Math.max(1, ...lines.flat());
  const path = (costs: readonly number[]): string =>
    pathThrough(
      costs.map((cost, i) => [(i * wide) / (costs.length - 1), high - (cost / most) * (high - 6)]),
    );
  return (
    <figure class="ridges">
      <svg
        class="plot"
        viewBox={`0 0 ${wide} ${high + 20}`}
        role="img"
        aria-label={`The cost on straight lines from the end of seed 0 to the ends of the others; the highest points are ${lines.map((line) => Math.max(...line).toFixed(2)).join(", ")}`}
      >
        {[0, 1].map((cost) => {
          const y = high - (cost / most) * (high - 6);
          return (
            <g key={cost}>
              <path d={`M0 ${y}H${wide}`} />
              <text x="0" y={y + (cost === 0 ? -5 : 14)}>
                cost {cost}
              </text>
            </g>
          );
        })}
        {lines.map((costs, i) => (
          <path key={i} class="line" d={path(costs)} />
        ))}
        <text x="0" y={high + 15}>
          end of seed 0
        </text>
        <text x={wide} y={high + 15} text-anchor="end">
          end of another
        </text>
        <text x={wide / 2} y={high + 15} text-anchor="middle">
          half way
        </text>
      </svg>
      <figcaption>
        The cost of the first {ends[0]!.mapped} digits on the straight line from the first end to
        each of the others.
      </figcaption>
      <NumbersTable
        of="the cost on these lines"
        head={["way gone", ...ends.slice(1).map(({ seed }) => `to seed ${seed}`)]}
        rows={() =>
          [0, 1, 2, 3, 4, 5, 6].map((sixth) => [
            `${sixth} of 6`,
            ...lines.map((line) => plain(line[(sixth * (line.length - 1)) / 6]!)),
          ])
        }
      />
    </figure>
  );
}
