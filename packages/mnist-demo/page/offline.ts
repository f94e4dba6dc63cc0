// Builds the service worker that keeps a page for when there is no network.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Plugin, transformWithOxc } from "vite";

const source = fileURLToPath(new URL("src/offline-worker.ts", import.meta.url));

/** Keeps the page, all that is built for it and the `others`, which are paths below its folder. */
export function offline(others: readonly string[] = []): Plugin {
  return {
    name: "offline",
    apply: "build",
    generateBundle: {
      // When all files have their names.
      order: "post",
      async handler(_, bundle) {
        if (this.environment.name !== "client") return;
        const assets = Object.keys(bundle).filter((file) => file.startsWith("assets/"));
        const files = ["./", ...assets, ...others];
        const { code } = await transformWithOxc(await readFile(source, "utf8"), source);
        const hash = createHash("sha256").update(code);
        for (const file of Object.values(bundle)) {
          hash.update(file.fileName).update(file.type === "chunk" ? file.code : file.source);
        }
        const version = hash.digest("hex").slice(0, 16);
        const known = `const files = ${JSON.stringify(files)};\nconst version = "${version}";\n`;
        // Not in a folder: it answers for its own folder only.
        this.emitFile({ type: "asset", fileName: "offline.js", source: known + code });
      },
    },
  };
}
