// Draw a digit: with mouse, finger, pen or keys; the network answers as one draws.
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useColorScheme } from "./color-scheme.ts";
import { How } from "./how.tsx";
import type { Source } from "./inspection.ts";
import { NetworkPicture } from "./network-picture.tsx";
import { Outputs } from "./outputs.tsx";
import { centred, Sheet } from "./sheet.ts";
import { showInk } from "./show-ink.ts";
import type { Trainer } from "./trainer.ts";
import { useLook } from "./use-look.ts";

/** How far an arrow key moves the pen, as a share of the sheet. */
const keyStep = 0.04;

export function Draw({ trainer }: { readonly trainer: Trainer }): VNode {
  const sheet = useMemo(() => new Sheet(), []);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pen, setPen] = useState({ x: 0.5, y: 0.3, isDown: false });
  const [pixels, setPixels] = useState<Uint8Array>();
  const source = useMemo<Source | undefined>(() => pixels && { kind: "drawing", pixels }, [pixels]);
  const { look, isPending } = useLook(trainer, source);
  const outputs = look?.layers.at(-1)?.activations;
  const answer = outputs?.indexOf(Math.max(...outputs));

  const scheme = useColorScheme();
  useEffect(() => showInk(sheet, canvas.current!), [sheet, scheme]);
  const drawn = (): void => {
    showInk(sheet, canvas.current!);
    setPixels(sheet.isEmpty ? undefined : centred(sheet.ink, sheet.side));
  };
  const at = (event: PointerEvent): readonly [number, number] => {
    const { left, top, width, height } = canvas.current!.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-keyStep, 0],
      ArrowRight: [keyStep, 0],
      ArrowUp: [0, -keyStep],
      ArrowDown: [0, keyStep],
    };
    const move = moves[event.key];
    if (event.key === " ") setPen({ ...pen, isDown: !pen.isDown });
    else if (move) {
      const [x, y] = [clamped(pen.x + move[0]), clamped(pen.y + move[1])];
      if (pen.isDown) sheet.line(pen.x, pen.y, x, y);
      setPen({ ...pen, x, y });
      drawn();
    } else return;
    event.preventDefault();
  };
  return (
    <section aria-labelledby="draw">
      <h2 id="draw">Draw a digit</h2>
      <p>
        Draw with the mouse, a finger, or the keys: arrows move the pen, the space bar puts it down
        and lifts it. Like MNIST, your drawing is scaled to 20×20 and centred by mass in a 28×28
        image.
      </p>
      <div class="drawing">
        <div class="sheet">
          <canvas
            ref={canvas}
            role="application"
            aria-label="Sheet to draw a digit on"
            tabIndex={0}
            width={sheet.side}
            height={sheet.side}
            onPointerDown={(event) => {
              canvas.current!.setPointerCapture(event.pointerId);
              const [x, y] = at(event);
              sheet.line(x, y, x, y);
              setPen({ x, y, isDown: false });
              drawn();
            }}
            onPointerMove={(event) => {
              if (!canvas.current!.hasPointerCapture(event.pointerId)) return;
              let [fromX, fromY] = [pen.x, pen.y];
              for (const one of event.getCoalescedEvents?.() ?? [event]) {
                const [x, y] = at(one);
                sheet.line(fromX, fromY, x, y);
                [fromX, fromY] = [x, y];
              }
              setPen({ ...pen, x: fromX, y: fromY });
              drawn();
            }}
            onKeyDown={onKeyDown}
          />
          <span
            class={pen.isDown ? "pen down" : "pen"}
            style={{ left: `${pen.x * 100}%`, top: `${pen.y * 100}%` }}
          />
        </div>
        <div class="answer">
          <button
            type="button"
            onClick={() => {
              sheet.clear();
              drawn();
            }}
          >
            Clear
          </button>
          <p aria-live="polite">
            The network says:{" "}
            <strong id="answer" data-pending={isPending || undefined}>
              {answer ?? "…"}
            </strong>
            {outputs && <span class="doubt"> {doubt(outputs)}</span>}
          </p>
        </div>
        {look && (
          <NetworkPicture
            pixels={look.pixels}
            layers={look.layers}
            label={undefined}
            wantedFrom={look.layers.length}
            chosen={undefined}
          />
        )}
      </div>
      {outputs && <Outputs values={outputs} />}
      <How
        code={`network.forward(tensor(pixels, { shape: [1, 28, 28] }))
  .argMax(1);          // the brightest of the ten outputs`}
      />
    </section>
  );
}

/** How sure the network is: its two highest outputs. */
function doubt(outputs: readonly number[]): string {
  const order = outputs.map((_, digit) => digit).sort((a, b) => outputs[b]! - outputs[a]!);
  const [first, second] = [order[0]!, order[1]!];
  const close = outputs[second]! > 0.7 * outputs[first]!;
  const values = `${outputs[first]!.toFixed(2)}; next ${second}: ${outputs[second]!.toFixed(2)}`;
  return close ? `(not sure: ${values})` : `(${values})`;
}

function clamped(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
