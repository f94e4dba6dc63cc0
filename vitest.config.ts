import { defineConfig } from "vitest/config";
import { doctest } from "./scripts/doctest/plugin.ts";

const conditions = ["@nabla/source"];

export default defineConfig({
  plugins: [doctest(import.meta.dirname)],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "scripts/**/*.test.ts"],
    silent: "passed-only",
    // Some tests start processes that train; machines are shared.
    testTimeout: 60_000,
    typecheck: {
      enabled: true,
      include: ["packages/*/test/**/*.test-d.ts"],
      tsconfig: "./tsconfig.json",
      // Errors outside the type tests are for `pnpm typecheck` to report.
      ignoreSourceErrors: true,
    },
  },
});
