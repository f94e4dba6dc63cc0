// Text by characters, and files by class.
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tensor } from "@nabla/autograd";
import fc from "fast-check";
import { expect, test } from "vitest";
import { classFolders, from, tokenizer, vocabularyOf } from "../src/index.ts";

test("characters: texts come back; each code point is one", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
      const vocabulary = vocabularyOf(text);
      const ids = vocabulary.encode(text);
      expect(vocabulary.decode(ids)).toBe(text);
      expect([vocabulary.size, ids.length]).toEqual([new Set(text).size, [...text].length]);
      expect(vocabularyOf(vocabulary.characters.join("")).encode(text)).toEqual(ids);
    }),
    { numRuns: 50 },
  );
  expect(vocabularyOf("b😀a").characters).toEqual(["a", "b", "😀"]);
});

test("characters and numbers that are none are told with their place", () => {
  const { encode, decode } = vocabularyOf("ab");
  expect(() => encode("abc")).toThrow('encode: "c" at 2 is none of the 2 characters');
  for (const id of [2, -1, 0.5, Number.NaN]) {
    expect(() => decode([0, id])).toThrow(`decode: got ${id} at 1, expected integers below 2`);
  }
  for (const ids of [undefined, 3, "ab", tensor([0])]) {
    expect(() => decode(ids as never)).toThrow("expected a list of numbers or a typed array");
  }
  expect(() => vocabularyOf("")).toThrow('vocabularyOf: got ""');
  expect(() => vocabularyOf("\ud800")).toThrow("half a surrogate pair");
});

test("files by class, in an order that is the same everywhere", async () => {
  const folder = await mkdtemp("/tmp/nabla-folders-");
  try {
    await expect(classFolders(folder)).rejects.toThrow(
      "has no folders, expected one for each class",
    );
    for (const path of ["dog/b.png", "dog/a.png", "cat/1.png", "cat/.hidden", "dog/notes.txt"]) {
      await mkdir(`${folder}/${path.split("/")[0]}`, { recursive: true });
      await writeFile(`${folder}/${path}`, path);
    }
    await writeFile(`${folder}/readme`, "");
    const { classes, files } = await classFolders(folder, {
      only: (name) => name.endsWith(".png"),
    });
    expect(classes).toEqual(["cat", "dog"]);
    const decoded = from(files).map(async ({ path, label }) => [
      await readFile(path, "utf8"),
      label,
    ]);
    const all = [];
    for await (const one of decoded) all.push(one);
    expect(all).toEqual([
      ["cat/1.png", 0],
      ["dog/a.png", 1],
      ["dog/b.png", 1],
    ]);
    expect((await classFolders(folder)).files).toHaveLength(4);
    await expect(classFolders(folder, { only: () => false })).rejects.toThrow('"cat" has no files');
    await expect(classFolders(`${folder}/readme`)).rejects.toThrow(
      "it is a file, expected a folder",
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("folders and files by links; a link that leads nowhere", async () => {
  const folder = await mkdtemp("/tmp/nabla-links-");
  try {
    await mkdir(`${folder}/real/cat`, { recursive: true });
    await mkdir(`${folder}/set`);
    await writeFile(`${folder}/real/cat/1.png`, "");
    await symlink(`${folder}/real/cat/1.png`, `${folder}/real/cat/2.png`);
    await symlink(`${folder}/real/cat`, `${folder}/set/cat`);
    const { classes, files } = await classFolders(`${folder}/set`);
    expect([classes, files.length]).toEqual([["cat"], 2]);
    await symlink(`${folder}/nowhere`, `${folder}/set/dog`);
    await expect(classFolders(`${folder}/set`)).rejects.toThrow('the link "dog": there is no such');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a tokenizer by byte-pair encoding; what is no token, or no tokenizer, is an error", async () => {
  const vocab = { h: 0, e: 1, l: 2, o: 3, he: 4, ll: 5, hell: 6 };
  const { encode, decode } = await tokenizer({
    model: { type: "BPE", vocab, merges: ["h e", "l l", "he ll"], unk_token: null },
    decoder: { type: "Fuse" },
    added_tokens: [],
  });
  expect(encode("hello")).toEqual(Int32Array.of(6, 3));
  expect(decode([4, 2])).toBe("hel");
  expect(() => decode([7])).toThrow("decode: 7 at 0 is the number of no token");
  expect(() => encode(3 as never)).toThrow("encode: got 3, expected a text");
  await expect(tokenizer("x" as never)).rejects.toThrow('tokenizer: got "x", expected the object');
  await expect(tokenizer({ model: { type: "none" } })).rejects.toThrow("tokenizer: @huggingface/");
});
