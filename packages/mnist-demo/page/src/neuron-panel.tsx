// One neuron: its weights, its bias, and the three ways to change its activation.
import type { VNode } from "preact";
import type { NeuronLook } from "./inspection.ts";
import { agreement, capitalized, neuronName, plain, signed } from "./numbers.ts";
import { Pixels } from "./pixels.tsx";

interface NeuronPanelProps {
  readonly neuron: NeuronLook;
  /** How many digits the desired changes are averaged over. */
  readonly count: number;
  readonly layers: number;
}

const side = 28;
const pixels = side * side;

export function NeuronPanel({ neuron, count, layers }: NeuronPanelProps): VNode {
  const { place, weights, effects } = neuron;
  const inputs = place.layer === 0 ? "pixel" : "neuron";
  const mean = count === 1 ? "" : `, averaged over ${count} digits`;
  const greatest = Math.max(...[...neuron.wantedWeights, neuron.wantedBias].map(Math.abs));
  return (
    <div class="neuron-panel" id="neuron">
      <h3>{capitalized(neuronName(place, layers))}</h3>
      <p>
        Its activation is the sigmoid (or another activation function) of a weighted sum of the
        previous layer plus its bias {plain(neuron.bias)}. For this digit the sum is{" "}
        {plain(neuron.weightedSum)} and the activation {plain(neuron.activation)}. The desired
        change of the activation is {signed(neuron.wantedActivation)}, of the sum{" "}
        {signed(neuron.wantedSum)}
        {mean}.
      </p>
      <div class="scroll" role="region" aria-label="The three avenues" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">change the …</th>
              <th scope="col">desired change{count === 1 ? "" : " (mean)"}</th>
              <th scope="col">proportional to</th>
              <th scope="col">effect on the sum</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">bias</th>
              <td>{signed(neuron.wantedBias)}</td>
              <td>nothing else: always the same</td>
              <td>{signed(effects.bias)}</td>
            </tr>
            <tr>
              <th scope="row">weights</th>
              <td>{largest(neuron.wantedWeights, inputs)}</td>
              <td>the previous activations</td>
              <td>{signed(effects.weights)}</td>
            </tr>
            <tr>
              <th scope="row">previous activations</th>
              <td>{largest(neuron.wantedPrevious, inputs)}</td>
              <td>the weights</td>
              <td>{signed(effects.previousActivations)}</td>
            </tr>
          </tbody>
        </table>
      </div>
      <div class="pictures">
        <Picture values={weights} title="weights" inputs={inputs} />
        <Picture
          values={neuron.wantedWeights}
          title="desired changes of the weights"
          inputs={inputs}
        />
        <Picture
          values={neuron.wantedPrevious}
          title={`desired changes of the ${place.layer === 0 ? "pixels" : "previous activations"}`}
          inputs={inputs}
        />
      </div>
      <p class="verified">
        Checked against the gradient of the{" "}
        {count === 1 ? "digit's cost" : `mean cost of the ${count} digits`}, computed by autodiff:{" "}
        <span id="difference">{agreement(neuron.difference, greatest)}</span>.
      </p>
    </div>
  );
}

interface PictureProps {
  readonly values: readonly number[];
  readonly title: string;
  /** What the values belong to: "pixel", "neuron". */
  readonly inputs: string;
}

function Picture({ values, title, inputs }: PictureProps): VNode {
  const label = `${title}; ${largest(values, inputs)}`;
  return (
    <figure>
      {values.length === pixels ? (
        <Pixels values={values} kind="signed" label={label} size={140} />
      ) : (
        <Bars values={values} label={label} />
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
    <svg class="bars" viewBox="0 0 140 140" role="img" aria-label={label}>
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

/** The greatest of many numbers, in words. */
function largest(values: readonly number[], inputs: string): string {
  const greatest = values.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  const at = values.indexOf(greatest);
  const where =
    values.length === pixels
      ? `row ${Math.floor(at / side)}, column ${at % side}`
      : `${inputs} ${at}`;
  return greatest === 0 ? "all 0" : `largest: ${signed(greatest)} (${where})`;
}
