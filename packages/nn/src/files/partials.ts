// The partial files of atomic writes: their names, their owners, and which are abandoned. Each is in
// the folder of its target until it is renamed to it.
import type { NodeFiles } from "./node-files.ts";

/** The most that file systems allow a name, in bytes of UTF-8. */
const mostNameBytes = 255;

/** A partial file whose writer cannot be identified is abandoned if nothing was written for this long. */
const abandonedAfterMilliseconds = 60 * 60 * 1000;

/** Names of the partials that this thread is writing. */
const own = new Set<string>();

/** `…/weights.safetensors.4711-1c2b3a4d-0123abcd.partial`: process, the space of its number, draw. */
const pattern = /^\.(\d+)-([0-9a-f]{8})-[0-9a-f]{8}\.partial$/;
const suffixBytes = ".4294967295-00000000-00000000.partial".length;

/** Calls `write` with the path of a partial file for `target` that no other writer has. */
export async function withPartial(
  { fs, paths }: NodeFiles,
  target: string,
  write: (partial: string) => Promise<void>,
): Promise<void> {
  const owner = `${process.pid}-${await pidSpace(fs)}`;
  const draw = crypto.randomUUID().slice(0, 8);
  const name = `${stemOf(paths.basename(target))}.${owner}-${draw}.partial`;
  const partial = paths.join(paths.dirname(target), name);
  own.add(name);
  try {
    await write(partial);
  } catch (error) {
    await fs.rm(partial, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    own.delete(name);
  }
}

/**
 * Removes the partials of `target` that writers which were killed have left. The target is written
 * already, so nothing that goes wrong here is anybody's failure.
 */
export async function removeAbandoned({ fs, paths }: NodeFiles, target: string): Promise<void> {
  const folder = paths.dirname(target);
  const stem = stemOf(paths.basename(target));
  // By the file system's own clock, which need not be this machine's.
  const now = (await fs.stat(target)).mtimeMs;
  const space = await pidSpace(fs);
  for (const found of await fs.readdir(folder)) {
    if (!found.startsWith(`${stem}.`) || own.has(found)) continue;
    const [, pid, theirSpace] = pattern.exec(found.slice(stem.length)) ?? [];
    if (pid === undefined) continue;
    const path = paths.join(folder, found);
    const isGone =
      (theirSpace === space && !isRunning(Number(pid))) ||
      (await fs.stat(path).then(
        ({ mtimeMs }) => now - mtimeMs > abandonedAfterMilliseconds,
        () => false,
      ));
    if (isGone) await fs.rm(path, { force: true }).catch(() => undefined);
  }
}

/** The start of a partial's name: its target's name, as far as there is room for it. */
function stemOf(name: string): string {
  const most = mostNameBytes - suffixBytes;
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= most) return name;
  // What is cut within a character ends in the replacement character, of 3 bytes, or in none.
  return new TextDecoder().decode(bytes.subarray(0, most - 3)).replace(/\uFFFD$/, "");
}

let space: Promise<string> | undefined;

/**
 * Tells apart where a process number means something: this boot of this machine, and in it the PID
 * namespace, for containers that share a folder number their processes alike. As 8 hex digits.
 */
function pidSpace(fs: NodeFiles["fs"]): Promise<string> {
  space ??= (async () => {
    const parts = [
      fs.readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      fs.readlink("/proc/self/ns/pid"),
      fs.readFile("/etc/hostname", "utf8"),
    ].map((part) => part.catch(() => ""));
    const text = [process.platform, ...(await Promise.all(parts))].join("\n");
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return new DataView(digest).getUint32(0).toString(16).padStart(8, "0");
  })();
  return space;
}

/** Whether a process of this space runs. This one does: its other threads may be writing. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
