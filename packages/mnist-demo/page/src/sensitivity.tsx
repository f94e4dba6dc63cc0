// Sensitivity: the weights and biases the cost is most and least sensitive to, and a nudge of one.
import type { NudgeResult } from "@nabla/nn";
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Figure } from "./figure.tsx";
import { How } from "./how.tsx";
import type { ComponentLook } from "./inspection.ts";
import { componentName, plain, signed } from "./numbers.ts";
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
  const layers = state.choices.hidden.length + 1;
  const nudge = (component: ComponentLook, amount: number): void => {
    setChosen(component);
    setBy(amount);
    service.nudge(component.name, amount).then(setResult, () => setFound(undefined));
  };
  // What was found is of the network as it was.
  const step = state.progress?.miniBatches.step;
  useEffect(() => setFound(undefined), [step, state.choices]);
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
        it is 3.2 for one and 0.1 for another, the same nudge to the first changes the cost 32 times
        as much. Measured on the first 1,000 training digits; training pauses while it runs.
      </p>
      <button type="button" disabled={state.progress === undefined} onClick={() => void find()}>
        {found ? "Recompute" : "Compute sensitivities"}
      </button>
      {found && (
        <div class="lists">
          <List
            title="Most sensitive"
            components={found.most}
            chosen={chosen}
            layers={layers}
            onChoose={(one) => nudge(one, by)}
          />
          <List
            title="Least sensitive"
            components={found.least}
            chosen={chosen}
            layers={layers}
            onChoose={(one) => nudge(one, by)}
          />
        </div>
      )}
      {found && chosen && (
        <div class="nudge">
          <label>
            Nudge the {componentName(chosen, layers)}, now {plain(chosen.value)}, by {plain(by, 2)}
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
                {plain(result.predicted, 6)}
              </Figure>
              <Figure name="actual change" id="actual">
                {plain(result.actual, 6)}
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
  readonly layers: number;
  readonly onChoose: (component: ComponentLook) => void;
}

function List({ title, components, chosen, layers, onChoose }: ListProps): VNode {
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
              <span>{componentName(component, layers)}</span>
              <span>{signed(component.derivative)}</span>
              <span>{component.ratio === 1 ? "" : share(component.ratio)}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** How much of the first one's effect a component has. */
function share(ratio: number): string {
  return ratio > 1000
    ? "practically none"
    : `1/${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}`;
}
