// How far sums of many float32 numbers are off: a section of docs/accuracy.md, which ulp.ts writes.
import { full, logSumExp, random, type Tensor } from "@nabla/autograd";

const lengths = [1000, 60_000, 1_000_000, 20_000_000];

/** The largest error of an element, in relation to it. */
function worst(given: Tensor, right: Tensor): number {
  const [values, exact] = [given.dataSync(), right.dataSync()];
  let most = 0;
  for (let i = 0; i < exact.length; i++) {
    const error = Math.abs(values[i]! / exact[i]! - 1);
    if (!(error <= most)) most = error;
  }
  return most;
}

/** What is summed, of a column of numbers. */
const sums: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
  ["`x.T @ x`", (x) => x.transpose().matmul(x)],
  ["`sum`", (x) => x.sum()],
  ["`sum(0)` of 3 columns", (x) => x.mul(full([1, 3], 1)).sum(0)],
  ["`cumSum`", (x) => x.cumSum(0)],
  ["`logSumExp`", (x) => logSumExp(x)],
];

/** The section, with its table. */
export function longSums(): string {
  const rows = lengths.flatMap((length) => {
    const columns = [
      ["0.1", full([length, 1], 0.1).realize()],
      ["0 to 1", random.uniform([length, 1], { seed: 1 }).realize()],
    ] as const;
    return columns.map(([what, x]) => {
      const errors = sums.map(([, sum]) => {
        const error = worst(sum(x), sum(x.cast("float64")));
        return error.toExponential(1);
      });
      return `| ${[length, what, ...errors].join(" | ")} |`;
    });
  });
  return `## Long sums

Products of matrices, convolutions, sums and what is made of them (means, norms) are added up in blocks: a running
total takes at most 512 elements or products in the dtype itself, and is then added to a total in float64, so that errors do
not grow with the length. Where blocks begin depends on the shape alone
(\`engine/kernel/reduction.ts\`): results have the same bits on any number of threads, and both back ends keep the
order. Running totals (\`cumSum\`, \`cumProd\`) of float32 are kept in float64, and each is rounded.
Relative errors of float32, the largest of an element, against float64:

| elements | of | ${sums.map(([name]) => name).join(" | ")} |
|---|---|${sums.map(() => "---|").join("")}
${rows.join("\n")}
`;
}
