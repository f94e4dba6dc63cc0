import { defineConfig } from "vitest/config";

const conditions = ["@nabla/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts"],
    typecheck: {
      enabled: true,
      include: ["packages/*/test/**/*.test-d.ts"],
      tsconfig: "./tsconfig.json",
      // Errors outside the type tests are `pnpm typecheck`'s to report.
      ignoreSourceErrors: true,
    },
  },
});
