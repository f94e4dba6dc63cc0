import { describe, expect, test } from "vitest";
import { type Example, examplesIn } from "./examples.ts";
import { expectPrinted, expectShown, expectThrow, recorder } from "./expect.ts";
import { checkedModule, exampleModule } from "./module.ts";

const fence = "```";
const example = (code: string, file = "page.md"): Example => ({ file, line: 1, code, runs: true });

describe("finding examples", () => {
  test("in Markdown, the ts blocks with their lines; those marked no-run do not run", () => {
    const page = `# Title\n\n${fence}ts\none;\n${fence}\n\n${fence}sh\nls\n${fence}\n${fence}ts no-run\ntwo;\n${fence}\n`;
    expect(examplesIn("page.md", page)).toEqual([
      { file: "page.md", line: 4, code: "one;", runs: true },
      { file: "page.md", line: 11, code: "two;", runs: false },
    ]);
  });

  test("in a docstring, the body of @example up to the next tag, and ts blocks", () => {
    const source = [
      "/**",
      " * Adds.",
      " * @example",
      " * add(1, 2); // => 3",
      " * @returns the sum",
      " */",
      "export const s = '/** @example */';",
      "  /**",
      `   * ${fence}ts`,
      "   * if (x) {",
      "   *   f();",
      "   * }",
      `   * ${fence}`,
      "   */",
    ].join("\n");
    expect(examplesIn("add.ts", source)).toEqual([
      { file: "add.ts", line: 4, code: "add(1, 2); // => 3", runs: true },
      { file: "add.ts", line: 10, code: "if (x) {\n  f();\n}", runs: true },
    ]);
  });

  test("an @example without code is an error", () => {
    expect(() => examplesIn("add.ts", "/**\n * @example add(1, 2)\n */")).toThrow(
      "add.ts:2: the @example is empty; its code starts on the next line",
    );
  });
});

describe("making an example a module", () => {
  const names = [
    { name: "add", from: "@nabla/autograd", isType: false },
    { name: "Tensor", from: "@nabla/autograd", isType: true },
    { name: "unused", from: "@nabla/autograd", isType: false },
  ];

  test("a docstring's example imports the public names that it mentions, on its own lines", () => {
    const docstring = { ...example("add(x as Tensor);", "add.ts"), line: 3 };
    expect(exampleModule(docstring, names)).toBe(
      'import { add } from "@nabla/autograd"; import { type Tensor } from "@nabla/autograd"; export {};\n\nadd(x as Tensor);\n',
    );
  });

  test("names that it declares or imports are its own", () => {
    expect(exampleModule(example("const add = 1;\nadd;", "add.ts"), names)).not.toMatch(/^import/);
    expect(exampleModule(example('import { add } from "x";', "add.ts"), names)).not.toMatch(
      /^import/,
    );
  });

  test("a name that several packages have is the own package's, else the first one's", () => {
    const both = [...names, { name: "add", from: "@nabla/nn", isType: false }];
    const inNn = exampleModule(example("add();", "packages/nn/src/add.ts"), both);
    const elsewhere = exampleModule(example("add();", "packages/autograd/src/add.ts"), both);
    expect(inNn).toContain('import { add } from "@nabla/nn"; export');
    expect(elsewhere).toContain('import { add } from "@nabla/autograd"; export');
  });

  test("a Markdown block imports for itself, as its reader must", () => {
    expect(exampleModule(example("add(1);"), names)).toBe("export {};add(1);\n");
  });

  test("a promise that stands behind no expression statement is an error", () => {
    expect(() => checkedModule(example("const x = 1; // => 1"), [])).toThrow(
      'page.md:1: "// => 1" stands behind neither an expression statement nor a loop',
    );
    expect(() => checkedModule(example("f();\n\n// => 1"), [])).toThrow(/stands behind neither/);
  });

  test("code that cannot be parsed is an error that says where", () => {
    expect(() => checkedModule(example("const = 1;"), [])).toThrow("page.md:1: ");
  });
});

describe("running an example", () => {
  const run = async (code: string): Promise<void> => {
    const [imports = "", ...rest] = checkedModule(example(`\n${code}`), []).split("\n");
    expect(imports).toMatch(/^import .*export \{\};$/);
    // oxlint-disable-next-line typescript/no-implied-eval -- running text is what is tested
    const body = new Function(
      "expectPrinted, expectShown, expectThrow, console, printed",
      `return (async () => {${rest.join("\n")}})();`,
    );
    const { console, printed } = recorder();
    await body(expectPrinted, expectShown, expectThrow, console, printed);
  };

  test.each([
    ["1 + 1; // => 2", "1 + 1; // => 3"],
    ["1 + 1;\n// => 2", "1 + 1;\n// => 3"],
    ["await Promise.resolve([1, 2]); // => [1, 2]", "await Promise.resolve([1, 2]); // => [1, 3]"],
    ["console.log('a', 1); // => a 1", "console.log('a', 1); // => a 2"],
    ["console.log('a\\nb'); // => a\n//    b", "console.log('a\\nb'); // => a\n//    c"],
    ["for (const i of [1, 2]) { i * 0; // => 0\n}", "for (const i of [1, 2]) { i; // => 1\n}"],
    [
      "for (const i of [1, 2]) console.log(i); // => 1\n//    2",
      "for (const i of [1, 2]) console.log(i); // => 1",
    ],
    [
      "for await (const i of [1, 2]) {\n  console.log(i, [i]);\n}\n// => 1 [1]\n//    2 [2]",
      "for await (const i of [1, 2]) {\n  console.log(i);\n}\n// => 1",
    ],
    [
      "for (const i of [1]) {\n  i; // => 1\n  console.log(i);\n}\n// => 1",
      "for (const i of [1]) {\n  i; // => 2\n  console.log(i);\n}\n// => 1",
    ],
    ["(() => { throw new TypeError('no'); })(); // => throws no", "1; // => throws no"],
    ["'// => 3'; // => '// => 3'", "'// => 3'; // => 3"],
  ])("%s holds, %s does not", async (right, wrong) => {
    await run(right);
    await expect(run(wrong)).rejects.toThrow(/but says|nothing was thrown/);
  });
});

describe("comparing a value with the text that is promised", () => {
  class Named {
    toString(): string {
      return "Named [2]";
    }
  }

  test.each([
    [[1, [2, 3]], "[1, [2, 3]]"],
    [new Float32Array([1, 2]), "Float32Array [1, 2]"],
    [{ a: 1, b: "x" }, '{ a: 1, b: "x" }'],
    ["text", "text"],
    ["text", '"text"'],
    [new Named(), "Named [2]"],
    [true, "true"],
    [null, "null"],
    [0.731_058_6, "0.7311"],
    [Math.fround(0.1), "0.1"],
    [1.234_56e-9, "1.235e-9"],
    [Number.NaN, "NaN"],
    [[Number.NEGATIVE_INFINITY], "[-Infinity]"],
  ])("%o is %s", (value, text) => {
    expectShown(value, text);
  });

  test.each([
    [0.731_058_6, "0.7312"],
    [0.549, "0.5"],
    [0.731_058_6, "-0.7311"],
    [1_000_001, "1000000"],
    [1234.4, "1234"],
    [Number.NaN, "0"],
    [[1, 2], "[1, 2, 3]"],
    [[1, 2, 3], "[1, 2]"],
    ["float32", "float64"],
    [undefined, "null"],
    [Promise.resolve(1), "1"],
  ])("%o is not %s", (value, text) => {
    expect(() => expectShown(value, text)).toThrow("but says");
  });

  test("an error's message must contain the promised text", () => {
    expectThrow(new RangeError("matmul: [2] x [3]"), "throws matmul: [2]");
    expect(() => expectThrow(new RangeError("other"), "throws matmul")).toThrow("but says");
    expect(() => expectThrow(null, "throws matmul")).toThrow("nothing was thrown");
  });
});
