// Workers start once a processor idles.
import { expect, test } from "vitest";
import { ThreadStart } from "../src/engine/wasm/thread-start.ts";

/** The millisecond at which workers start, asked every 10 ms; `idle`: the part of one processor that idles. */
function startOf(idle: (at: number) => number | undefined): number {
  let [now, idled] = [1, 0];
  const isKnown = (): boolean => idle(now) !== undefined;
  const start = new ThreadStart(
    () => (isKnown() ? idled : undefined),
    () => now,
  );
  while (!start.isDue()) {
    now += 10;
    idled += 10 * (idle(now) ?? 0);
    if (now > 10_000) break;
  }
  expect(start.isDue()).toBe(true);
  return now - 1;
}

test("after a first look, where a processor idles", () => {
  expect(startOf(() => 1)).toBe(50);
  expect(startOf(() => 0.3)).toBe(50);
});

test("at once where the host does not tell", () => {
  expect(startOf(() => undefined)).toBe(0);
});

test("when others have left a processor, and after two seconds in any case", () => {
  expect(startOf((at) => (at > 400 ? 1 : 0))).toBe(450);
  expect(startOf(() => 0)).toBe(2000);
  expect(startOf(() => 0.2)).toBe(2000);
});
