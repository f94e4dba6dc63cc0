// Files of the format's own library, in Python, and of PyTorch: written by
// safetensors/write_fixtures.py.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Tensor, tensor } from "@nabla/autograd";
import { expect, test } from "vitest";
import { dense } from "../src/dense.ts";
import {
  loadSafetensors,
  readSafetensors,
  saveSafetensors,
  toSafetensors,
} from "../src/files/safetensors.ts";
import { sigmoid } from "../src/index.ts";
import { sequential } from "../src/sequential.ts";
import { tensorsOfDTypes } from "./tensors-of-dtypes.ts";

const fixture = (name: string) => new URL(`safetensors/${name}`, import.meta.url).pathname;
const script = fixture("write_fixtures.py");

const dtypes: Readonly<Record<string, Tensor>> = {
  ...tensorsOfDTypes,
  single: tensor([[1.5, -0, 1e-45]]),
  'é "x"': tensor([1]),
};
const metadata = { "made by": "Gödel" };

test("each dtype is read from a file of the library", () => {
  const file = readSafetensors(readFileSync(fixture("dtypes.safetensors")));
  expect(file.metadata).toEqual(metadata);
  expect(Object.keys(file.tensors).sort()).toEqual(Object.keys(dtypes).sort());
  for (const [name, x] of Object.entries(dtypes)) {
    const found = file.tensors[name]!;
    expect([name, found.dtype, found.shape]).toEqual([name, x.dtype, x.shape]);
    expect(found.dataSync()).toEqual(x.dataSync());
  }
});

test("the bytes that are written are those that the library writes", () => {
  const bytes = toSafetensors(dtypes, { metadata });
  expect(Buffer.from(bytes).equals(readFileSync(fixture("dtypes.safetensors")))).toBe(true);
});

test("floats of 16 bits are read as they are", async () => {
  const { half } = (await readSafetensors(fixture("half.safetensors"))).tensors;
  expect([half!.dtype, half!.arraySync()]).toEqual(["float16", [1]]);
});

const isWeight = (name: string) => name.endsWith(".weight");

test("a network of PyTorch's gives PyTorch's outputs", async () => {
  const { inputs, outputs } = (await readSafetensors(fixture("network-outputs.safetensors")))
    .tensors;
  const network = sequential(dense(3, 4), sigmoid, dense(4, 2));
  const path = fixture("network.safetensors");
  const report = await loadSafetensors(network, path, { transpose: isWeight });
  expect(report).toEqual({ missing: [], unexpected: [], metadata: { format: "pt" } });
  // Some roundings in float32 of numbers near 1.
  const error = network
    .forward(inputs as Tensor<[5, 3]>)
    .sub(outputs!)
    .abs()
    .max()
    .itemSync();
  expect(error).toBeLessThan(1e-6);
  const written = toSafetensors(network, { transpose: isWeight, metadata: { format: "pt" } });
  expect(Buffer.from(written).equals(readFileSync(path))).toBe(true);
});

test("weights that should be transposed are not taken as they are", async () => {
  const network = sequential(dense(3, 4), sigmoid, dense(4, 2));
  await expect(loadSafetensors(network, fixture("network.safetensors"))).rejects.toThrow(
    '"0.weight" is [4, 3] in the file, [3, 4] in the model; see the option transpose',
  );
});

test("names are mapped both ways", () => {
  const [one, other] = [sequential(dense(2, 2)), sequential(dense(2, 2))];
  const rename = (name: string) => `encoder.${name}`;
  const file = toSafetensors(one, { rename });
  expect(Object.keys(readSafetensors(file).tensors)).toEqual([
    "encoder.0.bias",
    "encoder.0.weight",
  ]);
  loadSafetensors(other, file, { rename });
  expect(other.layers[0].weight.dataSync()).toEqual(one.layers[0].weight.dataSync());
});

const python = spawnSync("python3", ["-c", "import numpy, safetensors"]).status === 0;

test.runIf(python)("the library reads what is written here", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nabla-"));
  try {
    const path = join(folder, "written.safetensors");
    await saveSafetensors(path, dtypes, { metadata });
    const read = JSON.parse(execFileSync("python3", [script, "read", path], { encoding: "utf8" }));
    expect(read).toEqual({
      metadata,
      tensors: Object.fromEntries(
        Object.entries(dtypes).map(([name, x]) => {
          const values = [...x.dataSync()].map((n) => (x.dtype === "bool" ? n === 1 : n));
          return [name, { dtype: x.dtype, shape: x.shape, values }];
        }),
      ),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
