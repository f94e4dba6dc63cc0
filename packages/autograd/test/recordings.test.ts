// Copies of recorded reverse passes are the graphs that the passes create, and the cache behind them
// distinguishes the structures that their words distinguish.
import {
  customGradient,
  gradients,
  random,
  scan,
  stopGradient,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recorded } from "../src/autodiff/recordings.ts";
import { graphOf } from "../src/engine/realize.ts";
import type { Node } from "../src/graph/node.ts";
import { topologicalOrder } from "../src/graph/order.ts";
import { printGraph } from "../src/graph/print.ts";
import { structureOf, Template } from "../src/graph/structure.ts";
import { StructureCache } from "../src/graph/structure-cache.ts";
import { wordsEqual } from "../src/graph/words.ts";
import { nodeOf } from "../src/tensor/tensor.ts";
import { catalogue, onFloating, whyNoGradient } from "./catalogue.ts";
import { pendingNodes } from "./planned.ts";
import { randomFunctions } from "./random-functions.ts";

const node = (x: Tensor): Node => nodeOf("test", x);

/** The graph of the gradients of the sum of `f` by tensors like `inputs`, and what made each node. */
function gradientGraph(
  f: (...inputs: readonly Tensor[]) => Tensor,
  inputs: readonly Tensor[],
): readonly string[] {
  const own = inputs.map((x) => tensor(x.dataSync(), { shape: x.shape, dtype: x.dtype }));
  const floating = own.filter(({ dtype }) => dtype.startsWith("float"));
  const roots = gradients(f(...own).sum(), floating).map(node);
  const origins = topologicalOrder(roots).map(
    ({ cell: { site }, operation: { name } }) =>
      `${name} of ${site?.gradientOf?.operation}, ${site?.gradientOf?.site?.gradientOf?.operation}`,
  );
  return [printGraph(roots), ...origins];
}

/** Built three times: the first pass is not recorded, the second is, and the third is copied. */
function checkCopies(f: (...inputs: readonly Tensor[]) => Tensor, inputs: readonly Tensor[]): void {
  const [first, second, third] = [1, 2, 3].map(() => gradientGraph(f, inputs));
  expect(second).toEqual(first);
  expect(third).toEqual(first);
}

describe("a copy is the graph that the pass makes", () => {
  const differentiable = catalogue
    .map((entry) => ({ ...entry, ...onFloating(entry) }))
    .filter(({ f, inputs }) => whyNoGradient(inputs, f(...inputs)) === undefined);

  test.each(differentiable)("of $name", ({ f, inputs }) => checkCopies(f, inputs));

  test("of functions composed at random", () => {
    fc.assert(
      fc.property(randomFunctions, ({ f, inputs }) => checkCopies(f, inputs)),
      { numRuns: 8 },
    );
  });

  test("of gradients of gradients", () => {
    const slope = (x: Tensor) => gradients(x.tanh().mul(x).sum(), [x])[0];
    checkCopies((...given) => slope(given[0]!).square(), [tensor([1, 2])]);
  });
});

describe("a pass is called", () => {
  const calls = (make: () => { cost: Tensor; by: Tensor }, times: number): number => {
    let count = 0;
    for (let i = 0; i < times; i++) {
      const { cost, by } = make();
      const order = topologicalOrder([node(cost)]);
      const inputs = [node(by)];
      recorded(
        node(cost),
        inputs,
        order,
        () => node(cost).cell.site!,
        () => {
          count++;
          return [node(by.cos())];
        },
      );
    }
    return count;
  };

  test("for the first two graphs of a structure, and not for the others", () => {
    const make = (shape: readonly number[]) => () => {
      const by = random.normal(shape);
      return { cost: by.sin().mul(3.25).sum(), by };
    };
    expect(calls(make([7, 3]), 5)).toBe(2);
    expect(calls(make([7, 4]), 5)).toBe(2);
    expect(calls(make([7, 3]), 5)).toBe(0);
  });

  test("for each graph with a rule of its own, a loop, a history, or data that a rule made", () => {
    const ownRule = customGradient(
      (x: Tensor) => x.mul(2),
      (g: Tensor) => g.mul(3),
    );
    const loop = (x: Tensor) => scan((sum: Tensor) => [sum.mul(2), sum], x, tensor([1, 2]))[0];
    const history = (x: Tensor) => {
      let y = x;
      for (let i = 0; i < 1001; i++) y = y.add(1);
      return y;
    };
    for (const f of [ownRule, loop, history]) {
      const make = () => {
        const by = tensor([1.5, 2.5]);
        return { cost: f(by).sum(), by };
      };
      expect(calls(make, 4)).toBe(4);
    }
  });

  test("and errors are those of the first", () => {
    for (let i = 0; i < 4; i++) {
      expect(() => gradients(tensor([1, 2]).mul(2), [])).toThrow(
        "gradients: the cost must be one number, got [2]",
      );
    }
  });
});

/** Graphs that differ in one thing each, and data. */
const variants = (draw: () => Tensor): readonly Tensor[] => {
  const [x, y] = [draw(), draw()];
  return [
    x.add(y),
    y.add(x).add(x),
    x.add(x),
    x.sub(y),
    x.add(1),
    x.add(2),
    x.add(-0),
    x.add(0),
    x.sum(0),
    x.sum(1),
    x.sum([0, 1]),
    x.transpose(),
    x.transpose([0, 1]),
    x.slice(0, 0, 1),
    x.slice(0, 1, 2),
    x.slice(1, 1, 2),
    x.flip(0),
    x.flip(1),
    x.reshape([3, 2]),
    x.reshape([6]),
    x.cast("float64"),
    x.cast("float64").add(1),
    x.cumSum(0),
    x.cumSum(1),
    x.argSort(0),
    x.argSort(1),
    x.pad([
      [1, 0],
      [0, 0],
    ]),
    x.pad([
      [0, 1],
      [0, 0],
    ]),
    x.gather(0, tensor([0, 1], { dtype: "int32" })),
    x.gather(1, tensor([0, 1], { dtype: "int32" })),
    stopGradient(x),
    stopGradient(stopGradient(x)),
    scan((sum: Tensor) => [sum.mul(2), sum], x, tensor([1, 2]))[0],
    scan((sum: Tensor) => [sum.mul(3), sum], x, tensor([1, 2]))[0],
  ];
};

test("a template matches the graphs that have its words, and gives their inputs in order", () => {
  const drawn = [1, 2].map(() =>
    variants(() => random.uniform([2, 3]).realize()).map((x) => graphOf("test", pendingNodes([x]))),
  );
  const [some, others] = drawn as [(typeof drawn)[0], (typeof drawn)[0]];
  some.forEach((one, i) => {
    const template = new Template(one.order, one.outputs);
    const words = structureOf(one.order, one.outputs).words.slice();
    others.forEach((other, j) => {
      const structure = structureOf(other.order, other.outputs);
      const isEqual = wordsEqual(words, structure.words);
      expect([i, j, isEqual]).toEqual([i, j, i === j]);
      const inputs = template.match(other.order, other.outputs);
      expect(inputs).toEqual(isEqual ? structure.inputs : undefined);
    });
  });
});

describe("a cache of structures", () => {
  const chain = (length: number) => {
    let x: Tensor = tensor([length]);
    for (let i = 0; i < length; i++) x = x.sin();
    return graphOf("test", pendingNodes([x]));
  };
  const cacheOf = (most: number) => {
    const dropped: string[] = [];
    let made = 0;
    const cache = new StructureCache<{ bytes: number; name: string }>(most, 2 ** 20, ({ name }) => {
      dropped.push(name);
    });
    const get = (length: number) => {
      const { order, outputs, inputs } = chain(length);
      const found = cache.get(order, outputs, () => ({ bytes: 1, name: `${length}, ${++made}` }));
      expect(found.inputs).toEqual(inputs);
      return found.kept.name;
    };
    return { get, dropped };
  };

  test("gives what it has made for one, in whatever order they come", () => {
    const { get } = cacheOf(100);
    const lengths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 20, maxLength: 40 });
    const names = new Map<number, string>();
    fc.assert(
      fc.property(lengths, (list) => {
        for (const length of list) {
          const name = get(length);
          expect(name).toBe(names.get(length) ?? name);
          names.set(length, name);
        }
      }),
      { numRuns: 5 },
    );
    expect(names.size).toBe(5);
  });

  test("gives nothing that it has dropped, though it is what came next before", () => {
    const { get, dropped } = cacheOf(3);
    expect([1, 2, 1, 2].map(get)).toEqual(["1, 1", "2, 2", "1, 1", "2, 2"]);
    expect([3, 4].map(get)).toEqual(["3, 3", "4, 4"]);
    expect(dropped).toEqual(["1, 1", "2, 2"]);
    expect([1, 2].map(get)).toEqual(["1, 5", "2, 6"]);
  });
});
