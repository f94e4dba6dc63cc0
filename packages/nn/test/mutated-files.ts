// Safetensors files and checkpoints with mistakes in them, and what must hold whoever made them: an
// error of one line and nothing changed, or what the file says; memory in proportion to the file.
import { tensor } from "@nabla/autograd";
import fc from "fast-check";
import {
  type Change,
  changedBy,
  expectSame,
  inBytes,
  inElements,
  type Outcome,
  outcomeOf,
  withinBound,
} from "../../../fixtures/mutations.ts";
import { dense } from "../src/dense.ts";
import { loadCheckpoint, saveCheckpoint } from "../src/files/checkpoint.ts";
import {
  loadSafetensors,
  readSafetensors,
  type SafetensorsFile,
  toSafetensors,
} from "../src/files/safetensors.ts";
import { adam } from "../src/optimizers/adam.ts";
import { tensorsOfDTypes } from "./tensors-of-dtypes.ts";

const model = dense(2, 3);

/** Files without mistakes. */
const wholeFiles: readonly Uint8Array[] = [
  toSafetensors(model),
  toSafetensors(model, { metadata: { made: "here", __metadata__: "ü\n" } }),
  toSafetensors({
    ...tensorsOfDTypes,
    'a "name"': tensor([Number.NaN, -0]),
  }),
  toSafetensors({}),
];

/** What stands in place of a part of the header. */
const texts = [
  ...["0", "1", "-1", "4", "8", "1.5", "1e3", "1e400", "4294967296", "9007199254740993"],
  ...["null", "true", "[]", "{}", "[0]", "[[[[", '{"a":0,"a":0}', "[1099511627776,1099511627776]"],
  ...[
    '"F16"',
    '"BF16"',
    '"I64"',
    '"F4"',
    '"F32"',
    '"U8"',
    '"BOOL"',
    '"x"',
    '"\\ud800"',
    '"\\u0061"',
  ],
  ...[
    '"__metadata__"',
    '"__proto__"',
    '"weight"',
    '"dtype"',
    '"shape"',
    ",",
    ":",
    "}",
    "]",
    " ",
    "",
  ],
  ...['"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},', '"a":{"dtype":"I64","shape":[1],'],
];

/** The parts of a header that can be replaced: strings, numbers, and what stands between them. */
const parts = /"(?:[^"\\]|\\.)*"|[\d.e+-]+|[{}[\],:]/g;

const nat = fc.nat();

/** Part of the header is another, and its length is mostly right. */
const inHeader: fc.Arbitrary<Change> = fc
  .tuple(nat, fc.constantFrom(...texts), fc.constantFrom(0, 0, 0, 0, 1, -1, 8))
  .map(([place, text, off]) => (bytes) => {
    if (bytes.length < 8) return bytes;
    const buffer = Buffer.from(bytes);
    const end = 8 + Math.min(Number(buffer.readBigUInt64LE()), bytes.length - 8);
    const header = buffer.toString("utf8", 8, end);
    const found = [...header.matchAll(parts)];
    const part = found[place % Math.max(1, found.length)];
    if (!part) return bytes;
    const changed = header.slice(0, part.index) + text + header.slice(part.index + part[0].length);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Math.max(0, Buffer.byteLength(changed) + off)));
    return Uint8Array.from(Buffer.concat([length, Buffer.from(changed), buffer.subarray(end)]));
  });

const change = fc.oneof(inBytes, inHeader, inElements);

/** A file after some changes, and how many bytes of it come at a time. */
export const mutatedFiles: fc.Arbitrary<readonly [bytes: Uint8Array, chunkBytes: number]> =
  fc.tuple(changedBy(wholeFiles, change), fc.integer({ min: 1, max: 300 }));

/**
 * Whether the file is read or refused; throws unless it says what is read, or is refused as it
 * should.
 */
export async function checkFile([bytes, chunkBytes]: readonly [
  Uint8Array,
  number,
]): Promise<Outcome> {
  return withinBound(bytes, async () => {
    const given = await outcomeOf(() => readSafetensors(bytes));
    const streamed = await outcomeOf(() => readSafetensors(chunksOf(bytes, chunkBytes)));
    expectSame(said(streamed), said(given), "a stream and its bytes");
    if (typeof given !== "string") expectSame(contentOf(given), naivelyRead(bytes), "what is read");
    const other = dense(2, 3);
    const untouched = toSafetensors(other);
    const loaded = await outcomeOf(() => loadSafetensors(other, bytes));
    if (typeof loaded === "string") {
      expectSame(toSafetensors(other), untouched, "what was refused");
    }
    return typeof given === "string" ? "refused" : "read";
  });
}

/** A checkpoint with changes, which is refused, or is the checkpoint. */
export async function checkpointFiles(): Promise<{
  readonly files: fc.Arbitrary<Uint8Array>;
  readonly check: (bytes: Uint8Array) => Promise<Outcome>;
}> {
  const training = () => {
    const trained = dense(1, 1);
    return { model: trained, optimizer: adam(trained.parameters()) };
  };
  const chunks: Uint8Array[] = [];
  const sink = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
  await saveCheckpoint(sink, { ...training(), progress: { epoch: 3 } });
  const file = Uint8Array.from(Buffer.concat(chunks));
  return {
    files: changedBy([file], change),
    async check(bytes) {
      const given = training();
      const stateOf = () =>
        Buffer.concat([toSafetensors(given.model), toSafetensors(given.optimizer.state())]);
      const before = stateOf();
      const outcome = await outcomeOf(() => loadCheckpoint(bytes, given));
      if (typeof outcome === "string") expectSame(stateOf(), before, "what was refused");
      else if (!Buffer.from(bytes).equals(file)) throw new Error("a changed checkpoint was loaded");
      return typeof outcome === "string" ? "refused" : "read";
    },
  };
}

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function said(outcome: SafetensorsFile | string): unknown {
  return typeof outcome === "string" ? outcome : contentOf(outcome);
}

function contentOf({ tensors, metadata }: SafetensorsFile): unknown {
  const found = Object.entries(tensors).map(
    ([name, x]) => [name, x.shape, [...x.dataSync()]] as const,
  );
  return [metadata, byName(found)];
}

const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  I32: (view, at) => view.getInt32(at, true),
  U8: (view, at) => view.getUint8(at),
  BOOL: (view, at) => view.getUint8(at),
};
const sizes: Readonly<Record<string, number>> = { F64: 8, F32: 4, I32: 4, U8: 1, BOOL: 1 };

/**
 * What a file says that keeps the format's rules, read as the format's page says and no further.
 */
function naivelyRead(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = Object.entries(entries).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      const numbers: number[] = [];
      for (let at = start + begin; at < start + end; at += sizes[dtype]!) {
        numbers.push(readers[dtype]!(view, at));
      }
      return [name, shape, numbers] as const;
    },
  );
  return [metadata, byName(tensors)];
}

function byName<T extends readonly [name: string, ...rest: unknown[]]>(tensors: readonly T[]) {
  return tensors.toSorted(([a], [b]) => (a < b ? -1 : 1));
}
