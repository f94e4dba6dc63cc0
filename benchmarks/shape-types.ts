// What the shape types cost: how long the compiler takes for many operations whose shapes all differ,
// which its caches do not help with. Run it by
//   node --import tsx benchmarks/shape-types.ts
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
// Inside the repository, where the packages are found; not in the sources, where git would see it.
const folder = `${root}node_modules/.cache/shape-types/`;

/** One statement an operation; `i` is in its shapes. */
const operations: Readonly<Record<string, (i: number) => string>> = {
  zeros: (i) => `zeros([${100 + i}, ${10 + i}])`,
  tensor: (i) => `tensor([[${i}, 2, 3], [4, 5, 6]])`,
  add: (i) => `zeros([${10 + i}, ${30 + i}]).add(zeros([${30 + i}]))`,
  matmul: (i) => `zeros([${10 + i}, ${700 + i}]).matmul(zeros([${700 + i}, ${20 + i}]))`,
  sum: (i) => `zeros([${10 + i}, ${30 + i}, 3]).sum(-2)`,
  reshape: (i) => `zeros([${100 + i}, 28, 28]).reshape([${100 + i}, 784])`,
  "reshape, -1": (i) => `zeros([${100 + i}, 784]).reshape([-1, 28, 28])`,
  flatten: (i) => `zeros([${100 + i}, 28, ${28 + i}]).flatten(1)`,
  permute: (i) => `zeros([${100 + i}, 28, ${28 + i}]).permute([2, 0, 1])`,
  transpose: (i) => `zeros([${100 + i}, ${28 + i}]).transpose()`,
  slice: (i) => `zeros([${60000 + i}, 784]).slice(0, ${50000 + i}, 60000)`,
  concat: (i) => `concat([zeros([${100 + i}, 3]), zeros([${20 + i}, 3])])`,
  stack: (i) => `stack([zeros([${100 + i}, 3]), zeros([${100 + i}, 3])])`,
  gather: (i) => `zeros([${60000 + i}, 784]).gather(0, zeros([${100 + i}]))`,
  conv2d: (i) =>
    `conv2d(zeros([${100 + i}, 3, ${28 + i}, 28]), zeros([${20 + i}, 3, 5, 3]), { stride: 2, padding: 1 })`,
  maxPool: (i) => `maxPool(zeros([${100 + i}, 3, ${28 + i}, 28]), 2)`,
  quadraticCost: (i) => `quadraticCost(zeros([${100 + i}, 10]), zeros([${100 + i}, 10]))`,
};

const kinds = Object.values(operations);
const statements = (count: number, of: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => `const v${i} = ${of(i)};`).join("\n");
const mixed = (i: number): string => kinds[i % kinds.length]!(i);

const cases: Record<string, string> = {
  "nothing but the imports": "",
  "500 mixed operations, distinct": statements(500, mixed),
  "500 mixed operations, repeated": statements(500, (i) => mixed(i % kinds.length)),
  "500 matmul and add, sizes number": `declare const n: number;\n${statements(500, () => "zeros([n, n]).matmul(zeros([n, n])).add(zeros([n]))")}`,
  "chain of 200 x (matmul, add, relu)": `const y = zeros([10, 5])${Array.from({ length: 200 }, (_, i) => `.matmul(zeros([${5 + i}, ${6 + i}])).add(zeros([${6 + i}])).relu()`).join("")};`,
  "sequential of 50 dense layers": `const y = sequential(${Array.from({ length: 50 }, (_, i) => `dense(${10 + i}, ${11 + i})`).join(", ")}).forward(zeros([32, 10]));`,
};
for (const [name, operation] of Object.entries(operations)) {
  cases[`500 x ${name}, distinct`] = statements(500, operation);
}

const imports = `import { concat, conv2d, maxPool, stack, tensor, zeros } from "@nabla/autograd";
import { dense, quadraticCost, sequential } from "@nabla/nn";
export { concat, conv2d, dense, maxPool, quadraticCost, sequential, stack, tensor, zeros };
`;
mkdirSync(folder, { recursive: true });
console.log("check time  total time  memory      instantiations");
for (const [name, source] of Object.entries(cases)) {
  writeFileSync(`${folder}case.ts`, imports + source);
  const options = { extends: `${root}tsconfig.base.json`, files: ["case.ts"] };
  const compilerOptions = { noEmit: true, isolatedDeclarations: false, noUnusedLocals: false };
  writeFileSync(`${folder}tsconfig.json`, JSON.stringify({ ...options, compilerOptions }));
  const flags = ["-p", folder, "--extendedDiagnostics", "--singleThreaded"];
  const compile = (): string =>
    execFileSync(`${root}node_modules/.bin/tsc`, flags, { encoding: "utf8" });
  // The fastest of three: a busy machine only adds time.
  const figures = (label: string, reports: readonly string[]): number[] =>
    reports.map((text) =>
      Number.parseFloat(new RegExp(`^${label}:\\s*(\\S+)`, "m").exec(text)![1]!),
    );
  const reports = [compile(), compile(), compile()];
  const figure = (label: string, width: number, unit: string): string =>
    `${Math.min(...figures(label, reports))} ${unit}`.padEnd(width);
  const times = figure("Check time", 12, "s") + figure("Total time", 12, "s");
  console.log(times + figure("Memory used", 12, "KB") + figure("Instantiations", 16, "") + name);
}
rmSync(folder, { recursive: true });
