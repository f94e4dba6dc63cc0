// Chapter: the drunk man and the careful man on the real cost, from afar and seen so that he wobbles.
import { proxy } from "comlink";
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { How } from "../how.tsx";
import { plain } from "../numbers.ts";
import { NumbersTable } from "../numbers-table.tsx";
import { Select } from "../select.tsx";
import type { Walk, WalkProgress, Walks } from "../walks.ts";
import type { ChapterProps } from "./chapter.tsx";
import { Compass } from "./compass.tsx";
import { SurfaceMap } from "./surface-map.tsx";

const batchSizes = [10, 100, 1000];
/** The map's cost is computed at so many points each way. */
const side = 25;

export function WalksChapter({ trainer }: ChapterProps): VNode {
  const { state, service } = trainer;
  const { choices, progress } = state;
  const [batchSize, setBatchSize] = useState(100);
  const [walks, setWalks] = useState<Walks>();
  const [isBusy, setBusy] = useState(false);
  const [underWay, setUnderWay] = useState<WalkProgress>();
  const [start, setStart] = useState<readonly [x: number, y: number]>();
  const [looked, setLooked] = useState(1);
  const [isEqual, setEqual] = useState(false);
  useEffect(() => setWalks(undefined), [choices, batchSize]);
  const walk = async (from?: readonly [x: number, y: number]): Promise<void> => {
    setBusy(true);
    try {
      setWalks(await service.walks(batchSize, side, proxy(setUnderWay), from));
      setLooked(1);
      setStart(undefined);
    } finally {
      setBusy(false);
      setUnderWay(undefined);
    }
  };
  const all = Math.min(choices.examples, 3000).toLocaleString("en");
  const most = walks && Math.max(walks.careful.examples, walks.drunk.examples);
  // On a logarithmic scale, from the drunk man's first step on.
  const examples = walks && most && walks.drunk.batchSize ** (1 - looked) * most ** looked;
  return (
    <>
      <p>
        The negative gradient points downhill. A careful man looks at all {all} digits before each
        step, and knows exactly where that is. A drunk man looks at {batchSize} of them and stumbles
        roughly downhill. Both start from the same weights and stop when 80 of 100 unseen digits are
        read correctly, or after 700 steps. Who has looked at fewer digits by then? Guess, then let
        them walk.
      </p>
      <div class="settings">
        <Select
          label="The drunk man looks at"
          value={String(batchSize)}
          options={batchSizes.map((size) => ({ value: String(size), text: `${size} digits` }))}
          onChoose={(size) => setBatchSize(Number(size))}
        />
        <button
          type="button"
          class="primary"
          disabled={isBusy || progress === undefined}
          onClick={() => void walk()}
        >
          {isBusy ? "They walk …" : "Let them walk"}
        </button>
      </div>
      {underWay && <UnderWay progress={underWay} />}
      {walks && examples && (
        <>
          <Results walks={walks} />
          <label class="wide">
            <span>
              After {Math.round(examples).toLocaleString("en")} digits looked at, each of them is
              here:
            </span>
            <input
              type="range"
              min="0"
              max="1"
              step="0.01"
              value={looked}
              aria-valuetext={`${Math.round(examples)} digits`}
              onInput={({ currentTarget }) => setLooked(currentTarget.valueAsNumber)}
            />
          </label>
          <ul class="legend">
            <li class="mini">the drunk man</li>
            <li class="full">the careful man</li>
          </ul>
          <div class="maps">
            <figure>
              <SurfaceMap
                window={walks.afar}
                steps={stepsAt(walks, examples)}
                start={start}
                onMove={setStart}
              />
              <figcaption>
                From afar: the plane that fits both paths best shows {percent(walks.share)} of their
                squared distances. Darker is lower. Both look sober. (The drunk man really ends a
                little off the plane: there the first {walks.mapped} digits cost{" "}
                {plain(walks.costAtEnd)}, below it on the plane {plain(walks.costBelowEnd)}.)
              </figcaption>
            </figure>
            <figure>
              <SurfaceMap
                window={walks.wobble}
                steps={stepsAt(walks, examples)}
                isEqual={isEqual}
              />
              <figcaption>
                Turned toward his wobble: to the right the way down, upwards the direction in which
                his steps are most unlike the careful ones{isEqual ? "" : ", stretched"}.{" "}
                <label>
                  <input
                    type="checkbox"
                    checked={isEqual}
                    onChange={({ currentTarget }) => setEqual(currentTarget.checked)}
                  />{" "}
                  Equal scales
                </label>
              </figcaption>
            </figure>
            <Compass angles={walks.angles} batchSize={walks.drunk.batchSize} />
          </div>
          <OtherStart
            start={start ?? walks.afar.paths[0][0]!}
            isBusy={isBusy}
            onMove={setStart}
            onWalk={(from) => void walk(from)}
          />
          <NumbersTable
            of="both paths, seen from afar"
            head={["digits looked at", "drunk: across", "up", "careful: across", "up"]}
            rows={() => pathRows(walks)}
          />
          <NumbersTable
            of="the angles of the compass"
            head={["mini-batch", "degrees"]}
            rows={() => walks.angles.map((angle, i) => [String(i + 1), angle.toFixed(0)])}
          />
        </>
      )}
      <How
        code={`const options = { batchSizes: [${batchSize}, 3000], optimizer, examples: 648_000 };
for await (const { step, examples, cost, angle, walked, gained } of
  descentStudy(network, digits, options)) { … }

// the plane that fits a path: the main directions of all its points
const { vectors } = eigh(points.matmul(points.transpose()));`}
      />
    </>
  );
}

/** How far the one who walks has come. */
function UnderWay({ progress: { who, steps, accuracy } }: { readonly progress: WalkProgress }) {
  const right = Math.round(accuracy * 100);
  return (
    <label class="wide">
      <span>
        The {who} man is at step {steps}, and reads {right} of 100 unseen digits correctly.
      </span>
      <progress max={80} value={Math.min(right, 80)} />
    </label>
  );
}

interface OtherStartProps {
  readonly start: readonly [x: number, y: number];
  readonly isBusy: boolean;
  readonly onMove: (start: readonly [x: number, y: number]) => void;
  readonly onWalk: (start: readonly [x: number, y: number]) => void;
}

/** Another start for both: moved on the map, or said in numbers. */
function OtherStart({ start, isBusy, onMove, onWalk }: OtherStartProps): VNode {
  const [x, y] = start;
  const field = (name: string, value: number, move: (to: number) => void): VNode => (
    <label>
      {name}
      <input
        type="number"
        step="0.5"
        value={Number(value.toFixed(1))}
        onChange={({ currentTarget: { valueAsNumber } }) => {
          if (Number.isFinite(valueAsNumber)) move(valueAsNumber);
        }}
      />
    </label>
  );
  return (
    <fieldset class="settings">
      <legend>What if they start elsewhere? Drag the white dot on the map from afar</legend>
      {field("across", x, (to) => onMove([to, y]))}
      {field("up", y, (to) => onMove([x, to]))}
      <button type="button" disabled={isBusy} onClick={() => onWalk(start)}>
        Walk from there
      </button>
    </fieldset>
  );
}

/** Where both are at ten numbers of digits looked at. */
function pathRows(walks: Walks): readonly (readonly string[])[] {
  const [careful, drunk] = walks.afar.paths;
  const most = Math.max(walks.careful.examples, walks.drunk.examples);
  return Array.from({ length: 10 }, (_, i) => {
    const examples = walks.drunk.batchSize ** (1 - i / 9) * most ** (i / 9);
    const [carefulAt, drunkAt] = stepsAt(walks, examples);
    const cells = [...drunk[drunkAt]!, ...careful[carefulAt]!].map((value) => plain(value, 1));
    return [Math.round(examples).toLocaleString("en"), ...cells];
  });
}

/** How many steps each has taken when so many digits have been looked at; the careful man first. */
function stepsAt({ careful, drunk }: Walks, examples: number): readonly [number, number] {
  const of = ({ steps, batchSize }: Walk): number =>
    Math.min(steps, Math.floor(examples / batchSize + 1e-9));
  return [of(careful), of(drunk)];
}

/** How much longer a path is than the way from its start to its end. */
function timesAsFar({ walked, gained }: Walk): string {
  return gained > 0 ? (walked / gained).toFixed(1) : "–";
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function Results({ walks: { careful, drunk } }: { readonly walks: Walks }): VNode {
  const rows = [
    ["the drunk man", drunk],
    ["the careful man", careful],
  ] as const;
  return (
    <>
      <div class="scroll" role="region" aria-label="The two walks" tabIndex={0}>
        <table class="walks">
          <thead>
            <tr>
              <th scope="col"></th>
              <th scope="col">steps</th>
              <th scope="col">digits looked at</th>
              <th scope="col">walked ÷ gained</th>
              <th scope="col">cost at the end</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, walk]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{walk.steps.toLocaleString("en")}</td>
                <td>{walk.examples.toLocaleString("en")}</td>
                <td>{timesAsFar(walk)}</td>
                <td>{plain(walk.cost)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p id="walks-told" aria-live="polite">
        The drunk man walks {timesAsFar(drunk)} times as far as he gets, the careful man{" "}
        {timesAsFar(careful)} times. But the careful man has looked at{" "}
        <strong>{Math.round(careful.examples / drunk.examples)} times as many digits</strong>.{" "}
        {drunk.steps < 2 * careful.steps &&
          "A rough guess of the way down, from few digits, is nearly as good a step as the exact one, and far cheaper: that is why one trains by mini-batches."}
      </p>
    </>
  );
}
