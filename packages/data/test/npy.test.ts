// NumPy's files: those that NumPy wrote are read and written to the last byte; all else is refused.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { NablaError, type Tensor, tensor } from "@nabla/autograd";
import { expect, test } from "vitest";
import { decoded, readCases } from "../../../fixtures/cases.ts";
import { npy, npz, type ToNpyOptions, toNpy, toNpz } from "../src/index.ts";

const cases = readCases("npy");
const fileOf = (options: Readonly<Record<string, unknown>> | undefined): Uint8Array =>
  new Uint8Array(Buffer.from(options!["file"] as string, "base64"));

const same = (a: Tensor, b: Tensor): void => {
  expect([a.shape, a.dtype, a.dataSync()]).toEqual([b.shape, b.dtype, b.dataSync()]);
};

test("arrays that NumPy wrote: all dtypes, orders and versions", () => {
  const arrays = cases.filter(({ call }) => call === "npy");
  expect(arrays.length).toBeGreaterThan(60);
  for (const { options, outputs } of arrays) {
    const file = fileOf(options);
    const read = npy(file);
    same(read, decoded(outputs[0]!));
    const { file: _, ...how } = options!;
    expect(Buffer.from(toNpy(read, how as ToNpyOptions)).equals(file)).toBe(true);
  }
});

test("archives that NumPy wrote, packed or not; written ones are read again", async () => {
  for (const { options, outputs } of cases.filter(({ call }) => call === "npz")) {
    const names = options!["names"] as readonly string[];
    const read = await npz(fileOf(options));
    expect(Object.keys(read)).toEqual(names);
    names.forEach((name, i) => same(read[name]!, decoded(outputs[i]!)));
    for (const compressed of [false, true]) {
      const again = await npz(await toNpz(read, { compressed }));
      expect(Object.keys(again)).toEqual(names);
      for (const name of names) same(again[name]!, read[name]!);
    }
  }
});

test("all 65,536 halves are read as they are, and written back", () => {
  const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
  const file = toNpy(tensor(new Float32Array(2 ** 16)), { dtype: "float16" });
  file.set(new Uint8Array(bits.buffer), file.length - 2 ** 17);
  const again = toNpy(npy(file), { dtype: "float16" });
  const back = new Uint16Array(again.slice(again.length - 2 ** 17).buffer);
  const isNaN = (half: number) => (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0;
  expect(bits.filter((half) => back[half] !== half && !isNaN(half))).toEqual(new Uint16Array());
});

test("sources: a buffer, a stream in pieces, a Blob, a path", async () => {
  const x = tensor([[1, 2, 3]]);
  const bytes = toNpy(x);
  same(npy(bytes.buffer), x);
  same(await npy(new Blob([bytes])), x);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  same(await npy(pieces()), x);
  const folder = await mkdtemp("/tmp/nabla-npy-");
  try {
    await writeFile(`${folder}/x.npy`, bytes);
    same(await npy(`${folder}/x.npy`), x);
    await expect(npy(`${folder}/y.npy`)).rejects.toThrow("no such file or folder (ENOENT)");
    await expect(npy(folder)).rejects.toThrow("it is a folder");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("integers are read exactly, or not at all", () => {
  const x = tensor(
    [
      [0, 1],
      [2, 3],
    ],
    { dtype: "float64" },
  );
  const file = toNpy(x, { dtype: "int64" });
  const view = new DataView(file.buffer);
  view.setBigInt64(file.length - 16, 2n ** 53n + 1n, true);
  expect(() => npy(file)).toThrow(
    "npy: got 9007199254740993 at [1, 0], expected integers that float64 can hold (up to 2^53)",
  );
  view.setBigInt64(file.length - 16, -(2n ** 40n), true);
  expect(npy(file).arraySync()).toEqual([
    [0, 1],
    [-(2 ** 40), 3],
  ]);
  expect(() => npy(file, { dtype: "int32" })).toThrow(
    "got -1099511627776 at [1, 0], expected what int32 can hold",
  );
  expect(() => toNpy(tensor([0.5]), { dtype: "int8" })).toThrow("toNpy: got 0.5 at [0]");
  expect(() => toNpy(tensor([Number.NaN]), { dtype: "uint64" })).toThrow("got NaN at [0]");
});

/** A file with another header. */
function withHeader(text: string, elements = 8): Uint8Array {
  const header = Buffer.from(`${text.padEnd(117, " ")}\n`);
  const start = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length, 0]);
  return new Uint8Array(Buffer.concat([start, header, Buffer.alloc(elements)]));
}
const header = (descr: string, shape = "(1,)", order = "False") =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;

test.each([
  ["'<f8'", "(2,)", /\[2\] has 16 bytes of elements, the file has 8/],
  ["'<f8'", "()", undefined],
  ["'<f8'", "[1]", undefined],
  ["'<f8'", "(1)", /the shape is 1, expected/],
  ["'<f8'", "(-1,)", /expected 64 sizes at most/],
  ["'<f8'", "(1L,)", undefined],
  ["'<f8'", "(9007199254740993,)", /sizes at most/],
  ["'<f8'", "(4294967296, 4294967296)", /has 147573952589676412928 bytes/],
  ["'f8'", "(1,)", /without an order of bytes/],
  ["'|O'", "(1,)", /Python objects \(pickled\); expected one of bool, int8/],
  ["'<U2'", "(1,)", /"<U2", strings/],
  ["'<c8'", "(1,)", /complex numbers/],
  ["'<M8[s]'", "(1,)", /dates/],
  ["'<f16'", "(1,)", /floats of another size/],
  ["[('a', '<f4'), ('b', '<f4')]", "(1,)", /a structure of several fields.*each field by itself/],
  ["None", "(1,)", /the dtype is null/],
  ["__import__('os')", "(1,)", /the header is no dictionary/],
])("a header with dtype %s and shape %s", (descr, shape, error) => {
  const read = () => npy(withHeader(header(descr, shape)));
  if (error) expect(read).toThrow(error);
  else expect(read().dataSync()).toEqual(new Float64Array(1));
});

test("what is no NumPy file, or only the beginning of one, is refused", async () => {
  const file = toNpy(tensor([1, 2]));
  for (let end = 0; end < file.length; end++) {
    expect(() => npy(file.subarray(0, end))).toThrow(NablaError);
  }
  const refused = (bytes: Uint8Array, message: string) => {
    expect(() => npy(bytes)).toThrow(message);
  };
  const zip = await toNpz({});
  refused(zip, 'it does not begin with "\\x93NUMPY"; this looks like a ZIP archive');
  refused(Uint8Array.of(...file, 0), "the file has 9");
  refused(withHeader("{'descr': '<f8'}"), 'has "descr", expected descr, fortran_order and');
  refused(withHeader(header("'<f8'", "(1,)", "0")), "fortran_order is 0");
  refused(withHeader(`${header("'|b1'", "(8,)")}x`), "no dictionary");
  const truth = withHeader(header("'|b1'", "(8,)"));
  truth[truth.length - 1] = 2;
  refused(truth, "got 2 at [7], expected 0 or 1 for bool");
  await expect(npz(file)).rejects.toThrow("npz: no ZIP archive that can be read: ");
  await expect(npy(new Response() as never)).rejects.toThrow("got a Response; pass response.body");
  expect(() => npy(file, { dType: "int32" } as never)).toThrow('there is no option "dType"');
});

test("what is packed cannot take more memory than mostBytes", async () => {
  const x = tensor(new Uint8Array(2 ** 20));
  const bomb = await toNpz({ x }, { compressed: true });
  expect(bomb.length).toBeLessThan(4000);
  await expect(npz(bomb, { mostBytes: 2 ** 20 })).rejects.toThrow(
    '"x" has more bytes than mostBytes leaves',
  );
  // The archive says that there are 100 bytes, in both of its headers.
  const lying = bomb.slice();
  const view = new DataView(lying.buffer);
  let changed = 0;
  for (let at = 0; at + 4 <= lying.length; at++) {
    if (view.getUint32(at, true) !== 2 ** 20 + 128) continue;
    view.setUint32(at, 100, true);
    changed++;
  }
  expect(changed).toBeGreaterThan(0);
  await expect(npz(lying)).rejects.toThrow(NablaError);
  const two = await toNpz({ a: tensor([1]), b: tensor([2]) });
  expect(Object.keys(await npz(two, { only: (name) => name === "b" }))).toEqual(["b"]);
  await expect(npz(two, { mostBytes: 200 })).rejects.toThrow("mostBytes leaves for it, 68");
});

test("arrays of any name come back, of one that would be a path of elsewhere, too", async () => {
  for (const name of ["../x", "/x", "a/b", "c:x", "a\\b", "😀", "__proto__", ""]) {
    const read = await npz(await toNpz({ [name]: tensor([1, 2]) }));
    expect(Object.keys(read)).toEqual([name]);
    expect(read[name]!.arraySync()).toEqual([1, 2]);
  }
});
