// What goes on in time, each program until it has done what it can.

import { playing } from "./cart-pole.ts";
import { reading } from "./character-lstm.ts";
import { fitted, truth } from "./lotka-volterra.ts";
import { unexplained } from "./state-space.ts";

let isFound = true;
/** Says what has been reached. */
function check(what: string, reached: number, isReached: boolean): void {
  console.log(`${what}: ${reached.toPrecision(3)}`);
  if (isReached) return;
  console.error("that is not what it should be");
  isFound = false;
}

const { rates, errors } = fitted(40, 50);
rates.forEach((rate, i) => {
  console.log(`rate ${rate.toFixed(4)} ± ${errors[i]!.toFixed(4)}, in truth ${truth[i]}`);
});
const far = Math.max(...rates.map((rate, i) => Math.abs(rate - truth[i]!) / errors[i]!));
check("farthest from the truth, in error bars", far, far < 3.5);

// Sentences of 41 characters have four free choices, 7.6 nats: no model gets below 0.19 a character.
let cost = Number.POSITIVE_INFINITY;
let window = 0;
const texts = { texts: 16, window: 200, windows: 120, features: 128, learningRate: 0.01 };
for (cost of reading(texts)) {
  if (++window % 20 === 0) console.log(`window ${window}: ${cost.toFixed(3)} nats a character`);
}
check("nats a character", cost, cost < 0.4);

const left = unexplained(256, 8, 300);
check("part of the bell's ringing that is not foretold", left, left < 0.001);

let pushes = 0;
let step = 0;
for (pushes of playing({ episodes: 32, most: 200, steps: 80, learningRate: 0.01 })) {
  if (++step % 10 === 0) console.log(`step ${step}: the pole stays up for ${pushes} pushes`);
}
check("pushes of at most 200", pushes, pushes > 150);
if (!isFound) process.exitCode = 1;
