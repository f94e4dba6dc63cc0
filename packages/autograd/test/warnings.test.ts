// What is said once to programs that are planned again and again.
import { backend, parameter, type Tensor, tensor } from "@nabla/autograd";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setWarnings } from "../src/graph/warn.ts";

const said = vi.spyOn(console, "warn").mockImplementation(() => {});
beforeEach(() => {
  said.mockClear();
  setWarnings(true);
});
afterEach(() => setWarnings(false));

/** The reference plans nothing. */
const isPlanned = backend() === "wasm";

test("a number that changes each turn is named once, with its line and the cure", () => {
  const x = tensor([1, 2, 3]);
  for (let i = 0; i < 40; i++) expect(x.mul(i + 0.5).arraySync()).toHaveLength(3);
  expect(said).toHaveBeenCalledTimes(isPlanned ? 1 : 0);
  if (!isPlanned) return;
  expect(said.mock.calls[0]![0]).toMatch(
    /^nabla: mul at .*warnings\.test\.ts:\d+:\d+: planned and compiled 16 times, each time for another number \(14\.5, then 15\.5\); give/,
  );
});

test("a state that is carried on and never read is named once", () => {
  let state: Tensor = tensor([0.5, 0.25]);
  for (let i = 0; i < 36; i++) {
    state = state.sin().add(state);
    expect(state.sum().itemSync()).toBeGreaterThan(0);
  }
  expect(said).toHaveBeenCalledTimes(isPlanned ? 1 : 0);
  if (isPlanned) expect(said.mock.calls[0]![0]).toContain("because its value was never read");
});

test("a loop that realizes its state, or gives numbers as tensors, hears nothing", () => {
  let state: Tensor = tensor([0.5, 0.25]);
  const w = parameter([1, 2]);
  for (let i = 0; i < 40; i++) {
    state = state.mul(tensor(i)).sin().realize();
    w.sub(state).square().sum().backward();
    w.assign(w.sub(w.grad!.mul(0.1))).realize();
    w.grad = null;
  }
  expect(said).not.toHaveBeenCalled();
});
