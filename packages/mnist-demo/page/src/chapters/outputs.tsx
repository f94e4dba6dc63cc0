// The ten outputs for a digit as sliders from 0 to 1, which a reader can move away from the
// network's own answer; and what the worker says of outputs that were moved.
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

interface Moved {
  /** The outputs, as the reader has moved them or as they are. */
  readonly outputs: readonly number[];
  readonly isMoved: boolean;
  /** What the worker says of outputs that were moved; undefined for the network's own. */
  readonly answer: readonly number[] | undefined;
  readonly move: (digit: number, value: number) => void;
  readonly restore: () => void;
}

/** What a keystroke changes an output by. */
const keyStep = 0.05;

/** Outputs that can be moved, until the network or the digit is another one. */
export function useMoved(
  own: readonly number[],
  label: number,
  ask: (outputs: readonly number[], label: number) => Promise<readonly number[]>,
): Moved {
  const [moved, setMoved] = useState<readonly number[]>();
  const [answer, setAnswer] = useState<readonly number[]>();
  useEffect(() => {
    let isOld = false;
    if (moved === undefined) setAnswer(undefined);
    else void ask(moved, label).then((said) => !isOld && setAnswer(said));
    return () => {
      isOld = true;
    };
  }, [moved, label]);
  useEffect(() => setMoved(undefined), [own.join(), label]);
  const outputs = moved ?? own;
  return {
    outputs,
    isMoved: moved !== undefined,
    answer: moved && answer,
    move: (digit, value) => setMoved(outputs.with(digit, Math.min(Math.max(value, 0), 1))),
    restore: () => setMoved(undefined),
  };
}

interface OutputsProps {
  readonly label: number;
  readonly moved: Moved;
  /** A class of the list. */
  readonly kind?: string;
  /** What stands beside the slider of a digit. */
  readonly children: (digit: number) => ComponentChildren;
}

export function Outputs({ label, moved, kind = "", children }: OutputsProps): VNode {
  return (
    <ol class={`terms ${kind}`} start={0}>
      {moved.outputs.map((value, digit) => {
        const target = targetOf(digit, label);
        return (
          <li key={digit} class={target === 1 ? "target" : undefined}>
            <span>{digit}</span>
            <input
              type="range"
              min="0"
              max="1"
              step="any"
              value={value}
              aria-label={`Output ${digit}, target ${target}`}
              aria-valuetext={`${value.toFixed(2)}, target ${target}`}
              onInput={({ currentTarget }) => moved.move(digit, currentTarget.valueAsNumber)}
              onKeyDown={(event) => {
                const by = { ArrowLeft: -keyStep, ArrowRight: keyStep }[event.key];
                if (by === undefined) return;
                event.preventDefault();
                moved.move(digit, value + by);
              }}
            />
            <span>{value.toFixed(2)}</span>
            {children(digit)}
          </li>
        );
      })}
    </ol>
  );
}

export function targetOf(digit: number, label: number): 0 | 1 {
  return digit === label ? 1 : 0;
}

export function RestoreButton({ moved }: { readonly moved: Moved }): VNode {
  return (
    <button type="button" disabled={!moved.isMoved} onClick={moved.restore}>
      The network's own answer
    </button>
  );
}
