// Folders of files by class, as data sets of images are often kept: class/file.
import { NablaError } from "@nabla/autograd";
import { callable, checkOptions, describe } from "@nabla/autograd/checks";
import { nodeFiles, systemError } from "./sources.ts";
import { byCodeUnits } from "./tables/columns.ts";

/** A file, and the class of the folder that it is in. */
export interface Labelled {
  readonly path: string;
  /** The place of the class among `classes`. */
  readonly label: number;
}

export interface ClassFolders {
  /** The names of the folders, in the order of their code units. */
  readonly classes: readonly string[];
  /** All files, class by class, each in the order of their names. */
  readonly files: readonly Labelled[];
}

export interface ClassFolderOptions {
  /** Which files there are, by their names. Default: all that do not begin with a dot. */
  readonly only?: (name: string) => boolean;
}

/** What is needed of an entry of a folder. */
interface Entry {
  readonly name: string;
  isDirectory(): boolean;
  isFile(): boolean;
  isSymbolicLink(): boolean;
}

/**
 * The files of a folder that has a folder for each class, with their labels (Node), and what links lead
 * to: for `from(files).map(async ({ path, label }) => …)`, where costs take labels as
 * `tensor(label, { dtype: "int32" })`. Throws `NablaError` for folders without classes and classes
 * without files, for links that lead nowhere, and for what the system refuses.
 *
 * @example
 * await classFolders("no such folder"); // => throws there is no such file or folder
 */
export async function classFolders(
  folder: string,
  options: ClassFolderOptions = {},
): Promise<ClassFolders> {
  if (typeof folder !== "string") {
    throw new NablaError(`classFolders: got ${describe(folder)}, expected the path of a folder`);
  }
  const subject = `classFolders: ${describe(folder)}`;
  checkOptions(subject, options, { only: callable });
  const { only = (name: string) => !name.startsWith(".") } = options;
  const { fs, paths } = nodeFiles(subject);
  const entriesOf = async (path: string) => {
    try {
      const entries = await fs.readdir(path, { withFileTypes: true });
      return entries.toSorted((a, b) => byCodeUnits(a.name, b.name));
    } catch (error) {
      throw systemError(subject, error);
    }
  };
  /** What an entry is, or what a link leads to: a folder, a file, or neither. */
  const kindAt = async (within: string, entry: Entry): Promise<"folder" | "file" | undefined> => {
    let found: Pick<Entry, "isDirectory" | "isFile"> = entry;
    if (entry.isSymbolicLink()) {
      try {
        found = await fs.stat(paths.join(within, entry.name));
      } catch (error) {
        throw systemError(`${subject}: the link ${describe(entry.name)}`, error);
      }
    }
    return found.isDirectory() ? "folder" : found.isFile() ? "file" : undefined;
  };
  const classes: string[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.name.startsWith(".")) continue;
    if ((await kindAt(folder, entry)) === "folder") classes.push(entry.name);
  }
  if (classes.length === 0) {
    throw new NablaError(`${subject}: has no folders, expected one for each class`);
  }
  const files: Labelled[] = [];
  for (const [label, name] of classes.entries()) {
    const path = paths.join(folder, name);
    const before = files.length;
    for (const entry of await entriesOf(path)) {
      if (!only(entry.name) || (await kindAt(path, entry)) !== "file") continue;
      files.push({ path: paths.join(path, entry.name), label });
    }
    if (files.length === before) {
      throw new NablaError(`${subject}: class ${describe(name)} has no files`);
    }
  }
  return { classes, files };
}
