// A model as a function of its parameters gives what the model gives, to the last bit, and so does
// a stack of models under `vmap`.
import {
  compile,
  grad,
  gradients,
  jacobian,
  manualSeed,
  parameter,
  random,
  ShapeError,
  type Tensor,
  tensor,
  vmap,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import {
  adam,
  batchNorm,
  dense,
  freeze,
  gru,
  type Layer,
  layerNorm,
  madeOf,
  multiHeadAttention,
  type ParameterTree,
  parametersOf,
  quadraticCost,
  relu,
  residual,
  sequential,
  sgd,
  stacked,
  tanh,
  toSafetensors,
  withParameters,
} from "@nabla/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const features = 4;
const makers: Readonly<Record<string, () => Layer>> = {
  dense: () => dense(features, features),
  bare: () => dense(features, features, { bias: false }),
  relu: () => sequential(relu),
  tanh: () => sequential(tanh),
  layerNorm: () => layerNorm(features),
  residual: () => residual(dense(features, features)),
  shared: () => {
    const layer = dense(features, features);
    return sequential(layer, tanh, layer);
  },
};
/** Of which each example is by itself, so that it is the same under `vmap`. */
const parts = fc.array(fc.constantFrom(...Object.keys(makers)), { minLength: 1, maxLength: 4 });
const seeds = fc.integer({ min: 0, max: 2 ** 20 });

function modelOf(names: readonly string[]): Layer {
  const first = dense(3, features);
  return sequential(first, ...names.map((name) => makers[name]!()));
}

const inputs = random.normal([5, 3], { seed: 1 }).realize();
const targets = random.normal([5, features], { seed: 2 }).realize();
const treeOfValues = (model: Layer): ParameterTree =>
  Object.fromEntries(Object.entries(parametersOf(model)).map(([name, p]) => [name, p.snapshot()]));
const valuesOf = (tree: ParameterTree) =>
  Object.fromEntries(Object.entries(tree).map(([name, x]) => [name, [...x.dataSync()]]));

test("with its own parameters, or another's, a model gives what they give, and their gradients", () => {
  fc.assert(
    fc.property(parts, seeds, fc.boolean(), (names, seed, isCompiled) => {
      manualSeed(seed);
      const [model, other] = [modelOf(names), modelOf(names)];
      const before = valuesOf(parametersOf(model));
      const called = (tree: ParameterTree, x: Tensor) => withParameters(model, tree)(x);
      const f = isCompiled ? compile(called) : called;
      expect(f(parametersOf(model), inputs).arraySync()).toEqual(model.forward(inputs).arraySync());
      for (const tree of [parametersOf(other), treeOfValues(other)]) {
        expect(f(tree, inputs).arraySync()).toEqual(other.forward(inputs).arraySync());
      }
      const cost = (tree: ParameterTree) => quadraticCost(called(tree, inputs), targets);
      const slope = isCompiled ? compile(grad(cost)) : grad(cost);
      const own = gradients(quadraticCost(other.forward(inputs), targets), other.parameters());
      expect(Object.values(valuesOf(slope(treeOfValues(other))))).toEqual(
        own.map((g) => [...g.dataSync()]),
      );
      expect(valuesOf(parametersOf(model))).toEqual(before);
    }),
    { numRuns: 6 },
  );
});

test("vmap over a stack of models is a loop over them, to the last bit, and so are gradients", () => {
  fc.assert(
    fc.property(parts, seeds, fc.boolean(), (names, seed, isCompiled) => {
      manualSeed(seed);
      const models = [1, 2, 3].map(() => modelOf(names));
      const cost = (tree: ParameterTree, x: Tensor) =>
        quadraticCost(withParameters(models[0]!, tree)(x), targets);
      const costs = vmap(cost, { inAxes: [0, null] }) as (tree: ParameterTree, x: Tensor) => Tensor;
      const step = (tree: ParameterTree, x: Tensor) => {
        const all = costs(tree, x);
        return { all, slopes: grad((one: ParameterTree) => costs(one, x).sum())(tree) };
      };
      const stack = stacked(models);
      const { all, slopes } = (isCompiled ? compile(step) : step)(stack, inputs);
      models.forEach((model, i) => {
        const one = quadraticCost(model.forward(inputs), targets);
        expect(all.at(i).itemSync()).toBe(one.itemSync());
        Object.entries(parametersOf(model)).forEach(([name, p]) => {
          const [wanted] = gradients(one, [p]);
          expect(slopes[name]!.at(i).arraySync()).toEqual(wanted.arraySync());
        });
      });
    }),
    { numRuns: 5 },
  );
});

describe("layers of other kinds", () => {
  const layers: readonly (readonly [string, () => Layer, readonly number[]])[] = [
    ["multiHeadAttention", () => multiHeadAttention(4, 2, { causal: true }), [2, 3, 4]],
    ["gru", () => gru(4, 3), [2, 5, 4]],
  ];
  test.each(layers)("%s is called with others' weights", (_, make, shape) => {
    const models = [make(), make()];
    const x = random.normal([...shape], { seed: 3 });
    const outputs = vmap((tree: ParameterTree) => withParameters(models[0]!, tree)(x));
    models.forEach((model, i) => {
      const wanted = model.forward(x);
      expect(withParameters(models[0]!, parametersOf(model))(x).arraySync()).toEqual(
        wanted.arraySync(),
      );
      expectClose(outputs(stacked(models)).at(i), wanted, { absoluteTolerance: 1e-6 });
    });
  });
});

describe("a stack of models", () => {
  const nets = () => [1, 2, 3].map(() => sequential(dense(3, 4), batchNorm(4), dense(4, 1)));
  const answers = random.normal([5, 1], { seed: 4 }).realize();

  test.each([true, false])(
    "is trained at once, running statistics included, as each by itself, compiled: %s",
    (isCompiled) => {
      manualSeed(3);
      const models = nets();
      const stack = stacked(models);
      const one = models[0]!;
      const each = vmap((tree: ParameterTree) =>
        quadraticCost(withParameters(one, tree)(inputs) as Tensor, answers),
      );
      const stepOf = (cost: () => Tensor, optimizer: ReturnType<typeof adam>) => {
        const step = () => {
          cost().backward();
          optimizer.step();
        };
        return isCompiled ? compile(step) : step;
      };
      const together = stepOf(() => each(stack).sum(), adam(Object.values(stack)));
      for (let i = 0; i < 4; i++) together();
      const first = valuesOf(parametersOf(one));
      for (const model of models) {
        const cost = () => quadraticCost(model.forward(inputs), answers);
        const alone = stepOf(cost, adam(model.parameters()));
        for (let i = 0; i < 4; i++) alone();
      }
      expect(valuesOf(parametersOf(one))).not.toEqual(first);
      models.forEach((model, i) => {
        const cells = [...model.namedParameters(), ...model.namedBuffers()];
        expect(cells).toHaveLength(Object.keys(stack).length);
        for (const [name, p] of cells) {
          expect([name, stack[name]!.at(i).arraySync()]).toEqual([name, p.arraySync()]);
        }
      });
    },
  );

  test("is predicted with after evaluate(), each with its own statistics", () => {
    const models = nets();
    for (const model of models) {
      model.forward(random.normal([9, 3], { mean: 2 })).realize();
      model.evaluate();
    }
    const outputs = vmap((tree: ParameterTree) => withParameters(models[0]!, tree)(inputs));
    const all = outputs(stacked(models));
    models.forEach((model, i) => {
      expect(all.at(i).arraySync()).toEqual(model.forward(inputs).arraySync());
    });
  });

  test("without statistics would move those that all share, which is an error", () => {
    const models = nets();
    const { "1.running_mean": _, ...others } = stacked(models);
    const outputs = vmap((tree: ParameterTree) => withParameters(models[0]!, tree)(inputs));
    expect(() => outputs(others)).toThrow(
      'vmap: the function assigns to parameter "running_mean", which all examples share',
    );
  });

  test("has frozen buffers, frozen parameters frozen, a copy of all, and makes a model", () => {
    const models = nets();
    for (const model of models) freeze(model.layers[2]);
    freeze(models[0]!.layers[0]);
    const stack = stacked(models);
    const frozen = Object.keys(stack).filter((name) => stack[name]!.isFrozen);
    expect(frozen).toEqual(["2.weight", "2.bias", "1.running_mean", "1.running_var"]);
    models[0]!.layers[1].weight.assign([9, 9, 9, 9]);
    expect(stack["1.weight"]!.at(0).arraySync()).toEqual([1, 1, 1, 1]);
    const model = madeOf(stack);
    expect(model.namedParameters().map(([name]) => name)).toEqual(Object.keys(stack));
    expect(toSafetensors(model).length).toBeGreaterThan(0);
    expect(() => sgd(model.parameters(), { learningRate: 1 })).not.toThrow();
  });
});

describe("derivatives by parameters", () => {
  test("the neural tangent kernel is the product of the Jacobian with itself", () => {
    const model = sequential(dense(2, 3, { dtype: "float64" }), tanh);
    const x = random.normal([4, 2], { seed: 5, dtype: "float64" });
    const outputs = (tree: ParameterTree, one: Tensor) =>
      (withParameters(model, tree)(one.expandDims(0)) as Tensor).squeeze(0);
    const ofOne = (one: Tensor) =>
      jacobian((tree: ParameterTree) => outputs(tree, one))(parametersOf(model));
    const jacobians = vmap(ofOne)(x);
    const kernel = Object.values(jacobians).reduce(
      (sum: Tensor, j) => {
        const flat = j.reshape([4 * 3, -1]);
        return sum.add(flat.matmul(flat.transpose()));
      },
      tensor(0, { dtype: "float64" }),
    );
    // In closed form: (1 - y_i^2) (1 - z_i^2) (x x' + 1) for equal outputs i, 0 for others.
    const y = model.forward(x);
    const s = y.square().neg().add(1);
    const rows = x.arraySync();
    const wanted = rows.flatMap((a, m) =>
      [0, 1, 2].map((i) =>
        rows.flatMap((b, n) =>
          [0, 1, 2].map((j) => {
            const product = a[0]! * b[0]! + a[1]! * b[1]! + 1;
            return i === j ? s.at(m).at(i).itemSync() * s.at(n).at(j).itemSync() * product : 0;
          }),
        ),
      ),
    );
    expectClose(kernel, tensor(wanted, { dtype: "float64" }), { absoluteTolerance: 1e-12 });
  });

  test("go on through models in models' parameters, and through steps", () => {
    const inner = dense(2, 1, { dtype: "float64" });
    const x = tensor([[1, 2]], { dtype: "float64" });
    const w = parameter([[0.5], [-1]], { dtype: "float64" });
    inner.weight.assign(w.snapshot());
    const cost = (tree: ParameterTree) => (withParameters(inner, tree)(x) as Tensor).square().sum();
    const after = (rate: Tensor): Tensor => {
      const tree = parametersOf(inner);
      const slopes = grad(cost)(tree);
      const next = Object.keys(tree).map((name) => [
        name,
        tree[name]!.sub(slopes[name]!.mul(rate)),
      ]);
      return cost(Object.fromEntries(next) as ParameterTree);
    };
    // y = -1.5; each step takes 2 y (x x + 1) rate = 12 y rate off it.
    const rate = tensor(0.05, { dtype: "float64" });
    expectClose(after(rate), tensor((-1.5 * (1 - 12 * 0.05)) ** 2, { dtype: "float64" }));
    expectClose(
      grad(after)(rate),
      tensor(2 * 1.5 ** 2 * (1 - 12 * 0.05) * -12, { dtype: "float64" }),
    );
  });

  test("nested calls of one model are each by their own tree", () => {
    const layer = dense(1, 1);
    const tree = (w: number) => ({ weight: tensor([[w]]), bias: tensor([0]) });
    const outer = {
      ...madeOf({ layer }),
      forward: (x: Tensor) => layer.forward(withParameters(layer, tree(3))(x)) as Tensor,
    };
    const { weight, bias } = tree(5);
    const named = { "layer.weight": weight, "layer.bias": bias };
    expect(withParameters(outer, named)(tensor([[1]])).arraySync()).toEqual([[15]]);
    // Two parameters that stand for each other, and what is assigned to them.
    const [a, b] = [dense(1, 1), dense(1, 1)];
    a.weight.assign([[2]]);
    b.weight.assign([[7]]);
    const swapped = withParameters(
      {
        ...madeOf({ a, b }),
        forward: () => {
          a.weight.assign(a.weight.add(1));
          return a.weight.mul(b.weight) as Tensor;
        },
      },
      { "a.weight": b.weight, "a.bias": a.bias!, "b.weight": a.weight, "b.bias": b.bias! },
    );
    expect(swapped().arraySync()).toEqual([[16]]);
    expect([a.weight.arraySync(), b.weight.arraySync()]).toEqual([[[2]], [[8]]]);
  });
});

describe("what does not fit is an error that says what", () => {
  const model = sequential(dense(2, 3));
  const tree = parametersOf(model);
  const called = (other: object) => () => withParameters(model, other as ParameterTree);

  test("of trees", () => {
    expect(called({ "0.bias": tree["0.bias"] })).toThrow(
      'withParameters: "0.weight" is in the model, not in the tree',
    );
    expect(called({ ...tree, "1.bias": tensor([1]) })).toThrow(
      'withParameters: "1.bias" is in the tree, not in the model',
    );
    expect(called({ ...tree, "0.bias": tensor([1]) })).toThrow(
      new ShapeError('withParameters: "0.bias" is [1] in the tree, [3] in the model'),
    );
    expect(called(stacked([model, model]))).toThrow(
      'withParameters: "0.weight" is [2, 2, 3] in the tree, [2, 3] in the model; ' +
        "vmap gives the function one of a stack",
    );
    expect(called({ ...tree, "0.bias": tensor([1, 2, 3], { dtype: "float64" }) })).toThrow(
      'withParameters: "0.bias" is float64 in the tree, float32 in the model',
    );
    expect(called({ ...tree, "0.bias": 3 })).toThrow(
      'withParameters: "0.bias" is 3 in the tree, expected a tensor',
    );
    expect(called(tensor([1]))).toThrow("withParameters: the tree is a tensor");
  });

  test("of stacks", () => {
    expect(() => stacked([])).toThrow("stacked: got no model, expected a list of models");
    expect(() => stacked([model, sequential(dense(2, 4))])).toThrow(
      'stacked: "0.weight" is [2, 4] in model 1, [2, 3] in model 0',
    );
    const bare = sequential(dense(2, 3, { bias: false }));
    expect(() => stacked([model, bare])).toThrow('stacked: "0.bias" is in model 0, not in model 1');
    expect(() => stacked([bare, model])).toThrow('stacked: "0.bias" is in model 1, not in model 0');
    expect(() => stacked([model, sequential(dense(2, 3, { dtype: "float64" }))])).toThrow(
      'stacked: "0.weight" is float64 in model 1, float32 in model 0',
    );
  });
});
