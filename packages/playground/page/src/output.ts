// What a program shows, on its way from the worker to the page: in order, and never more at a time than
// the page can take.

import type { Failure } from "./compiled.ts";

/** Something that the page draws. */
export type Figure =
  | { readonly kind: "graph"; readonly title: string; readonly dot: string }
  | { readonly kind: "plot"; readonly title: string; readonly curves: readonly Curve[] }
  | {
      readonly kind: "image";
      readonly title: string;
      readonly width: number;
      readonly height: number;
      /** From 0, black, to 255, white. */
      readonly grey: Uint8ClampedArray<ArrayBuffer>;
    };

export interface Curve {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly isPoints: boolean;
}

export type Shown =
  | { readonly kind: "text"; readonly text: string; readonly isError: boolean }
  /** Takes the place of an earlier figure with the same key. */
  | { readonly kind: "figure"; readonly key: string; readonly figure: Figure };

/** What the worker tells the page. */
export type Told =
  | {
      readonly kind: "shown";
      readonly items: readonly Shown[];
      /** How many came before these that were too many. */
      readonly leftOut: number;
    }
  | { readonly kind: "done"; readonly failure: Failure | undefined };

/** Milliseconds between two messages to the page. */
const between = 50;
/** Items that wait for the next one. */
const mostWaiting = 500;
const mostCharacters = 10_000;

export class Output {
  readonly #tell: (told: Told) => void;
  #waiting: Shown[] = [];
  #leftOut = 0;
  #last = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (told: Told) => void) {
    this.#tell = tell;
  }

  text(text: string, isError = false): void {
    const long = text.length - mostCharacters;
    const shown = long > 0 ? `${text.slice(0, mostCharacters)}… (${long} more characters)` : text;
    this.#add({ kind: "text", text: shown, isError });
  }

  figure(key: string, figure: Figure): void {
    this.#waiting = this.#waiting.filter((one) => one.kind !== "figure" || one.key !== key);
    this.#add({ kind: "figure", key, figure });
  }

  /** Tells all that waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = performance.now();
    if (this.#waiting.length === 0) return;
    this.#tell({ kind: "shown", items: this.#waiting, leftOut: this.#leftOut });
    this.#waiting = [];
    this.#leftOut = 0;
  }

  #add(shown: Shown): void {
    this.#waiting.push(shown);
    if (this.#waiting.length > mostWaiting) {
      this.#waiting.shift();
      this.#leftOut++;
    }
    // A program that never waits lets no timer come.
    if (performance.now() - this.#last >= between) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), between);
  }
}
