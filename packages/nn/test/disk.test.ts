// Files on a disk: whole or not at all, whatever the disk says.
import { spawnSync } from "node:child_process";
import {
  chmod,
  chown,
  type FileHandle,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NablaError, tensor } from "@nabla/autograd";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bundled } from "../../../scripts/bundle.ts";
import { readSafetensors, saveSafetensors } from "../src/files/safetensors.ts";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-"));
  path = join(folder, "x.safetensors");
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const save = (value: number, to = path) => saveSafetensors(to, { x: tensor([value]) });
const saved = async () => (await readSafetensors(path)).tensors.x!.arraySync();

/** The methods that all handles of files have. */
async function handles(): Promise<Awaited<ReturnType<typeof open>>> {
  const handle = await open(folder);
  await handle.close();
  return Object.getPrototypeOf(handle) as Awaited<ReturnType<typeof open>>;
}

const systemError = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });

test("a new file takes the place of the old one, and nothing else is left", async () => {
  await save(1);
  await save(2);
  expect(await saved()).toEqual([2]);
  expect(await readdir(folder)).toEqual(["x.safetensors"]);
});

test("file and folder are on the disk before it is said", async () => {
  const sync = vi.spyOn(await handles(), "sync");
  await save(1);
  expect(sync).toHaveBeenCalledTimes(process.platform === "win32" ? 1 : 2);
});

describe("where writing fails, the old file is as it was, and nothing is left of the new one", () => {
  test.each([
    ["writeFile", "ENOSPC", "no space is left on the disk (ENOSPC)"],
    ["sync", "EDQUOT", "the disk quota is used up (EDQUOT)"],
  ] as const)("%s: %s", async (method, code, message) => {
    await save(1);
    const failing = vi.spyOn(await handles(), method).mockRejectedValue(systemError(code));
    await expect(save(2)).rejects.toThrow(new NablaError(`saveSafetensors: ${path}: ${message}`));
    failing.mockRestore();
    expect(await saved()).toEqual([1]);
    expect(await readdir(folder)).toEqual(["x.safetensors"]);
  });
});

test("a folder that is not there, or stands there, is said", async () => {
  const there = join(folder, "none", "x");
  await expect(save(1, there)).rejects.toThrow(
    new NablaError(`saveSafetensors: ${there}: there is no such file or folder (ENOENT)`),
  );
  await expect(save(1, folder)).rejects.toThrow(`saveSafetensors: ${folder}: `);
  await expect(readSafetensors(folder)).rejects.toThrow(
    new NablaError(`readSafetensors: ${folder}: it is a folder, expected a file (EISDIR)`),
  );
  await expect(readSafetensors(there)).rejects.toThrow(
    new NablaError(`readSafetensors: ${there}: there is no such file or folder (ENOENT)`),
  );
});

describe("partial files", () => {
  const partial = "x.safetensors.4194304-01234567-0123abcd.partial";
  const age = async (name: string, hours: number) => {
    const then = Date.now() / 1000 - hours * 3600;
    await utimes(join(folder, name), then, then);
  };

  test("of a process that was killed are removed by the next save", async () => {
    const programs = await mkdtemp(join(tmpdir(), "nabla-"));
    const program = await bundled(new URL("disk-program.ts", import.meta.url), programs);
    expect(spawnSync(process.execPath, [program, path]).signal).toBe("SIGKILL");
    await rm(programs, { recursive: true });
    expect((await readdir(folder)).map((name) => name.slice(-8))).toEqual([".partial"]);
    await save(1);
    expect(await readdir(folder)).toEqual(["x.safetensors"]);
  });

  test("of writers that cannot be asked for, on other machines, go when they are an hour old", async () => {
    const young = partial.replace("0123abcd", "89abcdef");
    for (const name of [partial, young]) await writeFile(join(folder, name), "");
    await age(partial, 1.1);
    await age(young, 0.9);
    await save(1);
    expect(await readdir(folder)).toEqual(["x.safetensors", young]);
  });

  test("of other names are nobody's business", async () => {
    const others = [
      "x.safetensors.partial",
      "x.safetensors.1-0123abcd.partial",
      `y.safetensors${partial.slice("x.safetensors".length)}`,
    ];
    for (const name of others) {
      await writeFile(join(folder, name), "");
      await age(name, 100);
    }
    await save(1);
    expect((await readdir(folder)).sort()).toEqual(["x.safetensors", ...others].sort());
  });

  test("that cannot be removed do not make a save that is done a failure", async () => {
    await mkdir(join(folder, partial));
    await age(partial, 2);
    await save(1);
    expect(await saved()).toEqual([1]);
    vi.spyOn(await handles(), "sync").mockImplementation(async function (this: FileHandle) {
      if ((await this.stat()).isDirectory()) throw systemError("EACCES");
    });
    await save(2);
    expect(await saved()).toEqual([2]);
  });

  test("have names that fit, for targets whose names only just do", async () => {
    for (const name of ["x".repeat(255), "é".repeat(127), `x${"€".repeat(84)}`]) {
      const long = join(folder, name);
      await save(1, long);
      await save(2, long);
      expect(await readdir(folder)).toEqual([name]);
      await rm(long);
    }
    await expect(save(1, join(folder, "x".repeat(256)))).rejects.toThrow("ENAMETOOLONG");
  });
});

test.runIf(process.platform !== "win32")("the new file has the rights of the old one", async () => {
  for (const mode of [0o600, 0o640, 0o666]) {
    await save(1);
    await chmod(path, mode);
    await save(2);
    expect((await stat(path)).mode & 0o777).toBe(mode);
  }
});

test.runIf(process.platform === "linux" && process.getuid?.() === 0)(
  "the new file has the owner of the old one, where that can be given",
  async () => {
    await save(1);
    await chown(path, 1234, 2345);
    await save(2);
    expect(await stat(path)).toMatchObject({ uid: 1234, gid: 2345 });
  },
);

test("a link stays a link", async () => {
  const link = join(folder, "latest");
  await save(1);
  await symlink(path, link);
  await save(2, link);
  expect(await saved()).toEqual([2]);
  expect((await readdir(folder)).sort()).toEqual(["latest", "x.safetensors"]);
});

test("a link to a file that is not there yet stays one, and the file comes to be", async () => {
  const link = join(folder, "latest");
  await mkdir(join(folder, "runs"));
  await symlink("runs", join(folder, "shortcut"));
  await symlink("../x.safetensors", join(folder, "runs", "latest"));
  await symlink("shortcut/latest", link);
  await save(3, link);
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect(await saved()).toEqual([3]);
});

test("links that lead in a circle are an error, and stay", async () => {
  const link = join(folder, "a");
  await symlink("b", link);
  await symlink("a", join(folder, "b"));
  await expect(save(1, link)).rejects.toThrow(
    new NablaError(`saveSafetensors: ${link}: its links lead in a circle (ELOOP)`),
  );
  expect(await readdir(folder)).toEqual(["a", "b"]);
});

test("two at once leave one of both, whole", async () => {
  await Promise.all([save(1), save(2), save(3)]);
  expect([1, 2, 3]).toContain(((await saved()) as number[])[0]);
  expect(await readdir(folder)).toEqual(["x.safetensors"]);
});

test.runIf(process.platform === "linux")(
  "a device stays one: the disk that is always full",
  async () => {
    await expect(save(1, "/dev/full")).rejects.toThrow(
      new NablaError("saveSafetensors: /dev/full: no space is left on the disk (ENOSPC)"),
    );
    expect((await stat("/dev/full")).isCharacterDevice()).toBe(true);
  },
);

test("a path where there is no Node is refused in words", async () => {
  vi.stubGlobal("process", undefined);
  try {
    await expect(save(1)).rejects.toThrow(
      new NablaError(
        `saveSafetensors: ${path}: a path needs Node; in a page give bytes or a stream`,
      ),
    );
  } finally {
    vi.unstubAllGlobals();
  }
});
