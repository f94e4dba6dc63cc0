// Where compiled objects are kept: a folder that only this user can write to, or one for this
// process alone.
import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  type Stats,
  unlinkSync,
  utimesSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Maximum bytes of all objects, beyond which the least recently used are deleted. */
const mostBytes = 2 ** 27;

/** The name of an object: a SHA-256 hash. */
const objectName = /^[0-9a-f]{64}\.so$/;

/** The name of a file that a compilation reads or writes: its object's, the process's number, random digits. */
const temporaryName = /^[0-9a-f]{64}\.\d+-[0-9a-f]+\.[co]$/;
/** Milliseconds after which no compilation needs its files: it was killed, or its computer stopped. */
const longestNeeded = 3_600_000;

/** Bits of a mode: others may write. */
const writableByOthers = 0o022;

/** A suffix of file names that is unique among threads and copies of this package in one process. */
export function uniqueSuffix(): string {
  return `${process.pid}-${randomUUID().slice(0, 8)}`;
}

let temporary: Set<string> | undefined;

/** Folders that are removed when the process ends. */
function removedWithProcess(): Set<string> {
  const all = new Set<string>();
  process.once("exit", () => {
    for (const folder of all) rmSync(folder, { recursive: true, force: true });
  });
  return all;
}

/** A folder of objects. */
export class Cache {
  readonly folder: string;
  /** Why objects are not kept for later; undefined if they are. */
  readonly problem: string | undefined;

  /** Throws a system error if there is no usable folder. */
  constructor(setting: string | undefined = process.env["NABLA_CACHE"]) {
    let problem: string | undefined;
    if (setting === "off") problem = "NABLA_CACHE is off";
    else {
      const folder = resolve(setting === undefined || setting === "" ? userFolder() : setting);
      problem = problemOf(folder);
      if (problem === undefined) {
        this.folder = folder;
        return;
      }
    }
    this.problem = problem;
    const folder = mkdtempSync(join(tmpdir(), "nabla-"));
    this.folder = folder;
    temporary ??= removedWithProcess();
    temporary.add(folder);
  }

  /** The object of that name, if it exists, is complete, and no other user could have written it. */
  find(name: string): string | undefined {
    const path = this.pathOf(name);
    try {
      if (!existsSync(path) || !isOwn(lstatSync(path)) || !isWhole(path)) return undefined;
    } catch {
      // Another process has removed it in the meantime.
      return undefined;
    }
    try {
      const now = new Date();
      utimesSync(path, now, now);
    } catch {
      // In a folder that cannot be written to it is merely not known as used.
    }
    return path;
  }

  pathOf(name: string): string {
    return join(this.folder, `${name}.so`);
  }

  /**
   * Removes objects that were used longest ago, if there are too many bytes, and what compilations
   * have left behind. Files of other names are left alone: the folder may be one that has more in it.
   */
  prune(most: number = mostBytes): void {
    const files = readdirSync(this.folder).flatMap((name) => {
      const isTemporary = temporaryName.test(name);
      if (!isTemporary && !objectName.test(name)) return [];
      const path = join(this.folder, name);
      try {
        const { size, mtimeMs } = lstatSync(path);
        return [{ path, isTemporary, size, used: mtimeMs }];
      } catch {
        // Another process has removed it.
        return [];
      }
    });
    const old = Date.now() - longestNeeded;
    const left = files.filter(({ isTemporary, used }) => isTemporary && used < old);
    for (const { path } of left) rmSync(path, { force: true });
    const objects = files.filter(({ isTemporary }) => !isTemporary);
    objects.sort((a, b) => b.used - a.used);
    let bytes = 0;
    for (const { path, size } of objects) {
      bytes += size;
      if (bytes > most) rmSync(path, { force: true });
    }
  }
}

function userFolder(): string {
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "nabla");
  const base = process.env["XDG_CACHE_HOME"];
  return join(
    base !== undefined && base.startsWith("/") ? base : join(homedir(), ".cache"),
    "nabla",
  );
}

/** Why objects cannot be kept in a folder, which is made if there is none. */
function problemOf(folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    if (!found.isDirectory()) return `${folder} is not a folder`;
    if (!isOwn(found)) return `others may write to ${folder}`;
    const probe = join(folder, `.probe-${uniqueSuffix()}`);
    closeSync(openSync(probe, "w", 0o600));
    unlinkSync(probe);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether it belongs to this user, and nobody else may write to it. */
function isOwn({ uid, mode }: Stats): boolean {
  return uid === process.getuid?.() && (mode & writableByOthers) === 0;
}

/** Whether an object file is as long as its header says (ELF-64: sections come last). */
function isWhole(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const header = new DataView(new ArrayBuffer(64));
    if (readSync(file, header, 0, 64, 0) < 64) return false;
    const isElf = header.getUint32(0) === 0x7f454c46 && header.getUint8(4) === 2;
    // Others, such as Mach-O, are checked by who loads them.
    if (!isElf) return process.platform !== "linux";
    const isLittle = header.getUint8(5) === 1;
    const sections = Number(header.getBigUint64(40, isLittle));
    const size = header.getUint16(58, isLittle) * header.getUint16(60, isLittle);
    return fstatSync(file).size >= sections + size;
  } finally {
    closeSync(file);
  }
}
