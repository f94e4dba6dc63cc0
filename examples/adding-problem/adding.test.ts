// The same, small: the data are what they promise, and short sums are learnt.
import { manualSeed } from "@nabla/autograd";
import { expect, test } from "vitest";
import { adder, sums, train } from "./adding.ts";

test("each sequence has two marks, and the target is the sum of what they mark", () => {
  const { inputs, targets } = sums(20, 7, 3);
  const wanted = (inputs.arraySync() as number[][][]).map((steps) => {
    const marked = steps.filter(([, mark]) => mark === 1).map(([number]) => number!);
    expect(marked).toHaveLength(2);
    return marked[0]! + marked[1]!;
  });
  targets
    .flatten()
    .dataSync()
    .forEach((target, i) => expect(target).toBeCloseTo(wanted[i]!, 6));
});

test("a small network learns to add over three steps", async () => {
  manualSeed(1);
  let error = Number.POSITIVE_INFINITY;
  const reports = train(adder(16), sums(500, 3, 1), sums(50, 3, 9), 8);
  for await (const report of reports) error = report.error;
  // Always to say 1 costs 1/6.
  expect(error).toBeLessThan(0.1);
});
