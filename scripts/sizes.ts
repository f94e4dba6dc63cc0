/**
 * What the packages weigh in a bundle, and how long the compiler takes for programs that use them:
 * writes docs/sizes.md; with --bundles only what bundles weigh. The programs and their limits are those
 * of strangers/esbuild, where it is the packed packages that are bundled.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundle } from "../strangers/esbuild/bundle.js";
import { obstacles } from "./sizes/obstacles.js";

const root = fileURLToPath(new URL("../", import.meta.url));
// Inside the repository, where the packages are found; not in the sources, where git would see it.
const cache = `${root}node_modules/.cache/sizes/`;
const stranger = `${root}strangers/esbuild/`;

interface Program {
  readonly file: string;
  readonly what: string;
  readonly mostBytes: number;
}
const programs: readonly Program[] = JSON.parse(readFileSync(`${stranger}programs.json`, "utf8"));

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);

/** A table's rows, first its head. */
function table(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const [head, ...body] = rows;
  const rule = head!.map((_, i) => (i === 0 ? "---" : "---:"));
  return [head!, rule, ...body].map(line).join("\n");
}

async function bundles(): Promise<string> {
  const rows = [["program", "minified, kB", "gzip, kB", "limit, kB"]];
  for (const { file, what, mostBytes } of programs) {
    const { bytes, gzipBytes } = await bundle(`${stranger}programs/${file}`);
    rows.push([what, ...[bytes, gzipBytes, mostBytes].map(kilobytes)]);
  }
  return table(rows);
}

/** Folders of the sources, and what is in them for a reader of the sizes. */
const parts: Readonly<Record<string, string>> = {
  "autograd/src/engine/planned": "what is kept from run to run: plans, parameters, constants",
  "autograd/src/engine/wasm": "writing WebAssembly, memory, threads",
  "autograd/src/engine/plan": "from a graph to kernels: fusion, order, memory",
  "autograd/src/engine/kernel": "the language of kernels; functions such as `exp` and `erf`",
  "autograd/src/engine/reference": "plain JavaScript, for hosts without vectors",
  "autograd/src/engine": "`realize`, and the rest of the engine",
  "autograd/src/ops": "operations and their gradients",
  "autograd/src/matrix": "algorithms of linear algebra",
  "autograd/src/tensor": "tensors, parameters, their methods",
  "autograd/src/graph": "nodes, shapes and their messages",
  "autograd/src/scalar": "what one element is",
  "autograd/src/autodiff": "gradients, batching",
  "nn/src": "layers, costs, optimisers",
};

/** What a bundle is made of, in bytes, by the parts of the sources; the whole and the loop. */
async function breakdown(): Promise<string> {
  const columns = await Promise.all(
    ["autograd.js", "training-loop.js"].map(async (file) => {
      const { inputs } = await bundle(`${stranger}programs/${file}`, {
        conditions: ["@nabla/source"],
      });
      const bytesOf = new Map<string, number>();
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const part = Object.keys(parts).find((name) => path.includes(`packages/${name}/`));
        if (part) bytesOf.set(part, (bytesOf.get(part) ?? 0) + bytesInOutput);
      }
      return bytesOf;
    }),
  );
  const rows = Object.entries(parts).map(([name, what]) => [
    `\`${name.replace("/src", "")}\`: ${what}`,
    ...columns.map((bytesOf) => kilobytes(bytesOf.get(name) ?? 0)),
  ]);
  return table([["part", "the whole, kB", "the training loop, kB"], ...rows]);
}

/** What keeps the training loop from being smaller. */
async function obstaclesSection(): Promise<string> {
  const loop = `${stranger}programs/training-loop.js`;
  const found = await obstacles(loop);
  const { gzipBytes } = await bundle(loop);
  const rest = found.reduce((bytes, one) => bytes - one.bytes, gzipBytes);
  const rows = found.map(({ what, bytes }) => [what, kilobytes(bytes)]);
  return `The goal for the training loop is 40 kB. The largest parts that it does not need or hardly needs, and how much smaller its bundle would be without each:

${table([["part", "gzip, kB"], ...rows])}

Without all of these it would still be about ${kilobytes(rest)} kB: graph, gradients, planner and code generator. A bundle of 40 kB needs a smaller engine, not a better bundler. Why each part stays:

- **Methods.** A bundler cannot know which methods of a class are called. An entry without methods would break programs that get their tensors from another package and call \`x.add(y)\`; a bundler plugin that collects the names of called methods would work for one bundler, and fail for computed names. Functions alone are in the bundle only if they are called.
- **Functions that WebAssembly lacks.** \`x.tanh()\` and \`x.lgamma()\` are methods, so these stay as long as methods do.
- **Error texts.** Errors say what was given, what was expected and where; codes would need a table to read them.
- **Threads and awaited runs.** \`await x.data()\` uses them in each program.
- **The reference.** It must be there before the first synchronous read. Top-level \`await import()\` could load it in time, but \`require\` and bundles that are classic scripts would no longer work.
- **Long names.** The names of properties could be shortened when the packages are built, but then printed objects, stack traces and profiles would show them, and many are public in \`@nabla/autograd/backend\`.
- **Call sites.** They are recorded before anyone calls \`findNaN\`.`;
}

/** What `tsc` says of its work on a program, the fastest of three: a busy machine only adds time. */
function compilation(file: string): readonly string[] {
  const options = { extends: `${root}examples/tsconfig.json`, files: [file], include: [] };
  writeFileSync(`${cache}tsconfig.json`, JSON.stringify(options));
  const flags = ["-p", cache, "--extendedDiagnostics", "--singleThreaded"];
  const reports = [1, 2, 3].map(() =>
    execFileSync(`${root}node_modules/.bin/tsc`, flags, { encoding: "utf8" }),
  );
  const least = (label: string): number => {
    const pattern = new RegExp(`^${label}:\\s*(\\S+)`, "m");
    return Math.min(...reports.map((text) => Number.parseFloat(pattern.exec(text)![1]!)));
  };
  return [
    least("Check time").toFixed(2),
    least("Total time").toFixed(2),
    (least("Memory used") / 1024).toFixed(0),
    String(least("Instantiations")),
  ];
}

/** The examples' programs; what tests them has a test runner's types to read as well. */
function compilations(): string {
  mkdirSync(cache, { recursive: true });
  const found = readdirSync(`${root}examples`, { recursive: true, encoding: "utf8" });
  const examples = found
    .filter((path) => /^[^/]+\/[^/]+\.ts$/.test(path) && !path.endsWith(".test.ts"))
    .toSorted();
  const rows = [["program", "check, s", "in all, s", "memory, MiB", "instantiations"]];
  const nothing = `${cache}nothing.ts`;
  writeFileSync(
    nothing,
    'import * as autograd from "@nabla/autograd";\nimport * as nn from "@nabla/nn";\nexport { autograd, nn };\n',
  );
  rows.push(["nothing but the imports", ...compilation(nothing)]);
  for (const path of examples) rows.push([path, ...compilation(`${root}examples/${path}`)]);
  rmSync(cache, { recursive: true });
  return table(rows);
}

function checksSection(): string {
  const version = execFileSync(`${root}node_modules/.bin/tsc`, ["--version"], { encoding: "utf8" });
  return `## Type checks

The programs under [\`examples\`](../examples/README.md) against the packages' declarations, by one thread of TypeScript ${version.replace("Version", "").trim()}, the fastest of three. The first row imports the packages and does nothing. \`pnpm bench:types\` has what each kind of operation costs.

${compilations()}
`;
}

const { values } = parseArgs({ options: { bundles: { type: "boolean", default: false } } });
const page = `${root}docs/sizes.md`;
const before = readFileSync(page, "utf8");
const checks = values.bundles ? before.slice(before.indexOf("## Type checks")) : checksSection();

writeFileSync(
  page,
  `# Sizes

What programs weigh that use the packages, bundled and minified by esbuild, and how long the compiler takes for them. \`pnpm sizes\` wrote this page, on Node ${process.version.slice(1)}; a kB is 1000 bytes.

## Bundles

${await bundles()}

\`pnpm strangers esbuild\` bundles the same programs from the packed packages, and fails where one is beyond its limit ([programs](../strangers/esbuild/programs.json)). That of the whole of \`@nabla/nn\` is what has all costs, all metrics and all that writes reports down in it: a program carries those that it names. A package that a program does not import, or imports and does not use, adds nothing to it: the same command checks that.

The package is two modules (one is shared with \`@nabla/autograd/backend\`) whose parts a bundler can leave out: functions that are not called, with the operations that only they need, and with what plans, runs and differentiates loops and convolutions, which \`scan\`, \`conv2d\` and the like bring along. Methods cannot be left out; therefore linear algebra, windows, \`einsum\`, \`random\`, \`compile\`, \`vmap\` and the like are functions only. [More on what stays](#what-keeps-bundles-from-being-smaller).

What the parts weigh, minified and not compressed (gzip makes somewhat more than a third of it):

${await breakdown()}

## What keeps bundles from being smaller

${await obstaclesSection()}

${checks}`,
);
