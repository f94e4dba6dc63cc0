// Runs before each test file (vitest.config.ts).
import { threads } from "@nabla/autograd";
import fc from "fast-check";
import { expect } from "vitest";

// Property tests draw anew each time. `.ci/run` gives a seed (`NABLA_SEED`), as Hypothesis does on CI: what
// passed once passes again until the code changes, and a fault that only some draws find is for those who
// draw anew, `pnpm fuzz` among them.
const seed = process.env["NABLA_SEED"];
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });

// Files run side by side, one for each processor and one more; threads of their own would only take turns
// with them. Tests of threads ask for some.
threads(1);

// Vitest takes 10 µs for each element of two typed arrays; where all are the same numbers, this finds it
// at once. All else is compared, and told, as usual.

type Numbers = ArrayLike<unknown>;

function isNumbers(value: unknown): value is Numbers {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** True for arrays of one type with the same numbers, NaN and the sign of 0 included. */
function areSameNumbers(a: unknown, b: unknown): true | undefined {
  if (!isNumbers(a) || !isNumbers(b) || a.length !== b.length) return undefined;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return undefined;
  for (let i = 0; i < a.length; i++) {
    if (typeof a[i] !== "number" || !Object.is(a[i], b[i])) return undefined;
  }
  return true;
}

// A worker keeps what it knows from file to file.
const added = Symbol.for("nabla.equalityTesters");
if (!(added in globalThis)) {
  Object.defineProperty(globalThis, added, { value: true });
  expect.addEqualityTesters([areSameNumbers]);
}
