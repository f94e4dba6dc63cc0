import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { doctest } from "./scripts/doctest/plugin.ts";
import { LongestFirst } from "./scripts/longest-first.ts";

const conditions = ["@nabla/source"];

/**
 * Tests that compare back ends, or are about one of them, or about none: files, draws, and what is
 * made of operations that other tests run on either.
 */
const once = [
  "approximations",
  "arguments",
  "attention-cache",
  "checkpoint",
  "cost-fixtures",
  "cost-options",
  "disk",
  "engine",
  "explain",
  "fit",
  "initializers",
  "later",
  "layer-gradients",
  "layers-table",
  "leaving",
  "long-sums",
  "memory",
  "metric-states",
  "mutated-files",
  "odeint",
  "operators",
  "plan",
  "products",
  "random",
  "random-training",
  "recurrent",
  "reductions",
  "reports",
  "resume",
  "safetensors",
  "safetensors-others",
  "schedules",
  "shape",
  "shared-modules",
  "shards",
  "shares",
  "small-draws",
  "studies",
  "summary",
  "testing",
  "threads",
  "thread-start",
  "thread-trial",
  "shape-messages",
  "wasm",
];

/** The packages whose operations run on several back ends. */
const several = "{autograd,data,distributions,images,nn,signal}";

/**
 * What takes long, or other processes: whole trainings, C compilers, ranks, kills, and pages in Chromium
 * (`pnpm test:processes`).
 */
const processes = [
  "packages/mnist-demo/test/{compare,evaluate,explain,page,report,train,training}.test.ts",
  "packages/playground/test/{examples,playground}.test.ts",
  "packages/autograd/test/{awaited,browser,hosts}.test.ts",
  "packages/images/test/page.test.ts",
  "packages/mpi/test/{faults,ranks}.test.ts",
  "packages/native/test/*.test.ts",
  "packages/signal/test/every-length.test.ts",
  "scripts/faults/faults.test.ts",
  "examples/webcam/webcam.test.ts",
];

/** What documentation says: its examples, links and generated pages, and `examples/` (`pnpm test:docs`). */
const documentation = [
  "examples/{adding-problem,character-transformer,derivatives,generative,images,models,pairs,time}/*.test.ts",
  "scripts/doctest/{examples,links}.test.ts",
  "packages/autograd/test/{engine,operations}-page.test.ts",
  "packages/nn/test/layers-page.test.ts",
  "examples/{sounds,tables}/*.test.ts",
];

export default defineConfig({
  plugins: [doctest(import.meta.dirname)],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    silent: "passed-only",
    // Some tests start processes that train; machines are shared.
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // One more than there are processors: many tests wait for processes, pages and timers. By default one
    // processor is left free, which of two is half.
    maxWorkers: availableParallelism() + 1,
    // A worker keeps what it imported from file to file: a test restores what it sets for all (a back
    // end, a seed, a number of threads).
    isolate: false,
    sequence: { sequencer: LongestFirst },
    setupFiles: ["scripts/each-test-file.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "wasm",
          include: ["packages/*/test/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: [...documentation, ...processes],
          typecheck: {
            enabled: true,
            include: ["packages/*/test/**/*.test-d.ts"],
            tsconfig: "./tsconfig.test-d.json",
            // Errors outside the type tests are for `pnpm typecheck` to report.
            ignoreSourceErrors: true,
          },
        },
      },
      { extends: true, test: { name: "docs", include: documentation } },
      { extends: true, test: { name: "processes", include: processes } },
      {
        extends: true,
        test: {
          name: "reference",
          include: [`packages/${several}/test/**/*.test.ts`],
          exclude: [
            ...once.map((name) => `packages/${several}/test/${name}.test.ts`),
            ...documentation,
            ...processes,
          ],
          setupFiles: ["scripts/reference-backend.ts"],
        },
      },
    ],
  },
});
