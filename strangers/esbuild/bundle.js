// A program as esbuild puts it into one file for a page.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** The bundle's text and bytes, gzipped as well, and what of it comes from where. */
export async function bundle(file, options = {}) {
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    metafile: true,
    ...options,
  });
  const [{ contents, text }] = outputFiles;
  const [{ inputs }] = Object.values(metafile.outputs);
  return { text, bytes: contents.length, gzipBytes: gzipSync(contents).length, inputs };
}
