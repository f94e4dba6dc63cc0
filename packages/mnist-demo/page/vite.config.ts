// How the page is built and served.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { digitFiles } from "./digit-files.ts";
import { offline } from "./offline.ts";
import { prerendered } from "./prerendered.ts";
import { smaller } from "./smaller.ts";
import { digitFilePath, digitsOfOpening, testFile, trainFiles } from "./src/digit-files.ts";

const conditions = ["@nabla/source", "module", "browser", "import", "default"];

/** The digits that the page begins with; others are kept once they have been fetched. */
const firstDigits = [testFile, ...trainFiles.filter(({ from }) => from < digitsOfOpening)];

/** Files are what their names say. The others let the page share memory with its worker's threads. Without them it runs on one thread. */
const headers = {
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  root: import.meta.dirname,
  // Runs from any folder of a host.
  base: "./",
  // A path that is not there is 404, and not the page once more.
  appType: "mpa",
  plugins: [
    digitFiles(),
    prerendered(conditions.filter((one) => one !== "browser")),
    // Before the files are named by what is in them, for when there is no network.
    smaller(),
    offline(firstDigits.map(digitFilePath)),
  ],
  resolve: { conditions },
  build: {
    outDir: fileURLToPath(new URL("../dist-page", import.meta.url)),
    // built-folder.ts removes what the build before has made, and nothing else.
    emptyOutDir: false,
    target: "es2023",
    license: { fileName: "licenses.md" },
    // How long plugins take says nothing to whoever builds the page.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  // Vite leaves out annotations for bundlers in scripts of the page, and not in those of workers.
  worker: {
    format: "es",
    plugins: () => [smaller()],
    rolldownOptions: { output: { comments: { annotation: false } } },
  },
  server: { headers },
  preview: { headers },
});
