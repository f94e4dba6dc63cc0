// Files on a disk: whole or not at all, whatever the disk says.
import { spawnSync } from "node:child_process";
import { mkdtemp, open, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NablaError, tensor } from "@nabla/autograd";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
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

test("what processes that are gone have left is removed, and nothing else", async () => {
  // A process of our own that has ended: its number is free.
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const others = [
    `x.safetensors.${process.pid}-0123abcd.partial`,
    "x.safetensors.partial",
    "y.safetensors.1-0123abcd.partial",
  ];
  const left = `x.safetensors.${pid}-0123abcd.partial`;
  for (const name of [...others, left]) await writeFile(join(folder, name), "");
  await save(1);
  expect(await readdir(folder)).toEqual(["x.safetensors", ...others].sort());
});

test("a link stays a link", async () => {
  const link = join(folder, "latest");
  await save(1);
  await symlink(path, link);
  await save(2, link);
  expect(await saved()).toEqual([2]);
  expect((await readdir(folder)).sort()).toEqual(["latest", "x.safetensors"]);
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
