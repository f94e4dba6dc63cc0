// The network as in the films: neurons in columns, as bright as they are active, weights as lines.
// What the digits want of an activation is a ring: blue for more, red for less.
import type { VNode } from "preact";
import type { LayerLook, Place } from "./inspection.ts";

interface NetworkPictureProps {
  readonly layers: readonly LayerLook[];
  /**
   * Layers from this one on show what is wanted of them: the backward pass as far as it has come.
   */
  readonly wantedFrom: number;
  readonly chosen: Place | undefined;
  /** Left out: neurons cannot be chosen. */
  readonly onChoose?: (place: Place) => void;
}

const [width, height] = [640, 420];
const top = 12;

export function NetworkPicture(props: NetworkPictureProps): VNode {
  const { layers, wantedFrom, chosen, onChoose } = props;
  const x = (layer: number): number =>
    90 + (layer * (width - 160)) / Math.max(layers.length - 1, 1);
  const y = (index: number, count: number): number =>
    top + ((index + 0.5) * (height - 2 * top)) / count;
  return (
    <svg class="network" viewBox={`0 0 ${width} ${height}`} role="group" aria-label="The network">
      {layers.map((layer, l) => (
        <g key={`lines${l}`}>{l > 0 && lines(layer, layers[l - 1]!, [x(l - 1), x(l)], y)}</g>
      ))}
      {layers.map((layer, l) => {
        const count = layer.activations.length;
        const radius = Math.min(11, (height - 2 * top) / count / 2.4);
        const most = Math.max(...layer.wanted.map(Math.abs)) || 1;
        return layer.activations.map((activation, index) => (
          <Neuron
            key={`${l}:${index}`}
            place={{ layer: l, index }}
            x={x(l)}
            y={y(index, count)}
            radius={radius}
            activation={activation}
            wanted={l >= wantedFrom ? layer.wanted[index]! : undefined}
            strength={Math.abs(layer.wanted[index]!) / most}
            isChosen={chosen?.layer === l && chosen.index === index}
            isOutput={l === layers.length - 1}
            {...(onChoose && { onChoose })}
          />
        ));
      })}
    </svg>
  );
}

function lines(
  layer: LayerLook,
  before: LayerLook,
  [from, to]: readonly [number, number],
  y: (index: number, count: number) => number,
): VNode[] {
  const { weights = [], activations } = layer;
  const most = Math.max(...weights.flat().map(Math.abs)) || 1;
  return weights.flatMap((row, i) =>
    row.map((weight, j) => (
      <line
        key={`${i}:${j}`}
        x1={from}
        y1={y(i, before.activations.length)}
        x2={to}
        y2={y(j, activations.length)}
        class={weight > 0 ? "more" : "less"}
        opacity={(Math.abs(weight) / most) * 0.7}
      />
    )),
  );
}

interface NeuronProps {
  readonly place: Place;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly activation: number;
  readonly wanted: number | undefined;
  /** Of what is wanted, beside the most that is wanted in the layer: 0 to 1. */
  readonly strength: number;
  readonly isChosen: boolean;
  readonly isOutput: boolean;
  readonly onChoose?: (place: Place) => void;
}

function Neuron(props: NeuronProps): VNode {
  const { place, x, y, radius, activation, wanted, strength, isChosen, isOutput, onChoose } = props;
  const where = isOutput
    ? `Output ${place.index}`
    : `Layer ${place.layer + 1}, neuron ${place.index}`;
  const wish = wanted === undefined ? "" : `, wanted change ${wanted.toFixed(3)}`;
  const choose = (): void => onChoose?.(place);
  const asButton = onChoose && {
    role: "button" as const,
    tabIndex: 0,
    onClick: choose,
    onKeyDown(event: KeyboardEvent) {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose();
    },
    "aria-pressed": isChosen,
  };
  return (
    <g
      class={isChosen ? "neuron chosen" : "neuron"}
      {...asButton}
      aria-label={`${where}: activation ${activation.toFixed(2)}${wish}`}
    >
      {onChoose && <circle class="touch" cx={x} cy={y} r={Math.max(radius, 10)} />}
      <circle class="paper" cx={x} cy={y} r={radius} />
      <circle class="ink" cx={x} cy={y} r={radius} opacity={Math.min(Math.max(activation, 0), 1)} />
      {wanted !== undefined && (
        <circle
          class={wanted > 0 ? "wish more" : "wish less"}
          cx={x}
          cy={y}
          r={radius + 2.5}
          opacity={0.15 + 0.85 * strength}
        />
      )}
      {isOutput && (
        <text x={x + radius + 10} y={y + 5}>
          {place.index}
        </text>
      )}
    </g>
  );
}
