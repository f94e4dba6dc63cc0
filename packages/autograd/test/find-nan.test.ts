// Planted bugs: each must be traced back to its line, which a comment there names.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  compile,
  findNaN,
  grad,
  gradients,
  NablaError,
  type NaNReport,
  parameter,
  print,
  type Tensor,
  tensor,
  vmap,
  where,
} from "@nabla/autograd";
import { describe, expect, test, vi } from "vitest";

const file = fileURLToPath(import.meta.url);
const source = readFileSync(file, "utf8").split("\n");

/** The number of the line that ends in the comment `// <mark>`. */
const lineOf = (mark: string) => source.findIndex((line) => line.endsWith(`// ${mark}`)) + 1;

interface Bug {
  readonly name: string;
  readonly plant: () => Tensor;
  /** What made it, and of which operation's gradient. */
  readonly operation: string;
  readonly gradientOf?: string;
}

const norm = (x: Tensor) => {
  const squares = x.square().sum();
  return squares.sqrt(); // norm'(0)
};

const bugs: readonly Bug[] = [
  {
    name: "log of 0",
    operation: "log",
    plant() {
      const chances = tensor([0.5, 0, 0.5]);
      const logs = chances.log(); // log of 0
      return chances.mul(logs).sum().neg();
    },
  },
  {
    name: "0/0",
    operation: "div",
    plant() {
      const counts = tensor([
        [1, 3],
        [0, 0],
      ]);
      const totals = counts.sum(1, { keepDims: true });
      return counts
        .add(0)
        .div(totals) // 0/0
        .sum();
    },
  },
  {
    name: "sqrt'(0)",
    operation: "div",
    gradientOf: "sqrt",
    plant() {
      const x = parameter([0, 4]);
      const roots = x.sqrt(); // sqrt'(0)
      roots.sum().backward();
      return x.grad!;
    },
  },
  {
    name: "overflow in exp",
    operation: "exp",
    plant() {
      const x = tensor([1, 100]);
      const grown = x.exp(); // overflow in exp
      return grown.reciprocal().mul(grown);
    },
  },
  {
    name: "0 times infinity in a mask",
    operation: "mul",
    plant() {
      const scores = tensor([1, 2, Number.NEGATIVE_INFINITY]);
      const mask = tensor([1, 1, 0]);
      return scores.mul(mask).sum(); // 0 times infinity in a mask
    },
  },
  {
    name: "bad data in one row",
    operation: "constant",
    plant() {
      const broken: [number, number] = [3, Number.NaN];
      const rows = tensor([[1, 2], broken]); // bad data in one row
      return rows.matmul(tensor([[1], [1]])).mean();
    },
  },
  {
    name: "norm'(0)",
    operation: "div",
    gradientOf: "sqrt",
    plant: () => grad(norm)(tensor([0, 0, 0])),
  },
  {
    name: "softmax written naively",
    operation: "exp",
    plant() {
      const logits = tensor([[1000, 0]]);
      const powers = logits.exp(); // softmax written naively
      return powers.div(powers.sum(1, { keepDims: true }));
    },
  },
  {
    name: "pow with a negative base",
    operation: "pow",
    plant: () => tensor([4, -8]).pow(1 / 3), // pow with a negative base
  },
  {
    name: "acos'(1)",
    operation: "rsqrt",
    gradientOf: "acos",
    plant() {
      const x = tensor([0, 1]);
      const angles = x.acos(); // acos'(1)
      return gradients(angles.sum(), [x])[0];
    },
  },
  {
    name: "atanh'(1)",
    operation: "div",
    gradientOf: "atanh",
    plant() {
      const x = tensor([0, 1]);
      const areas = x.atanh(); // atanh'(1)
      return gradients(areas.sum(), [x])[0];
    },
  },
  {
    name: "log of an element that is left out",
    operation: "div",
    gradientOf: "log",
    plant() {
      const x = tensor([0, 2]);
      const logs = x.log(); // log of an element that is left out
      return gradients(logs.at(1), [x])[0];
    },
  },
  {
    name: "an overflowing sum in float32",
    operation: "sum",
    plant() {
      const x = tensor([3e38, 3e38]);
      return x.sum().sub(1); // an overflowing sum in float32
    },
  },
  {
    name: "variance of one example",
    operation: "div",
    plant() {
      const x = tensor([[3], [4]]);
      return x.variance(1, { correction: 1 }); // variance of one example
    },
  },
];

/** What must be true of a report on a bug. */
function expectReport(found: NaNReport | null, { name, operation, gradientOf }: Bug): void {
  expect(found?.createdAt?.replace(/:\d+$/, "")).toBe(`${file}:${lineOf(name)}`);
  expect(found?.operation).toBe(operation);
  expect(found?.gradientOf?.operation).toBe(gradientOf);
}

describe("the first operation that made a NaN or an infinity is found, and its line", () => {
  test.each(bugs)("$name", (bug) => {
    const planted = bug.plant();
    expectReport(findNaN(planted), bug);
    planted.dataSync();
    expectReport(findNaN(planted), bug);
  });

  test.each(bugs)("$name, compiled", (bug) => {
    const step = compile((x: Tensor) => bug.plant().mul(x));
    const result = step(tensor(1));
    expectReport(findNaN(result), bug);
    expect(result.dataSync().every(Number.isFinite)).toBe(false);
  });

  test.each(bugs)("$name, in a loop that has gone on for long", (bug) => {
    let planted = bug.plant();
    for (let i = 0; i < 70; i++) planted = bug.plant();
    expectReport(findNaN(planted), bug);
  });
});

test("a report says what the inputs were, and which element went wrong", () => {
  const x = tensor([
    [2, 3],
    [1, 0],
  ]);
  const found = findNaN(x.log().sum())!;
  const shape = [2, 2];
  expect(found.inputs).toEqual([{ shape, dtype: "float32", min: 0, max: 3, nonFinite: 0 }]);
  expect(found.output).toMatchObject({ shape, max: Math.fround(Math.log(3)), nonFinite: 1 });
  expect(found.index).toEqual([1, 1]);
  expect(found.node.dataSync()[3]).toBe(Number.NEGATIVE_INFINITY);
  const lines = print(found).split("\n");
  expect(lines[0]).toBe("log: made -Infinity (1 of 4 elements, first at [1, 1]) of finite inputs");
  expect(lines[1]).toMatch(/^ {2}log was written at .*find-nan\.test\.ts:\d+:\d+$/);
  expect(lines[2]).toBe("  input 0: float32 [2, 2], 0 to 3");
});

test("nothing is found where the result is finite, whatever lies before it", () => {
  const scores = where(tensor([1, 0], { dtype: "bool" }), tensor([1, 2]), Number.NEGATIVE_INFINITY);
  expect(findNaN(scores.softmax())).toBeNull();
  expect(findNaN(tensor([1, 2], { dtype: "int32" }))).toBeNull();
  expect(print(findNaN(tensor([1])))).toBe("all finite");
});

test("an infinity that was given on purpose is not blamed for another bug", () => {
  const x = parameter([0, 1]);
  const masked = where(tensor([1, 0], { dtype: "bool" }), x.log(), Number.NEGATIVE_INFINITY);
  expect(findNaN(masked.sum())?.operation).toBe("log");
});

test("an infinity that stands in the program is found where it is used", () => {
  const found = findNaN(tensor([0, 1]).mul(Number.POSITIVE_INFINITY)); // used
  expect(found?.operation).toBe("mul");
  expect(found?.createdAt).toContain(`:${lineOf("used")}:`);
});

test("lines are the user's in layers, batches of examples and gradients of gradients", () => {
  const f = (x: Tensor) => x.sqrt().sum(); // within
  const found = findNaN(vmap(grad(grad((x: Tensor) => f(x))))(tensor([1, 0])));
  expect(found?.createdAt).toContain(`find-nan.test.ts:${lineOf("within")}:`);
  expect(found?.gradientOf?.operation).toBeDefined();
});

test("functions that do the same for one caller are each looked at", () => {
  const first = (x: Tensor) => x.log(); // first
  const second = (x: Tensor) => x.log(); // second
  for (let i = 0; i < 12; i++) {
    const found = findNaN((i % 2 === 0 ? first : second)(tensor([0, 1])));
    expect(found?.createdAt).toMatch(`:${lineOf(i % 2 === 0 ? "first" : "second")}:`);
  }
});

test("like calls at other lines are told apart, or both are named", () => {
  const x = tensor([0, 1]);
  const here = () => x.log().sum(); // here
  const there = () => x.log().sum(); // there
  for (let i = 0; i < 80; i++) here();
  expect(findNaN(here())?.createdAt).toContain(`:${lineOf("here")}:`);
  expect(String(findNaN(here()))).toContain("by calls like this one");
  // The first calls after another one are looked at.
  tensor([5]);
  expect(findNaN(there())?.createdAt).toContain(`:${lineOf("there")}:`);
});

test("a loop that repeats itself takes hardly any stacks", () => {
  const w = parameter([1, 2]);
  const step = () => {
    const x = tensor([3, 4]);
    const cost = w.sub(x).square().mean();
    cost.backward();
    w.assign(w.sub(w.grad!.mul(0.1)));
    w.grad = null;
    cost.itemSync();
  };
  const stacks = vi.spyOn(Error, "captureStackTrace");
  for (let i = 0; i < 70; i++) step();
  stacks.mockClear();
  for (let i = 0; i < 80; i++) step();
  const count = stacks.mock.calls.length;
  stacks.mockRestore();
  // Of thirteen calls a step each is looked at once more, and once more before it if it began late: far from
  // the 1,040 that it takes if none is known by its like.
  expect(count).toBeLessThanOrEqual(40);
});

describe("compiled functions", () => {
  const w = parameter([4, 1], { name: "w" });
  const step = compile((x: Tensor) => {
    const cost = w.mul(x).sqrt().sum(); // step
    const [g] = gradients(cost, [w]);
    w.assign(w.sub(g)); // update
    return cost;
  });

  test("what a call assigned to parameters is found, too", () => {
    w.assign([4, 1]);
    step(tensor([1, 0]));
    const found = findNaN(w);
    expect(found?.gradientOf?.operation).toBe("sqrt");
    expect(found?.createdAt).toContain(`:${lineOf("step")}:`);
  });

  test("what was computed of a call's result leads into the function", () => {
    w.assign([4, 1]);
    const found = findNaN(step(tensor([1, -1])).mul(2));
    expect(found?.operation).toBe("sqrt");
    expect(found?.createdAt).toContain(`:${lineOf("step")}:`);
  });

  test("a parameter that an earlier call spoilt is named", () => {
    w.assign([4, 1]);
    step(tensor([1, 0]));
    const cost = step(tensor([1, 1]));
    const found = findNaN(cost);
    expect(found?.operation).toBe("parameter");
    expect(String(found)).toContain('parameter "w": was given NaN');
  });

  test("what cannot be known any more is said", () => {
    w.assign([4, 1]);
    const cost = step(tensor([1, -1]));
    step(tensor([1, 1]));
    const message =
      'findNaN: the graph was built on a value of parameter "w" that two later updates have ' +
      "overwritten; read the result before the step, or build it on parameter.snapshot()";
    expect(() => findNaN(cost)).toThrow(new NablaError(message));
  });

  test("a result tells of its own call, however many there were since", () => {
    const scale = compile((x: Tensor) => x.log().mul(2)); // scale
    const spoilt = scale(tensor([1, 0]));
    for (let i = 1; i < 9; i++) scale(tensor([i, i]));
    const found = findNaN(spoilt);
    expect(found?.operation).toBe("log");
    expect(found?.createdAt).toContain(`:${lineOf("scale")}:`);
    expect(found?.inputs[0]).toMatchObject({ min: 0, max: 1 });
  });
});
