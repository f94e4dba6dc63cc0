// Inside the network: what a digit activates, what it costs, and backwards layer by layer how one,
// ten or a hundred digits would change it; a neuron's three avenues.
import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import { How } from "./how.tsx";
import type { Place, Source } from "./inspection.ts";
import { NetworkPicture } from "./network-picture.tsx";
import { NeuronPanel } from "./neuron-panel.tsx";
import { Outputs } from "./outputs.tsx";
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
      <h2 id="see">Inside the network</h2>
      <p>
        Darker neurons are more active. Lines are weights, dashed where negative. During the
        backward pass, an arrow shows how the cost would like an activation to change: up or down,
        the longer the more it matters. For an output that is proportional to its distance from the
        target; for a neuron of an earlier layer it is the sum over all neurons of the next layer.
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
            text: one === 1 ? "this digit alone" : `${one} digits from it on`,
          }))}
          onChoose={(one) => setCount(Number(one))}
        />
        <label>
          Backward pass: layers
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
            <NetworkPicture
              pixels={look.pixels}
              layers={layers}
              label={look.label}
              wantedFrom={layers.length - shown}
              chosen={place}
              onChoose={setChosen}
            />
            <div>
              <h3>What this {look.label} costs</h3>
              <Outputs values={layers.at(-1)!.activations} label={look.label} terms={look.terms} />
              <p class="sum">
                The squared distances from the targets add up to its cost:{" "}
                <strong id="own-cost">{sum(look.terms ?? []).toFixed(4)}</strong>
              </p>
              {count > 1 && (
                <p>
                  The mean cost of the {count} digits is{" "}
                  <strong id="look-cost">{look.cost?.toFixed(4)}</strong>. The arrows are averages
                  over all of them; activations and outputs are those of this {look.label}.
                </p>
              )}
            </div>
          </div>
          {look.neuron && <NeuronPanel neuron={look.neuron} count={count} layers={layers.length} />}
        </>
      )}
      <How
        code={`const { cost, layers } = nudges(network, image, target);
layers[0].wantedActivations;   // minus the derivative of the cost
layers[0].neuron(3);           // its three avenues
costTerms(network, images, targets); // the squares, output by output

// averaged over many digits
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

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
