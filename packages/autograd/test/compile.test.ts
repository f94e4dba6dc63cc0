// Compiled functions among others: what derivatives, batches and gradients make of them, compared
// with the same functions not compiled.
import {
  backend,
  checkpoint,
  compile,
  customGradient,
  external,
  GradientError,
  grad,
  gradients,
  guard,
  hessian,
  hessianVectorProduct,
  jacobian,
  jvp,
  manualSeed,
  NablaError,
  parameter,
  random,
  Tensor,
  type Tree,
  tensor,
  valueAndGrad,
  vjp,
  vmap,
} from "@nabla/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pastLimits, setPastLimits } from "../src/tensor/pasts.ts";

const cube = (x: Tensor) => x.square().mul(x).sum();
const compiledCube = compile(cube);
const x = tensor([1, 2]);

class Model {
  readonly weight = x;
}

/** `compile`, or what gives a function back as it is. */
type Wrap = <Args extends unknown[], Result extends Tree | void>(
  f: (...args: Args) => Result,
) => (...args: Args) => Result;

describe("derivatives go through compiled functions", () => {
  test("gradients to any order, alone and as part of more", () => {
    expect(grad(compiledCube)(x).arraySync()).toEqual([3, 12]);
    expect(grad((a: Tensor) => grad(compiledCube)(a).sum())(x).arraySync()).toEqual([6, 12]);
    const third = (a: Tensor) => grad((b: Tensor) => grad(compiledCube)(b).sum())(a).sum();
    expect(grad(third)(x).arraySync()).toEqual([6, 6]);
    expect(gradients(compiledCube(x).add(x.sum()), [x])[0].arraySync()).toEqual([4, 13]);
    const [value, gradient] = valueAndGrad(compiledCube)(x);
    expect([value.itemSync(), gradient.arraySync()]).toEqual([9, [3, 12]]);
  });

  test("hessian, jacobian, jvp, vjp and hessianVectorProduct", () => {
    expect(hessian(compiledCube)(x).arraySync()).toEqual([
      [6, 0],
      [0, 12],
    ]);
    expect(jacobian(compile((a: Tensor) => a.square()))(x).arraySync()).toEqual([
      [2, 0],
      [0, 4],
    ]);
    expect(jvp(compiledCube, [x], [tensor([1, 10])])[1].itemSync()).toBe(123);
    expect(vjp(compiledCube, x)[1](tensor(2))[0].arraySync()).toEqual([6, 24]);
    expect(hessianVectorProduct(compiledCube, x, tensor([1, 0])).arraySync()).toEqual([6, 0]);
  });

  test("vmap, checkpoint and customGradient of compiled functions, and those within them", () => {
    const rows = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(vmap(compiledCube)(rows).arraySync()).toEqual([9, 91]);
    expect(vmap(grad(compiledCube))(rows).arraySync()).toEqual([
      [3, 12],
      [27, 48],
    ]);
    expect(grad(checkpoint(compiledCube))(x).arraySync()).toEqual([3, 12]);
    const saved = compile(checkpoint((a: Tensor) => a.square().mul(a).sum()));
    expect(hessian(saved)(x).arraySync()).toEqual([
      [6, 0],
      [0, 12],
    ]);
    const doubled = customGradient(compiledCube, (g, [a]) => g.mul(a).mul(2));
    expect(grad(doubled)(x).arraySync()).toEqual([2, 4]);
  });

  test("the rule of a custom gradient may use what the compiled function was given besides", () => {
    const f = compile((a: Tensor, b: Tensor) => {
      const rounded = customGradient(
        (one: Tensor) => one.round(),
        (g) => g.mul(b.mul(2)),
      );
      return rounded(a).sum();
    });
    expect(grad(f)(x, tensor([3, 4])).arraySync()).toEqual([6, 8]);
    expect(grad(f)(x, tensor([5, 6])).arraySync()).toEqual([10, 12]);
    // 2 b with b = 3 a, squared and summed: 36 a^2.
    const slopes = (a: Tensor) => grad(f)(a, a.mul(3)).square().sum();
    expect(grad(slopes)(x).arraySync()).toEqual([72, 144]);
  });

  test("compiled functions in compiled functions are part of them", () => {
    expect(compile(compile((a: Tensor) => a.mul(3)))(x).arraySync()).toEqual([3, 6]);
    const nested = compile(grad(compiledCube));
    expect(nested(x).arraySync()).toEqual([3, 12]);
    expect(grad((a: Tensor) => nested(a).sum())(x).arraySync()).toEqual([6, 12]);
    const w = parameter([1]);
    const step = compile((by: Tensor) => {
      w.assign(w.add(by));
      return w.mul(1);
    });
    const twice = compile((by: Tensor) => [step(by), step(by)]);
    expect(twice(tensor([2])).map((one) => one.arraySync())).toEqual([[3], [5]]);
    expect(twice(tensor([1])).map((one) => one.arraySync())).toEqual([[6], [7]]);
    expect(w.arraySync()).toEqual([7]);
  });

  test("backward finds parameters that a compiled function has used, beside others", () => {
    const p = parameter([1, 2, 3]);
    const part = compile((a: Tensor) => p.mul(a).sum());
    part(tensor([1, 2, 3]))
      .add(p.square().sum())
      .backward();
    expect(p.grad?.arraySync()).toEqual([3, 6, 9]);
    Object.assign(p, { grad: null });
    part(tensor([4, 5, 6])).backward();
    expect(p.grad?.arraySync()).toEqual([4, 5, 6]);
  });

  /** What is found of results and inputs, with and without `compile`. */
  const expectAlike = (found: (wrap: Wrap) => unknown): void => {
    const plain = found((f) => f);
    expect(found(compile)).toEqual(plain);
    expect(JSON.stringify(plain)).not.toMatch(/^[[\]0,]*$/);
  };

  test("one result is part of another, as without compile", () => {
    expectAlike((wrap) => {
      const [y, z] = wrap((a: Tensor) => {
        const square = a.square();
        return [square, square.mul(3).sum()] as [Tensor, Tensor];
      })(x);
      return gradients(z, [y, x]).map((g) => g.arraySync());
    });
    expectAlike((wrap) => {
      const [y, z] = wrap((a: Tensor) => [a, a.mul(2).sum()] as [Tensor, Tensor])(x);
      return gradients(z, [y, x]).map((g) => g.arraySync());
    });
    expectAlike((wrap) => {
      const [y, z] = wrap((a: Tensor) => {
        const one = a.mul(2).sum();
        return [one, one] as [Tensor, Tensor];
      })(x);
      return gradients(z, [y, x]).map((g) => g.arraySync());
    });
  });

  test("values that the function has assigned stand for their parameters", () => {
    expectAlike((wrap) => {
      const w = parameter([1, 2]);
      const cost = wrap(() => {
        w.assign(w.mul(2));
        w.assign(w.mul(5));
        return w.mul(3).sum();
      })();
      cost.backward();
      return [w.arraySync(), w.grad?.arraySync()];
    });
    expectAlike((wrap) => {
      const w = parameter([1, 2]);
      const cost = wrap((a: Tensor) => {
        w.assign(a.mul(2));
        return w.mul(3).sum();
      })(x);
      return gradients(cost, [w, x]).map((g) => g.arraySync());
    });
  });

  test("gradients that a compiled function leaves are differentiated", () => {
    expectAlike((wrap) => {
      const w = parameter([1, 2]);
      wrap(() => w.square().mul(w).sum().backward())();
      const g = w.grad!;
      Object.assign(w, { grad: null });
      g.sum().backward();
      return w.grad?.arraySync();
    });
  });

  test("they are those at the values of the call: of parameters, draws and external numbers", () => {
    expectAlike((wrap) => {
      manualSeed(3);
      let rate = 1;
      const w = parameter([1, 2]);
      const f = wrap((a: Tensor) =>
        w
          .mul(a)
          .square()
          .mul(random.uniform([2]))
          .mul(external(() => rate))
          .sum(),
      );
      const first = f(x);
      rate = 10;
      const second = f(x);
      w.assign([5, 6]);
      return [first, second].map((cost) => gradients(cost, [x])[0].arraySync());
    });
  });

  test("values that later updates have overwritten are asked for in vain, by name", () => {
    const w = parameter([1, 2], { name: "w" });
    const f = compile((a: Tensor) => w.mul(a).square().sum());
    const cost = f(x);
    for (let i = 0; i < 3; i++) w.assign(w.add(1)).realize();
    const g = gradients(cost, [x])[0];
    expect(() => g.arraySync()).toThrow('a value of parameter "w" that two later updates have');
    expect(cost.itemSync()).toBe(17);
    expect(grad(f)(x).arraySync()).toEqual([32, 100]);
  });
});

// Who computes the values does not matter, and they are large.
describe.runIf(backend() === "wasm")("what was given to a call is kept within bounds", () => {
  // As they are by default, with a 64th of the bytes.
  let before = pastLimits();
  beforeAll(() => {
    before = setPastLimits({ bytes: 2 ** 22, bytesBelow: 2 ** 18 });
  });
  afterAll(() => setPastLimits(before));

  /** 256 KiB, of which some 16 are kept. */
  const large = () => tensor(new Float32Array(2 ** 16));
  type Next = (state: Tensor, beside: Tensor) => Tensor;
  const chain = (next: Next, first: Tensor, calls: number): Tensor => {
    let state = first;
    for (let i = 0; i < calls; i++) state = next(state, large());
    return state;
  };

  test("a chain of calls is differentiated as far as it is kept, and else throws", () => {
    const next = compile<[Tensor, Tensor], Tensor>((state, beside) =>
      state
        .mul(0.5)
        .add(1)
        .add(beside.slice(0, 0, 1)),
    );
    const first = tensor([1]);
    const middle = chain(next, first, 8);
    expect(gradients(middle.sum(), [first])[0].arraySync()).toEqual([2 ** -8]);
    const last = chain(next, middle, 24);
    const message =
      "gradients: the way back to an input is longer than the graph that is kept; " +
      "differentiate earlier, or cut the graph where it may end: stopGradient";
    expect(() => gradients(last.sum(), [first])).toThrow(new GradientError(message));
    expect(() => gradients(last.sum(), [middle])).toThrow(GradientError);
    // What has nothing to do with the past can be asked for.
    const other = tensor([3]);
    expect(gradients(last.mul(other).sum(), [other])[0].arraySync()).toEqual([2]);
    expect(last.itemSync()).toBe(2);
  });

  test("parameters that may stand in a past that was let go are an error, too", () => {
    const w = parameter([0.5]);
    const next = compile<[Tensor, Tensor], Tensor>((state, beside) =>
      state
        .mul(w)
        .add(1)
        .add(beside.slice(0, 0, 1)),
    );
    const state = chain(next, tensor([1]), 20);
    expect(() => state.sum().backward()).toThrow(
      "backward: the way back to a parameter is longer than the graph that is kept",
    );
    w.mul(state.stopGradient()).sum().backward();
    expect(w.grad?.arraySync()).toEqual(state.arraySync());
  });

  test("a call that is too large to be kept gives its results, and leaves its gradients, all the same", () => {
    const limits = setPastLimits({ nodes: 300 });
    try {
      const [w, v] = [parameter([1]), parameter([2])];
      const step = compile((x: Tensor) => {
        const cost = w.mul(v).mul(x).sin().exp().square().sum();
        const large = random.normal([2 ** 15], { seed: 1 });
        cost.backward();
        w.assign(w.add(1));
        return [cost, large.mul(x)];
      });
      for (const first of [1, 2, 3]) {
        v.grad = null;
        const [cost] = step(tensor([1]));
        expect(cost!.itemSync()).toBeCloseTo(Math.exp(2 * Math.sin(2 * first)), 4);
        expect(v.grad).not.toBeNull();
      }
    } finally {
      setPastLimits(limits);
    }
  });

  test("large arguments of results that are kept are let go, the oldest first", () => {
    const start = compile((a: Tensor) => a.slice(0, 0, 1).mul(3).sum());
    const inputs = Array.from({ length: 20 }, large);
    const costs = inputs.map((input) => start(input));
    const [first, last] = [inputs[0]!, inputs.at(-1)!];
    expect(gradients(costs.at(-1)!, [last])[0].slice(0, 0, 2).arraySync()).toEqual([3, 0]);
    expect(() => gradients(costs[0]!, [first])).toThrow(GradientError);
    expect(costs[0]!.itemSync()).toBe(0);
  });
});

describe("a gradient from outside is an input", () => {
  test("to a step that is compiled alone, which takes it away", () => {
    const w = parameter([0]);
    const step = compile(() => {
      w.assign(w.sub(w.grad!));
      w.grad = null;
    });
    for (const a of [1, 10, 100]) {
      w.mul(tensor([a]))
        .sum()
        .backward();
      step();
      expect(w.grad).toBeNull();
    }
    expect(w.arraySync()).toEqual([-111]);
  });

  test("that may be there or not, or of another dtype: then it is traced again", () => {
    let traces = 0;
    const w = parameter([1, 2]);
    const norm = compile(() => {
      traces++;
      return w.grad ? w.grad.square().sum() : tensor(-1);
    });
    expect(norm().itemSync()).toBe(-1);
    w.sum().backward();
    expect(norm().itemSync()).toBe(2);
    w.grad = tensor([3, 4]);
    expect(norm().itemSync()).toBe(25);
    expect(w.grad.arraySync()).toEqual([3, 4]);
    w.grad = null;
    expect(norm().itemSync()).toBe(-1);
    expect(traces).toBe(2);
    w.grad = tensor([3, 4], { dtype: "float64" });
    expect(norm().dtype).toBe("float64");
  });

  test("is added to by backward within, and read in all, as without compile", () => {
    const called = (wrap: Wrap) => {
      const w = parameter([1, 2]);
      const seen: unknown[] = [];
      const f = wrap((a: Tensor) => {
        w.mul(a).sum().backward();
        const { grad: g } = w;
        w.grad = g!.mul(0.5);
        return g!.sum();
      });
      for (let i = 0; i < 4; i++) {
        seen.push(f(tensor([i, 1])).itemSync(), w.grad?.arraySync());
        if (i === 1) w.grad = null;
      }
      return seen;
    };
    expect(called(compile)).toEqual(called((f) => f));
  });

  test("keeps its graph where a function only looks at it", () => {
    const w = parameter([1, 2]);
    w.square().mul(w).sum().backward();
    const g = w.grad!;
    const norm = compile(() => w.grad!.square().sum());
    expect(norm().itemSync()).toBe(9 + 144);
    expect(w.grad).toBe(g);
    // The norm's gradient: 2 g 6 w.
    expect(gradients(norm(), [w])[0].arraySync()).toEqual([36, 288]);
  });

  test("is as it was where the function throws", () => {
    const w = parameter([1, 2]);
    w.sum().backward();
    const before = w.grad;
    const failing = compile(() => {
      w.grad = null;
      throw new NablaError("failed");
    });
    expect(failing).toThrow("failed");
    expect(w.grad).toBe(before);
  });
});

describe("what is read while a function is traced is that of each call, or an error", () => {
  const unknown =
    "this value is not known while compile(), vmap(), scan() or the like traces the function";

  test("values of parameters, of draws and of external numbers cannot be read", () => {
    const w = parameter([1, 2]);
    const reads: readonly (() => unknown)[] = [
      () => w.arraySync(),
      () => w.mul(2).sum().itemSync(),
      () => random.uniform([2]).dataSync(),
      () => external(() => 3).itemSync(),
    ];
    for (const read of reads) {
      const f = compile(() => {
        read();
        return w;
      });
      expect(f).toThrow(unknown);
    }
    // What never changes can be.
    const fixed = tensor([3]).mul(2);
    const f = compile((a: Tensor) => a.mul(fixed.itemSync()));
    expect(f(x).arraySync()).toEqual([6, 12]);
  });

  test("an external number may be made of a parameter's value", () => {
    const w = parameter([1]);
    const f = compile((a: Tensor) => a.mul(external(() => w.itemSync() + 1)));
    expect(f(x).arraySync()).toEqual([2, 4]);
    w.assign([5]);
    expect(f(x).arraySync()).toEqual([6, 12]);
  });

  test("snapshots and realize are those of each call", () => {
    const w = parameter([1]);
    const step = compile(() => {
      const before = w.snapshot();
      w.assign(w.mul(2)).realize();
      return before;
    });
    const found = [step(), step(), step()];
    expect(found.map((one) => one.itemSync())).toEqual([1, 2, 4]);
    w.assign([3]).realize();
    w.assign([4]).realize();
    expect(found.map((one) => one.itemSync())).toEqual([1, 2, 4]);
    expect(step().itemSync()).toBe(4);
  });

  test("the program's sequence of draws is not moved, which calls would not do", () => {
    const before = random.state();
    for (const move of [
      () => manualSeed(3),
      () => random.restore({ seed: 1, draws: 2 }),
      () => random.state(),
    ]) {
      const f = compile(() => {
        move();
        return x;
      });
      expect(f).toThrow("a compiled function would do so once");
    }
    expect(random.state()).toEqual(before);
  });
});

/** The trees with shapes in place of their tensors. */
function formsOf(tree: Tree | readonly Tree[]): unknown {
  if (tree instanceof Tensor) return tree.shape.join();
  if (Array.isArray(tree)) return tree.map(formsOf);
  return Object.entries(tree).map(([name, part]: [string, Tree]) => [name, formsOf(part)]);
}

describe("arguments and results are trees", () => {
  test("trees of other forms with the same tensors are traced by themselves, once", () => {
    const y = tensor([3, 4]);
    const wide = tensor([[5, 6]]);
    const calls: readonly (readonly Tree[])[] = [
      [x, y],
      [[x], []],
      [[], [x]],
      [[x, y]],
      [{ a: x, b: y }],
      [{ a: [x], bb: y }],
      [x, wide],
      [wide, x],
      [x],
    ];
    const traced: unknown[] = [];
    const f = compile((...trees: Tree[]) => {
      traced.push(formsOf(trees));
      return tensor(traced.length);
    });
    const results = () => calls.map((trees) => f(...trees).itemSync());
    expect(results()).toEqual(calls.map((_, i) => i + 1));
    expect(results()).toEqual(calls.map((_, i) => i + 1));
    expect(traced).toEqual(calls.map(formsOf));
  });

  const unlike: readonly (readonly [what: string, tree: unknown, text: string])[] = [
    ["a Map", new Map([["a", x]]), "a Map"],
    ["a Set", new Set([x]), "a Set"],
    ["a date", new Date(0), "a Date"],
    ["a generator", (function* () {})(), "an object"],
    ["an instance of a class", new Model(), "a Model"],
    ["an array of numbers", [1, 2], "1 as argument 0.b[0][0]"],
    ["nothing", undefined, "undefined"],
    ["a tensor of another copy", { [Symbol.for("@nabla/autograd.tensor")]: true }, "a tensor of"],
  ];
  test.each(unlike)("%s is none, and the error says where it stands", (_, tree, text) => {
    const f = compile((given: { readonly b: readonly unknown[] }) => given.b[1] as Tensor);
    const given = { b: [tree, x] };
    expect(() => f(given)).toThrow(NablaError);
    expect(() => f(given)).toThrow(`compile: got ${text}`);
    expect(() => f(given)).toThrow("argument 0.b[0]");
    expect(() => compile(() => ({ "a b": tree }) as never)()).toThrow('the result["a b"]');
  });

  test("an object that is part of itself is named, and no stack overflows", () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    expect(() => compile((given: object) => given as never)(cyclic)).toThrow(
      "compile: the arrays and objects at argument 0.self.self.self.self.self.self.self.self…",
    );
  });

  test("objects without a prototype are plain", () => {
    const given = Object.assign(Object.create(null) as { a: Tensor }, { a: x });
    expect(compile(({ a }: { a: Tensor }) => ({ b: a.mul(2) }))(given).b.arraySync()).toEqual([
      2, 4,
    ]);
  });
});

describe("what a compiled function guards", () => {
  test.each<readonly [string, (x: Tensor) => Tensor]>([
    ["an argument", (one) => one],
    ["a parameter", () => weight],
    ["a parameter that it assigned to", () => weight.assign(weight.add(1))],
    ["a parameter of its own", () => parameter([7])],
    ["a number from outside", () => external(() => outside++)],
    ["a draw", () => random.uniform([2])],
    ["a key", () => random.key()],
    ["a result", (one) => one.mul(weight)],
  ])("%s is read at each call", (_, made) => {
    const seen: (readonly number[])[] = [];
    const f = compile((one: Tensor) => {
      const guarded = guard(made(one), (known) => {
        seen.push([...known.dataSync()]);
      });
      return guarded.mul(1);
    });
    const given = [f(tensor([1])), f(tensor([2]))].map((y) => [...y.dataSync()]);
    expect(seen).toEqual(given);
  });

  let outside = 3;
  const weight = parameter([4]);
});
