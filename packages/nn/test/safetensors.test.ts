// Files of parameters: what is written is read, and what is not right is refused, and changes nothing.
import { NablaError, type Parameter, random } from "@nabla/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dense } from "../src/dense.ts";
import { sigmoid } from "../src/index.ts";
import { heNormal } from "../src/initializers.ts";
import { loadSafetensors, toSafetensors } from "../src/safetensors.ts";
import { sequential } from "../src/sequential.ts";

const network = (hidden = 16) => {
  const initializer = heNormal();
  return sequential(dense(3, hidden, { initializer }), sigmoid, dense(hidden, 2, { bias: false }));
};

const valuesOf = (model: { parameters(): readonly Parameter[] }) =>
  model.parameters().map((p) => [...p.dataSync()]);

/** A file with this header and so many bytes behind it. */
function fileOf(header: unknown, bytes: number): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const file = new Uint8Array(8 + text.length + bytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

test("what was written is read again, bit for bit, under the names of layers", () => {
  const [one, other] = [network(), network()];
  one.parameters()[1]!.assign(random.normal([16], { seed: 1 }));
  const file = toSafetensors(one, { metadata: { made: "here" } });
  loadSafetensors(other, file);
  expect(valuesOf(other)).toEqual(valuesOf(one));
  expect(other.namedParameters().map(([name]) => name)).toEqual(["0.weight", "0.bias", "2.weight"]);
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as object;
  expect(header).toEqual({
    __metadata__: { made: "here" },
    "0.weight": { dtype: "F32", shape: [3, 16], data_offsets: [0, 192] },
    "0.bias": { dtype: "F32", shape: [16], data_offsets: [192, 256] },
    "2.weight": { dtype: "F32", shape: [16, 2], data_offsets: [256, 384] },
  });
});

test("a file at an odd place in memory is read, too", () => {
  const [one, other] = [network(), network()];
  const file = toSafetensors(one);
  const moved = new Uint8Array(file.length + 3);
  moved.set(file, 3);
  loadSafetensors(other, moved.subarray(3));
  expect(valuesOf(other)).toEqual(valuesOf(one));
});

describe("refused, and nothing changed", () => {
  const f32 = (shape: readonly number[], from: number, to: number) => ({
    dtype: "F32",
    shape,
    data_offsets: [from, to],
  });
  test.each([
    [
      () => toSafetensors(network(8)),
      'loadSafetensors: "0.weight" is [3, 8] in the file, [3, 16] in the model',
    ],
    [
      () => toSafetensors(dense(3, 16)),
      'loadSafetensors: "weight" is in the file, not in the model',
    ],
    [
      () => toSafetensors(sequential(dense(3, 16))),
      'loadSafetensors: "2.weight" is in the model, not in the file',
    ],
    [() => new Uint8Array(5), "loadSafetensors: the file has 5 bytes, expected at least 8"],
    [
      () => toSafetensors(network()).subarray(0, 100),
      "loadSafetensors: the header has 200 bytes, expected at most 92",
    ],
    [
      () => toSafetensors(network()).subarray(0, 500),
      "loadSafetensors: the tensors take 384 bytes, the file has 292 for them",
    ],
    [() => fileOf("[1]", 0), 'loadSafetensors: the header is no JSON object: "[1]"'],
    [() => fileOf("{no", 0), 'loadSafetensors: the header is no JSON object: "{no"'],
    [
      () => fileOf({ a: { dtype: "BF16", shape: [1], data_offsets: [0, 2] } }, 2),
      'loadSafetensors: "a" has dtype "BF16", expected BOOL, U8, I32, F32, F64',
    ],
    [() => fileOf({ a: f32([-1], 0, 4) }, 4), 'loadSafetensors: "a" has shape [-1]'],
    [
      () => fileOf({ a: f32([1], 4, 0) }, 4),
      'loadSafetensors: "a" has data_offsets [4,0], expected [begin, end]',
    ],
    [
      () => fileOf({ a: f32([2], 0, 4) }, 4),
      'loadSafetensors: "a" has 4 bytes, float32 [2] takes 8',
    ],
    [
      () => fileOf({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12),
      'loadSafetensors: "b" begins at byte 8, expected 4',
    ],
    [
      () => fileOf({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8),
      'loadSafetensors: "b" begins at byte 4, expected 8',
    ],
  ])("%#: $1", (file, message) => {
    const model = network();
    const before = valuesOf(model);
    expect(() => loadSafetensors(model, file())).toThrow(new NablaError(message));
    expect(valuesOf(model)).toEqual(before);
  });

  test("mutated files: an error, or numbers", () => {
    const file = toSafetensors(network());
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const mutated = file.slice();
        for (const [at, byte] of changes) mutated[at] = byte;
        try {
          loadSafetensors(network(), mutated);
        } catch (error) {
          expect(error).toBeInstanceOf(NablaError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test("what both have is loaded where that is asked for", () => {
  const model = network();
  const other = sequential(dense(3, 16), sigmoid, dense(16, 5, { bias: false }));
  const layer = sequential(other.layers[0]);
  loadSafetensors(model, toSafetensors(layer), { strict: false });
  expect(valuesOf(model)[0]).toEqual(valuesOf(layer)[0]);
});
