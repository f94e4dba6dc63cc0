// Attention place by place: the same as of the whole sequence, and by one graph.
import { compile, ones, random, scan, type Tensor, zeros } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { decoderBlock, multiHeadAttention, transformerBlock } from "@nabla/nn";
import { describe, expect, test } from "vitest";

const dtype = "float64";
const causal = { causal: true, dtype } as const;
const x = random.normal([2, 6, 8], { seed: 1, dtype });
/** Some roundings of numbers around 1. */
const near = { absoluteTolerance: 1e-13 };

describe.each([
  ["multiHeadAttention", multiHeadAttention(8, 2, causal)],
  [
    "multiHeadAttention of few heads of keys, turned by places",
    multiHeadAttention(8, 4, { ...causal, keyHeads: 2, positions: "rotary" }),
  ],
  [
    "multiHeadAttention with distances",
    multiHeadAttention(8, 2, { ...causal, positions: "alibi" }),
  ],
  ["transformerBlock", transformerBlock(8, 2, causal)],
  ["transformerBlock with the norm after", transformerBlock(8, 2, { ...causal, norm: "after" })],
] as const)("%s, place by place", (_, layer) => {
  const whole = layer.forward(x);

  test("gives what the whole sequence gives, several places at once, too", () => {
    const [first, cache] = layer.step(x.slice(1, 0, 3), layer.cache(2, 10));
    const [second, after] = layer.step(x.slice(1, 3, 4), cache);
    const [third] = layer.step(x.slice(1, 4), after);
    expectClose(first, whole.slice(1, 0, 3), near);
    expectClose(second, whole.slice(1, 3, 4), near);
    expectClose(third, whole.slice(1, 4), near);
  });

  test("is one compiled function for all places", () => {
    let traces = 0;
    const step = compile((one: Tensor, cache: ReturnType<typeof layer.cache>) => {
      traces++;
      return layer.step(one, cache);
    });
    let cache = layer.cache(2, 6);
    for (let i = 0; i < 6; i++) {
      const [y, next] = step(x.slice(1, i, i + 1), cache);
      expectClose(y, whole.slice(1, i, i + 1), near);
      cache = next;
    }
    expect(traces).toBe(1);
    expect(cache.length.itemSync()).toBe(6);
    const full = "multiHeadAttention: the cache has room for 6 places, which are taken";
    expect(() => step(x.slice(1, 0, 1), cache)[0].arraySync()).toThrow(full);
  });

  test("is the step of a loop", () => {
    const inTime = x.permute([1, 0, 2]).expandDims(2);
    const [, ys] = scan(
      (cache: ReturnType<typeof layer.cache>, one: Tensor) => {
        const [y, next] = layer.step(one, cache);
        return [next, y] as const;
      },
      layer.cache(2, 7),
      inTime as Tensor,
    );
    expectClose(ys.squeeze(2).permute([1, 0, 2]), whole, near);
  });
});

describe("mistakes", () => {
  const layer = multiHeadAttention(8, 2, causal);
  const step = (y: unknown, cache: unknown) => () => layer.step(y as Tensor, cache as never);

  test.each([
    [step(zeros([2, 1, 6], { dtype }), layer.cache(2, 4)), "expects [2, places, 8], got [2, 1, 6]"],
    [step(zeros([3, 1, 8], { dtype }), layer.cache(2, 4)), "expects [2, places, 8], got [3, 1, 8]"],
    [step(x, null), "multiHeadAttention: the cache is null without keys, values and length"],
    [
      step(x, multiHeadAttention(8, 4, causal).cache(2, 9)),
      "multiHeadAttention: the cache: expects [examples, 2, places, 4], got [2, 4, 9, 2]",
    ],
    [() => layer.cache(2, 0), "multiHeadAttention: places is 0, expected a positive integer"],
    [
      () => multiHeadAttention(8, 2).step(zeros([1, 1, 8]), multiHeadAttention(8, 2).cache(1, 4)),
      "multiHeadAttention: step is for causal attention",
    ],
  ])("read well: %s", (call, message) => {
    expect(call).toThrow(message);
  });
});

test("a decoder's block goes on place by place, with the same context", () => {
  const block = decoderBlock(8, 2, { positions: "rotary", dtype });
  const context = random.normal([2, 3, 8], { seed: 2, dtype });
  const whole = block.forward(x, { context });
  const [first, cache] = block.step(x.slice(1, 0, 4), block.cache(2, 6), { context });
  const [second] = block.step(x.slice(1, 4), cache, { context });
  expectClose(first, whole.slice(1, 0, 4), near);
  expectClose(second, whole.slice(1, 4), near);
  expect(() => block.forward(x, {} as never)).toThrow(
    "decoderBlock: context is undefined, expected a tensor",
  );
});

test("what attention looks at sums to 1, and is what its output is made of", () => {
  const layer = multiHeadAttention(8, 2, { ...causal, bias: false });
  const [y, weights] = layer.look(x);
  expect(weights.shape).toEqual([2, 2, 6, 6]);
  expectClose(weights.sum(-1), ones([2, 2, 6], { dtype }), near);
  expect(weights.at(0).at(0).at(0).slice(0, 1).abs().max().itemSync()).toBe(0);
  // The first place sees itself alone, so that its values go through the last projection as they are.
  const values = x.matmul((layer.inputWeight as Tensor).slice(0, 16, 24).transpose());
  const first = values.slice(1, 0, 1).matmul(layer.output.weight);
  expectClose(y.slice(1, 0, 1), first, near);
  expectClose(layer.forward(x), y, near);
});
