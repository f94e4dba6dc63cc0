// Compiled functions whose arguments are padded: they give what they give without, or say why not.
import {
  arange,
  compile,
  grad,
  gradients,
  manualSeed,
  parameter,
  random,
  type Tensor,
  tensor,
  vmap,
  where,
  zeros,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";

const buckets = [4, 8, 16];
const rows = (n: number, seed = n): Tensor => random.normal([n, 3], { seed });
const given = (n: number): Tensor => zeros([n]).equal(0);
const close = { relativeTolerance: 1e-5, absoluteTolerance: 1e-6 };

/** A function that counts how often it is traced, with buckets. */
function counted<Args extends Tensor[], Result extends Tensor>(f: (...args: Args) => Result) {
  const traces = { count: 0 };
  const compiled = compile(
    (...args: Args) => {
      traces.count++;
      return f(...args);
    },
    { buckets },
  );
  return { compiled, traces };
}

describe("a function with buckets gives what it gives without", () => {
  const w = random.normal([3, 2], { seed: 1 });
  const functions: Readonly<Record<string, (x: Tensor, isGiven: Tensor) => Tensor>> = {
    "row by row": (x) => x.matmul(w).tanh(),
    "in one row of all": (x) => x.mul(2).reshape([-1]),
    "on another axis": (x) => x.matmul(w).transpose(),
    "a masked sum": (x, isGiven) => where(isGiven.expandDims(1), x.exp(), 0).sum(0),
    "a masked mean": (x, isGiven) => where(isGiven.expandDims(1), x, 0).sum().div(isGiven.sum()),
    "a masked maximum": (x, isGiven) => where(isGiven.expandDims(1), x, -Infinity).max(0),
    "attention to what is given": (x, isGiven) => {
      const scores = where(isGiven, x.matmul(x.transpose()), -Infinity);
      return scores.softmax().matmul(where(isGiven.expandDims(1), x, 0));
    },
    "with draws": (x) => x.mul(random.bernoulli([x.shape[0]!, 3])),
  };

  test.each(Object.entries(functions))("%s", (_, f) => {
    const { compiled, traces } = counted(f);
    const calls = (g: typeof f) => {
      manualSeed(3);
      return [3, 4, 1, 7, 5, 8, 2, 16].map((n) => g(rows(n), given(n)));
    };
    const found = calls((x, isGiven) => compiled(x, isGiven));
    const expected = calls(f);
    found.forEach((y, i) => expectClose(y, expected[i]!, close));
    // Each bucket once for its calls; those that are padded are compared, and traced for it twice.
    expect(traces.count).toBe(3 + 2 * 2);
  });

  test("awaited as well", async () => {
    const { compiled } = counted((x: Tensor) => x.mul(2));
    for (const n of [3, 3, 4]) {
      expectClose(await compiled.async(rows(n).mul(1)), rows(n).mul(2), close);
    }
  });

  test("in training, parameters and gradients included", () => {
    const trained = (isPadded: boolean) => {
      const weight = parameter(w);
      const step = (x: Tensor, isGiven: Tensor): void => {
        const cost = where(isGiven, x.matmul(weight).square().sum(1), 0).sum().div(isGiven.sum());
        cost.backward();
        const [g] = gradients(cost, [weight]);
        weight.assign(weight.sub(g.mul(0.01)));
      };
      const run = compile(step, isPadded ? { buckets } : {});
      for (const n of [3, 6, 2, 8]) run(rows(n), given(n));
      return [weight, weight.grad!];
    };
    const [padded, plain] = [trained(true), trained(false)];
    padded.forEach((x, i) => expectClose(x, plain[i]!, close));
  });

  test("derivatives, batches and other compiled functions go through it", () => {
    const { compiled } = counted((x: Tensor) => x.square());
    const x = rows(3);
    expectClose(grad((a: Tensor) => compiled(a).sum())(x), x.mul(2), close);
    expectClose(gradients(compiled(x).sum(), [x])[0], x.mul(2), close);
    expectClose(vmap((a: Tensor) => compiled(a))(x), x.square(), close);
    expectClose(compile((a: Tensor) => compiled(a.mul(1)))(x), x.square(), close);
  });

  test("along other axes, of some arguments, in trees", () => {
    const f = ({ x, scale: [a] }: { x: Tensor; scale: Tensor[] }, b: Tensor) => [
      x.mul(a!).mul(b.transpose()),
      b.add(1),
    ];
    const bucketAxes = [{ x: 1, scale: null }, 0];
    const compiled = compile(f, { buckets, bucketAxes });
    const args = (): Parameters<typeof f> => [
      { x: rows(5).transpose(), scale: [tensor(2)] },
      rows(5, 1),
    ];
    const [found, expected] = [compiled(...args()), f(...args())];
    found.forEach((y, i) => expectClose(y, expected[i]!, close));
  });
});

describe("a function that depends on the padding", () => {
  const w = parameter(zeros([3]), { name: "w" });
  const depends: Readonly<Record<string, [f: (x: Tensor) => Tensor | void, what: string]>> = {
    "by a mean": [(x) => x.mean(0), "the result"],
    "by its size": [(x) => x.add(x.shape[0]!), "the result"],
    "by a sum of what is not 0 of 0": [(x) => x.exp().sum(), "the result"],
    "by a maximum of what may be less": [(x) => x.exp().max(), "the result"],
    "by a mean that rows see": [(x) => x.sub(x.mean(0)), "the result"],
    "in a parameter": [(x) => void w.assign(w.add(x.mean(0).mul(1e-4))), 'parameter "w"'],
    "in a gradient": [(x) => x.mul(w).mean().backward(), "a gradient"],
    "by an order": [(x) => x.gather(0, random.permutation(x.shape[0]!)), "the result"],
  };

  test.each(Object.entries(depends))("%s, says so and has done nothing", (_, [f, what]) => {
    manualSeed(1);
    const compiled = compile(f as (x: Tensor) => Tensor, { buckets });
    // Nothing is padded.
    compiled(rows(4));
    w.assign(zeros([3])).realize();
    w.grad = null;
    const before = random.state();
    expect(() => compiled(rows(3))).toThrow(
      new RegExp(
        `^compile: ${what} depends on the padding .*; leave it out by a mask: an argument`,
      ),
    );
    expect([w.arraySync(), w.grad, random.state()]).toEqual([[0, 0, 0], null, before]);
  });

  test("or has a size that is none of the arguments'", () => {
    const f = compile((x: Tensor) => arange(x.shape[0]! + 1), { buckets });
    expect(() => f(rows(3))).toThrow(
      "compile: the result is [4] of 3 and [5] padded to 4: of which axis the padding would be cut is not clear",
    );
  });
});

describe("refuses", () => {
  const double = (x: Tensor) => x.mul(2);
  test.each([[[]], [[8, 4]], [[4, 4]], [[0, 4]], [[1.5]], ["4"], [null]])("buckets %j", (wrong) => {
    expect(() => compile(double, { buckets: wrong as never })).toThrow(
      /^compile: buckets are .*, expected sizes in ascending order: \[16, 64, 256\]$/,
    );
  });

  test("what is larger than all buckets, of several sizes, or has no axis", () => {
    const sum = compile((x: Tensor, y: Tensor) => x.add(y), { buckets });
    expect(() => compile(double, { buckets })(rows(17))).toThrow(
      "compile: arguments of size 17, the largest bucket is 16",
    );
    expect(() => sum(rows(3), rows(1))).toThrow(
      "compile: 3 in one argument, 1 in another of [1, 3]; bucketAxes says which axis is padded",
    );
    expect(() => sum(rows(3), tensor(1))).toThrow(
      "compile: axis 0 of bucketAxes is out of range for an argument of []",
    );
    const none = compile(double, { buckets, bucketAxes: null });
    expect(() => none(rows(3))).toThrow("no argument has an axis to pad");
    expect(() => compile(double, { buckets, bucketAxes: "0" as never })).toThrow(
      'compile: bucketAxes has "0", expected an axis, null, or arrays',
    );
  });
});
