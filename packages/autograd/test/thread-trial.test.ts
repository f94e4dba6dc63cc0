// Whether threads help is found out by trying.
import { expect, test } from "vitest";
import { Trial } from "../src/engine/planned/thread-trial.ts";

/** Milliseconds of a run, by its number. */
type Times = (run: number) => number;

/** Runs so often; of which how many together, and how long all took. */
function runs(
  trial: Trial,
  count: number,
  together: Times,
  alone: Times,
): { readonly together: number; readonly milliseconds: number } {
  let [sum, milliseconds] = [0, 0];
  for (let i = 0; i < count; i++) {
    const isTogether = trial.isTogether();
    if (isTogether) sum++;
    const time = isTogether ? together(i) : alone(i);
    milliseconds += time;
    trial.note(time);
  }
  return { together: sum, milliseconds };
}

/** The runs of a trial that is not given up. */
const tries = 24;

/** How many of 100 runs after the trial are done together, if runs take so long. */
function chosen(together: Times, alone: Times): number {
  const trial = new Trial();
  runs(trial, tries, together, alone);
  return runs(
    trial,
    100,
    () => 0,
    () => 0,
  ).together;
}

test("the faster way is chosen", () => {
  expect(
    chosen(
      () => 0.1,
      () => 0.2,
    ),
  ).toBe(100);
  expect(
    chosen(
      () => 0.2,
      () => 0.1,
    ),
  ).toBe(0);
});

test("neither sleepy first runs nor a single slow one decide", () => {
  expect(
    chosen(
      (run) => (run % 4 === 0 ? 0.3 : run === 14 ? 0.6 : 0.1),
      () => 0.2,
    ),
  ).toBe(100);
  expect(
    chosen(
      () => 0.2,
      (run) => (run === 17 || run < 2 ? 10 : 0.1),
    ),
  ).toBe(0);
});

test("threads that often wait for a core are not chosen, though some of their runs are faster", () => {
  expect(
    chosen(
      (run) => (run % 3 === 0 ? 0.3 : 0.1),
      () => 0.2,
    ),
  ).toBe(0);
});

test.each([0.01, 1, 8, 100])("of runs of %f ms, one and 1 ms are lost at most", (usual) => {
  for (const factor of [1.1, 1.5, 3]) {
    const trial = new Trial();
    const { milliseconds } = runs(
      trial,
      150,
      () => factor * usual,
      () => usual,
    );
    // The last run of those together may end beyond what may be lost.
    expect(milliseconds - 150 * usual).toBeLessThanOrEqual(1 + usual + (factor - 1) * usual);
    expect(trial.isTogether()).toBe(false);
  }
});

test("threads that do not answer are not waited for again and again", () => {
  const trial = new Trial();
  let slow = 0;
  for (let run = 0; run < 150; run++) {
    const isTogether = trial.isTogether();
    // A run that finishes on one thread after it has waited.
    if (isTogether) slow += 6;
    trial.note(isTogether ? 16 : 10, !isTogether);
  }
  expect(slow).toBeLessThanOrEqual(1 + 10 + 6);
  expect(trial.isTogether()).toBe(false);
  // Nor do a few fast answers among many that do not come decide for threads.
  const seldom = new Trial();
  for (let run = 0; run < tries; run++) {
    const isTogether = seldom.isTogether();
    seldom.note(isTogether ? 5 : 10, !isTogether || run % 4 === 1);
  }
  expect(seldom.isTogether()).toBe(false);
});

test("threads whose core is taken away after the trial are left out until the next", () => {
  const after = (together: Times): number => {
    const trial = new Trial();
    runs(
      trial,
      tries,
      () => 1,
      () => 2,
    );
    let count = 0;
    for (let run = 0; run < 700; run++) {
      expect(trial.isTimed()).toBe(trial.isTogether());
      if (trial.isTogether()) count++;
      trial.note(trial.isTogether() ? together(run) : 0);
    }
    return count;
  };
  expect(after((run) => (run < 500 ? 1 : 5))).toBe(504);
  expect(after((run) => (run % 3 === 0 ? 5 : 1))).toBe(700);
});

/** After a trial that threads lose, how many runs go by until the next. */
function lose(trial: Trial): number {
  let count = 0;
  for (; trial.isTimed(); count++) trial.note(trial.isTogether() ? 9 : 2);
  for (count = 0; !trial.isTimed(); count++) trial.note(0);
  return count;
}

test("what has just been slower is tried again soon, and then ever less often", () => {
  const trial = new Trial();
  const waits = Array.from({ length: 6 }, () => lose(trial));
  expect(waits).toEqual([200, 400, 800, 1600, 2000, 2000]);
});

test("a trial that is won makes the next that is lost come back soon again", () => {
  const trial = new Trial();
  expect([lose(trial), lose(trial)]).toEqual([200, 400]);
  runs(
    trial,
    tries,
    () => 1,
    () => 2,
  );
  for (let run = tries; run < 2000; run++) {
    expect(trial.isTogether()).toBe(true);
    trial.note(1);
  }
  expect(lose(trial)).toBe(200);
});
