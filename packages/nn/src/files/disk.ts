// Files on a disk, by Node: read piece by piece, and written whole or not at all.
import { NablaError } from "@nabla/autograd";
import { type NodeFiles, nodeFiles } from "./node-files.ts";
import { removeAbandoned, withPartial } from "./partials.ts";

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
 * Writes a file atomically, whatever happens in the meantime: to a new file in the same folder, which is
 * renamed to the target once its bytes are on disk. On failure, the old file is unchanged, and nothing is
 * left of the new one. The new file has the old one's mode, and its owner if the system allows that. A
 * symbolic link stays one: its target is replaced. Devices and pipes are written to directly.
 */
export async function writeFileWhole(
  subject: string,
  path: string,
  chunks: Iterable<Uint8Array>,
): Promise<void> {
  const node = nodeFiles(subject);
  const { fs } = node;
  try {
    const target = await targetOf(node, path);
    const old = await fs.stat(target).catch(() => undefined);
    const isSpecial = old && !old.isFile() && !old.isDirectory();
    if (isSpecial) await writeChunks(fs, target, "w", chunks);
    else await replaceFile(node, target, old, chunks);
  } catch (error) {
    throw systemError(subject, error);
  }
}

/** The most links that systems follow one after the other. */
const mostLinks = 40;

/** The target of a path, link by link, even if the file does not exist yet. */
async function targetOf({ fs, paths }: NodeFiles, path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < mostLinks; links++) {
    const next = await fs.readlink(target).catch(() => undefined);
    if (next === undefined) return target;
    // The folder may be reached by a link as well, and ".." is the real one's.
    const folder = await fs.realpath(paths.dirname(target));
    target = paths.resolve(folder, next);
  }
  // The system's own error for links that lead in a circle.
  await fs.stat(path);
  return target;
}

async function replaceFile(
  node: NodeFiles,
  target: string,
  old: Owned | undefined,
  chunks: Iterable<Uint8Array>,
): Promise<void> {
  const { fs } = node;
  await withPartial(node, target, async (partial) => {
    await writeChunks(fs, partial, "wx", chunks, old);
    await fs.rename(partial, target);
  });
  // The file has been written: a failure to clean up is not a failure to write.
  await syncFolder(node, target).catch(() => undefined);
  await removeAbandoned(node, target).catch(() => undefined);
}

/** Who may do what with a file. */
interface Owned {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

async function writeChunks(
  fs: NodeFiles["fs"],
  path: string,
  flags: string,
  chunks: Iterable<Uint8Array>,
  old?: Owned,
): Promise<void> {
  // Nobody reads a partial file before it has the old one's mode.
  const handle = await (old ? fs.open(path, flags, 0o600) : fs.open(path, flags));
  try {
    if (old) await takeOver(handle, old);
    for (const chunk of chunks) await handle.writeFile(chunk);
    if ((await handle.stat()).isFile()) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives a new file the mode of the old one, and its owner and group where that is allowed. */
async function takeOver(
  handle: Awaited<ReturnType<NodeFiles["fs"]["open"]>>,
  { mode, uid, gid }: Owned,
): Promise<void> {
  await handle.chown(uid, gid).catch(() => undefined);
  const permissions = mode & 0o777;
  const { gid: now } = await handle.stat();
  // Rights of the old group are not those of another one.
  await handle.chmod(now === gid ? permissions : permissions & 0o707);
}

/**
 * So that the file's new name is on the disk, too. Windows opens no folders, and keeps names by
 * itself.
 */
async function syncFolder({ fs, paths }: NodeFiles, target: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await fs.open(paths.dirname(target));
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether an error means that a file does not exist. */
export function isMissing(error: unknown): boolean {
  const cause = error instanceof NablaError ? error.cause : undefined;
  return (cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}

/** The operating system's error, in words; other errors unchanged. */
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
  ["ELOOP", "its links lead in a circle"],
  ["ENAMETOOLONG", "the name is longer than the file system allows"],
  ["ENOSPC", "no space is left on the disk"],
  ["EDQUOT", "the disk quota is used up"],
  ["EROFS", "the file system is read-only"],
]);
