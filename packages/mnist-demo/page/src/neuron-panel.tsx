// One neuron: its weights, its bias, and what the digits want of it by its three avenues.
import type { VNode } from "preact";
import type { NeuronLook } from "./inspection.ts";
import { Pixels } from "./pixels.tsx";

interface NeuronPanelProps {
  readonly neuron: NeuronLook;
  /** How many digits the wishes are averaged over. */
  readonly count: number;
  readonly layers: number;
}

const pixels = 784;

export function NeuronPanel({ neuron, count, layers }: NeuronPanelProps): VNode {
  const { place, weights, effects } = neuron;
  const isOutput = place.layer === layers - 1;
  const title = isOutput
    ? `Output ${place.index}`
    : `Neuron ${place.index} of layer ${place.layer + 1}`;
  const mean = count === 1 ? "" : ", on average";
  return (
    <div class="neuron-panel" id="neuron">
      <h3>{title}</h3>
      <p>
        It takes the sum of its weights times the activations before, plus its bias{" "}
        {neuron.bias.toFixed(3)}: for this digit {neuron.weightedSum.toFixed(3)}, which makes its
        activation {neuron.activation.toFixed(3)}. The wanted change of the activation is{" "}
        {signed(neuron.wantedActivation)}, of the weighted sum {signed(neuron.wantedSum)}
        {mean}.
      </p>
      <div class="scroll" role="region" aria-label="The three avenues" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">avenue</th>
              <th scope="col">what is wanted{mean}</th>
              <th scope="col">in proportion to</th>
              <th scope="col">moves the sum by</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">bias</th>
              <td>{signed(neuron.wantedBias)}</td>
              <td>1</td>
              <td>{signed(effects.bias)}</td>
            </tr>
            <tr>
              <th scope="row">weights</th>
              <td>{most(neuron.wantedWeights)}</td>
              <td>the activations before</td>
              <td>{signed(effects.weights)}</td>
            </tr>
            <tr>
              <th scope="row">activations before</th>
              <td>{most(neuron.wantedPrevious)}</td>
              <td>the weights</td>
              <td>{signed(effects.previousActivations)}</td>
            </tr>
          </tbody>
        </table>
      </div>
      <div class="pictures">
        <Picture values={weights} title="weights" />
        <Picture values={neuron.wantedWeights} title={`wanted change of the weights${mean}`} />
        <Picture
          values={neuron.wantedPrevious}
          title={`wanted change of the activations before${mean}`}
        />
      </div>
      <p class="check">
        The wanted changes of its weights and bias are the negative gradient of the{" "}
        {count === 1 ? "digit's cost" : `mean cost of the ${count} digits`}, computed the other way:
        they differ by at most <span id="difference">{neuron.difference.toExponential(1)}</span>.
      </p>
    </div>
  );
}

function Picture({
  values,
  title,
}: {
  readonly values: readonly number[];
  readonly title: string;
}): VNode {
  return (
    <figure>
      {values.length === pixels ? (
        <Pixels values={values} kind="signed" label={title} size={140} />
      ) : (
        <Bars values={values} label={title} />
      )}
      <figcaption>{title}</figcaption>
    </figure>
  );
}

/** Signed numbers as bars from a line in the middle. */
function Bars({
  values,
  label,
}: {
  readonly values: readonly number[];
  readonly label: string;
}): VNode {
  const greatest = Math.max(...values.map(Math.abs)) || 1;
  const width = 140 / values.length;
  return (
    <svg class="bars" viewBox="0 0 140 140" role="img" aria-label={`${label}: ${most(values)}`}>
      {values.map((value, i) => {
        const tall = (Math.abs(value) / greatest) * 68;
        return (
          <rect
            key={i}
            class={value > 0 ? "more" : "less"}
            x={i * width}
            y={value > 0 ? 70 - tall : 70}
            width={width * 0.8}
            height={tall}
          />
        );
      })}
      <line x1="0" x2="140" y1="70" y2="70" />
    </svg>
  );
}

/** The strongest of many numbers, in words. */
function most(values: readonly number[]): string {
  const greatest = values.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return `${signed(greatest)} at ${values.indexOf(greatest)}, the strongest`;
}

function signed(value: number): string {
  const size = Math.abs(value);
  const digits = size > 0 && size < 1e-3 ? size.toExponential(1) : size.toFixed(4);
  return `${value < 0 ? "−" : "+"}${digits}`;
}
