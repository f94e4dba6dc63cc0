// The same, small: pictures come back from their files, and are told apart.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, random } from "@nabla/autograd";
import { augment, resize, toBytes, toFloat } from "@nabla/images";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { changes, kinds, picture, readPictures, trained, writePictures } from "./shapes.ts";

let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "nabla-shapes-"))));
afterAll(() => rm(folder, { recursive: true }));
let before = random.state();
beforeEach(() => {
  before = random.state();
  manualSeed(0);
});
afterEach(() => random.restore(before));

test("pictures come back from their files, with their kinds, and are told apart", async () => {
  await writePictures(folder, 4, 1000);
  const pictures = await readPictures(folder);
  expect(pictures.images.shape).toEqual([12, 3, 20, 24]);
  expect(pictures.labels.arraySync()).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  const second = toFloat(toBytes(picture(kinds[1], 1000 + 3 * 2 + 1)));
  const read = pictures.images.at(4 + 2).dataSync();
  expect(read).toEqual(resize(second, [20, 24], { antialias: true }).dataSync());
  expect(await trained(pictures, pictures, { epochs: 30, steps: [] })).toBe(1);
});

test("changes give other pictures at each call, from 0 to 1", () => {
  const changed = augment(...changes);
  const one = picture("circle", 3);
  const [a, b] = [changed(one), changed(one)];
  expect(a.shape).toEqual(one.shape);
  expect(a.sub(b).abs().max().itemSync()).toBeGreaterThan(0.1);
  expect(a.min().itemSync()).toBeGreaterThanOrEqual(0);
  expect(a.max().itemSync()).toBeLessThanOrEqual(1);
});
