// Sensitivity: the weights and biases that the cost listens to most and least, and a nudge of one.
import type { NudgeResult } from "@nabla/nn";
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Figure } from "./figure.tsx";
import { How } from "./how.tsx";
import type { ComponentLook } from "./inspection.ts";
import type { Trainer } from "./trainer.ts";

interface Found {
  readonly most: readonly ComponentLook[];
  readonly least: readonly ComponentLook[];
}

export function Sensitivity({ trainer }: { readonly trainer: Trainer }): VNode {
  const { state, service } = trainer;
  const [found, setFound] = useState<Found>();
  const [chosen, setChosen] = useState<ComponentLook>();
  const [by, setBy] = useState(0.1);
  const [result, setResult] = useState<NudgeResult>();
  const nudge = (component: ComponentLook, amount: number): void => {
    setChosen(component);
    setBy(amount);
    service.nudge(component.name, amount).then(setResult, () => setFound(undefined));
  };
  const find = async (): Promise<void> => {
    const all = await service.sensitivities(8);
    setFound(all);
    if (all.most[0]) nudge(all.most[0], by);
  };
  return (
    <section aria-labelledby="sensitivity">
      <h2 id="sensitivity">Sensitivity</h2>
      <p>
        Each component of the gradient says how sensitive the cost is to one weight or bias: where
        it is 3.2 for one and 0.1 for another, a nudge of the first does 32 times as much. Of the
        cost of the first thousand digits; training pauses meanwhile.
      </p>
      <button type="button" disabled={state.loaded < 1} onClick={() => void find()}>
        {found ? "Find again" : "Find them"}
      </button>
      {found && (
        <div class="lists">
          <List
            title="Most sensitive"
            components={found.most}
            chosen={chosen}
            onChoose={(one) => nudge(one, by)}
          />
          <List
            title="Least sensitive"
            components={found.least}
            chosen={chosen}
            onChoose={(one) => nudge(one, by)}
          />
        </div>
      )}
      {found && chosen && (
        <div class="nudge">
          <label>
            Nudge the {inWords(chosen)}, now {chosen.value.toFixed(3)}, by {by.toFixed(2)}
            <input
              type="range"
              min="-2"
              max="2"
              step="0.05"
              value={by}
              onInput={({ currentTarget }) => nudge(chosen, currentTarget.valueAsNumber)}
            />
          </label>
          {result && (
            <dl class="status">
              <Figure name="cost">{result.before.toFixed(5)}</Figure>
              <Figure name="predicted change" id="predicted">
                {result.predicted.toFixed(6)}
              </Figure>
              <Figure name="actual change" id="actual">
                {result.actual.toFixed(6)}
              </Figure>
            </dl>
          )}
        </div>
      )}
      <How
        code={`const cost = () => quadraticCost(network.forward(images), targets);
const [first] = await sensitivity(cost, network);
first.derivative;                     // how sensitive the cost is to it
await tryNudge(cost, first, 0.1);     // { predicted, actual, … }`}
      />
    </section>
  );
}

interface ListProps {
  readonly title: string;
  readonly components: readonly ComponentLook[];
  readonly chosen: ComponentLook | undefined;
  readonly onChoose: (component: ComponentLook) => void;
}

function List({ title, components, chosen, onChoose }: ListProps): VNode {
  return (
    <div>
      <h3>{title}</h3>
      <ol class="components">
        {components.map((component) => (
          <li key={component.name}>
            <button
              type="button"
              aria-pressed={component.name === chosen?.name}
              onClick={() => onChoose(component)}
            >
              <span>{inWords(component)}</span>
              <span>{component.derivative.toPrecision(3)}</span>
              <span>{component.ratio === 1 ? "" : `1/${component.ratio.toPrecision(3)}`}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

function inWords({ kind, row, column, layer }: ComponentLook): string {
  return kind === "bias"
    ? `bias of neuron ${column}, layer ${layer + 1}`
    : `weight from ${row} to ${column}, layer ${layer + 1}`;
}
