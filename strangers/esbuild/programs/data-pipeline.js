import { from } from "@nabla/data";

const sums = [];
const pipeline = from([1, 2, 3, 4])
  .map((x) => x * x)
  .shuffle(4, 7)
  .batch(2);
for await (const batch of pipeline) sums.push(batch.sum().itemSync());
export const sum = sums[0] + sums[1];
