// A program of the repository in one file, with all that it imports: as a process it starts several times
// faster than its sources do.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Writes the program into the folder; gives the path of its file, for Node to run. */
export async function bundled(program: URL, folder: string): Promise<string> {
  const source = fileURLToPath(program);
  const outfile = join(folder, `${source.split(/[/\\]/).at(-1)!.replace(/\.ts$/, "")}.mjs`);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@nabla/source"],
    logLevel: "error",
  });
  return outfile;
}
