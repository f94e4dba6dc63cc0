// The check of gradients: that it finds what is wrong, and checks something.
import {
  argMax,
  customGradient,
  manualSeed,
  parameter,
  random,
  stopGradient,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { checkGradients } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";

describe("a wrong gradient", () => {
  test("finds a share that is missing, and says where", () => {
    const wrong = (x: Tensor) => x.mul(stopGradient(x));
    expect(() => checkGradients(wrong, [tensor([[0], [3]])])).toThrow(
      /^checkGradients: input 0, element \[1, 0\]: the gradient of the outputs' weighted sum is [-\d.]+, differences give [-\d.]+ \(step 0.00586\); 1 of 2 differ$/,
    );
  });

  test("finds a second derivative that is missing", () => {
    // The value of x^2 with the gradient 2x, which is a constant to the next derivative.
    const flat = (x: Tensor) => {
      const slope = stopGradient(x.mul(2));
      return x.mul(slope).sub(stopGradient(x.square()));
    };
    checkGradients(flat, [tensor([1, 2])]);
    expect(() => checkGradients(flat, [tensor([1, 2])], { order: 2 })).toThrow(
      /^checkGradients: second derivative, input 0, element \[\d\]: /,
    );
  });

  test("finds a rule that has a value and no derivative forwards", () => {
    // Right as a gradient, and not linear in what comes in.
    const f = customGradient(
      (x: Tensor) => x.mul(2),
      (g) => stopGradient(g).mul(2),
    );
    expect(() => checkGradients((x) => f(x), [tensor([1, 2])])).toThrow(
      /^checkGradients: input 0: along a fixed direction jvp gives 0, the gradient [-\d.]+: is a rule/,
    );
  });

  test("of a rule that has left out what comes in, though it is right for 1", () => {
    const forgetful = customGradient(
      (x: Tensor) => x.square(),
      (_, [x]) => x.mul(2),
    );
    expect(() => checkGradients((x) => forgetful(x), [tensor([3])])).toThrow(
      "checkGradients: input 0, element [0]: the gradient is 6, of twice the outputs 6: " +
        "a rule is not linear in g, the gradient of its output; has it left g out?",
    );
  });

  test("of one output is said as it is by hand", () => {
    const x = tensor([3], { dtype: "float64" });
    const wrong = (one: Tensor) => one.mul(stopGradient(one));
    expect(() => checkGradients(wrong, [x])).toThrow(
      /: the gradient is 3, differences give (6|6\.000\d*|5\.999\d*) \(step/,
    );
    // The derivative of x^2 is right, the next one is missing: 2 by hand.
    const flat = (one: Tensor) => one.mul(stopGradient(one.mul(2))).sub(stopGradient(one.square()));
    expect(() => checkGradients(flat, [x], { order: 2 })).toThrow(
      /second derivative, input 0, element \[0\]: the gradient is 0, differences give (2|1\.999\d*|2\.000\d*) \(/,
    );
  });

  test("does not let NaN pass", () => {
    expect(() => checkGradients((x) => x.sub(5).sqrt(), [tensor([1])])).toThrow(/NaN/);
    // Infinite on one side of 0, and no number on the other.
    expect(() => checkGradients((x) => x.sqrt(), [tensor([0])])).toThrow(/gives? .*NaN/);
  });

  test("along directions, where there are many elements", () => {
    const xs: readonly [Tensor] = [
      tensor(Float64Array.from({ length: 300 }, (_, i) => Math.sin(i))),
    ];
    checkGradients((x) => x.sin(), xs);
    expect(() => checkGradients((x) => x.mul(stopGradient(x)), xs)).toThrow(
      /along random direction/,
    );
  });

  test("names an integer input", () => {
    expect(() => checkGradients((x) => x.add(1), [tensor([1], { dtype: "int32" })])).toThrow(
      "checkGradients: input 0 is int32, expected float32 or float64; only numbers with fractions have gradients",
    );
  });
});

describe("parameters that f captures", () => {
  const x = tensor([0.5, -2], { dtype: "float64" });
  /** x w, whose gradient to w is a factor too large. */
  const layerOf = (factor: number) => {
    const w = parameter([3, 4], { name: "w", dtype: "float64" });
    const product = customGradient(
      (a: Tensor, b: Tensor) => a.mul(b),
      (g, [a, b]) => [g.mul(b), g.mul(a).mul(factor)],
    );
    return { w, forward: (input: Tensor) => product(input, w) };
  };

  test("are checked where they are given as parameters, and keep their values", () => {
    const [right, wrong] = [layerOf(1), layerOf(2)];
    const check = ({ w, forward }: typeof right) =>
      checkGradients(forward, [x], { parameters: [w], order: 2 });
    check(right);
    expect(() => check(wrong)).toThrow(
      /^checkGradients: parameter "w", element \[1\]: the gradient .*; 2 of 4 differ$/,
    );
    for (const { w } of [right, wrong]) expect(w.arraySync()).toEqual([3, 4]);
    // Nothing but parameters will do as well.
    checkGradients(() => right.forward(x), [], { parameters: [right.w] });
  });

  test("are no inputs: f would not depend on them", () => {
    const { w, forward } = layerOf(2);
    expect(() => checkGradients((y: Tensor) => forward(x).add(y.rank), [w])).toThrow(
      "checkGradients: f does not depend on input 0; " +
        "parameters that f captures are an option: { parameters: layer.parameters() }",
    );
    const other = parameter([1], { name: "other", dtype: "float64" });
    expect(() => checkGradients(forward, [x], { parameters: [w, other] })).toThrow(
      'f does not depend on parameter "other"',
    );
  });

  test("must have the digits that differences need", () => {
    const w = parameter([3, 4], { name: "w" });
    expect(() => checkGradients((y) => y.mul(w), [x], { parameters: [w] })).toThrow(
      'checkGradients: parameter "w" is float32, expected float64, in which differences have ' +
        'digits; make it, or its layer, with { dtype: "float64" }',
    );
  });
});

describe("a function", () => {
  const x = tensor([1.25, 2.75]);

  test("that depends on its input and is flat is right, also where the input has no elements", () => {
    checkGradients((y: Tensor) => y.round(), [x]);
    checkGradients((y: Tensor) => y.mul(0), [x], { order: 2 });
    checkGradients((y: Tensor) => y.sum(), [tensor([])]);
  });

  test("is called a few times, however many elements there are", () => {
    let calls = 0;
    const f = (y: Tensor) => {
      calls++;
      return y.sin();
    };
    checkGradients(f, [tensor([1])], { order: 2 });
    const ofOne = calls;
    calls = 0;
    checkGradients(f, [tensor([1, 2, 3, 4, 5, 6, 7, 8, 9])], { order: 2 });
    expect(calls).toBe(ofOne);
  });

  test("that reads values is called for each difference, and one that is another when traced refused", () => {
    const steepest = (y: Tensor) => y.mul(Math.sign(y.sum().itemSync()));
    checkGradients(steepest, [x]);
    const frozen = (y: Tensor) => y.mul(y.sum().itemSync());
    expect(() => checkGradients(frozen, [x])).toThrow(/, element \[0\]: the gradient .*; 2 of 2/);
    const changing = (y: Tensor) => {
      const total = y.sum();
      try {
        total.itemSync();
      } catch {
        return y.mul(total);
      }
      return y.square();
    };
    expect(() => checkGradients(changing, [x])).toThrow("other values when compile() traces it");
    const failing = (y: Tensor) => {
      if (!y.toString().includes("1")) throw new TypeError("no values");
      return y.square();
    };
    expect(() => checkGradients(failing, [x])).toThrow("no values");
  });

  test.each<[string, () => unknown, string]>([
    [
      "ignores an input",
      () => checkGradients((a, b) => a.mul(b.size), [x, x]),
      "f does not depend on input 1",
    ],
    [
      "has integers",
      () => checkGradients((a) => argMax(a, 0), [x]),
      "f gives int32, expected float32",
    ],
    [
      "draws",
      () => checkGradients((a) => a.mul(random.uniform([])), [x]),
      "f gives another value for the same inputs",
    ],
  ])("that %s is refused", (_, check, message) => {
    manualSeed(1);
    expect(check).toThrow(`checkGradients: ${message}`);
  });

  // What only a compiler would have refused.
  const loose = checkGradients as (...given: unknown[]) => void;
  const id = (a: unknown) => a;
  test.each<[string, unknown[]]>([
    ["f is a tensor of shape [2], expected a function", [x, [x]]],
    ["inputs are a tensor of shape [2], expected a list of tensors: [x]", [id, x]],
    ["input 0 is 3, expected a tensor", [id, [3]]],
    ["f gives a promise (await it first), expected a tensor", [async (a: unknown) => a, [x]]],
    ["f gives undefined, expected a tensor", [() => {}, [x]]],
    ["f gives an array, expected a tensor", [(a: unknown) => [a], [x]]],
    ["f gives 1, expected a tensor", [() => 1, [x]]],
    ['there is no option "tolerance", expected order, epsilon,', [id, [x], { tolerance: 1 }]],
    ["order is 3, expected 1 or 2", [id, [x], { order: 3 }]],
    ["parameters are a tensor of shape [2], expected a list", [id, [x], { parameters: x }]],
    [
      "parameters has a tensor of shape [2] at 0, expected a parameter",
      [id, [x], { parameters: [x] }],
    ],
    ["there is nothing to check: neither inputs nor parameters", [id, []]],
  ])("%s", (message, given) => {
    expect(() => loose(...given)).toThrow(`checkGradients: ${message}`);
  });
});
