// Whether threads help is found out by trying.
import { expect, test } from "vitest";
import { Trial } from "../src/engine/wasm/trial.ts";

/** How many of 100 runs after the trial are done together, if runs take so long. */
function chosen(together: (turn: number) => number, alone: (turn: number) => number): number {
  const trial = new Trial();
  let turn = 0;
  for (; turn < 40; turn++) trial.note(trial.isTogether() ? together(turn) : alone(turn));
  let count = 0;
  for (let i = 0; i < 100; i++, trial.note(0)) if (trial.isTogether()) count++;
  return count;
}

test("the faster way is chosen", () => {
  expect(
    chosen(
      () => 1,
      () => 2,
    ),
  ).toBe(100);
  expect(
    chosen(
      () => 2,
      () => 1,
    ),
  ).toBe(0);
});

test("neither sleepy first runs nor a single slow one decide", () => {
  expect(
    chosen(
      (turn) => (turn < 4 || turn === 12 ? 100 : 1),
      () => 2,
    ),
  ).toBe(100);
  expect(
    chosen(
      () => 2,
      (turn) => (turn === 33 ? 100 : 1),
    ),
  ).toBe(0);
});

test("threads that often wait for a core are not chosen, though some of their runs are faster", () => {
  expect(
    chosen(
      (turn) => (turn % 3 === 0 ? 5 : 1),
      () => 2,
    ),
  ).toBe(0);
});

test("threads whose core is taken away after the trial are left out until the next", () => {
  const after = (milliseconds: (turn: number) => number): number => {
    const trial = new Trial();
    for (let i = 0; i < 40; i++) trial.note(trial.isTogether() ? 1 : 2);
    let together = 0;
    for (let turn = 0; turn < 1000; turn++) {
      expect(trial.isTimed()).toBe(trial.isTogether());
      if (trial.isTogether()) together++;
      trial.note(trial.isTogether() ? milliseconds(turn) : 0);
    }
    return together;
  };
  expect(after((turn) => (turn < 500 ? 1 : 5))).toBe(508);
  expect(after((turn) => (turn % 3 === 0 ? 5 : 1))).toBe(1000);
});

test("after some thousand runs it is tried anew", () => {
  const trial = new Trial();
  for (let i = 0; i < 40; i++) trial.note(trial.isTogether() ? 2 : 1);
  let turns = 0;
  for (; !trial.isTogether(); turns++) trial.note(0);
  expect(turns).toBe(1960);
});
