// The network: its input, and neurons in columns, the darker the more active; weights are lines,
// dashed where negative. The desired change of an activation is an arrow.
import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { InkShape } from "./ink-shape.tsx";
import type { LayerLook, Place } from "./inspection.ts";
import { columnsOf, height, type Spot, spots, width } from "./network-layout.ts";
import { capitalized, neuronName, signed } from "./numbers.ts";
import type { Line } from "./subject.ts";

interface NetworkPictureProps {
  readonly pixels: Uint8Array;
  readonly layers: readonly LayerLook[];
  /** The digit that the network should read; undefined where nobody knows. */
  readonly label: number | undefined;
  /** Layers from this one on show desired changes: the backward pass as far as it has come. */
  readonly wantedFrom: number;
  readonly chosen: Place | undefined;
  /** Weights whose lines are lit. */
  readonly lit?: readonly Line[];
  /** Left out: neurons cannot be chosen. */
  readonly onChoose?: (place: Place) => void;
}

/** The length of the longest arrow. */
const longest = 24;

export function NetworkPicture(props: NetworkPictureProps): VNode {
  const { pixels, layers, label, wantedFrom, chosen, lit = [], onChoose } = props;
  const root = useRef<SVGSVGElement>(null);
  const [current, setCurrent] = useState<Place>({ layer: 0, index: 0 });
  const all = spots(layers.map(({ activations }) => activations.length));
  const focusable = all[current.layer]?.[current.index] ? current : { layer: 0, index: 0 };
  const scales = arrowScales(layers, wantedFrom);
  const go = (place: Place): void => {
    setCurrent(place);
    root.current!.querySelector<SVGElement>(`[data-place="${placeKey(place)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const place = moved(focusable, event.key, layers);
    if (place !== undefined) go(place);
    else if (event.key === "Enter" || event.key === " ") onChoose?.(focusable);
    else return;
    event.preventDefault();
  };
  return (
    <svg
      ref={root}
      class="network"
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label={onChoose ? "The network: arrow keys move between neurons" : "The network"}
      {...(onChoose && { onKeyDown })}
    >
      <Input pixels={pixels} first={all[0]!} count={layers[0]!.inputs} />
      {layers.map((layer, l) => (
        <g key={`lines${l}`}>{l > 0 && lines(layer, all[l - 1]!, all[l]!)}</g>
      ))}
      {lit.map(({ layer, row, column }, i) => {
        const [from, to] = [all[layer - 1]?.[row ?? -1], all[layer]?.[column ?? -1]];
        return (
          from && to && <line key={i} class="lit" x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
        );
      })}
      {layers.map((layer, l) => (
        <g key={`layer${l}`}>
          {scales[l]!.lens > 1 && (
            <text class="lens" x={columnsOf(all[l]!).middle} y={height - 3}>
              arrows ×{scales[l]!.lens}
            </text>
          )}
          {layer.activations.map((activation, index) => (
            <Neuron
              key={index}
              spot={all[l]![index]!}
              place={{ layer: l, index }}
              name={neuronName({ layer: l, index }, layers.length)}
              activation={activation}
              wanted={l >= wantedFrom ? layer.wanted[index]! : undefined}
              arrow={layer.wanted[index]! * scales[l]!.scale}
              isChosen={chosen?.layer === l && chosen.index === index}
              isFocusable={focusable.layer === l && focusable.index === index}
              digit={l === layers.length - 1 ? index : undefined}
              isTarget={l === layers.length - 1 && index === label}
              {...(onChoose && {
                onChoose: (place: Place) => {
                  setCurrent(place);
                  onChoose(place);
                },
              })}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}

const placeKey = ({ layer, index }: Place): string => `${layer}:${index}`;

/** Where an arrow key goes from a neuron; undefined for other keys. */
function moved({ layer, index }: Place, key: string, layers: readonly LayerLook[]) {
  const count = (of: number): number => layers[of]!.activations.length;
  const beside = (to: number): Place => {
    if (to < 0 || to >= layers.length) return { layer, index };
    // The same height in the other column.
    return { layer: to, index: Math.floor(((index + 0.5) / count(layer)) * count(to)) };
  };
  switch (key) {
    case "ArrowLeft":
      return beside(layer - 1);
    case "ArrowRight":
      return beside(layer + 1);
    case "ArrowUp":
      return { layer, index: Math.max(index - 1, 0) };
    case "ArrowDown":
      return { layer, index: Math.min(index + 1, count(layer) - 1) };
    case "Home":
      return { layer, index: 0 };
    case "End":
      return { layer, index: count(layer) - 1 };
    default:
      return undefined;
  }
}

/**
 * How long a desired change of 1 is drawn in each layer: alike in all, but ten, a hundred or a
 * thousand times as long in a layer where arrows would be too short to be seen.
 */
function arrowScales(layers: readonly LayerLook[], from: number) {
  const most = layers.map(({ wanted }) => Math.max(...wanted.map(Math.abs)));
  const common = Math.max(...most.slice(from), 1e-9);
  return most.map((greatest, l) => {
    const lenses = [1, 10, 100, 1000];
    const lens = lenses.findLast((one) => greatest * one <= common) ?? 1;
    const shown = l >= from && greatest > 0 ? lens : 1;
    return { lens: shown, scale: (longest * shown) / common };
  });
}

interface InputProps {
  readonly pixels: Uint8Array;
  readonly first: readonly Spot[];
  readonly count: number;
}

/** The digit, and where its pixels go to. */
function Input({ pixels, first, count }: InputProps): VNode {
  const [size, left] = [92, 2];
  const [top, right] = [(height - size) / 2, left + size];
  const { from } = columnsOf(first);
  const [above, below] = [first[0]!.y - 8, first.at(-1)!.y + 8];
  return (
    <g>
      <path
        class="cone"
        d={`M${right} ${top} L${from - 14} ${above} V${below} L${right} ${top + size} Z`}
      />
      <rect class="paper" x={left} y={top} width={size} height={size} />
      <g transform={`translate(${left} ${top}) scale(${size / 28})`}>
        <InkShape pixels={pixels} />
      </g>
      <text class="lens" x={left + size / 2} y={top + size + 16}>
        {count} pixels
      </text>
    </g>
  );
}

function lines(layer: LayerLook, before: readonly Spot[], after: readonly Spot[]): VNode[] {
  const { weights = [] } = layer;
  const most = Math.max(...weights.flat().map(Math.abs)) || 1;
  return weights.flatMap((row, i) =>
    row.map((weight, j) => (
      <line
        key={`${i}:${j}`}
        x1={before[i]!.x}
        y1={before[i]!.y}
        x2={after[j]!.x}
        y2={after[j]!.y}
        class={weight > 0 ? "more" : "less"}
        opacity={((Math.abs(weight) / most) * 0.7).toFixed(2)}
      />
    )),
  );
}

interface NeuronProps {
  readonly spot: Spot;
  readonly place: Place;
  readonly name: string;
  readonly activation: number;
  readonly wanted: number | undefined;
  /** The length of its arrow: upwards where positive. */
  readonly arrow: number;
  readonly isChosen: boolean;
  /** Whether the Tab key comes to this one. */
  readonly isFocusable: boolean;
  /** Of an output: the digit that it stands for. */
  readonly digit: number | undefined;
  readonly isTarget: boolean;
  readonly onChoose?: (place: Place) => void;
}

function Neuron(props: NeuronProps): VNode {
  const { spot, place, name, activation, wanted, arrow, isChosen, isFocusable } = props;
  const { digit, isTarget, onChoose } = props;
  const { x, y, radius } = spot;
  const shown = Math.min(Math.max(activation, 0), 1);
  const wish = wanted === undefined ? "" : `, desired change ${signed(wanted)}`;
  const asButton = onChoose && {
    role: "button" as const,
    tabindex: isFocusable ? 0 : -1,
    onClick: () => onChoose(place),
    "aria-pressed": isChosen,
  };
  return (
    <g
      class={isChosen ? "neuron chosen" : "neuron"}
      data-place={placeKey(place)}
      {...asButton}
      aria-label={`${capitalized(name)}: activation ${activation.toFixed(2)}${wish}`}
    >
      {onChoose && <circle class="touch" cx={x} cy={y} r={Math.max(radius, 13)} />}
      <circle class="focus" cx={x} cy={y} r={radius + 3.5} />
      <circle class="paper" cx={x} cy={y} r={radius} />
      <circle class="ink" cx={x} cy={y} r={radius} opacity={shown.toFixed(2)} />
      {wanted !== undefined && <Arrow x={x + radius + 7} y={y} length={arrow} />}
      {digit !== undefined && (
        <g>
          <text class={isTarget ? "target" : undefined} x={x + radius + 17} y={y + 5}>
            {digit}
          </text>
          <rect class="ink" x={x + radius + 31} y={y - 5} width={42 * shown} height={10} />
          <path class="tick" d={`M${x + radius + (isTarget ? 73 : 31)} ${y - 8}v16`} />
        </g>
      )}
    </g>
  );
}

/** Upwards for more, downwards for less; what is too short for a head is a dot. */
function Arrow({
  x,
  y,
  length,
}: {
  readonly x: number;
  readonly y: number;
  readonly length: number;
}) {
  const size = Math.min(Math.abs(length), longest);
  const tone = length > 0 ? "wish more" : "wish less";
  if (size < 1.5) return <circle class={tone} cx={x} cy={y} r="0.8" />;
  const up = Math.sign(length);
  const [from, to] = [y + (up * size) / 2, y - (up * size) / 2];
  const head = Math.min(4, size / 2);
  return (
    <path
      class={tone}
      d={`M${x} ${from.toFixed(1)}V${to.toFixed(1)}m${-head} ${up * head}l${head} ${-up * head}l${head} ${up * head}`}
    />
  );
}
