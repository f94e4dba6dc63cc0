// Puts the first view into the page when it is built: it is seen before any script has come.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "vite";
import { packagedDigits } from "./digit-files.ts";
import type * as FirstView from "./src/first-view.tsx";

const entry = fileURLToPath(new URL("src/first-view.tsx", import.meta.url));
const place = '<main id="app"></main>';

/** The first digit is looked at; a few more are those of a set. */
const digits = 24;

/** Packages are resolved by the page's own `conditions`. */
export function prerendered(conditions: readonly string[]): Plugin {
  return {
    name: "prerendered",
    apply: "build",
    async transformIndexHtml(html) {
      const { images, labels } = await packagedDigits("test");
      const { firstView } = await views(conditions);
      const view = firstView({
        images: images.subarray(0, digits * 784),
        labels: labels.subarray(0, digits),
      });
      return html.replace(place, () => view);
    },
  };
}

/** What makes the first view, bundled for Node. */
async function views(conditions: readonly string[]): Promise<typeof FirstView> {
  const outDir = await mkdtemp(path.join(tmpdir(), "nabla-page-"));
  try {
    await build({
      root: import.meta.dirname,
      configFile: false,
      logLevel: "warn",
      ssr: { noExternal: true, resolve: { conditions: [...conditions] } },
      build: {
        ssr: entry,
        outDir,
        emptyOutDir: false,
        rolldownOptions: { output: { codeSplitting: false, entryFileNames: "view.mjs" } },
      },
    });
    const file = pathToFileURL(path.join(outDir, "view.mjs")).href;
    return (await import(file)) as typeof FirstView;
  } finally {
    await rm(outDir, { recursive: true });
  }
}
