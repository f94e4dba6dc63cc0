// Chapter: two weights, of which one matters some thirty times as much; and all of them in a row.
import type { NudgeResult } from "@nabla/nn";
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { How } from "../how.tsx";
import type { ComponentLook, Knob, Knobs } from "../knobs.ts";
import { componentName, plain, signed, times } from "../numbers.ts";
import { NumbersTable } from "../numbers-table.tsx";
import type { ChapterProps } from "./chapter.tsx";
import { pathThrough } from "./path.ts";

const firstNudge = 0.1;

interface Nudged {
  readonly by: number;
  readonly predicted: number;
  readonly actual: number;
}

export function KnobsChapter({ trainer, subject }: ChapterProps): VNode {
  const { state, service } = trainer;
  const layers = state.choices.hidden.length + 1;
  const [found, setFound] = useState<Knobs>();
  const [guess, setGuess] = useState<number>();
  const [results, setResults] = useState<readonly [Nudged, Nudged]>();
  const forget = (): void => {
    setFound(undefined);
    setResults(undefined);
    setGuess(undefined);
    subject.setLit([]);
  };
  // What was found is of the network as it was.
  const step = state.progress?.miniBatches.step;
  useEffect(forget, [step, state.choices, subject.source]);
  const nudge = async ({ pair }: Knobs, by: number): Promise<void> => {
    const one = async ({ component: { name } }: Knob): Promise<Nudged> => {
      const { predicted, actual } = await service.nudge(name, by);
      return { by, predicted, actual };
    };
    setResults([await one(pair[0]), await one(pair[1])]);
  };
  const find = async (): Promise<void> => {
    const knobs = await service.knobs(subject.source);
    setFound(knobs);
    subject.setLit(knobs.pair.map(({ component }) => component));
  };
  // So that nobody can know by the order, the weaker one stands first.
  const shown = found && [found.pair[1], found.pair[0]];
  const reach = Math.max(...(shown ?? []).flatMap(({ curve }) => curve.map(changeOf)));
  return (
    <>
      <p>
        The network has {state.choices.hidden.join() === "16,16" ? "13,002 " : "thousands of "}
        weights and biases: knobs that can be turned up or down. The gradient of the cost says of
        each how much it matters. Take the cost of this {subject.look?.label ?? "digit"}, and two of
        the knobs, lit in the picture of the network. Which one does the cost feel more? (Training
        pauses.)
      </p>
      {!found && (
        <button
          type="button"
          disabled={subject.look?.label === undefined}
          onClick={() => void find().catch(forget)}
        >
          Pick two knobs
        </button>
      )}
      {shown && (
        <div class="knobs">
          {shown.map((knob, i) => (
            <KnobCard
              key={i}
              knob={knob}
              reach={reach}
              name={componentName(knob.component, layers)}
              isRevealed={guess !== undefined}
              nudged={results?.[1 - i]}
              onGuess={() => {
                setGuess(i);
                void nudge(found, firstNudge).catch(forget);
              }}
            />
          ))}
        </div>
      )}
      {found && results && guess !== undefined && (
        <Verdict results={results} isRight={guess === 1} onNudge={(by) => void nudge(found, by)} />
      )}
      {shown && guess !== undefined && (
        <NumbersTable
          of="the cost against each knob"
          head={["turned by", ...shown.map(({ component }) => componentName(component, layers))]}
          rows={() =>
            shown[0]!.curve.map(({ by }, i) => [
              plain(by, 2),
              ...shown.map(({ curve }) => plain(curve[i]!.after)),
            ])
          }
        />
      )}
      {found && guess !== undefined && (
        <Strip sizes={found.sizes} layers={layers} componentAt={(rank) => service.knob(rank)} />
      )}
      <How
        code={`const cost = () => quadraticCost(network.forward(image), target);
const all = await sensitivity(cost, network, { top: Infinity });
const [strong, weak] = pairByRatio(all, 32);
strong.derivative;                    // how sensitive the cost is to it
await tryNudge(cost, strong, 0.1);    // { predicted, actual, … }`}
      />
    </>
  );
}

/** How far the cost moves. */
const changeOf = ({ actual }: NudgeResult): number => Math.abs(actual);

interface KnobCardProps {
  readonly knob: Knob;
  /** The greatest change of the cost that either knob makes: both curves are drawn to one scale. */
  readonly reach: number;
  readonly name: string;
  readonly isRevealed: boolean;
  readonly nudged: Nudged | undefined;
  readonly onGuess: () => void;
}

function KnobCard({ knob, reach, name, isRevealed, nudged, onGuess }: KnobCardProps): VNode {
  const { component } = knob;
  return (
    <div class="knob">
      <h3>{name}</h3>
      <p>now {plain(component.value)}</p>
      {isRevealed ? (
        <>
          <p>
            derivative <strong>{signed(component.derivative)}</strong>
          </p>
          <Curve knob={knob} reach={reach} nudged={nudged} />
          {nudged && (
            <dl>
              <dt>predicted change of the cost</dt>
              <dd class="predicted">{signed(nudged.predicted)}</dd>
              <dt>actual change</dt>
              <dd class="actual">{signed(nudged.actual)}</dd>
            </dl>
          )}
        </>
      ) : (
        <button type="button" onClick={onGuess}>
          This one matters more
        </button>
      )}
    </div>
  );
}

const [wide, high] = [220, 120];

type CurveProps = Pick<KnobCardProps, "knob" | "reach" | "nudged">;

/** The cost against the knob, its tangent at 0, and where the knob is turned to. */
function Curve({ knob, reach, nudged }: CurveProps): VNode {
  const { curve, component } = knob;
  const x = (by: number): number => wide / 2 + (by / 2) * (wide / 2 - 8);
  const y = (change: number): number => high / 2 - (change / reach) * (high / 2 - 6);
  const path = pathThrough(curve.map(({ by, actual }) => [x(by), y(actual)]));
  const tangent = component.derivative * 2;
  return (
    <svg
      class="curve"
      viewBox={`0 0 ${wide} ${high}`}
      role="img"
      aria-label={`The cost against this knob, turned from −2 to 2: from ${plain(curve[0]!.after)} to ${plain(curve.at(-1)!.after)}`}
    >
      <path class="axis" d={`M0 ${high / 2}H${wide}M${wide / 2} 0V${high}`} />
      <path class="tangent" d={`M${x(-2)} ${y(-tangent)}L${x(2)} ${y(tangent)}`} />
      <path class="cost" d={path} />
      {nudged && <circle cx={x(nudged.by)} cy={y(nudged.actual)} r="4" />}
    </svg>
  );
}

interface VerdictProps {
  readonly results: readonly [Nudged, Nudged];
  readonly isRight: boolean;
  readonly onNudge: (by: number) => void;
}

function Verdict({ results: [strong, weak], isRight, onNudge }: VerdictProps): VNode {
  return (
    <div class="verdict">
      <p aria-live="polite">
        {isRight ? "Right" : "It is the other one"}: its derivative is{" "}
        <strong id="ratio">{times(Math.abs(strong.predicted / weak.predicted))}</strong>, and the
        same turn of {plain(strong.by, 2)} changes the cost{" "}
        <strong id="times">{times(Math.abs(strong.actual / weak.actual))}</strong>. Dashed: what the
        derivative predicts. The further the knob is turned, the more the cost leaves that line, so
        steps have to be small.
      </p>
      <label>
        Turn both by {plain(strong.by, 2)}
        <input
          type="range"
          min="-2"
          max="2"
          step="0.05"
          value={strong.by}
          onInput={({ currentTarget: { valueAsNumber } }) => {
            if (valueAsNumber !== 0) onNudge(valueAsNumber);
          }}
        />
      </label>
    </div>
  );
}

interface StripProps {
  readonly sizes: Float32Array;
  readonly layers: number;
  readonly componentAt: (rank: number) => Promise<ComponentLook>;
}

/** The smallest derivative that the strip shows, beside the greatest. */
const least = 1e-6;

/** All components by size, on a logarithmic scale; one of them by its name. */
function Strip({ sizes, layers, componentAt }: StripProps): VNode {
  const [rank, setRank] = useState(0);
  const [component, setComponent] = useState<ComponentLook>();
  useEffect(() => {
    let isOld = false;
    void componentAt(rank).then((one) => !isOld && setComponent(one));
    return () => {
      isOld = true;
    };
  }, [rank]);
  const count = sizes.length;
  const zeros = sizes.filter((size) => size === 0).length;
  const height = (size: number): number =>
    size > 0 ? 60 * Math.max(0, 1 - Math.log(size / sizes[0]!) / Math.log(least)) : 0;
  const columns = 220;
  const area = Array.from({ length: columns }, (_, i) => {
    const size = sizes[Math.floor((i * (count - 1)) / (columns - 1))]!;
    return `L${(i * 600) / (columns - 1)} ${(62 - height(size)).toFixed(1)}`;
  });
  return (
    <div class="gradient">
      <p>
        The gradient is the list of all {count.toLocaleString("en")} of them. Here it is, sorted by
        size; each line down is a tenth. {zeros.toLocaleString("en")} are 0: the weights of pixels
        that are blank in this digit.
      </p>
      <svg
        viewBox="0 0 600 64"
        class="strip-of-all"
        role="img"
        aria-label={`The sizes of ${count} components, on a logarithmic scale`}
      >
        <path class="sizes" d={`M0 62${area.join("")}L600 62Z`} />
        {[1, 2, 3, 4, 5].map((tenth) => (
          <path key={tenth} class="axis" d={`M0 ${2 + tenth * 10}H600`} />
        ))}
        <path class="at" d={`M${(rank * 600) / (count - 1)} 0V64`} />
      </svg>
      <NumbersTable
        of="the sizes of all components"
        head={["number", "size of the derivative"]}
        rows={() =>
          [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, count]
            .filter((n) => n <= count)
            .map((n) => [n.toLocaleString("en"), signed(sizes[n - 1]!).replace("+", "")])
        }
      />
      <label>
        Number {(rank + 1).toLocaleString("en")}
        {component && (
          <>
            : {componentName(component, layers)}, derivative {signed(component.derivative)}
          </>
        )}
        <input
          type="range"
          min="0"
          max={count - 1}
          step="1"
          value={rank}
          onInput={({ currentTarget }) => setRank(currentTarget.valueAsNumber)}
        />
      </label>
    </div>
  );
}
