// Recurrent layers: lengths, states that are handed on, several layers, and cells.
import {
  compile,
  gradients,
  random,
  realize,
  scan,
  type Tensor,
  tensor,
  where,
  zeros,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { gru, gruCell, lstm, lstmCell, type Recurrent, rnn, rnnCell, summary } from "@nabla/nn";
import { describe, expect, test } from "vitest";

const dtype = "float64";
const deep = { layers: 2, bidirectional: true, dtype } as const;
const makers = { rnn, lstm, gru };

/** Of several tensors, computed in one run. */
const numbersOf = (...all: readonly Tensor[]): unknown[] => {
  realize(...all);
  return all.map((one) => one.arraySync());
};

describe.each(Object.entries(makers))("padding behind a sequence's end: %s", (_, make) => {
  const layer: Recurrent = make(2, 3, deep);
  const lengths = [3, 1, 0];
  const x = random.normal([3, 3, 2], { seed: 1, dtype });
  const isPadding = tensor(lengths.map((length) => [0, 1, 2].map((i) => [i >= length])));
  const padded = (value: number) => where(isPadding, tensor(value, { dtype }), x);
  /** Outputs, states and gradients. */
  const found = (given: Tensor): unknown => {
    const { outputs, state } = layer.unroll(given, undefined, { lengths });
    const cost = outputs.square().sum().add(state[0]!.sum());
    return numbersOf(outputs, ...state, ...gradients(cost, [...layer.parameters(), given]));
  };

  test("changes no bit, whatever stands there", () => {
    const own = found(padded(0));
    expect(found(padded(7))).toEqual(own);
    expect(found(padded(Number.NaN))).toEqual(own);
  });

  test("gives each sequence what it gives by itself, to the bit; behind it zeros", () => {
    const { outputs, state } = layer.unroll(x, undefined, { lengths });
    const [all, ...last] = numbersOf(outputs, ...state) as [number[][][], ...number[][][]];
    const start = layer.initialState(1).map((one) => one.arraySync());
    lengths.forEach((length, i) => {
      const alone = layer.unroll(x.slice(0, i, i + 1).slice(1, 0, Math.max(1, length)));
      const [own, ...ends] = numbersOf(alone.outputs, ...alone.state) as typeof last;
      expect(all[i]!.slice(0, length)).toEqual(length > 0 ? own![0] : []);
      expect(all[i]!.slice(length)).toEqual(new Array(3 - length).fill(new Array(6).fill(0)));
      expect(last.map((one) => [one[i]])).toEqual(length > 0 ? ends : start);
    });
  });

  test("gets no gradient", () => {
    const [g] = gradients(layer.forward(x, { lengths }).square().sum(), [x]);
    const isZero = g.equal(0).all(-1, { keepDims: true });
    expect(isZero.arraySync()).toEqual(isPadding.arraySync());
  });
});

test("the last outputs are those of each sequence's end, and backwards of its beginning", () => {
  const x = random.normal([2, 3, 2], { seed: 2, dtype });
  const lengths = [3, 1];
  const layer = gru(2, 4, { bidirectional: true, returns: "last", dtype });
  const { outputs } = layer.unroll(x, undefined, { lengths });
  const last = layer.forward(x, { lengths }).arraySync();
  lengths.forEach((length, i) => {
    const [all, first] = [length - 1, 0].map(
      (at) => (outputs.arraySync() as number[][][])[i]![at]!,
    );
    expect(last[i]).toEqual([...all!.slice(0, 4), ...first!.slice(4)]);
  });
});

test("lengths are data of a compiled function", () => {
  const layer = lstm(2, 3, { dtype });
  let traces = 0;
  const forward = compile((x: Tensor, lengths: Tensor) => {
    traces++;
    return layer.forward(x, { lengths });
  });
  const x = random.normal([2, 4, 2], { seed: 3, dtype });
  for (const lengths of [
    [4, 2],
    [1, 3],
    [0, 4],
  ]) {
    const given = tensor(lengths, { dtype: "int32" });
    expect(forward(x, given).arraySync()).toEqual(layer.forward(x, { lengths }).arraySync());
  }
  expect(traces).toBe(1);
  const beyond = tensor([4, 5], { dtype: "int32" });
  const expected = "lstm: lengths: index 5 is out of range, expected 0 to 4";
  expect(() => forward(x, beyond).arraySync()).toThrow(expected);
});

describe("a state that is handed on", () => {
  const x = random.normal([3, 5, 2], { seed: 4, dtype });

  test.each(Object.entries(makers))("makes two halves one sequence: %s", (_, make) => {
    const layer: Recurrent = make(2, 3, { layers: 3, dtype });
    const whole = layer.unroll(x);
    const first = layer.unroll(x.slice(1, 0, 2), layer.initialState(3));
    const second = layer.unroll(x.slice(1, 2), first.state);
    const [outputs, ...state] = numbersOf(whole.outputs, ...whole.state);
    const [before, after, ...last] = numbersOf(first.outputs, second.outputs, ...second.state);
    const both = (before as number[][][]).map((row, i) => [...row, ...(after as number[][][])[i]!]);
    expect(both).toEqual(outputs);
    expect(last).toEqual(state);
  });

  test.each([
    [rnn(2, 3, { dtype }), rnnCell(2, 3, { dtype })],
    [lstm(2, 3, { dtype }), lstmCell(2, 3, { dtype })],
    [gru(2, 3, { dtype }), gruCell(2, 3, { dtype })],
  ] as const)("in a loop over a cell is what the layer does", (layer, cell) => {
    const own = layer.namedParameters();
    cell.namedParameters().forEach(([name, p], i) => {
      expect(own[i]![0]).toBe(`${name}_l0`);
      p.assign(own[i]![1].snapshot());
    });
    const [state, outputs] = scan(
      (before: readonly Tensor[], element: Tensor) => {
        const next = cell.step(element, before);
        return [next, next[0]!] as const;
      },
      cell.initialState(3),
      x.permute([1, 0, 2]) as Tensor,
    );
    const wanted = (layer as Recurrent).unroll(x);
    expectClose(outputs.permute([1, 0, 2]), wanted.outputs, { absoluteTolerance: 1e-14 });
    wanted.state.forEach((one, i) => {
      expectClose(state[i]!, one, { absoluteTolerance: 1e-14 });
    });
  });
});

test("dropout leaves out outputs between layers, in training only", () => {
  const layer = gru(2, 50, { layers: 2, dropout: 0.5, dtype });
  const x = random.normal([1, 3, 2], { seed: 5, dtype });
  const [once, again] = [1, 2].map(() => layer.forward(x).arraySync());
  expect(again).not.toEqual(once);
  layer.evaluate();
  const whole = gru(2, 50, { layers: 2, dtype });
  whole.parameters().forEach((p, i) => p.assign(layer.parameters()[i]!.snapshot()));
  expect(layer.forward(x).arraySync()).toEqual(whole.forward(x).arraySync());
});

test("a table has layers of several with all their parameters", () => {
  const layer = lstm(3, 4, { layers: 2, bidirectional: true });
  // 4 gates of 4: inputs and state and two biases; the second layer is fed with both directions.
  const count = 2 * (16 * (3 + 4 + 2) + 16 * (8 + 4 + 2));
  expect(summary(layer, [1, 5, 3])).toContain(`lstm    [1, 5, 8]          ${count}`);
});

describe("mistakes", () => {
  const x = zeros([2, 4, 3]);
  const layer = lstm(3, 5);
  const of = (lengths: unknown) => () => layer.forward(x, { lengths: lengths as number[] });

  test.each([
    [of([4, 7]), "lstm: length 1 is 7, expected a whole number from 0 to the 4 steps that there"],
    [of([4, -1]), "lstm: length 1 is -1, expected a whole number from 0 to the 4 steps"],
    [of([1.5, 2]), "lstm: length 0 is 1.5, expected a whole number"],
    [of([4]), "lstm: got 1 lengths of 2 examples"],
    [of(3), "lstm: lengths are 3, expected a tensor or a list of numbers"],
    [of(tensor([4, 4])), "lstm: lengths are float32, expected int32 or uint8"],
    [of(tensor([[4]], { dtype: "int32" })), "lstm: lengths are [1, 1], expected [2]"],
    [() => layer.unroll(x, [zeros([2, 5])]), "lstm: 1 tensors of state, expected 2"],
    [
      () => layer.unroll(x, [zeros([2, 5]), zeros([5])]),
      "lstm: the state: expects [2, 5], got [5]",
    ],
    [
      () => gru(3, 5, { layers: 2, bidirectional: true }).unroll(x, layer.initialState(2)),
      "gru: 2 tensors of state, expected 4, for 2 layers in both directions",
    ],
    [
      () => gru(3, 5, { layers: 2 }).unroll(x, [zeros([2, 5])]),
      "gru: 1 tensors of state, expected 2, for 2 layers",
    ],
    [() => gru(3, 5, { dropout: 0.5 }), "gru: dropout is between layers, and there is 1"],
    [() => gru(3, 5, { layers: 0 }), "gru: layers is 0, expected a positive integer"],
    [() => layer.initialState(0), "lstm: examples is 0, expected a positive integer"],
    [
      () => gruCell(3, 5).forward(zeros([2, 4]) as never),
      "gruCell: expects 3 features, got [2, 4]",
    ],
    [
      () => lstmCell(3, 5).step(zeros([2, 3]), [zeros([2, 5])]),
      "lstmCell: 1 tensors of state, expected 2",
    ],
    [
      () => rnnCell(3, 5).step(zeros([2, 3]), [zeros([3, 5])]),
      "rnnCell: the state: expects [2, 5], got [3, 5]",
    ],
  ])("read well: %s", (call, message) => {
    expect(call).toThrow(message);
  });
});

test("a derivative by a tensor of an initial state is by none of the others", () => {
  const layer = lstm(3, 5, { layers: 2 });
  const state = layer.initialState(2);
  const cell = lstmCell(3, 5);
  const first = cell.initialState(2);
  for (const own of [state, first]) {
    const slopes = gradients(own[0]!.mul(2).add(own[1]!.mul(3)).sum(), [...own]);
    expect(slopes.map((slope) => slope.at(0).at(0).itemSync()).slice(0, 2)).toEqual([2, 3]);
  }
});
