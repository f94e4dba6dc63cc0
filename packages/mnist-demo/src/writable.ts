// Checks that a command's output files can be written, before the work starts.
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";
import { NablaError } from "@nabla/autograd";

/**
 * Throws `NablaError`, naming the option, unless each file that is asked for can be written: its
 * folder is there and it is no folder itself. Nothing is written or changed.
 */
export async function checkWritable(
  files: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  for (const [option, file] of Object.entries(files)) {
    if (file !== undefined) await checkFile(option, file);
  }
}

async function checkFile(option: string, file: string): Promise<void> {
  const subject = `--${option}: ${JSON.stringify(file)}`;
  const found = await statOf(file);
  if (found?.isDirectory()) throw new NablaError(`${subject} is a folder, expected a file`);
  const folder = path.dirname(file);
  const parent = await statOf(folder);
  if (!parent) throw new NablaError(`${subject}: there is no folder ${JSON.stringify(folder)}`);
  if (!parent.isDirectory()) {
    throw new NablaError(`${subject}: ${JSON.stringify(folder)} is not a folder`);
  }
  // What takes a file's place whole is made in its folder; devices and pipes are written to.
  const needed = found && !found.isFile() ? file : folder;
  try {
    await access(needed, constants.W_OK);
    if (found) await access(file, constants.W_OK);
  } catch (error) {
    throw new NablaError(`${subject} cannot be written: ${(error as Error).message}`);
  }
}

async function statOf(file: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  try {
    return await stat(file);
  } catch {
    return undefined;
  }
}
