// What is frozen is left alone, costs no gradient, and can be trained again.
import {
  compile,
  explainPlan,
  GradientError,
  gradients,
  NablaError,
  type Parameter,
  parameter,
  print,
  random,
  type Tensor,
  TracingError,
  tensor,
} from "@nabla/autograd";
import {
  adamW,
  batchNorm,
  dense,
  fit,
  freeze,
  loadSafetensors,
  quadraticCost,
  relu,
  sequential,
  sgd,
  summary,
  tanh,
  toSafetensors,
  trainStep,
  unfreeze,
} from "@nabla/nn";
import { describe, expect, test } from "vitest";

const inputs = random.normal([6, 3], { seed: 1 }).realize();
const targets = random.normal([6, 2], { seed: 2 }).realize();
const learningRate = 0.1;

/** A base, a head, and both; the same weights each time. */
function make() {
  const base = sequential(dense(3, 5), tanh, dense(5, 4), tanh);
  const head = dense(4, 2);
  const model = sequential(base, head);
  model.parameters().forEach((p, i) => {
    p.assign(random.normal([...p.shape], { seed: i + 10 }).mul(0.5));
  });
  const cost = () => quadraticCost(model.forward(inputs), targets);
  return { base, head, model, cost };
}

const valuesOf = (parameters: readonly Parameter[]) => parameters.map((p) => p.arraySync());

describe.each([true, false])("training with a frozen base, compiled: %s", (compiled) => {
  const train = async (model: ReturnType<typeof make>["model"], epochs = 3) => {
    const optimizer = adamW(model.parameters(), { learningRate, weightDecay: 0.1 });
    const options = { cost: quadraticCost, optimizer, epochs, batchSize: 6, compiled };
    return fit(model, { inputs, targets }, options);
  };

  test("moves the head as if what the base gives were the data, and nothing else", async () => {
    const { base, head, model } = make();
    const before = valuesOf(base.parameters());
    const other = make();
    freeze(base);
    await train(model);
    expect(valuesOf(base.parameters())).toEqual(before);
    const data = { inputs: other.base.forward(inputs).realize(), targets };
    const optimizer = adamW(other.head.parameters(), { learningRate, weightDecay: 0.1 });
    const options = { cost: quadraticCost, optimizer, epochs: 3, batchSize: 6, compiled };
    await fit(other.head, data, options);
    expect(valuesOf(head.parameters())).toEqual(valuesOf(other.head.parameters()));
  });

  test("goes on with the base once that is not frozen any more, in the same step", async () => {
    const { base, model } = make();
    const step = trainStep(model, {
      batchCost: (one, { x, y }: { x: Tensor; y: Tensor }) => quadraticCost(one.forward(x), y),
      optimizer: sgd(model.parameters(), { learningRate }),
      compiled,
    });
    const first = valuesOf(base.parameters());
    await step({ x: inputs, y: targets });
    const second = valuesOf(base.parameters());
    expect(second).not.toEqual(first);
    freeze(base);
    await step({ x: inputs, y: targets });
    expect(valuesOf(base.parameters())).toEqual(second);
    unfreeze(base);
    await step({ x: inputs, y: targets });
    expect(valuesOf(base.parameters())).not.toEqual(second);
  });
});

describe("the plan of a step", () => {
  /** How many products there are in the plan of the head's gradients, or of all. */
  const products = (make_: () => ReturnType<typeof make>) => {
    const { model, cost } = make_();
    cost().backward();
    const found = model.parameters().flatMap(({ grad }) => grad ?? []);
    const plan = explainPlan(...found);
    return plan.match(/matmul/g)?.length;
  };

  test("has no gradient of what is frozen, nor what would lead there", () => {
    // Three products forward, three for weights, two between.
    expect(products(make)).toBe(8);
    const frozen = products(() => {
      const made = make();
      freeze(made.base);
      return made;
    });
    expect(frozen).toBe(4);
  });

  test("has none of what no optimiser has either, where it is compiled", () => {
    const stepOf = ({ head, cost }: ReturnType<typeof make>) =>
      compile(() => {
        const value = cost();
        value.backward();
        sgd(head.parameters(), { learningRate }).step();
        return value;
      });
    const made = make();
    stepOf(made)();
    expect(made.base.parameters().map(({ grad }) => grad)).toEqual([null, null, null, null]);
  });

  test("many steps that are not compiled build no longer graphs", () => {
    const { base, head, cost } = make();
    freeze(base);
    const optimizer = sgd(head.parameters(), { learningRate });
    const take = (steps: number) => {
      for (let i = 0; i < steps; i++) {
        cost().backward();
        optimizer.step();
      }
      return print(cost(), ...head.parameters()).split("\n").length;
    };
    const early = take(3);
    expect(take(100)).toBe(early);
    expect(base.parameters().every(({ grad }) => grad === null)).toBe(true);
  });
});

describe("a frozen parameter", () => {
  const one = (name = "w") => parameter([1, 2], { name });

  test("passes gradients on to what is before it", () => {
    const [first, second] = [dense(2, 3), dense(3, 1)];
    freeze(second);
    const cost = second.forward(first.forward(tensor([[1, 2]]))).sum();
    cost.backward();
    const [wanted] = gradients(cost, [first.weight]);
    expect(first.weight.grad?.arraySync()).toEqual(wanted.arraySync());
    expect(second.weight.grad).toBeNull();
  });

  test("can be differentiated by, if asked, and assigned", () => {
    const w = one();
    w.isFrozen = true;
    expect(gradients(w.square().sum(), [w])[0].arraySync()).toEqual([2, 4]);
    w.assign([5, 6]);
    expect(w.arraySync()).toEqual([5, 6]);
  });

  test("loses the gradient that it has, and takes none", () => {
    const w = one();
    w.sum().backward();
    w.isFrozen = true;
    expect(w.grad).toBeNull();
    expect(() => {
      w.grad = tensor([1, 1]);
    }).toThrow(new NablaError('grad: "w" is frozen, and takes no gradient'));
    expect(() => w.sum().backward()).toThrow(
      new GradientError('backward: all parameters that the cost depends on are frozen, "w" first'),
    );
    w.isFrozen = false;
    w.sum().backward();
    expect(w.grad?.arraySync()).toEqual([1, 1]);
  });

  test("is looked for at each call of a compiled function that asks", () => {
    const w = one();
    const f = compile((x: Tensor) => (w.isFrozen ? x : x.neg()));
    const at = () => f(tensor(1)).itemSync();
    expect(at()).toBe(-1);
    w.isFrozen = true;
    expect(at()).toBe(1);
    w.isFrozen = false;
    expect(at()).toBe(-1);
  });

  test("is not frozen by a function that is traced", () => {
    const w = one();
    const f = compile(() => {
      w.isFrozen = true;
      return w.sum();
    });
    expect(f).toThrow(TracingError);
    expect(w.isFrozen).toBe(false);
    expect(() => {
      w.isFrozen = 1 as never;
    }).toThrow(new NablaError("isFrozen: got 1, expected true or false"));
  });

  test("may be below an argument of a compiled step, which learns something else", () => {
    const [w, v] = [one(), one("v")];
    const step = compile((x: Tensor) => {
      x.mul(v).sum().backward();
      sgd([v, w], { learningRate }).step();
    });
    expect(() => step(w.mul(3))).toThrow('argument 0 was computed from parameter "w"');
    w.isFrozen = true;
    step(w.mul(3));
    expect(v.arraySync()).toEqual(tensor([1 - 0.3, 2 - 0.6]).arraySync());
  });
});

describe("freeze", () => {
  test("goes with what optimisers say", async () => {
    const { base, head, model, cost } = make();
    const optimizer = sgd(head.parameters(), { learningRate });
    freeze(model);
    const message = "all parameters of the optimiser are frozen, nothing can be learnt";
    expect(() => sgd(model.parameters(), { learningRate })).toThrow(`sgd: ${message}`);
    expect(() => optimizer.step()).toThrow(`step: ${message}`);
    unfreeze(base);
    const step = trainStep(model, { batchCost: cost, optimizer });
    await expect(step({ x: inputs })).rejects.toThrow(`trainStep: ${message}`);
  });

  test("takes lists of parameters, and lets statistics move", () => {
    const model = sequential(dense(3, 2), batchNorm(2));
    const [layer, norm] = model.layers;
    freeze([layer.weight]);
    freeze(norm);
    expect(model.parameters().map((p) => p.isFrozen)).toEqual([true, false, true, true]);
    model.forward(inputs).realize();
    expect(norm.runningMean.arraySync()).not.toEqual([0, 0]);
  });

  test("is told of by summary, and not in files", () => {
    const { base, model } = make();
    freeze(base);
    expect(summary(model, [1, 3])).toContain(
      [
        "total                        54    106     380",
        "frozen                       44",
        "trainable                    10",
      ].join("\n"),
    );
    expect(summary(model)).toContain("trainable");
    const other = sequential(dense(3, 5), relu, dense(5, 4), relu);
    freeze([other.layers[0].weight]);
    loadSafetensors(other, toSafetensors(base));
    expect(valuesOf(other.parameters())).toEqual(valuesOf(base.parameters()));
    expect(other.parameters().map((p) => p.isFrozen)).toEqual([true, false, false, false]);
  });
});
