// The page as files that any host serves: its script, and the worker's, each in one.
import { copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { type BuildOptions, build, context } from "esbuild";

const source = path.join(import.meta.dirname, "page");

function optionsFor(folder: string, conditions: readonly string[]): BuildOptions {
  return {
    entryPoints: ["main", "worker"].map((name) => path.join(source, `${name}.ts`)),
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    conditions: [...conditions],
    logLevel: "warning",
  };
}

async function copyText(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ["index.html", "style.css"]) {
    await copyFile(path.join(source, name), path.join(folder, name));
  }
}

/** Writes the page into a folder; `conditions` say where packages' files are, as those of Node do. */
export async function buildWebcam(
  folder: string,
  conditions: readonly string[] = [],
): Promise<void> {
  await copyText(folder);
  await build(optionsFor(folder, conditions));
}

/** Serves the page on this machine. Cameras need https, or this. */
export async function serveWebcam(
  folder: string,
  conditions: readonly string[] = [],
): Promise<{ readonly address: string; close(): Promise<void> }> {
  await buildWebcam(folder, conditions);
  const served = await context(optionsFor(folder, conditions));
  const { port } = await served.serve({ servedir: folder, host: "127.0.0.1" });
  return { address: `http://127.0.0.1:${port}/`, close: () => served.dispose() };
}
