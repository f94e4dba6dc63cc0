// How the page is built and served.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { digitFiles } from "./digit-files.ts";

/** Lets the page share memory with its worker's threads. Without them it runs on one thread. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  root: import.meta.dirname,
  // Runs from any folder of a host.
  base: "./",
  plugins: [digitFiles()],
  resolve: { conditions: ["@nabla/source", "module", "browser", "import", "default"] },
  build: {
    outDir: fileURLToPath(new URL("../dist-page", import.meta.url)),
    emptyOutDir: true,
    target: "es2023",
    license: false,
  },
  worker: { format: "es" },
  server: { headers: isolation },
  preview: { headers: isolation },
});
