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
    for (let turn = 0; turn < 700; turn++) {
      expect(trial.isTimed()).toBe(trial.isTogether());
      if (trial.isTogether()) together++;
      trial.note(trial.isTogether() ? milliseconds(turn) : 0);
    }
    return together;
  };
  expect(after((turn) => (turn < 500 ? 1 : 5))).toBe(508);
  expect(after((turn) => (turn % 3 === 0 ? 5 : 1))).toBe(700);
});

/** After a trial that threads lose, how many runs go by until the next. */
function lose(trial: Trial): number {
  for (let i = 0; i < 40; i++) trial.note(trial.isTogether() ? 3 : 2);
  let turns = 0;
  for (; !trial.isTogether(); turns++) trial.note(2);
  return turns;
}

test("what has just been slower is tried again soon, and then ever less often", () => {
  const trial = new Trial();
  const waits = Array.from({ length: 6 }, () => lose(trial));
  expect(waits).toEqual([200, 400, 800, 1600, 2000, 2000]);
});

test("a trial that is won makes the next that is lost come back soon again", () => {
  const trial = new Trial();
  expect([lose(trial), lose(trial)]).toEqual([200, 400]);
  for (let i = 0; i < 40; i++) trial.note(trial.isTogether() ? 1 : 2);
  for (let i = 40; i < 2000; i++) {
    expect(trial.isTogether()).toBe(true);
    trial.note(1);
  }
  expect(lose(trial)).toBe(200);
});
