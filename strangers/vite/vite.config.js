import { defineConfig } from "vite";

export default defineConfig({
  worker: { format: "es" },
  preview: {
    headers: {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    },
  },
});
