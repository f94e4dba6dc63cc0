// Models in several safetensors files, by their index.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tensor } from "@nabla/autograd";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  dense,
  loadShards,
  readShards,
  relu,
  saveSafetensors,
  sequential,
  toSafetensors,
} from "../src/index.ts";

const model = () => sequential(dense(2, 3), relu, dense(3, 1));
const one = model();
const [first, second] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
const named = Object.fromEntries(one.namedParameters());
const files: Readonly<Record<string, Uint8Array>> = {
  [first]: toSafetensors({ "0.weight": named["0.weight"]!, "2.bias": named["2.bias"]! }),
  [second]: toSafetensors({ "0.bias": named["0.bias"]!, "2.weight": named["2.weight"]! }),
};
const map: Readonly<Record<string, unknown>> = {
  ...{ "0.weight": first, "2.bias": first, "0.bias": second, "2.weight": second },
};
const indexOf = (weights: unknown) =>
  new TextEncoder().encode(JSON.stringify({ metadata: { total_size: 52 }, weight_map: weights }));
const open = (file: string) => files[file]!;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp("/tmp/nabla-shards-");
  for (const [name, bytes] of Object.entries(files)) await writeFile(`${folder}/${name}`, bytes);
  await writeFile(`${folder}/model.safetensors.index.json`, indexOf(map));
});
afterAll(() => rm(folder, { recursive: true }));

test("a model is what it was, from a folder or by what opens its files", async () => {
  for (const [index, options] of [
    [`${folder}/model.safetensors.index.json`, {}],
    [indexOf(map), { open }],
    [indexOf(map), { open: async (file: string) => new Blob([open(file).slice()]).stream() }],
  ] as const) {
    const other = model();
    const report = await loadShards(other, index, options);
    expect(report).toEqual({ missing: [], unexpected: [] });
    expect(toSafetensors(other)).toEqual(toSafetensors(one));
  }
});

test("files without a wanted tensor are not opened", async () => {
  const opened: string[] = [];
  const tensors = await readShards(indexOf(map), {
    only: (name) => name.endsWith("bias") && name.startsWith("2"),
    open: (file) => {
      opened.push(file);
      return open(file);
    },
  });
  expect([Object.keys(tensors), opened]).toEqual([["2.bias"], [first]]);
});

test("names: rename, strict, and what only one side has", async () => {
  const bigger = sequential(dense(2, 3), relu, dense(3, 1), dense(1, 1));
  await expect(loadShards(bigger, indexOf(map), { open })).rejects.toThrow(
    'loadShards: "3.weight", "3.bias" are in the model, not in the file',
  );
  const { missing } = await loadShards(bigger, indexOf(map), { open, strict: false });
  expect(missing).toEqual(["3.weight", "3.bias"]);
  const wide = sequential(dense(2, 4), relu, dense(4, 1));
  const before = toSafetensors(wide);
  await expect(loadShards(wide, indexOf(map), { open })).rejects.toThrow(
    `loadShards: "${first}": "0.weight" is [2, 3] in the file, [2, 4] in the model`,
  );
  expect(toSafetensors(wide)).toEqual(before);
});

test.each([
  [indexOf({ ...map, "0.bias": first }), `"${first}": lacks "0.bias", which the index says it has`],
  [indexOf({ "0.weight": first }), `has "2.bias", of which the index knows nothing`],
  [indexOf({ a: "../../secret" }), `"a" is in "../../secret", expected a file of the same folder`],
  [indexOf({ a: "/etc/passwd" }), "expected a file of the same folder"],
  [indexOf({ a: 3 }), '"a" is in 3, expected'],
  [indexOf([]), 'has no "weight_map"'],
  [toSafetensors({ x: tensor([1]) }), "no index in JSON: "],
  [new TextEncoder().encode('{"weight_map":{"a":"b","a":"c"}}'), 'the index has "a" twice'],
])("an index or files that do not fit: case %#", async (index, message) => {
  await expect(readShards(index, { open })).rejects.toThrow(message);
});

test("an index that is no path needs open; files that are not there are told", async () => {
  await expect(readShards(indexOf(map))).rejects.toThrow("say by open where its files are");
  await writeFile(`${folder}/other.index.json`, indexOf({ a: "other.safetensors" }));
  await expect(readShards(`${folder}/other.index.json`)).rejects.toThrow("no such file or folder");
  await saveSafetensors(`${folder}/other.safetensors`, { a: tensor([1, 2]) });
  const { a } = await readShards(`${folder}/other.index.json`);
  expect(a!.arraySync()).toEqual([1, 2]);
});
