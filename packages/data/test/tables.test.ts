// Tables: what a CSV file says, its parts, and tensors of them.
import { grad, type Tensor, tensor, zeros } from "@nabla/autograd";
import { checkGradients } from "@nabla/autograd/testing";
import { dense, loadSafetensors, sequential, toSafetensors } from "@nabla/nn";
import { expect, test } from "vitest";
import {
  csv,
  csvRows,
  encoderOf,
  jsonLines,
  split,
  standardization,
  tableEncoder,
} from "../src/index.ts";

const people = {
  text: "age,city,note\n36,London,a\n,Paris,b\n41,London,c\nNA,NA,d\n50,Paris,e\n",
};

test("columns are inferred: numbers, categories, texts, and what is missing", async () => {
  const { count, columns } = await csv(people);
  expect(count).toBe(5);
  const nan = Number.NaN;
  expect(columns["age"]).toEqual({ kind: "number", values: Float64Array.of(36, nan, 41, nan, 50) });
  expect(columns["city"]).toEqual({
    kind: "category",
    values: Int32Array.of(0, 1, 0, -1, 1),
    categories: ["London", "Paris"],
  });
  expect(columns["note"]).toEqual({ kind: "text", values: ["a", "b", "c", "d", "e"] });
  const big = await csv({ text: "id,x\n9007199254740993,1\n9007199254740993,-.5e-3\n" });
  expect(big.columns["id"]!.kind).toBe("category");
  expect(big.columns["x"]!.values).toEqual(Float64Array.of(1, -0.0005));
  const stated = await csv(people, { columns: { age: "text", note: "category" }, missing: ["d"] });
  expect(stated.columns["age"]!.values).toEqual(["36", "", "41", "NA", "50"]);
  expect(stated.columns["note"]!.values).toEqual(Int32Array.of(0, 1, 2, -1, 3));
});

test.each([
  ["a,b\n1\n", {}, "csv: record 1 has 1 fields, expected 2"],
  ["a,a\n1,2\n", {}, 'csv: two columns are called "a"'],
  ["", {}, "csv: there are no records"],
  ['a\n"x\n', {}, "csv: behind record 0: Quoted field unterminated"],
  ['a\n"x"y\n', {}, "csv: behind record 0: Trailing quote on quoted field is malformed"],
  ["a\nx\n", { columns: { a: "number" } }, 'csv: "a": record 1 has "x", expected a number'],
  ["a\n1\n", { columns: { b: "number" } }, 'there is no column "b" among "a"'],
  ["a\n1\n", { columns: { a: "date" } }, "columns is an object, expected an object of"],
  ["a\n1\n", { delimiter: ";;" }, 'delimiter is ";;", expected one character'],
  ["a\n12345\n", { mostCharacters: 4 }, "record 1 has more than 4 characters"],
  [`a\n"${"x\n".repeat(9)}`, { mostCharacters: 9 }, "record 1 has more than 9 characters"],
  ["a\n1\n", { header: true }, 'there is no option "header"'],
])("files and options that are none: case %#", async (text, options, message) => {
  await expect(csv({ text }, options as never)).rejects.toThrow(message);
});

test("records by other names, delimiters and line ends", async () => {
  const records = [];
  const source = new TextEncoder().encode('\ufeff1;"a;\r\nb"\r\n\r\n2;c');
  for await (const one of csvRows(source, { delimiter: ";", names: ["n", "t"] })) records.push(one);
  expect(records).toEqual([
    { n: "1", t: "a;\nb" },
    { n: "2", t: "c" },
  ]);
  await expect(csv(Uint8Array.of(0x61, 0x0a, 0xff))).rejects.toThrow("csv: the text is no UTF-8");
});

test("JSON lines, in any pieces", async () => {
  const bytes = new TextEncoder().encode('{"ü": 1}\r\n\n[2]\r\n"3"');
  for (const size of [1, 2, 3, 100]) {
    const pieces = (async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })();
    const values = [];
    for await (const value of jsonLines(pieces)) values.push(value);
    expect(values).toEqual([{ ü: 1 }, [2], "3"]);
  }
  const read = async (text: string, options = {}) => {
    for await (const _ of jsonLines({ text }, options));
  };
  await expect(read("1\n{\n")).rejects.toThrow('jsonLines: line 2 is no JSON: "{"');
  await expect(read("12345", { mostCharacters: 4 })).rejects.toThrow("a line has more than 4");
});

test("split: all rows once, by key, in order; groups stay together", async () => {
  const text = `x,who\n${Array.from({ length: 60 }, (_, i) => `${i},p${i % 12}`).join("\n")}`;
  const table = await csv({ text });
  const parts = async (options: Parameters<typeof split>[1]) => {
    const { train, validation } = await split(table, options);
    return [train, validation].map((part) => [...(part.columns["x"]!.values as Float64Array)]);
  };
  const [train, validation] = await parts({ key: 1 });
  expect(validation).toHaveLength(12);
  expect([...train!, ...validation!].toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 60 }, (_, i) => i),
  );
  expect(train).toEqual(train!.toSorted((a, b) => a - b));
  expect(await parts({ key: 1 })).toEqual([train, validation]);
  expect(await parts({ key: 2 })).not.toEqual([train, validation]);
  const [others, own] = await parts({ key: 1, by: "who", validation: 0.25 });
  expect(own).toHaveLength(15);
  const persons = new Set(own!.map((x) => x % 12));
  expect(others!.filter((x) => persons.has(x % 12))).toEqual([]);
  await expect(split(table, { key: 1, validation: 0.001 })).rejects.toThrow("would be empty");
  await expect(split(table, { key: 1, by: "x" })).rejects.toThrow('"x" has numbers');
  await expect(split(table, {} as never)).rejects.toThrow("split: key is undefined");
});

test("an encoder of the training part, and one read from its text, give the same tensors", async () => {
  const table = await csv(people, { columns: { note: "text" } });
  const encoder = tableEncoder(table, { inputs: ["city", "age"] });
  expect(encoder.features).toEqual([
    ...["city=London", "city=Paris", "city missing", "age", "age missing"],
  ]);
  const nan = Number.NaN;
  const expected = [
    [1, 0, 0, 36, 0],
    [0, 1, 0, nan, 1],
    [1, 0, 0, 41, 0],
    [0, 0, 1, nan, 1],
    [0, 1, 0, 50, 0],
  ];
  for (const one of [encoder, encoderOf(encoder.text)]) {
    expect(one.inputs(table).arraySync()).toEqual(expected);
    // One row: its city is a text, and one that training had not.
    const other = await csv({ text: "age,city\n7,Rome\n" });
    expect(one.inputs(other).arraySync()).toEqual([[0, 0, 0, 7, 0]]);
  }
  const city = tableEncoder(await csv({ text: "x,y\n1,b\n2,a\n3,b\n4,a\n" }), { target: "y" });
  expect([city.features, city.classes]).toEqual([["x"], ["a", "b"]]);
  const later = await csv({ text: "x,y\n1,b\n" });
  expect(city.targets(later).dataSync()).toEqual(Int32Array.of(1));
  const wrong = await csv({ text: "x,y\n1,unknown\n2,unknown\n" });
  expect(() => city.targets(wrong)).toThrow('"y" is "unknown" in row 0, a class that training had');
  expect(() => city.inputs({ count: 0, columns: {} })).toThrow('no column "x"');
  const numbers = tableEncoder(table, { inputs: ["city"], target: "age" });
  expect(() => numbers.targets(table)).toThrow('targets: "age" is missing in row 1');
  expect(() => tableEncoder(table, { inputs: ["note"] })).toThrow('"note" has texts');
  expect(() => encoderOf('{"inputs":[]}')).toThrow("expected the text of an encoder");
});

test("standardization: mean 0, deviation 1, in the model's file; gradients", () => {
  const nan = Number.NaN;
  const x = tensor([
    [1, 5, nan],
    [3, 5, nan],
    [nan, 5, nan],
    [8, 5, nan],
  ]);
  const layer = standardization(x);
  expect(layer.mean.arraySync()).toEqual([4, 5, 0]);
  const deviations = layer.deviation.dataSync();
  expect(deviations[0]! / Math.sqrt(26 / 3)).toBeCloseTo(1, 15);
  expect([...deviations.subarray(1)]).toEqual([1, 1]);
  const [one, other] = [x, tensor([[0, 0, 0]])].map((some) =>
    sequential(standardization(some), dense(3, 1)),
  );
  loadSafetensors(other!, toSafetensors(one!));
  const given = tensor([[2, nan, 4]]);
  expect(other!.forward(given as never).itemSync()).toBe(one!.forward(given as never).itemSync());
  const exact = standardization(x, { dtype: "float64" });
  checkGradients(
    (a) => exact.forward(a).square().sum() as never,
    [tensor([[1.5, 2, 3]], { dtype: "float64" })],
    { order: 2 },
  );
  const sum = (a: Tensor<[number, number]>) => layer.forward(a).sum();
  const gradient = grad(sum)(tensor([[nan, 2, nan]]));
  expect(gradient.arraySync()).toEqual([[0, 1, 0]]);
  expect(() => standardization(tensor([1]))).toThrow("standardization: got [1], expected examples");
  expect(() => layer.forward(tensor([[1]]))).toThrow("expects 3 features, got [1, 1]");
});

test("an encoder takes tables of few rows: nothing in a column, other texts, no rows", async () => {
  const train = await csv({ text: "n,c,t\n1,a,x\n,b,y\n3,,x\n4,a,y\n" });
  const encoder = tableEncoder(train, { target: "t" });
  const rows = async (text: string) =>
    encoder.inputs(await csv({ text }), { dtype: "float32" }).arraySync();
  expect(encoder.features).toEqual(["n", "n missing", "c=a", "c=b", "c missing"]);
  expect(await rows("n,c\n1,\n")).toEqual([[1, 0, 0, 0, 1]]);
  expect(await rows("n,c\n1,other\n")).toEqual([[1, 0, 0, 0, 0]]);
  expect(await rows("n,c\n")).toEqual([]);
  await expect(rows("n,c\n1,12\n")).rejects.toThrow('columns: { "c": "category" }');
  await expect(rows("n,c\n1e39,a\n")).rejects.toThrow('"n" is 1e+39 in row 0, more than float32');
  const targets = async (text: string) => encoder.targets(await csv({ text }));
  await expect(targets("n,c,t\n1,a,q\n")).rejects.toThrow('"t" is "q" in row 0, a class that');
  await expect(targets("n,c,t\n1,a,\n")).rejects.toThrow('"t" is missing in row 0');
  expect(() => tableEncoder(train, { inputs: ["n", "n"] })).toThrow(
    '"n" is twice among the inputs',
  );
});

test("standardization: numbers that are all the same, tiny, or of extremes", () => {
  const float64 = { dtype: "float64" } as const;
  const same = standardization(
    tensor(
      [
        [0.1, 3],
        [0.1, Number.NaN],
        [0.1, 3],
      ],
      float64,
    ),
  );
  expect(same.deviation.arraySync()).toEqual([1, 1]);
  for (const scale of [1e-300, 1e-60, 1e200]) {
    const given = tensor([[scale], [3 * scale]], float64);
    const result = standardization(given).forward(given);
    expect(result.dtype).toBe("float32");
    expect(result.arraySync()).toEqual([[-1], [1]]);
  }
  const none = standardization(zeros([1, 2]));
  expect([none.mean.dtype, none.deviation.dtype]).toEqual(["float64", "float64"]);
  for (const dtype of ["float16", null, 1]) {
    expect(() => standardization(zeros([1, 2]), { dtype } as never)).toThrow(
      "standardization: dtype is",
    );
  }
});

test("times in seconds, from the file to float32, lose nothing", async () => {
  const first = 1_600_000_000;
  const seconds = Array.from({ length: 100 }, (_, i) => first + ((37 * i) % 100) / 50);
  const text = `time,late\n${seconds.map((time, i) => `${time},${i % 2}\n`).join("")}`;
  const encoder = tableEncoder(await csv({ text }), { inputs: ["time"] });
  const table = await csv({ text });
  const inputs = encoder.inputs(table);
  expect(inputs.dtype).toBe("float64");
  const result = standardization(inputs).forward(inputs);
  // By whole fiftieths of a second.
  const steps = seconds.map((_, i) => (37 * i) % 100);
  const deviation = Math.sqrt((100 ** 2 - 1) / 12);
  result.dataSync().forEach((value, i) => {
    expect(value).toBeCloseTo((steps[i]! - 49.5) / deviation, 5);
  });
  expect(encoder.inputs(table, { dtype: "float32" }).dtype).toBe("float32");
  expect(() => encoder.inputs(table, { dtype: "int32" as never })).toThrow("inputs: dtype is");
});

test('one column: "" in quotes is a missing value, an empty line is none', async () => {
  const text = 'x\n1\n""\n\n"3"\n"a\n""\n"\n""';
  const rows = ["1", "", "3", 'a\n"\n', ""];
  const whole = await csv({ text }, { columns: { x: "text" }, missing: [] });
  expect(whole.columns["x"]!.values).toEqual(rows);
  const bytes = new TextEncoder().encode(text);
  const pieces = async function* () {
    for (const byte of bytes) yield Uint8Array.of(byte);
  };
  const records: string[] = [];
  for await (const { x } of csvRows(pieces())) records.push(x!);
  expect(records).toEqual(rows);
});

test("spaces behind a quote are passed over, wherever a file comes apart", async () => {
  const recordsIn = async (text: string, at: number): Promise<unknown[]> => {
    const bytes = new TextEncoder().encode(text);
    const pieces = async function* () {
      yield bytes.subarray(0, at);
      yield bytes.subarray(at);
    };
    const records: unknown[] = [];
    for await (const record of csvRows(pieces())) records.push(record);
    return records;
  };
  const text = 'x,y\n"a" ,"b"  \n"c", d\n';
  for (let at = 0; at <= text.length; at++) {
    expect(await recordsIn(text, at)).toEqual([
      { x: "a", y: "b" },
      { x: "c", y: " d" },
    ]);
    await expect(recordsIn('x\n1\n"a"b\n"c"\n', at)).rejects.toThrow(
      "Trailing quote on quoted field is malformed",
    );
  }
});

test("a number beyond float64 is not a number, and text in place of a path is an error that says so", async () => {
  const { columns } = await csv({ text: "x\n1e400\n-1e400\n" });
  expect(columns["x"]!.kind).toBe("text");
  await expect(csv("a,b\n1,2\n")).rejects.toThrow("; text itself is given as { text }");
  const long = await csv(`a\n${"1".repeat(9999)}`).then(
    () => "",
    (error: Error) => error.message,
  );
  expect(long).toMatch(/^.{100,600}$/);
});

test("split: a group that is too large for the validation part leaves room for others", async () => {
  const rows = Array.from({ length: 100 }, (_, i) => `g${i < 90 ? 0 : 1 + (i % 5)},${i}`);
  const table = await csv({ text: `g,x\n${rows.join("\n")}\n` });
  for (let key = 0; key < 10; key++) {
    const { validation } = await split(table, { key, by: "g", validation: 0.05 });
    expect([4, 6]).toContain(validation.count);
  }
});
