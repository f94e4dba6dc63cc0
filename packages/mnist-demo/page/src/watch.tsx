// The drunk man and the careful man as curves: all that can be chosen, with whatever it leads to.
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { activationNames, sgdRates } from "../../src/training-options.ts";
import { Chart, type Curve } from "./chart.tsx";
import type { Choices } from "./choices.ts";
import type { Point } from "./contender.ts";
import { exampleCounts } from "./digit-files.ts";
import { How } from "./how.tsx";
import { NumbersTable } from "./numbers-table.tsx";
import { Select } from "./select.tsx";
import type { Trainer } from "./trainer.ts";

const architectures: readonly (readonly number[])[] = [[16, 16], [30], [100], [64, 32], []];
/** Where the cost stays for a while: what a network can do without looking at the digit. */
const plateaus = [
  { y: 1, text: "1.00: every output 0" },
  { y: 0.9, text: "0.90: every output one tenth" },
];
const batchSizes = [1, 10, 32, 100, 1000];

export interface WatchProps {
  readonly trainer: Trainer;
}

export function Watch({ trainer }: WatchProps): VNode {
  const { state } = trainer;
  const { progress, choices } = state;
  const { miniBatches, fullSet } = useNowAndThen(state);
  const curves = useMemo(
    () => ({
      cost: both(miniBatches, fullSet, "cost"),
      accuracy: both(miniBatches, fullSet, "accuracy"),
    }),
    [miniBatches, fullSet],
  );
  return (
    <>
      <p>
        The network of this page, which takes mini-batches, against a second one with the same first
        weights that looks at all {choices.examples.toLocaleString("en")} digits before each step
        and starts with the button. Whatever you change starts both anew. The curves are drawn
        against the digits looked at, since that is what takes time.
      </p>
      <Settings choices={choices} disabled={progress === undefined} onChange={trainer.reset} />
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={progress === undefined}
          onClick={progress?.running ? trainer.pause : trainer.race}
        >
          {progress?.running ? "Pause the race" : "Let them race"}
        </button>
      </div>
      <div class="charts">
        <Chart
          title="Cost of the test digits"
          curves={curves.cost}
          range={[0, null]}
          format={(y) => y.toFixed(2)}
          marks={plateaus}
        />
        <Chart
          title="Test digits read correctly"
          curves={curves.accuracy}
          range={[0, 1]}
          format={(y) => `${Math.round(y * 100)} %`}
        />
      </div>
      <ul class="legend">
        <li class="mini">mini-batches of {choices.batchSize}</li>
        {choices.careful && <li class="full">the full set before each step</li>}
      </ul>
      <NumbersTable
        of="both curves"
        head={["", "digits looked at", "cost", "read correctly"]}
        rows={() => [
          ...rowsOf("mini-batches", miniBatches),
          ...(choices.careful ? rowsOf("full set", fullSet) : []),
        ]}
      />
      <p class="note">
        Try batches of 1 (the learning rate falls to a tenth, as one digit is a rough guide), a
        learning rate of 100, or no hidden layers.
      </p>
      <How
        code={`const cost = quadraticCost(network.forward(images), targets);
cost.backward();     // the gradient, for every weight and bias
optimizer.step();    // a step down the slope

const seen = { cost: quadraticCost, accuracy };
await measure(network, test, seen); // the curves' points`}
      >
        <p>
          Both start from the same weights. Whoever has looked at fewer digits takes the next step.
        </p>
      </How>
    </>
  );
}

/** The last value of now and then: curves need not be drawn anew at each frame. */
function useNowAndThen<Value>(value: Value, milliseconds = 300): Value {
  const latest = useRef(value);
  latest.current = value;
  const [shown, setShown] = useState(value);
  useEffect(() => {
    const timer = setInterval(() => setShown(latest.current), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
  return shown;
}

function both(
  miniBatches: readonly Point[],
  fullSet: readonly Point[],
  what: "cost" | "accuracy",
): readonly Curve[] {
  const curve = (label: string, color: string, points: readonly Point[]): Curve => ({
    label,
    color,
    points: points.map((point) => ({ x: point.examples, y: point[what] })),
  });
  return [curve("mini-batches", "--mini", miniBatches), curve("full set", "--full", fullSet)];
}

/** Some of the points, the last one among them. */
function rowsOf(name: string, points: readonly Point[]): readonly (readonly string[])[] {
  const most = 8;
  const apart = Math.max(1, Math.ceil((points.length - 1) / (most - 1)));
  return points
    .filter((_, i) => (points.length - 1 - i) % apart === 0)
    .map(({ examples, cost, accuracy }) => [
      name,
      examples.toLocaleString("en"),
      cost.toFixed(3),
      `${(accuracy * 100).toFixed(1)} %`,
    ]);
}

interface SettingsProps {
  readonly choices: Choices;
  readonly disabled: boolean;
  readonly onChange: (choices: Partial<Choices>) => void;
}

function Settings({ choices, disabled, onChange }: SettingsProps): VNode {
  return (
    <fieldset class="settings" disabled={disabled}>
      <legend>The network and its training</legend>
      <Select
        label="Hidden layers"
        value={choices.hidden.join()}
        options={architectures.map((sizes) => ({
          value: sizes.join(),
          text: sizes.join(" and ") || "none",
        }))}
        onChoose={(sizes) => onChange({ hidden: sizes ? sizes.split(",").map(Number) : [] })}
      />
      <Select
        label="Activation"
        value={choices.activation}
        options={activationNames.map((name) => ({ value: name, text: name }))}
        onChoose={(name) => {
          const activation = name as Choices["activation"];
          onChange({ activation, learningRate: sgdRates.quadratic[activation] });
        }}
      />
      <Select
        label="Batch size"
        value={String(choices.batchSize)}
        options={batchSizes.map((size) => ({ value: String(size), text: String(size) }))}
        onChoose={(size) => {
          const batchSize = Number(size);
          const usual = sgdRates.quadratic[choices.activation];
          // The gradient of one digit is too rough for steps of the usual length.
          onChange({ batchSize, learningRate: batchSize === 1 ? usual / 10 : usual });
        }}
      />
      <Select
        label="Training digits"
        value={String(choices.examples)}
        options={exampleCounts.map((count) => ({
          value: String(count),
          text: count.toLocaleString("en") + (count > 3000 ? " (fetches 10 MB)" : ""),
        }))}
        onChoose={(count) => onChange({ examples: Number(count) })}
      />
      <label>
        Learning rate
        <input
          type="number"
          min="0.001"
          max="100"
          step="any"
          value={choices.learningRate}
          onChange={({ currentTarget }) => {
            const learningRate = currentTarget.valueAsNumber;
            if (learningRate > 0) onChange({ learningRate });
          }}
        />
      </label>
      <label>
        Seed
        <input
          type="number"
          min="0"
          step="1"
          value={choices.seed}
          onChange={({ currentTarget }) => {
            const seed = currentTarget.valueAsNumber;
            if (Number.isSafeInteger(seed) && seed >= 0) onChange({ seed });
          }}
        />
      </label>
      <label class="tick-box">
        <input
          type="checkbox"
          checked={choices.careful}
          onChange={({ currentTarget }) => onChange({ careful: currentTarget.checked })}
        />
        Also run full-batch gradient descent
      </label>
    </fieldset>
  );
}
