// Files on a disk, by Node: read piece by piece, and written whole or not at all.
import { NablaError } from "@nabla/autograd";

/**
 * Node's modules for files; throws where there are none, as in a page. Asked of Node itself: an
 * import, even one that is never reached, is something that bundlers for pages complain of.
 */
function nodeFiles(subject: string) {
  const { process } = globalThis as { process?: NodeJS.Process };
  const fs = process?.getBuiltinModule?.("node:fs/promises");
  const paths = process?.getBuiltinModule?.("node:path");
  if (fs && paths) return { fs, paths };
  throw new NablaError(`${subject}: a path needs Node; in a page give bytes or a stream`);
}

type NodeFiles = ReturnType<typeof nodeFiles>;

/** The bytes of a file, piece by piece. */
export async function* chunksOfFile(
  subject: string,
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { fs } = nodeFiles(subject);
  try {
    const handle = await fs.open(path);
    try {
      for await (const chunk of handle.createReadStream({ highWaterMark: chunkBytes })) {
        yield chunk as Uint8Array;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw systemError(subject, error);
  }
}

const chunkBytes = 2 ** 20;

/**
 * Writes a file whole or not at all, whatever happens meanwhile: into a new file in the same
 * folder, which takes the name of the old one when its bytes are on the disk. Where that fails, the
 * old file is as it was, and nothing is left of the new one. Devices and pipes are written to as
 * they are.
 */
export async function writeFileWhole(
  subject: string,
  path: string,
  chunks: Iterable<Uint8Array>,
): Promise<void> {
  const node = nodeFiles(subject);
  const { fs } = node;
  try {
    // A link stays one: what it names is replaced.
    const target = await fs.realpath(path).catch(() => path);
    const isSpecial = await fs.stat(target).then(
      (found) => !found.isFile() && !found.isDirectory(),
      () => false,
    );
    if (isSpecial) await writeChunks(fs, target, "w", chunks);
    else await replaceFile(node, target, chunks);
  } catch (error) {
    throw systemError(subject, error);
  }
}

async function replaceFile(
  { fs, paths }: NodeFiles,
  target: string,
  chunks: Iterable<Uint8Array>,
): Promise<void> {
  const partial = `${target}.${process.pid}-${crypto.randomUUID().slice(0, 8)}.partial`;
  try {
    await writeChunks(fs, partial, "wx", chunks);
    await fs.rename(partial, target);
  } catch (error) {
    await fs.rm(partial, { force: true });
    throw error;
  }
  const folder = paths.dirname(target);
  await syncFolder(fs, folder);
  await removeAbandoned(fs, folder, paths.basename(target));
}

async function writeChunks(
  fs: NodeFiles["fs"],
  path: string,
  flags: string,
  chunks: Iterable<Uint8Array>,
): Promise<void> {
  const handle = await fs.open(path, flags);
  try {
    for (const chunk of chunks) await handle.writeFile(chunk);
    if ((await handle.stat()).isFile()) await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * So that the file's new name is on the disk, too. Windows opens no folders, and keeps names by
 * itself.
 */
async function syncFolder(fs: NodeFiles["fs"], folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await fs.open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what processes that were killed while writing have left of a file. */
async function removeAbandoned(fs: NodeFiles["fs"], folder: string, name: string): Promise<void> {
  for (const found of await fs.readdir(folder)) {
    if (!found.startsWith(`${name}.`)) continue;
    const owner = /^\.(\d+)-[0-9a-f]{8}\.partial$/.exec(found.slice(name.length))?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    await fs.rm(`${folder}/${found}`, { force: true });
  }
}

function isRunning(owner: number): boolean {
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Whether an error says that a file is not there. */
export function isMissing(error: unknown): boolean {
  const cause = error instanceof NablaError ? error.cause : undefined;
  return (cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}

/** What the operating system said, in words; other errors as they are. */
function systemError(subject: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof NablaError || typeof code !== "string") return error;
  const text = systemErrors.get(code) ?? (error as Error).message;
  return new NablaError(`${subject}: ${text} (${code})`, { cause: error });
}

const systemErrors: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file or folder"],
  ["EACCES", "permission denied"],
  ["EISDIR", "it is a folder, expected a file"],
  ["ENOSPC", "no space is left on the disk"],
  ["EDQUOT", "the disk quota is used up"],
  ["EROFS", "the file system is read-only"],
]);
