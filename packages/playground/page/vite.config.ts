// How the playground is built.
import { defineConfig, type Plugin } from "vite";
import { declarations } from "./declarations.ts";

/** What `import address from "virtual:declarations"` gives: where the declarations of nabla are. */
function declared(): Plugin {
  const name = "virtual:declarations";
  return {
    name: "declarations",
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      const source = JSON.stringify(declarations());
      const file = this.emitFile({ type: "asset", name: "declarations.json", source });
      return `export default import.meta.ROLLUP_FILE_URL_${file};`;
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  // Runs from any folder of a host.
  base: "./",
  appType: "mpa",
  plugins: [declared()],
  resolve: { conditions: ["@nabla/source", "module", "browser", "import", "default"] },
  build: {
    emptyOutDir: true,
    target: "es2023",
    license: { fileName: "licenses.md" },
    // TypeScript is as large as it is, and comes last.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  worker: { format: "es", rolldownOptions: { output: { comments: { annotation: false } } } },
});
