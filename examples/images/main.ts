import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed } from "@nabla/autograd";
import { changes, readPictures, trained, writePictures } from "./shapes.ts";

const folders = [
  [20, 1000],
  [100, 5000],
] as const;
const [few, others] = await Promise.all(
  folders.map(async ([each, seed]) => {
    const folder = await mkdtemp(join(tmpdir(), "nabla-shapes-"));
    await writePictures(folder, each, seed);
    const pictures = await readPictures(folder);
    await rm(folder, { recursive: true });
    return pictures;
  }),
);
console.log(`${few!.labels.size} pictures to learn from, ${others!.labels.size} others`);
for (const [name, steps] of [
  ["as they are", []],
  ["changed at each step", changes],
] as const) {
  manualSeed(0);
  const right = await trained(few!, others!, { epochs: 100, steps });
  console.log(`${name}: ${(100 * right).toFixed(0)} % of the others right`);
}
