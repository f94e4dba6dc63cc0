// Elements of 8 and 16 bits in safetensors files: what is read, what is rounded, and what models take.
import { readFileSync } from "node:fs";
import { NablaError, setBackend, tensor } from "@nabla/autograd";
import { dense, loadSafetensors, readSafetensors, toSafetensors } from "@nabla/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// Values are looked at, nothing is computed.
beforeAll(() => setBackend("reference"));
afterAll(() => setBackend("wasm"));

/** A file with one tensor of these bytes. */
function fileOf(format: string, bytes: Uint8Array, elements: number): Uint8Array {
  const x = { dtype: format, shape: [elements], data_offsets: [0, bytes.length] };
  const text = JSON.stringify({
    x,
    other: { ...x, dtype: "F32", shape: [0], data_offsets: [0, 0] },
  });
  const file = new Uint8Array(8 + text.length + bytes.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(new TextEncoder().encode(text), 8);
  file.set(bytes, 8 + text.length);
  return file;
}

const read = (format: string, bytes: Uint8Array, elements: number) =>
  readSafetensors(fileOf(format, bytes, elements)).tensors["x"]!;

/** Of all patterns of so many bits the number, by definition: (-1)^sign 2^(exponent - bias) 1.fraction. */
function byDefinition(exponentBits: number, fractionBits: number): readonly number[] {
  const bias = 2 ** (exponentBits - 1) - 1;
  return Array.from({ length: 2 ** (1 + exponentBits + fractionBits) }, (_, pattern) => {
    const sign = pattern >> (exponentBits + fractionBits) ? -1 : 1;
    const exponent = (pattern >> fractionBits) & (2 ** exponentBits - 1);
    const fraction = (pattern & (2 ** fractionBits - 1)) / 2 ** fractionBits;
    if (exponent === 0) return sign * 2 ** (1 - bias) * fraction;
    return sign * 2 ** (exponent - bias) * (1 + fraction);
  });
}

const patterns = (bits: number) => Array.from({ length: 2 ** bits }, (_, i) => i);

test("every number of 8 bits has its value", () => {
  const bytes = Uint8Array.from(patterns(8));
  const [e5m2, e4m3] = [byDefinition(5, 2), byDefinition(4, 3)].map((all) => [...all]);
  for (const sign of [0, 0x80]) {
    e5m2![sign + 0x7c] = sign ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    for (const nan of [0x7d, 0x7e, 0x7f]) e5m2![sign + nan] = Number.NaN;
    e4m3![sign + 0x7f] = Number.NaN;
  }
  expect([...read("F8_E5M2", bytes, 256).dataSync()]).toEqual(e5m2);
  expect([...read("F8_E4M3", bytes, 256).dataSync()]).toEqual(e4m3);
  // Table 1 of the paper: the largest, and the least above 0.
  expect([e5m2![0x7b], e5m2![1], e4m3![0x7e], e4m3![1]]).toEqual([57344, 2 ** -16, 448, 2 ** -9]);
});

/** The patterns that numbers are written as. */
function written(format: "F16" | "BF16", numbers: readonly number[]): Uint16Array {
  const x = tensor(Float64Array.from(numbers));
  const file = toSafetensors({ x }, { rounded: () => format });
  return new Uint16Array(file.slice(file.length - 2 * numbers.length).buffer);
}

describe.each([
  ["F16", 5, 10],
  ["BF16", 8, 7],
] as const)("to %s", (format, exponentBits, fractionBits) => {
  const infinity = (2 ** exponentBits - 1) * 2 ** fractionBits;
  // As the next power of two, half way to which the largest number ends.
  const values = byDefinition(exponentBits, fractionBits).slice(0, infinity + 1);

  test("numbers go to the nearest, and those in the middle to the even one", () => {
    const [given, wanted]: [number[], number[]] = [[], []];
    for (let i = 0; i < infinity; i++) {
      const [low, high] = [values[i]!, values[i + 1]!];
      const middle = (low + high) / 2;
      const step = middle * 2 ** -50;
      given.push(low, middle - step, middle, middle + step, -low, -middle);
      const even = i % 2 === 0 ? i : i + 1;
      wanted.push(i, i, even, i + 1, 2 ** 15 + i, 2 ** 15 + even);
    }
    expect(Buffer.from(written(format, given).buffer)).toEqual(
      Buffer.from(Uint16Array.from(wanted).buffer),
    );
  });

  test("infinities stay, and NaN is NaN", () => {
    const { POSITIVE_INFINITY: inf, NaN: nan } = Number;
    const file = toSafetensors(
      { x: tensor([inf, -inf, nan, 1e39, -0]) },
      { rounded: () => format },
    );
    const x = readSafetensors(file).tensors["x"]!;
    expect([x.dtype, x.arraySync()]).toEqual([
      format === "F16" ? "float16" : "bfloat16",
      [inf, -inf, nan, inf, -0],
    ]);
  });
});

test("bits of 16 are those of NumPy", () => {
  const { float32, float64, from32, from64 } = readSafetensors(
    readFileSync(new URL("safetensors/rounded.safetensors", import.meta.url)),
  ).tensors as Record<string, ReturnType<typeof tensor>>;
  expect(float32!.size).toBeGreaterThan(100);
  for (const [x, bits] of [
    [float32!, from32!],
    [float64!, from64!],
  ] as const) {
    expect([...written("F16", [...x.dataSync()])]).toEqual([...bits.dataSync()]);
  }
});

test("a file has rounded tensors among others, in the order of the library", () => {
  const tensors = {
    half: tensor([1, 2]),
    brain: tensor([3]),
    whole: tensor([4], { dtype: "int32" }),
    bytes: tensor([5], { dtype: "uint8" }),
  };
  const rounded = (name: string) =>
    ({ half: "F16", brain: "BF16" })[name] as "F16" | "BF16" | undefined;
  const file = toSafetensors(tensors, { rounded });
  const length = new DataView(file.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as object;
  expect(Object.entries(header).map(([name, { dtype }]) => [name, dtype as string])).toEqual([
    ["whole", "I32"],
    ["brain", "BF16"],
    ["half", "F16"],
    ["bytes", "U8"],
  ]);
  const read = readSafetensors(file).tensors;
  expect(Object.entries(read).map(([name, x]) => [name, x.arraySync()])).toEqual([
    ["whole", [4]],
    ["brain", [3]],
    ["half", [1, 2]],
    ["bytes", [5]],
  ]);
  expect(() => toSafetensors(tensors, { rounded: () => "F16" })).toThrow(
    '"whole" is int32, to be rounded to "F16"; expected float32 or float64, and "F16" or "BF16"',
  );
  expect(() => toSafetensors(tensors, { rounded: () => "F8" as "F16" })).toThrow(
    '"half" is float32, to be rounded to "F8"',
  );
});

test("models take numbers of fewer bits where that is asked for", () => {
  const [one, other] = [dense(2, 2), dense(2, 2, { dtype: "float64" })];
  one.weight.assign([
    [1, 0.1],
    [-0.5, 3],
  ]);
  const file = toSafetensors(one, { rounded: (name) => (name === "weight" ? "BF16" : undefined) });
  for (const [model, own] of [
    [dense(2, 2), "F32"],
    [other, "F64"],
  ] as const) {
    expect(() => loadSafetensors(model, file)).toThrow(
      `"weight" is BF16 in the file, ${own} in the model; see the option widen`,
    );
    loadSafetensors(model, file, { widen: true });
    expect(model.weight.dtype).toBe(own === "F32" ? "float32" : "float64");
    expect(model.weight.arraySync()).toEqual([
      [1, 0.10009765625],
      [-0.5, 3],
    ]);
  }
  expect(() => loadSafetensors(one, toSafetensors(other), { widen: true })).toThrow(
    '"weight" is F64 in the file, F32 in the model; "bias" is F64 in the file, F32 in the model',
  );
});

test("of a file with tensors that cannot be read the others can", () => {
  const complex = fileOf("C64", new Uint8Array(8), 1);
  const large = fileOf("I64", new Uint8Array(BigInt64Array.of(2n ** 53n + 1n).buffer), 1);
  for (const file of [complex, large]) {
    expect(() => readSafetensors(file)).toThrow(NablaError);
    const { tensors } = readSafetensors(file, { only: (name) => name !== "x" });
    expect(Object.entries(tensors).map(([name, x]) => [name, x.shape])).toEqual([["other", [0]]]);
  }
});
