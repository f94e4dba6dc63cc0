// Two networks that make what they have seen examples of: digits, and points of a ring.
import { manualSeed, random } from "@nabla/autograd";
import { loadMnist } from "@nabla/mnist-demo";
import { adam, fit } from "@nabla/nn";
import { charactersOf, plotted } from "./characters.ts";
import { adversaries } from "./gan.ts";
import { drawn, trainingBy, variationalAutoencoder } from "./vae.ts";

let isFound = true;
/** Says what has been reached. */
function check(what: string, reached: number, isReached: boolean): void {
  console.log(`${what}: ${reached.toPrecision(3)}`);
  if (isReached) return;
  console.error("that is not what it should be");
  isFound = false;
}

manualSeed(1);
const { train } = await loadMnist();
const images = train.images.slice(0, 0, 10_000).reshape([-1, 784]).div(255).realize();
const autoencoder = variationalAutoencoder({ pixels: 784, hidden: 128, code: 8 });
const optimizer = adam(autoencoder.parameters(), { learningRate: 0.003 });
let cost = Number.POSITIVE_INFINITY;
for await (const report of fit(autoencoder, { images }, trainingBy(optimizer, 4, 100))) {
  const { reconstruction, divergence } = report.costs;
  console.log(
    `epoch ${report.epoch}: reconstruction ${reconstruction!.toFixed(1)}, ` +
      `divergence ${divergence!.toFixed(1)} nats an image`,
  );
  ({ cost } = report);
}
const digits = drawn(autoencoder, 4, 1).reshape([4, 28, 28]).arraySync() as number[][][];
console.log(charactersOf(digits));
// Pixels that are drawn by how often each is set alone cost 206 nats.
check("nats a digit", cost, cost < 150);

const { generated, step } = adversaries({
  hidden: 32,
  noise: 4,
  batchSize: 64,
  learningRate: 0.002,
});
for (let i = 1; i <= 1000; i++) {
  const { generator, discriminator } = await step();
  if (i % 500 === 0) {
    console.log(
      `step ${i}: generator ${generator.cost.toFixed(2)}, ` +
        `discriminator ${discriminator.cost.toFixed(2)}`,
    );
  }
}
const points = generated(400, random.key());
console.log(plotted(points.arraySync() as number[][]));
const far = points.square().sum(1).sqrt().sub(1).abs().mean().itemSync();
check("mean distance from the ring", far, far < 0.15);
if (!isFound) process.exitCode = 1;
