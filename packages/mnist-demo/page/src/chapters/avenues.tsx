// Chapter: one neuron from inside, and the three ways to change its activation.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { AvenueStep } from "../avenue-step.ts";
import { How } from "../how.tsx";
import type { NeuronLook, Place } from "../inspection.ts";
import { agreement, capitalized, neuronName, plain, signed } from "../numbers.ts";
import { Pixels } from "../pixels.tsx";
import type { Line } from "../subject.ts";
import { useAsked } from "../use-asked.ts";
import { Bar } from "./bar.tsx";
import { type ChapterProps, isLook, labelled, useNeuron } from "./chapter.tsx";

export function Avenues(props: ChapterProps): VNode {
  const look = labelled(props.subject);
  if (!isLook(look)) return look;
  const last = look.layers.length - 1;
  const output = { layer: last, index: look.label };
  return <AvenuesOf {...props} label={look.label} layers={last + 1} output={output} />;
}

interface AvenuesOfProps extends ChapterProps {
  readonly label: number;
  readonly layers: number;
  readonly output: Place;
}

function AvenuesOf({ label, layers, output, ...props }: AvenuesOfProps): VNode {
  const { subject } = props;
  const { source } = subject;
  const place = subject.place ?? output;
  const neuron = useNeuron(props, place);
  const count = source.kind === "examples" ? source.count : 1;
  const direction = (neuron?.wantedActivation ?? 1) < 0 ? "darker" : "brighter";
  return (
    <>
      <p>
        A neuron's activation is made of a weighted sum of the activations before it, plus its bias.
        So there are three ways to change it: its bias, its weights, and the activations before.
        Which weights matter most? Compare the bars with what stands to their left. (Choose another
        neuron in the picture of the network.)
      </p>
      {subject.place && (
        <button type="button" onClick={() => subject.setPlace(undefined)}>
          Back to output {label}
        </button>
      )}
      <div id="neuron">
        <h3>{capitalized(neuronName(place, layers))}</h3>
        {neuron && (
          <>
            <p>
              The weighted sum plus its bias {plain(neuron.bias)} is {plain(neuron.weightedSum)},
              its activation {plain(neuron.activation)}. The{" "}
              {count === 1 ? `${label}` : `${count} digits`} would like the activation to be{" "}
              {direction} ({signed(neuron.wantedActivation)}
              {count === 1 ? "" : ", on average"}), and with it the sum:{" "}
              <span class="whole-words">d = {signed(neuron.wantedSum)}</span>
              {count === 1 && neuron.wantedActivation !== 0
                ? `, which is ${signed(neuron.wantedActivation)} times the slope of the activation there, ${plain(neuron.wantedSum / neuron.wantedActivation)}.`
                : "."}
            </p>
            {place.layer === 0 ? (
              <PixelInputs neuron={neuron} />
            ) : (
              <Inputs neuron={neuron} onLight={(lines) => subject.setLit(lines)} />
            )}
            {count === 1 ? (
              <TryAvenues {...props} place={place} neuron={neuron} />
            ) : (
              <p class="note">Desired changes are averages over {count} digits.</p>
            )}
            <p class="note">
              Checked against the gradient of the cost by this neuron's weights and bias, computed
              by autodiff:{" "}
              <span id="difference">{agreement(neuron.difference, greatest(neuron))}</span>.
            </p>
          </>
        )}
      </div>
      <How
        code={`const { layers } = nudges(network, image, target);
const neuron = layers[${place.layer}].neuron(${place.index});
neuron.bias;                // d
neuron.weights;             // d × the activations before
neuron.previousActivations; // d × the weights
neuron.effects;             // how far each moves the weighted sum`}
      />
    </>
  );
}

function greatest({ wantedWeights, wantedBias }: NeuronLook): number {
  return Math.max(...[...wantedWeights, wantedBias].map(Math.abs));
}

/** Where the greatest of some values is, whatever its sign. */
function strongest(values: readonly number[]): number {
  const sizes = values.map(Math.abs);
  return sizes.indexOf(Math.max(...sizes));
}

interface InputsProps {
  readonly neuron: NeuronLook;
}

/** All inputs of a neuron, one below the other: each desired change beside what it is proportional to. */
function Inputs({
  neuron,
  onLight,
}: InputsProps & { readonly onLight: (lines: readonly Line[]) => void }): VNode {
  const { previous, weights, wantedWeights, wantedPrevious, wantedSum } = neuron;
  const [row, setRow] = useState(0);
  const most = (values: readonly number[]): number => Math.max(...values.map(Math.abs)) || 1;
  const scales = [previous, wantedWeights, weights, wantedPrevious].map(most);
  return (
    <>
      <div class="scroll" role="region" aria-label="The inputs of this neuron" tabIndex={0}>
        <table class="avenues" onPointerLeave={() => onLight([])}>
          <thead>
            <tr>
              <th scope="col">before</th>
              <th scope="col">activation a′</th>
              <th scope="col">wish for its weight: d × a′</th>
              <th scope="col">weight w</th>
              <th scope="col">wish for it: d × w</th>
            </tr>
          </thead>
          <tbody>
            {previous.map((activation, i) => (
              <tr
                key={i}
                class={i === row ? "current" : undefined}
                onPointerEnter={() => {
                  setRow(i);
                  onLight([{ layer: neuron.place.layer, row: i, column: neuron.place.index }]);
                }}
              >
                <th scope="row">#{i}</th>
                {[activation, wantedWeights[i]!, weights[i]!, wantedPrevious[i]!].map(
                  (value, column) => (
                    <td key={column}>
                      <Bar value={value} scale={scales[column]!} isInk={column === 0} />
                      <span>{column === 0 ? plain(value, 2) : signed(value)}</span>
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        A change of a weight does most where the activation before is strongest, at #
        {strongest(previous)}; a change of an activation where the weight is, at #
        {strongest(weights)}.
      </p>
      <p class="formula">
        #{row}: its weight by {signed(wantedSum)} × {plain(previous[row]!)} ={" "}
        {signed(wantedWeights[row]!)}; the activation by {signed(wantedSum)} ×{" "}
        {plain(weights[row]!)} = {signed(wantedPrevious[row]!)}; the bias by {signed(wantedSum)}{" "}
        itself.
      </p>
    </>
  );
}

/** The inputs of a neuron that sees pixels, as pictures. */
function PixelInputs({ neuron }: InputsProps): VNode {
  const pictures = [
    ["the digit: its activations before", neuron.previous.map((a) => a * 255), "ink"],
    ["desired changes of the weights: the digit, times d", neuron.wantedWeights, "signed"],
    ["its weights", neuron.weights, "signed"],
    ["desired changes of the pixels: the weights, times d", neuron.wantedPrevious, "signed"],
  ] as const;
  return (
    <div class="pictures">
      {pictures.map(([title, values, kind]) => (
        <figure key={title}>
          <Pixels values={values} kind={kind} label={title} size={140} />
          <figcaption>{title}</figcaption>
        </figure>
      ))}
    </div>
  );
}

interface TryAvenuesProps extends ChapterProps {
  readonly place: Place;
  readonly neuron: NeuronLook;
}

const names = [
  ["bias", "bias"],
  ["weights", "weights"],
  ["previousActivations", "activations before"],
] as const;

/** A step along some of the avenues, and what it does to the neuron. */
function TryAvenues({ trainer, subject, place, neuron }: TryAvenuesProps): VNode {
  const [step, setStep] = useState<AvenueStep>({
    bias: true,
    weights: true,
    previousActivations: true,
    size: 0.2,
  });
  const key = JSON.stringify([place, step, subject.look?.label]);
  const result = useAsked(
    trainer,
    () => trainer.service.tryAvenues(subject.source, place, step),
    `${key}${subject.look?.pixels.join()}`,
  );
  return (
    <fieldset class="try-avenues">
      <legend>Take a step along</legend>
      {names.map(([avenue, name]) => (
        <label key={avenue}>
          <input
            type="checkbox"
            checked={step[avenue]}
            onChange={({ currentTarget }) => setStep({ ...step, [avenue]: currentTarget.checked })}
          />
          {name}{" "}
          <span class="note">moves the sum by {signed(neuron.effects[avenue])} × the step</span>
        </label>
      ))}
      <label class="wide">
        Step {plain(step.size, 2)}
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={step.size}
          onInput={({ currentTarget }) => setStep({ ...step, size: currentTarget.valueAsNumber })}
        />
      </label>
      {result && (
        <p id="avenue-step">
          The sum goes from {plain(result.sum.before)} to <strong>{plain(result.sum.after)}</strong>{" "}
          (the effects predict {plain(result.predictedSum)}), the activation from{" "}
          {plain(result.activation.before)} to <strong>{plain(result.activation.after)}</strong>.
        </p>
      )}
    </fieldset>
  );
}
