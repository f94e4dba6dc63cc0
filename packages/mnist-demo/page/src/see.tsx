// See the network: what a digit lights up, and what one, ten or a hundred digits want of it,
// backwards layer by layer; a neuron's three avenues.
import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import { How } from "./how.tsx";
import type { Place, Source } from "./inspection.ts";
import { NetworkPicture } from "./network-picture.tsx";
import { NeuronPanel } from "./neuron-panel.tsx";
import { Outputs } from "./outputs.tsx";
import { Pixels } from "./pixels.tsx";
import { Select } from "./select.tsx";
import type { Trainer } from "./trainer.ts";
import { useLook } from "./use-look.ts";

const counts = [1, 10, 100];

export function See({ trainer }: { readonly trainer: Trainer }): VNode {
  const [from, setFrom] = useState(0);
  const [count, setCount] = useState(1);
  const [back, setBack] = useState(1);
  const [chosen, setChosen] = useState<Place>({ layer: 0, index: 0 });
  const source = useMemo<Source>(() => ({ kind: "examples", from, count }), [from, count]);
  const sizes = [...trainer.state.choices.hidden, 10];
  const place = useMemo(() => within(chosen, sizes), [chosen, sizes.join()]);
  const { look } = useLook(trainer, source, place);
  const layers = look?.layers ?? [];
  const shown = Math.min(back, layers.length);
  return (
    <section aria-labelledby="see">
      <h2 id="see">See the network</h2>
      <p>
        Ink is activation, lines are weights. Going backwards, a ring says what the digits want:
        blue for more, red for less, the stronger the more it would help. What the outputs want is
        in proportion to their distance from the target; what a neuron before wants is the sum of
        the wishes of all neurons after it. Over many digits, wishes are averaged.
      </p>
      <div class="settings">
        <label>
          Digit
          <input
            type="number"
            min="0"
            max="59900"
            value={from}
            onChange={({ currentTarget: { valueAsNumber } }) => {
              if (valueAsNumber >= 0 && valueAsNumber <= 59_900) setFrom(Math.floor(valueAsNumber));
            }}
          />
        </label>
        <Select
          label="Averaged over"
          value={String(count)}
          options={counts.map((one) => ({
            value: String(one),
            text: one === 1 ? "this digit alone" : `${one} digits`,
          }))}
          onChoose={(one) => setCount(Number(one))}
        />
        <label>
          Layers back
          <input
            type="range"
            min="0"
            max={layers.length}
            value={shown}
            aria-valuetext={`${shown} of ${layers.length}`}
            onInput={({ currentTarget }) => setBack(currentTarget.valueAsNumber)}
          />
        </label>
      </div>
      {look && (
        <>
          <div class="seen">
            <div>
              <Pixels values={look.pixels} kind="ink" label={`The digit: a ${look.label}`} />
              <p>
                a {look.label}; {count === 1 ? "its cost" : "mean cost"}{" "}
                <strong id="look-cost">{look.cost?.toFixed(4)}</strong>
              </p>
              <Outputs values={layers.at(-1)!.activations} />
            </div>
            <NetworkPicture
              layers={layers}
              wantedFrom={layers.length - shown}
              chosen={place}
              onChoose={setChosen}
            />
          </div>
          {look.neuron && <NeuronPanel neuron={look.neuron} count={count} layers={layers.length} />}
        </>
      )}
      <How
        code={`const { cost, layers } = nudges(network, image, target);
layers[0].wantedActivations;   // minus the derivative of the cost
layers[0].neuron(3);           // its three avenues

// over many digits: each one's wishes, then their mean
const all = vmap((x, y) => nudges(network, x, y).layers[0].avenues.weights);
all(images, targets).mean(0);  // the negative gradient of their mean cost`}
      />
    </section>
  );
}

/** The place, or the nearest that there is in a network of these sizes. */
function within({ layer, index }: Place, sizes: readonly number[]): Place {
  const last = Math.min(layer, sizes.length - 1);
  return { layer: last, index: Math.min(index, sizes[last]! - 1) };
}
