// What ten digits desire of twelve weights, side by side: the average is the negative gradient.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { componentName, thousandths } from "../numbers.ts";
import { Pixels } from "../pixels.tsx";
import type { TenDigits, WeightPlace } from "../ten-digits.ts";
import type { ChapterProps } from "./chapter.tsx";

export function TenDigitsTable({ trainer, subject }: ChapterProps): VNode {
  const { state, service } = trainer;
  const { source } = subject;
  const [asked, setAsked] = useState<TenDigits>();
  const step = state.progress?.miniBatches.step;
  // They are of the network as it was, and of this digit.
  useEffect(() => setAsked(undefined), [step, state.choices, source]);
  if (asked === undefined) {
    const ask = (): void => void service.tenDigits(source).then(setAsked, console.warn);
    return (
      <button type="button" onClick={ask}>
        Ask one digit of each kind
      </button>
    );
  }
  return <Desires asked={asked} sizes={[...state.choices.hidden, 10]} onLight={subject.setLit} />;
}

interface DesiresProps {
  readonly asked: TenDigits;
  /** Neurons in each layer. */
  readonly sizes: readonly number[];
  readonly onLight: (weights: readonly WeightPlace[]) => void;
}

function Desires({ asked: { weights, digits, average }, sizes, onLight }: DesiresProps): VNode {
  const most = Math.max(...digits.flatMap(({ desires }) => desires.map(Math.abs)));
  const name = (weight: WeightPlace): string =>
    componentName({ kind: "weight", ...weight }, sizes.length);
  return (
    <>
      <p>
        Each column is one weight, drawn as its line between two layers; each row is what one digit
        would like to change about it, in thousandths. One wants up what another wants down. The
        last row is the average: for these weights, it is the negative gradient of the mean cost of
        the ten.
      </p>
      <div class="scroll" role="region" aria-label="What ten digits desire" tabIndex={0}>
        <table class="ten-digits" onPointerLeave={() => onLight([])}>
          <thead>
            <tr>
              <th scope="col">digit</th>
              {weights.map((weight) => (
                <th
                  key={name(weight)}
                  scope="col"
                  title={name(weight)}
                  onPointerEnter={() => onLight([weight])}
                >
                  <WeightSketch weight={weight} sizes={sizes} />
                  <span class="unseen">{name(weight)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {digits.map(({ label, pixels, desires }) => (
              <tr key={label}>
                <th scope="row">
                  <Pixels values={pixels} kind="ink" size={28} />
                  <span class="unseen">a {label}</span>
                </th>
                {desires.map((desire, k) => (
                  <Desire key={k} value={desire} most={most} />
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">average</th>
              {average.map((desire, k) => (
                <Desire key={k} value={desire} most={most} />
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
    </>
  );
}

/** Half the height of the longest arrow. */
const reach = 9;

function Desire({ value, most }: { readonly value: number; readonly most: number }): VNode {
  const length = (value / most) * reach;
  const head = Math.min(4, Math.abs(length)) * Math.sign(length);
  return (
    <td>
      <svg viewBox="0 0 12 20" class="desire" aria-hidden="true">
        <path
          class={value > 0 ? "more" : "less"}
          d={`M6 ${10 + length}V${10 - length}m-4 ${head}l4 ${-head}l4 ${head}`}
        />
      </svg>
      <span>{thousandths(value)}</span>
    </td>
  );
}

interface WeightSketchProps {
  readonly weight: WeightPlace;
  readonly sizes: readonly number[];
}

const [wide, high] = [30, 40];

/** The two layers as dots, and the weight as a line between. */
function WeightSketch({ weight, sizes }: WeightSketchProps): VNode {
  const { layer, row, column } = weight;
  const [before, after] = [sizes[layer - 1]!, sizes[layer]!];
  const y = (index: number, count: number): number => ((index + 0.5) * high) / count;
  const dots = (count: number, x: number) =>
    Array.from({ length: count }, (_, i) => <circle key={i} cx={x} cy={y(i, count)} r="1" />);
  return (
    <svg viewBox={`0 0 ${wide} ${high}`} class="weight-sketch" aria-hidden="true">
      {dots(before, 4)}
      {dots(after, wide - 4)}
      <path d={`M4 ${y(row, before)}L${wide - 4} ${y(column, after)}`} />
    </svg>
  );
}
