// Random training in which steps fail: what a step that fails leaves is what was there before it,
// to the last bit, and the next step works. In statements that nothing holds together, those before
// the one that throws have been: draws were drawn, and a schedule is asked after the forward pass.
import { isDeepStrictEqual } from "node:util";
import {
  compile,
  guard,
  manualSeed,
  type Parameter,
  random,
  relu,
  setBackend,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import {
  adaDelta,
  adaGrad,
  adam,
  adamW,
  batchNorm,
  clipGradNorm,
  crossEntropy,
  dense,
  dropout,
  fit,
  layerNorm,
  lion,
  type Optimizer,
  rmsProp,
  type Schedule,
  sequential,
  sgd,
  toSafetensors,
} from "@nabla/nn";
import fc from "fast-check";

/** What makes a step fail. */
const faults = ["label", "low label", "NaN", "schedule", "beforeStep"] as const;

/**
 * By `fit`, which compiles or does not; or in a loop of one's own, compiled, or of statements, where
 * the cost is read before the step, or not.
 */
const ways = ["fit", "fit statements", "compiled", "statements", "statements, cost first"] as const;

/** One training, and where it fails. */
export interface RandomTraining {
  readonly backend: "wasm" | "reference";
  readonly seed: number;
  readonly parts: readonly ("batchNorm" | "dropout" | "layerNorm" | "relu")[];
  readonly optimizer: keyof typeof optimizers;
  readonly isScheduled: boolean;
  readonly isClipped: boolean;
  readonly way: (typeof ways)[number];
  /** Of each step, what is wrong with it. */
  readonly steps: readonly ((typeof faults)[number] | "right")[];
}

const optimizers = {
  sgd: (p: readonly Parameter[], learningRate: Schedule | number) => sgd(p, { learningRate }),
  momentum: (p: readonly Parameter[], learningRate: Schedule | number) =>
    sgd(p, { learningRate, momentum: 0.9, nesterov: true }),
  adam: (p: readonly Parameter[], learningRate: Schedule | number) => adam(p, { learningRate }),
  adamW: (p: readonly Parameter[], learningRate: Schedule | number) => adamW(p, { learningRate }),
  rmsProp: (p: readonly Parameter[], learningRate: Schedule | number) =>
    rmsProp(p, { learningRate, momentum: 0.5 }),
  adaGrad: (p: readonly Parameter[], learningRate: Schedule | number) =>
    adaGrad(p, { learningRate }),
  adaDelta: (p: readonly Parameter[], learningRate: Schedule | number) =>
    adaDelta(p, { learningRate }),
  lion: (p: readonly Parameter[], learningRate: Schedule | number) => lion(p, { learningRate }),
};

export const randomTrainings: fc.Arbitrary<RandomTraining> = fc.record({
  backend: fc.constantFrom("wasm", "reference"),
  seed: fc.integer({ min: 0, max: 1000 }),
  parts: fc.uniqueArray(fc.constantFrom("batchNorm", "dropout", "layerNorm", "relu")),
  optimizer: fc.constantFrom(...(Object.keys(optimizers) as (keyof typeof optimizers)[])),
  isScheduled: fc.boolean(),
  isClipped: fc.boolean(),
  way: fc.constantFrom(...ways),
  steps: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant("right" as const) },
      { weight: 1, arbitrary: fc.constantFrom(...faults) },
    ),
    { minLength: 1, maxLength: 8 },
  ),
});

type Step = RandomTraining["steps"][number];

/** A model, its optimiser, and a step on the batch of that number. */
function trainingOf(training: RandomTraining) {
  manualSeed(training.seed);
  const model = sequential(
    dense(3, 4),
    ...(training.parts.map((part) => {
      if (part === "batchNorm") return batchNorm(4);
      if (part === "layerNorm") return layerNorm(4);
      return part === "dropout" ? dropout(0.5) : relu;
    }) as []),
    dense(4, 3),
  );
  let wrong: Step = "right";
  const schedule = (step: number) => (wrong === "schedule" ? Number.NaN : 0.05 / (1 + step));
  const rate = training.isScheduled ? schedule : 0.05;
  const optimizer: Optimizer = optimizers[training.optimizer](model.parameters(), rate);
  const cost = (outputs: Tensor, labels: Tensor) =>
    guard(crossEntropy(outputs, labels), (known) => {
      if (wrong === "beforeStep") throw new RangeError("refused");
      if (Number.isNaN(known.itemSync())) throw new RangeError("NaN");
    });
  const statements = (x: Tensor<[4, 3]>, labels: Tensor) => {
    const total = cost(model.forward(x), labels);
    total.backward();
    if (training.way === "statements, cost first") total.itemSync();
    if (training.isClipped) clipGradNorm(optimizer.parameters, 0.1);
    optimizer.step();
  };
  const own = training.way === "compiled" ? compile(statements) : statements;
  const batchOf = (position: number) => {
    const x = random.normal([4, 3], { seed: 10 * training.seed + position }).arraySync();
    if (wrong === "NaN") x[1]![1] = Number.NaN;
    const third = { label: 3, "low label": -1 }[wrong as string] ?? 2;
    return { inputs: tensor(x), targets: tensor([0, 1, third, 0], { dtype: "int32" }) };
  };
  const take = async (position: number, what: Step): Promise<void> => {
    wrong = what;
    const batch = batchOf(position);
    if (!training.way.startsWith("fit")) return own(batch.inputs as Tensor<[4, 3]>, batch.targets);
    const beforeStep = training.isClipped
      ? (parameters: readonly Parameter[]) => void clipGradNorm(parameters, 0.1)
      : undefined;
    const compiled = training.way === "fit";
    const options = { cost, optimizer, epochs: 1, compiled, ...(beforeStep && { beforeStep }) };
    await fit(model, [batch], options);
  };
  const state = () => ({
    model: Buffer.from(toSafetensors(model)).toString("hex"),
    optimizer: Buffer.from(toSafetensors(optimizer.state())).toString("hex"),
    random: random.state(),
    gradients: model.parameters().map(({ grad }) => grad?.arraySync() ?? null),
  });
  /** What the statements before the step do that no batch makes fail. */
  const before = (position: number) => {
    wrong = "right";
    model.forward(batchOf(position).inputs as Tensor<[4, 3]>);
  };
  return { take, before, state, draws: random.state() };
}

/** Takes all steps, and beside them, with another model, the right ones alone. */
export async function checkTraining(training: RandomTraining): Promise<void> {
  const before = random.state();
  setBackend(training.backend);
  try {
    const [troubled, untroubled] = [trainingOf(training), trainingOf(training)];
    let { draws } = untroubled;
    const isOfStatements = training.way.startsWith("statements");
    const afterFailure = (position: number, what: Step) => {
      if (isOfStatements && what === "schedule") untroubled.before(position);
      const state = untroubled.state();
      const drawn = isOfStatements && training.parts.includes("dropout") ? 1 : 0;
      return { ...state, random: { ...draws, draws: draws.draws + drawn } };
    };
    /** Both draw the same: each goes on where the other began. */
    const from = <Result>(act: () => Result): Result => {
      random.restore(draws);
      return act();
    };
    for (const [position, what] of training.steps.entries()) {
      const name = `step ${position}, ${what}`;
      const isRight = what === "right" || (what === "schedule" && !training.isScheduled);
      if (isRight) await from(() => untroubled.take(position, what));
      const wanted = isRight ? untroubled.state() : from(() => afterFailure(position, what));
      const error: unknown = await from(() => troubled.take(position, what)).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (isRight !== (error === undefined)) {
        throw new Error(`${name}: ${isRight ? `threw ${String(error)}` : "nothing was thrown"}`);
      }
      compareStates(name, troubled.state(), wanted);
      draws = wanted.random;
    }
  } finally {
    setBackend("wasm");
    random.restore(before);
  }
}

function compareStates(
  name: string,
  is: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): void {
  for (const part of Object.keys(wanted)) {
    if (isDeepStrictEqual(is[part], wanted[part])) continue;
    const [given, expected] = [is[part], wanted[part]].map((value) => JSON.stringify(value));
    throw new Error(`${name}: ${part} is ${given}, expected ${expected}`);
  }
}
