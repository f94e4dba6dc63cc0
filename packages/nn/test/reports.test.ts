// Reports written down: what readers of each format get back.
import { NablaError } from "@nabla/autograd";
import { describe, expect, test } from "vitest";
import {
  type AnyReport,
  csvColumns,
  csvHeader,
  csvRow,
  eventFileHeader,
  eventRecord,
  jsonLine,
  progressLine,
} from "../src/index.ts";

const within: AnyReport = {
  epoch: 2,
  step: 130,
  cost: 0.123456789,
  batchCost: Number.NaN,
  costs: { error: 0.1, 'a,"b"\r\n': -0 },
  gradientNorm: undefined,
  learningRate: 1e-3,
  metrics: undefined,
  validationCost: undefined,
  examplesPerSecond: 12_345.6,
  secondsLeft: Number.POSITIVE_INFINITY,
};
const atEnd: AnyReport = {
  ...within,
  step: 200,
  gradientNorm: 5e-324,
  metrics: {
    accuracy: 0.5,
    matrix: [
      [1, 2],
      [3, Number.NEGATIVE_INFINITY],
    ],
  },
  validationCost: 0.1 + 0.2,
  secondsLeft: 3723.4,
};

describe("progressLine", () => {
  test("says what is known", () => {
    expect(progressLine({ ...within, costs: {} })).toBe(
      "epoch 2, step 130: cost 0.1235, 12346 examples/s",
    );
    expect(progressLine({ ...atEnd, costs: { error: 0.1, "a\n\u001b[31m": 2 } })).toBe(
      "epoch 2, step 200: cost 0.1235 (error 0.1, a\\u000a\\u001b[31m 2), validation cost 0.3, " +
        "accuracy 0.5, matrix [[1, 2], [3, -Infinity]], 12346 examples/s, 1:02:03 left",
    );
  });

  test("shows the first numbers of long lists, and times of any length", () => {
    const recall = Array.from({ length: 10 }, (_, i) => i / 10);
    const line = progressLine({ ...atEnd, metrics: { recall }, secondsLeft: 59.6 });
    expect(line).toContain("recall [0, 0.1, 0.2, …], ");
    expect(line).toMatch(/1:00 left$/);
    expect(progressLine({ ...atEnd, cost: 1e30, secondsLeft: 7 })).toMatch(
      /cost 1e\+30 .* 0:07 left$/,
    );
  });
});

/** Rows of fields, as RFC 4180 has them. */
function csvFields(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
  }
  expect(rows.pop()).toEqual([]);
  return rows;
}

describe("CSV", () => {
  test("gives back each number", () => {
    const columns = csvColumns([within, atEnd]);
    const [names, ...rows] = csvFields(
      csvHeader(columns) + csvRow(within, columns) + csvRow(atEnd, columns),
    );
    expect(names).toEqual([
      "epoch",
      "step",
      "cost",
      "batchCost",
      "costs/error",
      'costs/a,"b"\r\n',
      "gradientNorm",
      "learningRate",
      "metrics/accuracy",
      "metrics/matrix/0/0",
      "metrics/matrix/0/1",
      "metrics/matrix/1/0",
      "metrics/matrix/1/1",
      "validationCost",
      "examplesPerSecond",
      "secondsLeft",
    ]);
    const [[, , , , , minus, none, , ...noMetrics], last] = rows as [string[], string[]];
    expect([minus, none, ...noMetrics.slice(0, 6)]).toEqual(["-0", "", "", "", "", "", "", ""]);
    expect(last.map(Number)).toEqual([
      2,
      200,
      0.123456789,
      Number.NaN,
      0.1,
      -0,
      5e-324,
      1e-3,
      0.5,
      1,
      2,
      3,
      Number.NEGATIVE_INFINITY,
      0.1 + 0.2,
      12_345.6,
      3723.4,
    ]);
  });

  test("has the same columns in any order of reports", () => {
    expect(csvColumns([atEnd, within])).toEqual(csvColumns([within, atEnd]));
  });

  test("refuses a number that would be lost, and columns that are there twice", () => {
    expect(() => csvRow(atEnd, csvColumns([within]))).toThrow(
      'csvRow: the report has "gradientNorm", for which there is no column',
    );
    expect(() => csvHeader(["a", "b", "a"])).toThrow('csvHeader: column "a" is there twice');
  });
});

test("JSON lines give back each number", () => {
  for (const report of [within, atEnd]) {
    const line = jsonLine(report);
    expect(line.indexOf("\n")).toBe(line.length - 1);
    const read: unknown = JSON.parse(line, (_, x: unknown) =>
      typeof x === "string" ? Number(x) : x,
    );
    expect(read).toEqual(report);
  }
});

test.each([
  [{ "recall/0": 1, recall: [1] }, 'two numbers named "metrics/recall/0"'],
  [{ a: "0.5" }, '"metrics/a" of the report is "0.5", expected a number, or a list of numbers'],
  [{ a: [0.5, null] }, '"metrics/a/1" of the report is null'],
])("what is no number, or has the name of another, is refused: %j", (metrics, message) => {
  const report = { ...atEnd, metrics } as unknown as AnyReport;
  const all = [
    () => csvColumns([report]),
    () => jsonLine(report),
    () => progressLine(report),
    () => eventRecord(report, { wallTime: 0 }),
  ];
  for (const f of all) {
    expect(f).toThrow(NablaError);
    expect(f).toThrow(message);
  }
});

describe("event files", () => {
  /** CRC-32C bit by bit. */
  function crc32c(bytes: Uint8Array): number {
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte;
      for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
    return ~crc >>> 0;
  }

  /** The data of each record, whose checksums it holds against its own. */
  function recordsIn(file: Uint8Array): Uint8Array[] {
    const found: Uint8Array[] = [];
    const checked = (from: number, to: number) => {
      const crc = crc32c(file.subarray(from, to));
      const rotated = ((crc >>> 15) | (crc << 17)) >>> 0;
      const masked = (rotated + 0xa282ead8) % 2 ** 32;
      expect(new DataView(file.buffer).getUint32(to, true)).toBe(masked);
    };
    for (let at = 0; at < file.length; ) {
      const length = Number(new DataView(file.buffer).getBigUint64(at, true));
      checked(at, at + 8);
      checked(at + 12, at + 12 + length);
      found.push(file.subarray(at + 12, at + 12 + length));
      at += 16 + length;
    }
    return found;
  }

  type Field = readonly [number: number, value: number | Uint8Array];

  /** The fields of a message of protocol buffers. */
  function fieldsOf(bytes: Uint8Array): Field[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    const varint = (): number => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++]!;
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    };
    const read: Readonly<Record<number, () => number | Uint8Array>> = {
      0: varint,
      1: () => view.getFloat64((at += 8) - 8, true),
      2: () => {
        const length = varint();
        return bytes.subarray(at, (at += length));
      },
      5: () => view.getFloat32((at += 4) - 4, true),
    };
    const fields: Field[] = [];
    while (at < bytes.length) {
      const tag = varint();
      fields.push([tag >> 3, read[tag & 7]!()]);
    }
    return fields;
  }

  const ascii = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);

  test("the test's own checksum is that of RFC 3720, B.4", () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });

  test("begin as those of TensorFlow", () => {
    const header = eventFileHeader({ wallTime: 1.5 });
    const hex = [...header].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    // 24 bytes follow; field 1, a double: 1.5; field 3, 13 bytes: "brain.Event:2".
    expect(hex.slice(0, -12)).toBe(
      "18 00 00 00 00 00 00 00 a3 7f 4b 22 09 00 00 00 00 00 00 f8 3f " +
        "1a 0d 62 72 61 69 6e 2e 45 76 65 6e 74 3a 32",
    );
    expect(recordsIn(header)).toHaveLength(1);
  });

  test("give back the time, the step and each scalar", () => {
    const step = 2 ** 40 + 5;
    const report: AnyReport = {
      ...atEnd,
      step,
      metrics: { ...atEnd.metrics, "Größe 数": 3 },
    };
    const parts = [
      eventFileHeader({ wallTime: 1e9 }),
      eventRecord(within, { wallTime: 1e9 + 1 }),
      eventRecord(report, { wallTime: 1e9 + 2.5 }),
    ];
    const [first, second, third] = recordsIn(new Uint8Array(Buffer.concat(parts)));
    expect(fieldsOf(first!)[0]).toEqual([1, 1e9]);
    expect(fieldsOf(second!).slice(0, 2)).toEqual([
      [1, 1e9 + 1],
      [2, 130],
    ]);
    const [time, at, summary, ...rest] = fieldsOf(third!);
    expect([time, at, rest]).toEqual([[1, 1e9 + 2.5], [2, step], []]);
    expect(summary![0]).toBe(5);
    const scalars = fieldsOf(summary![1] as Uint8Array).map(([field, value]) => {
      const [[one, tag], [two, number]] = fieldsOf(value as Uint8Array) as [Field, Field];
      expect([field, one, two]).toEqual([1, 1, 2]);
      return [ascii(tag), number];
    });
    const columns = csvColumns([report]);
    const [row] = csvFields(csvRow(report, columns));
    const wanted = columns.map((name, i) => [name, Math.fround(Number(row![i]))]);
    expect(scalars).toEqual(wanted.filter(([name]) => name !== "step"));
  });

  test("steps and times must be what they can write", () => {
    expect(() => eventRecord({ ...within, step: 1.5 }, { wallTime: 0 })).toThrow(
      "eventRecord: step of the report is 1.5, expected an integer from 0",
    );
    expect(() => eventFileHeader({ wallTime: Number.NaN })).toThrow(
      "eventFileHeader: wallTime is NaN, expected a finite number",
    );
  });
});
