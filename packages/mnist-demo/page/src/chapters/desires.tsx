// Chapter: what all neurons of the next layer desire of one, added up; and layer by layer backwards.
import type { VNode } from "preact";
import { How } from "../how.tsx";
import type { Look, Place } from "../inspection.ts";
import { agreement, capitalized, neuronName, signed } from "../numbers.ts";
import { NumbersTable } from "../numbers-table.tsx";
import { Pixels } from "../pixels.tsx";
import { Select } from "../select.tsx";
import { type ChapterProps, isLook, type LabelledLook, labelled, useNeuron } from "./chapter.tsx";

const counts = [1, 10, 100];

export function Desires(props: ChapterProps): VNode {
  const look = labelled(props.subject);
  if (!isLook(look)) return look;
  if (look.layers.length === 1) {
    return <p>This network has no hidden layers: there is no neuron that others could wish of.</p>;
  }
  return <DesiresOf {...props} look={look} />;
}

function DesiresOf({ look, ...props }: ChapterProps & { readonly look: LabelledLook }): VNode {
  const { source, setSource, back, setBack, place: chosen } = props.subject;
  const { layers } = look;
  const isHidden = chosen !== undefined && chosen.layer < layers.length - 1;
  const place = isHidden ? chosen : mostWanted(look);
  const neuron = useNeuron(props, place);
  const count = source.kind === "examples" ? source.count : 1;
  const name = neuronName(place, layers.length);
  const next = place.layer === layers.length - 2 ? "outputs" : "neurons of the next layer";
  return (
    <>
      <p>
        Every one of the {layers[place.layer + 1]!.activations.length} {next} has a wish for {name}:
        its own desired change d, as in the chapter before, times the weight between the two. Some
        want it up, others down. Head to tail, the arrows add up to the desired change of this
        neuron. Nobody can set its activation, but its own weights and bias can be changed, and the
        layer before it: the same again, one layer back. That is backpropagation.
      </p>
      <h3>{capitalized(name)}</h3>
      {neuron && (
        <>
          <Sum
            look={look}
            place={place}
            parts={neuron.wantedByNext}
            sum={neuron.wantedActivation}
          />
          <NumbersTable
            of="the desires and their sum"
            head={["of", "desire", "sum so far"]}
            rows={() =>
              neuron.wantedByNext.map((part, k, all) => [
                neuronName({ layer: place.layer + 1, index: k }, layers.length),
                signed(part),
                signed(all.slice(0, k + 1).reduce((a, b) => a + b, 0)),
              ])
            }
          />
          <p class="note">
            Their sum {signed(neuron.wantedByNext.reduce((a, b) => a + b, 0))} against minus the
            derivative of the cost by this activation, from autodiff:{" "}
            <span id="desire-difference">
              {agreement(
                Math.abs(neuron.wantedByNext.reduce((a, b) => a + b, 0) - neuron.wantedActivation),
                Math.max(...neuron.wantedByNext.map(Math.abs)),
              )}
            </span>
            .
          </p>
          {place.layer === 0 && (
            <div class="pictures">
              <figure>
                <Pixels values={neuron.weights} kind="signed" label="Its weights" size={140} />
                <figcaption>its 784 weights</figcaption>
              </figure>
              <figure>
                <Pixels
                  values={neuron.wantedWeights}
                  kind="signed"
                  label="Desired changes of its weights: the digit in one colour"
                  size={140}
                />
                <figcaption>
                  what it would like of them: the digit itself,{" "}
                  {neuron.wantedSum > 0 ? "more" : "less"} of it
                </figcaption>
              </figure>
            </div>
          )}
        </>
      )}
      <div class="settings">
        <label>
          Backward pass in the picture: {back} of {layers.length} layers
          <input
            type="range"
            min="0"
            max={layers.length}
            value={back}
            aria-valuetext={`${back} of ${layers.length}`}
            onInput={({ currentTarget }) => setBack(currentTarget.valueAsNumber)}
          />
        </label>
        <Select
          label="Desires of"
          value={String(count)}
          options={counts.map((one) => ({
            value: String(one),
            text: one === 1 ? `this ${look.label} alone` : `${one} digits, averaged`,
          }))}
          onChoose={(one) => {
            const from = source.kind === "examples" ? source.from : 0;
            setSource({ kind: "examples", from, count: Number(one) });
          }}
        />
      </div>
      <p>
        {count === 1 ? `The cost of this ${look.label}` : `The mean cost of the ${count} digits`} is{" "}
        <strong id="look-cost">{look.cost?.toFixed(4)}</strong>.
      </p>
      <How
        code={`const { layers } = nudges(network, image, target);
const next = layers[${place.layer + 1}];
next.avenues.previousActivations; // [neurons, next neurons]: w × d
next.wantedOfPrevious;            // their sums, minus the gradient by the activations

// averaged over many digits
vmap((x, y) => nudges(network, x, y).layers[${place.layer + 1}].wantedOfPrevious)(images, targets).mean(0);`}
      />
    </>
  );
}

/** The neuron of the last hidden layer with the strongest desired change. */
function mostWanted({ layers }: Look): Place {
  const layer = layers.length - 2;
  const sizes = layers[layer]!.wanted.map(Math.abs);
  return { layer, index: sizes.indexOf(Math.max(...sizes)) };
}

interface SumProps {
  readonly look: LabelledLook;
  readonly place: Place;
  readonly parts: readonly number[];
  readonly sum: number;
}

const [wide, rowHeight, left] = [600, 22, 205];

/** Arrows head to tail, one below the other, and their sum. */
function Sum({ look, place, parts, sum }: SumProps): VNode {
  const ends = parts.map((_, i) => parts.slice(0, i + 1).reduce((a, b) => a + b, 0));
  const [low, high] = [Math.min(0, sum, ...ends), Math.max(0, sum, ...ends)];
  const scale = (wide - left - 20) / (high - low || 1);
  const x = (value: number): number => left + 5 + (value - low) * scale;
  const names = parts.map((_, k) =>
    neuronName({ layer: place.layer + 1, index: k }, look.layers.length).replace(/^.*, /, ""),
  );
  const y = (row: number): number => row * rowHeight + rowHeight / 2;
  const strongest = parts.indexOf(parts.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)));
  return (
    <svg
      class="plot sum"
      viewBox={`0 0 ${wide} ${(parts.length + 1.5) * rowHeight}`}
      role="img"
      aria-label={`${parts.length} desires: ${parts.map((part, k) => `${names[k]} ${signed(part)}`).join(", ")}; together ${signed(sum)}`}
    >
      <path class="axis" d={`M${x(0)} 0V${(parts.length + 1.5) * rowHeight}`} />
      {parts.map((part, k) => (
        <g key={k}>
          <text
            class={k === strongest ? "strong" : undefined}
            x={left - 8}
            y={y(k) + 5}
            text-anchor="end"
          >
            {names[k]} {signed(part)}
          </text>
          <Span from={x(ends[k]! - part)} to={x(ends[k]!)} y={y(k)} />
          <path
            class="thread"
            d={`M${x(ends[k]!)} ${y(k)}V${y(k + (k + 1 < parts.length ? 1 : 1.5))}`}
          />
        </g>
      ))}
      <g class="total-row">
        <text x={left - 8} y={y(parts.length + 0.5) + 5} text-anchor="end">
          sum {signed(sum)}
        </text>
        <Span from={x(0)} to={x(sum)} y={y(parts.length + 0.5)} />
      </g>
    </svg>
  );
}

function Span({ from, to, y }: { readonly from: number; readonly to: number; readonly y: number }) {
  const tone = to > from ? "more" : "less";
  if (Math.abs(to - from) < 1) return <circle class={tone} cx={to} cy={y} r="1.5" />;
  const head = Math.sign(to - from) * Math.min(5, Math.abs(to - from) / 2);
  return (
    <path
      class={tone}
      d={`M${from.toFixed(1)} ${y}H${to.toFixed(1)}m${-head} -5l${head} 5l${-head} 5`}
    />
  );
}
