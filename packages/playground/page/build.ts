// Builds the playground into a folder, which any static host serves from any path.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { offline } from "@nabla/mnist-demo/page/offline";
import { build, type PreviewServer, preview } from "vite";
import { appendLicenses, notedLicenses } from "./licenses.ts";

const configFile = fileURLToPath(new URL("vite.config.ts", import.meta.url));

/** Builds the playground in place of whatever is in the folder. */
export async function buildPlayground(folder: string): Promise<void> {
  // For visitors, whatever the environment is of who builds it.
  const before = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  try {
    await build({
      configFile,
      logLevel: "warn",
      plugins: [offline()],
      worker: { plugins: () => [notedLicenses()] },
      build: { outDir: path.resolve(folder) },
    });
    appendLicenses(path.join(path.resolve(folder), "licenses.md"));
  } finally {
    if (before === undefined) delete process.env["NODE_ENV"];
    else process.env["NODE_ENV"] = before;
  }
}

/** Serves a folder with a built playground in it, as a host without headers would, at a free port. */
export async function serveFolder(folder: string): Promise<PreviewServer> {
  return preview({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "warn",
    build: { outDir: path.resolve(folder) },
    preview: { port: 0 },
  });
}
