// Inside the network: what a digit activates, what it costs, and backwards layer by layer how one,
// ten or a hundred digits would change it; a neuron's three avenues.
import type { VNode } from "preact";
import { How } from "./how.tsx";
import { NeuronPanel } from "./neuron-panel.tsx";
import { Select } from "./select.tsx";
import type { Subject } from "./subject.ts";

const counts = [1, 10, 100];

export function See({ subject }: { readonly subject: Subject }): VNode {
  const { source, setSource, back, setBack, look } = subject;
  const layers = look?.layers ?? [];
  const count = source.kind === "examples" ? source.count : 1;
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
        <Select
          label="Averaged over"
          value={String(count)}
          options={counts.map((one) => ({
            value: String(one),
            text: one === 1 ? "this digit alone" : `${one} digits from it on`,
          }))}
          onChoose={(one) => {
            const from = source.kind === "examples" ? source.from : 0;
            setSource({ kind: "examples", from, count: Number(one) });
          }}
        />
        <label>
          Backward pass: layers
          <input
            type="range"
            min="0"
            max={layers.length}
            value={back}
            aria-valuetext={`${back} of ${layers.length}`}
            onInput={({ currentTarget }) => setBack(currentTarget.valueAsNumber)}
          />
        </label>
      </div>
      {look?.label !== undefined && (
        <p>
          {count === 1 ? (
            <>
              All of this for the cost of this {look.label},{" "}
              <strong id="look-cost">{look.cost?.toFixed(4)}</strong>.
            </>
          ) : (
            <>
              The mean cost of the {count} digits is{" "}
              <strong id="look-cost">{look.cost?.toFixed(4)}</strong>. Desired changes are averages
              over all of them; activations and outputs are those of this {look.label}.
            </>
          )}
        </p>
      )}
      {look?.label !== undefined && look.neuron && (
        <NeuronPanel neuron={look.neuron} count={count} layers={layers.length} />
      )}
      {look && look.label === undefined && (
        <p>Say above what you meant by your drawing: without a target there is no cost.</p>
      )}
      <How
        code={`const { cost, layers } = nudges(network, image, target);
layers[0].wantedActivations;   // minus the derivative of the cost
layers[0].neuron(3);           // its three avenues

// averaged over many digits
const all = vmap((x, y) => nudges(network, x, y).layers[0].avenues.weights);
all(images, targets).mean(0);  // the negative gradient of their mean cost`}
      />
    </section>
  );
}
