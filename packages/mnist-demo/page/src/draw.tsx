// Draw a digit: with mouse, finger, pen or keys; the network answers as one draws.
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { answerOf, doubtOf } from "./answer.ts";
import { useColorScheme } from "./color-scheme.ts";
import { How } from "./how.tsx";
import { Select } from "./select.tsx";
import { centred, Sheet } from "./sheet.ts";
import { showInk } from "./show-ink.ts";
import type { Subject } from "./subject.ts";

/** How far an arrow key moves the pen, as a share of the sheet. */
const keyStep = 0.04;

export function Draw({ subject }: { readonly subject: Subject }): VNode {
  const sheet = useMemo(() => new Sheet(), []);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pen, setPen] = useState({ x: 0.5, y: 0.3, isDown: false });
  const { source, setSource, look, isPending } = subject;
  const drawing = source.kind === "drawing" ? source : undefined;
  const outputs = drawing && look?.layers.at(-1)?.activations;
  const answer = outputs && answerOf(outputs);

  const scheme = useColorScheme();
  useEffect(() => showInk(sheet, canvas.current!), [sheet, scheme]);
  const drawn = (): void => {
    showInk(sheet, canvas.current!);
    if (sheet.isEmpty) setSource({ kind: "examples", from: 0, count: 1 });
    else {
      const pixels = centred(sheet.ink, sheet.side);
      setSource({ kind: "drawing", pixels, label: drawing?.label });
    }
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
      <h2 id="draw">Write a digit</h2>
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
              {answer?.digit ?? "…"}
            </strong>
            {answer && <span class="note"> {doubtOf(answer)}</span>}
          </p>
          <Select
            label="What you meant"
            value={String(drawing?.label ?? "")}
            options={[
              { value: "", text: "not said" },
              ...Array.from({ length: 10 }, (_, digit) => ({
                value: String(digit),
                text: `a ${digit}`,
              })),
            ]}
            onChoose={(chosen) => {
              if (drawing) setSource({ ...drawing, label: chosen ? Number(chosen) : undefined });
            }}
          />
          <p class="note">
            Say what you meant, and the page shows below what your digit costs and what the network
            would have to change.
          </p>
        </div>
      </div>
      <How
        code={`network.forward(tensor(pixels, { shape: [1, 28, 28] }))
  .argMax(1);          // the brightest of the ten outputs`}
      />
    </section>
  );
}

function clamped(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
