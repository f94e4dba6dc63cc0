// The folder that the page is built into: what is in it, and what of that may be deleted.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { NablaError } from "@nabla/autograd";

/** Lists, in the folder itself, the files that building has made, so that the next one removes these. */
const listName = ".nabla-page.json";

/**
 * Calls `build`, which writes files into `folder`, after removing those that it wrote there before:
 * these, and nothing else. Throws `NablaError`, and leaves all as it is, for a folder with files of
 * somebody else's.
 */
export async function rebuild(folder: string, build: () => Promise<void>): Promise<void> {
  const before = builtBefore(folder);
  if (before === undefined && filesIn(folder).length > 0) {
    throw new NablaError(
      `--out: ${JSON.stringify(folder)} has files that this command did not make; ` +
        "give a folder that is empty or new, or one that it built before",
    );
  }
  for (const file of before ?? []) rmSync(path.join(folder, file), { force: true });
  const others = new Set(filesIn(folder));
  await build();
  const built = filesIn(folder).filter((file) => !others.has(file));
  writeFileSync(path.join(folder, listName), `${JSON.stringify(built, null, 2)}\n`);
}

/** The files that the last build has made; undefined where there was none. */
function builtBefore(folder: string): readonly string[] | undefined {
  const list = path.join(folder, listName);
  if (!existsSync(list)) return undefined;
  const files: unknown = JSON.parse(readFileSync(list, "utf8"));
  const isInside = (file: unknown): file is string =>
    typeof file === "string" && !path.isAbsolute(file) && !file.split(/[\\/]/).includes("..");
  if (Array.isArray(files) && files.every(isInside)) return files;
  throw new NablaError(`--out: ${JSON.stringify(list)} is not a list of files in the folder`);
}

/** All files below a folder, by their paths in it. */
function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
