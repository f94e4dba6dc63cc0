// Optimisers by rules of one's own.
import { compile, ones, type Parameter, parameter, type Tensor, tensor } from "@nabla/autograd";
import {
  fit,
  type LearningRate,
  loadCheckpoint,
  madeOf,
  type Optimizer,
  optimizerBy,
  type Rule,
  saveCheckpoint,
  type Update,
} from "@nabla/nn";
import { describe, expect, test } from "vitest";

interface Options {
  readonly learningRate: LearningRate;
  readonly momentum: number;
}

/** With a state of another shape than the parameter's, whose first value is not 0; and counting. */
const rule: Rule<Options> = {
  name: "scaledMomentum",
  defaults: { momentum: 0.5 },
  counts: true,
  keeps: (_, p) => ({ velocity: p.mul(0), product: ones([], { dtype: p.dtype }) }),
  update(p, { g, kept, learningRate, ofSteps, options: { momentum } }) {
    const [velocity, product] = [kept["velocity"]!, kept["product"]!];
    velocity.assign(velocity.mul(momentum).add(g));
    product.assign(product.mul(momentum));
    const half = ofSteps("half", (steps) => steps.div(2));
    return p.sub(velocity.mul(product).mul(half).mul(learningRate));
  },
};

/** The same in plain numbers. */
function stepsOf(x: number, slope: (x: number) => number, rate: (step: number) => number) {
  let [velocity, product, t] = [0, 1, 0];
  return () => {
    velocity = 0.5 * velocity + slope(x);
    product *= 0.5;
    x -= velocity * product * (t + 1) * 0.5 * rate(t++);
    return x;
  };
}

describe("optimizerBy", () => {
  test("takes the rule's steps, plain and compiled, by schedules, and tells its rate", async () => {
    const rate = (step: number) => 0.5 / (1 + step);
    for (const isCompiled of [false, true]) {
      const w = parameter([2], { dtype: "float64" });
      const optimizer = optimizerBy(rule, [w], { learningRate: rate });
      const step = () => {
        w.square().sum().backward();
        optimizer.step();
      };
      const take = isCompiled ? compile(step) : step;
      const expected = stepsOf(2, (x) => 2 * x, rate);
      for (let i = 0; i < 4; i++) {
        take();
        expect(w.dataSync()[0]).toBeCloseTo(expected(), 14);
      }
      expect(await optimizer.learningRate!()).toBe(0.1);
    }
  });

  test("takes groups, and begins with a parameter's own first values", () => {
    const [w, v] = [parameter([1]), parameter([[1, 1]])];
    const optimizer = optimizerBy(
      rule,
      [{ parameters: [w], momentum: 0.25 }, { parameters: [v] }],
      {
        learningRate: 1,
      },
    );
    expect(optimizer.state()["1.product"]!.arraySync()).toBe(1);
    expect(optimizer.state()["1.velocity"]!.arraySync()).toEqual([[0, 0]]);
    w.sum().add(v.sum()).backward();
    optimizer.step();
    expect([w.arraySync(), v.arraySync()]).toEqual([[1 - 0.125], [[0.75, 0.75]]]);
  });

  test("goes on from a checkpoint with the same bits, in fit", async () => {
    // All examples are alike, so their order, which depends on the epoch, does not matter.
    const data = { x: tensor([0.7, -0.4]).tile([8, 1]) };
    const run = (epochs: number, w: Parameter<[2]>) => {
      const model = madeOf({ w });
      const optimizer = optimizerBy(rule, [w], { learningRate: (step) => 1 / (2 + step) });
      const options = {
        batchCost: (_: unknown, { x }: { x: Tensor }) => x.mul(w).sum(1).sub(1).square().mean(),
        batchSize: 4,
        epochs,
        optimizer,
      };
      return { w, model, optimizer, run: () => fit(model, data, options) };
    };
    const whole = run(2, parameter([1, -1]));
    await whole.run();
    const first = run(1, parameter([1, -1]));
    await first.run();
    const bytes: Uint8Array[] = [];
    const sink = new WritableStream<Uint8Array>({ write: (chunk) => void bytes.push(chunk) });
    await saveCheckpoint(sink, { model: first.model, optimizer: first.optimizer });
    const second = run(1, parameter([0, 0]));
    await loadCheckpoint(new Blob(bytes).stream(), {
      model: second.model,
      optimizer: second.optimizer,
    });
    await second.run();
    expect(second.optimizer.state()["steps"]!.itemSync()).toBe(4);
    const values = (optimizer: Optimizer) =>
      Object.entries(optimizer.state()).map(([key, value]) => [key, value.arraySync()]);
    expect(values(second.optimizer)).toEqual(values(whole.optimizer));
    expect(second.w.arraySync()).toEqual(whole.w.arraySync());
  });

  const wrongSecond: Readonly<Record<string, (next: Tensor) => Tensor>> = {
    throws: () => {
      throw new Error("not this one");
    },
    "another shape": (next) => next.sum(),
    "another dtype": (next) => next.cast("float64"),
  };
  test.each(Object.keys(wrongSecond))("changes nothing where it fails late: %s", (how) => {
    let isWrong = false;
    const [v, w] = [parameter([1], { name: "v" }), parameter([2, 3], { name: "w" })];
    const update: Rule<Options>["update"] = (p, asked) => {
      const next = rule.update(p, asked);
      return isWrong && p === w ? wrongSecond[how]!(next) : next;
    };
    const optimizer = optimizerBy({ ...rule, update }, [v, w], { learningRate: 0.1 });
    const step = () => {
      v.square().sum().add(w.square().sum()).backward();
      optimizer.step();
    };
    const seen = () => [v, w, ...Object.values(optimizer.state())].map((x) => x.arraySync());
    step();
    const before = seen();
    isWrong = true;
    const expected: Record<string, string> = {
      throws: "not this one",
      "another shape": 'scaledMomentum: update gives [] for "w", which is [2]',
      "another dtype": 'scaledMomentum: update gives float64 for "w", which is float32',
    };
    expect(step).toThrow(expected[how]!);
    expect(seen()).toEqual(before);
    expect(compile(step)).toThrow(expected[how]!);
    expect(seen()).toEqual(before);
    isWrong = false;
    step();
    // As if it had not been tried.
    const [v2, w2] = [parameter([1]), parameter([2, 3])];
    const other = optimizerBy(rule, [v2, w2], { learningRate: 0.1 });
    for (let i = 0; i < 2; i++) {
      v2.square().sum().add(w2.square().sum()).backward();
      other.step();
    }
    expect(seen()).toEqual([v2, w2, ...Object.values(other.state())].map((x) => x.arraySync()));
  });

  const options = { learningRate: 1 };
  const stepOf = (changed: object) => () => {
    const w = parameter([1], { name: "w" });
    const optimizer = optimizerBy({ ...rule, ...changed }, [w], options);
    w.sum().backward();
    optimizer.step();
  };
  test.each([
    [{ name: undefined }, "optimizerBy: name is undefined, expected a string"],
    [{ update: undefined }, "optimizerBy: update is undefined, expected a function"],
    [{ update: () => 3 }, 'scaledMomentum: update gives 3 for "w", expected a tensor'],
    [
      { keeps: () => "velocity" },
      'scaledMomentum: keeps gives "velocity", expected a list of names, or tensors by name',
    ],
    [
      {
        counts: undefined,
        update: (_: unknown, { ofSteps }: Update<Options>) => ofSteps("a", (x) => x),
      },
      "scaledMomentum: the rule asks for ofSteps, and has no `counts: true`",
    ],
    [
      { update: (_: unknown, { ofSteps }: Update<Options>) => ofSteps("a", () => 3 as never) },
      'scaledMomentum: ofSteps("a", …) makes 3 of the steps, expected a tensor',
    ],
    [
      { update: (_: unknown, { ofSteps }: Update<Options>) => ofSteps("a", (x) => x.sum()) },
      'scaledMomentum: ofSteps("a", …) makes [] of the steps, [1], expected their shape',
    ],
    [
      { together: () => [] },
      "scaledMomentum: together gives an array, expected a list of 1 tensors, one for each that moves",
    ],
  ])("refuses what is no rule: %#", (changed, message) => {
    expect(stepOf(changed)).toThrow(message);
  });
});
