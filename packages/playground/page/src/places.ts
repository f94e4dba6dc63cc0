// Places in the JavaScript that runs, as places in the program that was written.
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { programName } from "./compiled.ts";

export interface Frame {
  readonly text: string;
  readonly line: number;
}

export class Places {
  readonly #address: RegExp;
  readonly #map: TraceMap;

  /** `address` is where the JavaScript was loaded from, and `map` its source map as JSON. */
  constructor(address: string, map: string) {
    this.#address = new RegExp(
      `${address.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?::(\\d+):(\\d+))?`,
      "g",
    );
    this.#map = new TraceMap(map);
  }

  /** The text with places of the program in place of places in the JavaScript. */
  placed(text: string): string {
    return text.replaceAll(this.#address, (_, line?: string, column?: string) => {
      if (line === undefined) return programName;
      const position = { line: Number(line), column: Number(column) - 1 };
      const found = originalPositionFor(this.#map, position);
      return found.line === null ? programName : `${programName}:${found.line}:${found.column + 1}`;
    });
  }

  /** The frames of an error's stack that are in the program, the innermost first. */
  framesOf(error: Error): readonly Frame[] {
    return this.placed(error.stack ?? "")
      .split("\n")
      .flatMap((frame) => {
        const [place, line] = /program\.ts:(\d+):\d+/.exec(frame) ?? [];
        if (place === undefined) return [];
        const name = /^\s*at (?:async )?([\w$.]+) \(/.exec(frame)?.[1];
        return [{ text: `  at ${name ? `${name}, ` : ""}${place}`, line: Number(line) }];
      });
  }
}
