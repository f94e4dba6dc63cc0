// No option is ignored: every public function that takes options refuses a name that none of them has, and says
// which one is near.
import { type Parameter, parameter, setBackend, type Tensor, tensor } from "@nabla/autograd";
import { isPlainObject } from "@nabla/autograd/checks";
import * as nn from "@nabla/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { optionParameters } from "../../../scripts/api/option-parameters.ts";
import { type EdgeCall, edgeCalls } from "./edge-calls.ts";

// Where nothing is planned: every call is a new one.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

/** What the call refuses; undefined where it refuses nothing. */
async function refusal({ f }: EdgeCall, args: readonly unknown[]): Promise<string | undefined> {
  try {
    await f(...args);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const unknown = 'there is no option "noSuchOption"';

/** Whether it refuses another option in some of its arguments that are objects of options. */
async function refusesOthers(call: EdgeCall): Promise<boolean> {
  for (const [i, own] of call.args.entries()) {
    if (own !== undefined && !isPlainObject(own)) continue;
    const said = await refusal(call, call.args.with(i, { ...own, noSuchOption: 1 }));
    if (said?.includes(unknown)) return true;
  }
  return false;
}

const taking = optionParameters("nn");

test("there are functions with options", () => {
  expect(taking.size).toBeGreaterThan(120);
});

test.each([...taking.keys()])("%s refuses options that it does not have", async (name) => {
  const calls = edgeCalls.filter((one) => one.name === name);
  const refused = await Promise.all(calls.map(refusesOthers));
  expect(refused, "wants a call with options in edge-calls.ts, and checkOptions").toContain(true);
});

const w = (): readonly Parameter[] => [parameter([1, 2])];
const x: Tensor = tensor([[1, 2, 3]]);

test.each(edgeCalls.map((call) => [call.name, call] as const))(
  "%s takes the options that it has",
  async (_, call) => {
    expect((await refusal(call, call.args)) ?? "").not.toContain("there is no option");
  },
);

test.each<[given: string, call: (options: never) => unknown, options: object, expected: string]>([
  ["dense", (o) => nn.dense(3, 4, o), { activaton: "relu" }, "expected bias, initializer, dtype"],
  ["dense", (o) => nn.dense(3, 4, o), { Bias: false }, 'did you mean "bias"?'],
  ["sgd", (o) => nn.sgd(w(), o), { learningRate: 1, momentun: 0.9 }, 'did you mean "momentum"?'],
  [
    "adam",
    (o) => nn.adam([o], { learningRate: 1 }),
    { parameters: w(), learningrate: 1 },
    'did you mean "learningRate"?',
  ],
  ["lstm", (o) => nn.lstm(3, 4, o), { activation: nn.tanh }, '"activation"'],
  ["maxPooling2d", (o) => nn.maxPooling2d(2, o), { countIncludePad: true }, '"countIncludePad"'],
  ["convolution1d", (o) => nn.convolution1d(1, 1, 3, o), { outputPadding: 1 }, '"outputPadding"'],
  ["huber", (o) => nn.huber(x, x, o), { reducton: "sum" }, 'did you mean "reduction"?'],
  [
    "earlyStopping",
    (o) => nn.earlyStopping(o),
    { patience: 1, paitence: 2 },
    'did you mean "patience"?',
  ],
])("%s says which names there are, and which is near", (operation, call, options, expected) => {
  expect(() => call(options as never)).toThrow(new RegExp(`^${operation}: there is no option`));
  expect(() => call(options as never)).toThrow(expected);
});

describe("a rule of one's own", () => {
  interface Options {
    readonly learningRate: number;
    readonly strength: number;
  }
  const rule: nn.Rule<Options> = {
    name: "own",
    defaults: {},
    required: ["strength"],
    keeps: () => [],
    update: (p, { g, learningRate, options }) => p.sub(g.mul(learningRate).mul(options.strength)),
  };

  test("takes the options that it says are required, and no others", () => {
    const given = { learningRate: 1, strength: 2 };
    expect(() => nn.optimizerBy(rule, w(), given)).not.toThrow();
    expect(() => nn.optimizerBy(rule, w(), { ...given, strenght: 1 } as never)).toThrow(
      'own: there is no option "strenght", expected strength, learningRate; did you mean "strength"?',
    );
  });

  test("refuses to go without a required one", () => {
    expect(() => nn.optimizerBy(rule, w(), { learningRate: 1 })).toThrow(
      "own: strength is undefined, expected a value",
    );
  });
});
