// NumPy's files with mistakes in them.
import { type Tensor, tensor } from "@nabla/autograd";
import type fc from "fast-check";
import { readCases } from "../../../fixtures/cases.ts";
import {
  expectSame,
  mutated,
  type Outcome,
  outcomeOf,
  withinBound,
} from "../../../fixtures/mutations.ts";
import { npy, npz, toNpz } from "../src/index.ts";

const texts = [
  ...["0", "1", "-1", "4", "8", "1.5", "1e3", "4294967296", "9007199254740993", "3, 4", "2, 0"],
  ...[
    "None",
    "True",
    "False",
    "()",
    "{}",
    "(0,)",
    "((((",
    "[1]",
    "'<f8'",
    "'>f4'",
    "'|b1'",
    "'|u1'",
  ],
  ...[
    "'<i8'",
    "'>u8'",
    "'<f2'",
    "'|O'",
    "'<U4'",
    "'=f4'",
    "'shape'",
    "'a': 1,",
    ",",
    ":",
    "}",
    " ",
    "",
  ],
];

const files = readCases("npy")
  .filter(({ call }) => call === "npy")
  .map(({ options }) => Uint8Array.from(Buffer.from(options!["file"] as string, "base64")));

export const mutatedNpy: fc.Arbitrary<Uint8Array> = mutated(files, {
  parts: /'[^']*'|\d+|True|False|[{}(),:]/g,
  texts,
});

const contentOf = (x: Tensor) => [x.shape, [...x.dataSync()]];

export async function checkNpy(bytes: Uint8Array): Promise<Outcome> {
  const given = await withinBound(bytes, () => outcomeOf(() => npy(bytes)));
  if (typeof given === "string") return "refused";
  expectSame(contentOf(given), naivelyRead(bytes), "what is read");
  return "read";
}

const readers: Readonly<
  Record<string, (view: DataView, at: number, le: boolean) => number | bigint>
> = {
  b1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u1: (view, at) => view.getUint8(at),
  i2: (view, at, le) => view.getInt16(at, le),
  u2: (view, at, le) => view.getUint16(at, le),
  i4: (view, at, le) => view.getInt32(at, le),
  u4: (view, at, le) => view.getUint32(at, le),
  i8: (view, at, le) => view.getBigInt64(at, le),
  u8: (view, at, le) => view.getBigUint64(at, le),
  f2: (view, at, le) => half(view.getUint16(at, le)),
  f4: (view, at, le) => view.getFloat32(at, le),
  f8: (view, at, le) => view.getFloat64(at, le),
};

/** By way of a float32, whose exponent is 112 more. */
function half(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  const magnitude = bits & 0x7fff;
  if (magnitude >= 0x7c00) view.setUint32(0, 0x7f800000 | ((bits & 0x3ff) << 13));
  else view.setUint32(0, magnitude << 13);
  const size = view.getFloat32(0) * (magnitude >= 0x7c00 ? 1 : 2 ** 112);
  return bits >> 15 ? -size : size;
}

/** What a header says that keeps the format's rules, with JSON's marks in place of Python's. */
function naivelyRead(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [lengthBytes, length] =
    bytes[6] === 1 ? [2, view.getUint16(8, true)] : [4, view.getUint32(8, true)];
  const start = 8 + lengthBytes + length;
  const json = Buffer.from(bytes.subarray(8 + lengthBytes, start))
    .toString("latin1")
    .replaceAll("'", '"')
    .replaceAll(/\b[bu]"/g, '"')
    .replaceAll("True", "true")
    .replaceAll("False", "false")
    .replaceAll("(", "[")
    .replaceAll(")", "]")
    .replaceAll(/([\d])L/g, "$1")
    .replaceAll(/([^\d])[+]?0*(\d)/g, "$1$2")
    .replaceAll(/,(\s*[\]}])/g, "$1");
  const { descr, fortran_order, shape } = JSON.parse(json) as {
    descr: string;
    fortran_order: boolean;
    shape: number[];
  };
  const code = descr.replace(/^[<>|=]/, "");
  const read = readers[code]!;
  const size = Number(code.slice(1));
  const count = shape.reduce((product, one) => product * one, 1);
  const numbers = Array.from({ length: count }, (_, i) => {
    const index = shape.map((_, axis) => {
      const inner = shape.slice(axis + 1).reduce((product, one) => product * one, 1);
      return Math.floor(i / inner) % shape[axis]!;
    });
    const place = fortran_order
      ? index.reduceRight((sum, at, axis) => sum * shape[axis]! + at, 0)
      : i;
    return Number(read(view, start + place * size, descr[0] !== ">"));
  });
  return [shape, numbers];
}

/** Archives with mistakes, which are refused, or have what they had before. */
export async function npzFiles(): Promise<{
  readonly files: fc.Arbitrary<Uint8Array>;
  readonly check: (bytes: Uint8Array) => Promise<Outcome>;
}> {
  const arrays = {
    x: tensor([
      [1, 2],
      [3, 4],
    ]),
    y: tensor([5, 6], { dtype: "int32" }),
  };
  const whole = [await toNpz(arrays), await toNpz(arrays, { compressed: true })];
  const contents = new Set(Object.values(arrays).map((x) => JSON.stringify(contentOf(x))));
  return {
    files: mutated(whole, {
      parts: /PK..|[xy]\.npy/gs,
      texts: ["PK\x01\x02", "PK\x03\x04", "x.npy", ""],
    }),
    async check(bytes) {
      const mostBytes = 2 ** 20;
      const given = await withinBound(bytes, () => outcomeOf(() => npz(bytes, { mostBytes })));
      if (typeof given === "string") return "refused";
      // Names have no checksum.
      for (const x of Object.values(given)) {
        const content = JSON.stringify(contentOf(x));
        if (!contents.has(content)) throw new Error(`what is read: ${content}`);
      }
      return "read";
    },
  };
}
