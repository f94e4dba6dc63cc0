// The table of what training by many machines costs (docs/distributed.md): steps of this machine, by the
// formula of mpi-model.ts.
import { threads } from "@nabla/autograd";
import { modelTable } from "./mpi-model.ts";
import { inTurn, leNetStep, stepOf } from "./mpi-works.ts";
import { steps } from "./works.mjs";

/** A transformer's step: 8 texts of 512 tokens. */
const transformer = { parameters: 100e6, tokens: 8 * 512 };
/** Floating-point operations a second of a machine that is not this one. */
const fast = 50e12;

/** Prints the table. */
export function printTable(): void {
  threads(1);
  const [large, leNet] = [stepOf(steps.W4), leNetStep()];
  inTurn(20, large.run, leNet.run);
  const [ofLarge, ofLeNet] = inTurn(60, large.run, leNet.run).map((time) => time / 1000);
  const { sizes, batch } = steps.W4;
  // Forwards, and backwards to weights and to inputs, of which the first layer's are not needed.
  const operations = 2 * batch * (3 * large.size - sizes[0]! * sizes[1]!);
  const pace = operations / ofLarge!;
  const needed = 6 * transformer.parameters * transformer.tokens;
  console.log(`This machine, on one thread: ${(pace / 1e9).toFixed(0)} Gflop/s in the first.\n`);
  const table = modelTable([
    { name: "784-512-512-10, batch 128", parameters: large.size, seconds: ofLarge! },
    { name: "LeNet, batch 100", parameters: leNet.size, seconds: ofLeNet! },
    { name: "transformer, here", ...transformer, seconds: needed / pace },
    { name: "transformer, 50 Tflop/s", ...transformer, seconds: needed / fast },
  ]);
  console.log(table);
}
