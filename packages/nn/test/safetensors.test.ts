// Files of parameters: what is written is read, and what is not right is refused, and changes
// nothing.
import { PassThrough, Readable, Writable } from "node:stream";
import { runInNewContext } from "node:vm";
import { NablaError, type Parameter, random, tensor } from "@nabla/autograd";
import { describe, expect, test } from "vitest";
import { dense } from "../src/dense.ts";
import { bitsOf } from "../src/files/formats.ts";
import {
  loadSafetensors,
  readSafetensors,
  saveSafetensors,
  toSafetensors,
} from "../src/files/safetensors.ts";
import { sigmoid } from "../src/index.ts";
import { heNormal } from "../src/initializers.ts";
import { batchNorm } from "../src/layers/batch-norm.ts";
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
    "0.bias": { dtype: "F32", shape: [16], data_offsets: [0, 64] },
    "0.weight": { dtype: "F32", shape: [3, 16], data_offsets: [64, 256] },
    "2.weight": { dtype: "F32", shape: [16, 2], data_offsets: [256, 384] },
  });
});

test("what training has measured is written and read, too", () => {
  const made = () => sequential(dense(1, 2), batchNorm(2));
  const [one, other] = [made(), made()];
  one.forward(tensor([[1], [3]]));
  const file = toSafetensors(one);
  expect(Object.keys(readSafetensors(file).tensors)).toContain("1.running_var");
  loadSafetensors(other, file);
  for (const model of [one, other]) model.evaluate();
  const x = tensor([[2], [5]]);
  expect(other.forward(x).arraySync()).toEqual(one.forward(x).arraySync());
  expect(other.layers[1].runningMean.arraySync()).not.toEqual([0, 0]);
});

test("a file at an odd place in memory is read, too", () => {
  const [one, other] = [network(), network()];
  const file = toSafetensors(one);
  const moved = new Uint8Array(file.length + 3);
  moved.set(file, 3);
  loadSafetensors(other, moved.subarray(3));
  expect(valuesOf(other)).toEqual(valuesOf(one));
  const third = network();
  loadSafetensors(third, file.slice().buffer);
  expect(valuesOf(third)).toEqual(valuesOf(one));
});

/** What a header says of a tensor. */
const entry = (dtype: string, shape: readonly number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe("refused, and nothing changed", () => {
  test.each<[file: () => Uint8Array, message: string]>([
    [
      () => toSafetensors(network(8)),
      '"0.weight" is [3, 8] in the file, [3, 16] in the model; ' +
        '"0.bias" is [8] in the file, [16] in the model; ' +
        '"2.weight" is [8, 2] in the file, [16, 2] in the model',
    ],
    [
      () => toSafetensors(dense(3, 16)),
      '"0.weight", "0.bias", "2.weight" are in the model, not in the file; ' +
        '"bias", "weight" are in the file, not in the model',
    ],
    [() => toSafetensors(sequential(dense(3, 16))), '"2.weight" is in the model, not in the file'],
    [() => new Uint8Array(5), "the file ends at byte 5, the length of its header at byte 8"],
    [
      () => toSafetensors(network()).subarray(0, 100),
      "the file ends at byte 100, its header at byte 208",
    ],
    [
      () => toSafetensors(network()).subarray(0, 500),
      'the file ends at byte 500, "2.weight" at byte 592',
    ],
    [
      () => Uint8Array.from([...toSafetensors(network()), 0]),
      "the file goes on behind byte 592, where its tensors end",
    ],
    [
      () => Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 8, 8),
      "the header has 578712552184433500 bytes, expected at most 100000000; " +
        "this looks like a PyTorch file: write it with safetensors.torch.save_file",
    ],
    [
      () => new TextEncoder().encode("<!doctype html><title>No such page</title>"),
      "the header has 8104636974849335000 bytes, expected at most 100000000; " +
        'this looks like text, "<!doctyp": what a web server sends for a file that it has not?',
    ],
    [() => fileOf("[1]", 0), 'the header is no JSON object: "[1]"'],
    [() => fileOf("{no", 0), 'the header is no JSON object: "{no"'],
    [() => fileOf(" {}", 0), 'the header is no JSON object: " {}"'],
    [() => fileOf("\ufeff{}", 0), 'the header is no JSON object: "\\ufeff{}"'],
    [() => fileOf("[".repeat(1e5), 0), 'the header is no JSON object: "[[[[[[[[[[[[[[[[[[[["'],
    [() => fileOf({ a: entry("F9", [1], 0, 4) }, 4), '"a" has dtype "F9", which the format lacks'],
    [
      () => fileOf(`{"a":{"shape":${"[".repeat(1e5)}${"]".repeat(1e5)},"dtype":"U8"}}`, 0),
      `"a" has shape ${"[".repeat(60)}…, expected a list of sizes`,
    ],
    [
      () => fileOf({ a: entry("U8", new Array<number>(65).fill(1), 0, 1) }, 1),
      '"a" has 65 axes, expected at most 64',
    ],
    [
      () => fileOf(`[${"{},".repeat(2 ** 18)}{}]`, 0),
      "the header has 262145 objects, expected one a tensor, 262144 at most",
    ],
    [
      () => fileOf({ "a\u009b2J\u202e": entry("U8", [1], 0, 2) }, 2),
      '"a\\u009b2J\\u202e" has 2 bytes, U8 [1] takes 1',
    ],
    [() => fileOf({ a: [] }, 0), '"a" has dtype nothing, which the format lacks'],
    [
      () =>
        fileOf(
          {
            "0.bias": entry("BF16", [16], 192, 224),
            "0.weight": entry("F32", [3, 16], 0, 192),
            "2.weight": entry("I32", [16, 2], 224, 352),
          },
          352,
        ),
      '"0.bias" is BF16 in the file, F32 in the model; see the option widen; "2.weight" is I32 in the file, F32 in the model',
    ],
    [
      () => fileOf({ a: entry("F32", [-1], 0, 4) }, 4),
      '"a" has shape [-1], expected a list of sizes',
    ],
    [
      () => fileOf({ a: entry("F32", [2 ** 40, 2 ** 40, 0], 0, 0) }, 0),
      '"a" has shape [1099511627776,1099511627776,0], expected a list of sizes',
    ],
    [
      () => fileOf({ a: entry("F32", [1], 4, 0) }, 4),
      '"a" has data_offsets [4,0], expected [begin, end] in bytes',
    ],
    [() => fileOf({ a: entry("F32", [2], 0, 4) }, 4), '"a" has 4 bytes, F32 [2] takes 8'],
    [
      () => fileOf({ a: entry("F32", [1], 0, 4), b: entry("F32", [1], 8, 12) }, 12),
      '"b" begins at byte 8, expected 4',
    ],
    [
      () => fileOf({ a: entry("F32", [2], 0, 8), b: entry("F32", [1], 4, 8) }, 8),
      '"b" begins at byte 4, expected 8',
    ],
    [
      () => fileOf('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":1}', 0),
      'the header has "a" twice',
    ],
    [
      () => fileOf('{"a":{"dtype":"U8","shape":[0],"shape" :[0],"data_offsets":[0,0]}}', 0),
      'the header has "shape" twice',
    ],
    [
      () => fileOf({ __metadata__: { a: 1 } }, 0),
      '__metadata__ is {"a":1}, expected strings by name',
    ],
    [
      () => fileOf('{"\\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}', 0),
      '"\\ud800" has half a surrogate pair, expected Unicode',
    ],
    [
      () => fileOf({ __metadata__: { a: "\udc00" } }, 0),
      '"\\udc00" has half a surrogate pair, expected Unicode',
    ],
    [() => fileOf({ __metadata__: null }, 0), "__metadata__ is null, expected strings by name"],
  ])("%#: $1", (file, message) => {
    const model = network();
    const before = valuesOf(model);
    expect(() => loadSafetensors(model, file())).toThrow(
      new NablaError(`loadSafetensors: ${message}`),
    );
    expect(valuesOf(model)).toEqual(before);
  });

  test("a truth that is neither 0 nor 1", () => {
    const file = toSafetensors({ x: tensor([true, false]) });
    file[file.length - 1] = 2;
    expect(() => readSafetensors(file)).toThrow(
      new NablaError('readSafetensors: "x" has the byte 2, expected 0 or 1 for BOOL'),
    );
  });
});

test("what both have is loaded where that is asked for", () => {
  const model = network();
  const other = sequential(dense(3, 16), sigmoid, dense(16, 5, { bias: false }));
  const layer = sequential(other.layers[0]);
  const file = toSafetensors({ "0.weight": layer.layers[0].weight, other: tensor(1) });
  const report = loadSafetensors(model, file, { strict: false });
  expect(report).toEqual({ missing: ["0.bias", "2.weight"], unexpected: ["other"], metadata: {} });
  expect(valuesOf(model)[0]).toEqual(valuesOf(layer)[0]);
});

test("tensors that nobody wants may have dtypes that nabla lacks", () => {
  const model = sequential(dense(1, 1));
  const file = fileOf(
    {
      "0.bias": { dtype: "F32", shape: [1], data_offsets: [0, 4] },
      num_batches_tracked: { dtype: "I64", shape: [], data_offsets: [4, 12] },
      "0.weight": { dtype: "F32", shape: [1, 1], data_offsets: [12, 16] },
    },
    16,
  );
  new DataView(file.buffer).setFloat32(file.length - 4, 1.5, true);
  const { unexpected } = loadSafetensors(model, file, { strict: false });
  expect(unexpected).toEqual(["num_batches_tracked"]);
  expect(valuesOf(model)).toEqual([[1.5], [0]]);
});

test("more names than a line holds are counted", () => {
  const model = sequential(...Array.from({ length: 6 }, () => dense(1, 1)));
  expect(() => loadSafetensors(model, toSafetensors({}))).toThrow(
    'loadSafetensors: "0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias", ' +
      '"3.weight", "3.bias", and 4 more are in the model, not in the file',
  );
});

describe("what cannot be written is refused", () => {
  test.each([
    [
      () => toSafetensors({ __metadata__: tensor(1) }),
      'more than one tensor is called "__metadata__"',
    ],
    [
      () => toSafetensors(sequential(dense(1, 1)), { rename: () => "a" }),
      'more than one tensor is called "a"',
    ],
    [
      () => toSafetensors({}, { metadata: { epoch: 3 } as never }),
      'metadata "epoch" is number, expected a string',
    ],
    [() => toSafetensors("x" as never), 'expects a model, or tensors by name, got "x"'],
    [() => toSafetensors(null as never), "expects a model, or tensors by name, got null"],
    [() => toSafetensors({ x: [1] as never }), '"x" is an array, expected a tensor'],
    [
      () => toSafetensors({ "\ud800": tensor([1]) }),
      '"\\ud800" has half a surrogate pair, expected Unicode',
    ],
    [
      () => toSafetensors({ x: tensor([1]) }, { transpose: () => true }),
      '"x" is [1], only a matrix can be transposed',
    ],
  ])("%#: $1", (write, message) => {
    expect(write).toThrow(new NablaError(`toSafetensors: ${message}`));
  });
});

describe("streams", () => {
  const chunked = (file: Uint8Array, size: number): Uint8Array[] =>
    Array.from({ length: Math.ceil(file.length / size) }, (_, i) =>
      file.subarray(i * size, (i + 1) * size),
    );
  /** One chunk after the other in the same memory, as readers of files may have it. */
  async function* reusing(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    const memory = new Uint8Array(size);
    for (const chunk of chunked(file, size)) {
      memory.set(chunk);
      yield memory.subarray(0, chunk.length);
    }
  }

  test("give what bytes give, whatever their chunks", async () => {
    const one = network();
    const file = toSafetensors(one, { metadata: { made: "here" } });
    for (const size of [1, 7, 64, 1000]) {
      const [other, another, third] = [network(), network(), network()];
      const { metadata } = await loadSafetensors(other, reusing(file, size));
      expect(metadata).toEqual({ made: "here" });
      await loadSafetensors(another, new Blob(chunked(file, size)).stream());
      await loadSafetensors(third, Readable.from(chunked(file, size)));
      for (const model of [other, another, third]) expect(valuesOf(model)).toEqual(valuesOf(one));
    }
  });

  test("that end early or go on, or give no bytes, change nothing and are closed", async () => {
    const file = toSafetensors(network());
    let closed = 0;
    async function* watched(chunks: readonly unknown[]) {
      try {
        yield* chunks as readonly Uint8Array[];
      } finally {
        closed++;
      }
    }
    const model = network();
    const before = valuesOf(model);
    const messages = [
      [[file.subarray(0, 300)], 'the file ends at byte 300, "0.weight" at byte 464'],
      [[file, file], "the file goes on behind byte 592, where its tensors end"],
      [["text"], "the stream gave string, expected Uint8Array"],
    ] as const;
    for (const [chunks, message] of messages) {
      await expect(loadSafetensors(model, watched(chunks))).rejects.toThrow(
        new NablaError(`loadSafetensors: ${message}`),
      );
    }
    expect(closed).toBe(messages.length);
    expect(valuesOf(model)).toEqual(before);
  });

  test("an endless one is refused by its first bytes", async () => {
    async function* endless() {
      for (;;) yield new Uint8Array(1000).fill(0x50);
    }
    await expect(readSafetensors(endless())).rejects.toThrow("readSafetensors: the header has");
  });

  test("are written to, and closed", async () => {
    const model = network();
    const chunks: Uint8Array[] = [];
    let closed = false;
    const web = new WritableStream<Uint8Array>({
      write: (chunk) => void chunks.push(chunk),
      close: () => void (closed = true),
    });
    await saveSafetensors(web, model);
    expect(closed).toBe(true);
    const node = new PassThrough();
    const [read] = await Promise.all([
      new Response(node).arrayBuffer(),
      saveSafetensors(node, model),
    ]);
    const file = toSafetensors(model);
    expect(Buffer.concat(chunks).equals(file)).toBe(true);
    expect(Buffer.from(read).equals(file)).toBe(true);
  });

  test("that refuse what is written throw their own error", async () => {
    const refused = new Error("refused");
    const web = new WritableStream<Uint8Array>({ write: () => Promise.reject(refused) });
    await expect(saveSafetensors(web, network())).rejects.toBe(refused);
    const node = new Writable({ write: (_, __, done) => done(refused) });
    await expect(saveSafetensors(node, network())).rejects.toBe(refused);
  });
});

test("what is neither bytes nor a path nor a stream is refused", () => {
  expect(() => readSafetensors(5 as never)).toThrow(
    "readSafetensors: expects bytes, a path or a stream, got 5",
  );
  expect(() => readSafetensors(new Response("") as never)).toThrow(
    "got a Response; pass response.body",
  );
  expect(() => readSafetensors(Promise.resolve() as never)).toThrow(
    "got a promise (await it first)",
  );
});

test("bytes of another realm are read, and bytes that are gone are named", () => {
  const bytes = toSafetensors({ x: tensor([1, 2]) });
  const foreign = runInNewContext("new Uint8Array(bytes)", { bytes }) as Uint8Array;
  expect(foreign).not.toBeInstanceOf(Uint8Array);
  for (const source of [foreign, foreign.buffer as ArrayBuffer]) {
    expect(readSafetensors(source).tensors.x!.arraySync()).toEqual([1, 2]);
  }
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  expect(() => readSafetensors(bytes.buffer)).toThrow(
    new NablaError("readSafetensors: the bytes are gone: their buffer was transferred"),
  );
});

describe("dtypes that nabla lacks", () => {
  const read = (format: string, bytes: ArrayBufferView) =>
    readSafetensors(
      Buffer.concat([
        fileOf(
          { x: entry(format, [bytes.byteLength / (bitsOf(format)! / 8)], 0, bytes.byteLength) },
          0,
        ),
        new Uint8Array(bytes.buffer),
      ]),
    ).tensors.x!;

  test("whole numbers keep their values", () => {
    const all = [
      ["I8", Int8Array.of(-128, -1, 0, 127), "int32"],
      ["I16", Int16Array.of(-32768, -1, 0, 32767), "int32"],
      ["U16", Uint16Array.of(0, 1, 65535), "int32"],
      ["U32", Uint32Array.of(0, 1, 4294967295), "float64"],
    ] as const;
    for (const [format, values, dtype] of all) {
      const x = read(format, values);
      expect([x.dtype, x.arraySync()]).toEqual([dtype, [...values]]);
    }
    const most = BigInt(Number.MAX_SAFE_INTEGER);
    for (const [format, values] of [
      ["I64", BigInt64Array.of(-most, -1n, 0n, most, 2n ** 62n)],
      ["U64", BigUint64Array.of(0n, most, 2n ** 63n)],
    ] as const) {
      const x = read(format, values);
      expect([x.dtype, x.arraySync()]).toEqual(["float64", [...values].map(Number)]);
    }
  });

  test("a whole number that float64 cannot hold is named with its place", () => {
    expect(() => read("I64", BigInt64Array.of(1n, -(2n ** 53n) - 1n))).toThrow(
      '"x" has -9007199254740993 at 1, expected whole numbers that float64 holds',
    );
    expect(() => read("U64", BigUint64Array.of(2n ** 64n - 1n))).toThrow(
      '"x" has 18446744073709551615 at 0, expected whole numbers that float64 holds',
    );
  });

  test("every float16 and every bfloat16 has its value", () => {
    const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
    const [half, brain] = [read("F16", bits).dataSync(), read("BF16", bits).dataSync()];
    const view = new DataView(new ArrayBuffer(4));
    bits.forEach((pattern, i) => {
      // By their definition: (-1)^sign 2^(exponent - bias) 1.fraction, IEEE 754-2019, 3.4.
      const [sign, exponent, fraction] = [pattern >> 15, (pattern >> 10) & 31, pattern & 1023];
      const size =
        exponent === 31
          ? fraction > 0
            ? Number.NaN
            : Number.POSITIVE_INFINITY
          : exponent === 0
            ? 2 ** -14 * (fraction / 1024)
            : 2 ** (exponent - 15) * (1 + fraction / 1024);
      if (!Object.is(half[i], sign ? -size : size))
        expect([pattern, half[i]]).toEqual([pattern, size]);
      view.setUint16(0, pattern);
      if (!Object.is(brain[i], view.getFloat32(0))) expect([pattern, brain[i]]).toBe(pattern);
    });
    expect([half[0x3c00], half[1], brain[0x3f80]]).toEqual([1, 2 ** -24, 1]);
  });

  test("others are named", () => {
    expect(() => read("F8_E8M0", Uint8Array.of(1))).toThrow(
      'has dtype "F8_E8M0", which cannot be read',
    );
  });
});
