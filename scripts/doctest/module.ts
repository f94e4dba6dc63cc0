// Turns an example into a module: what a docstring leaves out is imported, and each value that is
// promised in a `// => value` comment becomes a check.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Comment, type Node, parseSync, Visitor } from "oxc-parser";
import { globSync } from "tinyglobby";
import type { Example } from "./examples.ts";

/** A public name of a package, as an example can import it. */
export type PublicName = { readonly name: string; readonly from: string; readonly isType: boolean };

/** The public names of all packages, for docstrings, whose examples import nothing themselves. */
export function publicNames(root: string): PublicName[] {
  const entries = globSync("packages/*/src/{,testing/}index.ts", { cwd: root }).sort();
  return entries.flatMap((entry) => {
    const from = entry.replace("packages/", "@nabla/").replace(/\/src|\/index\.ts$/g, "");
    return exportsOf(join(root, entry)).map((exported) => ({ ...exported, from }));
  });
}

function exportsOf(path: string): { name: string; isType: boolean }[] {
  const { module } = parseSync(path, readFileSync(path, "utf8"));
  return module.staticExports.flatMap(({ entries }) =>
    entries.flatMap((entry) => {
      if (entry.exportName.name === null && entry.moduleRequest) {
        return exportsOf(join(dirname(path), entry.moduleRequest.value)); // export * from "./x.ts"
      }
      return [{ name: entry.exportName.name ?? "default", isType: entry.isType }];
    }),
  );
}

/**
 * The example as it is type-checked: on the lines that it has in its file, so that errors point
 * there. A docstring's gets imports of the public names that it mentions.
 */
export function exampleModule(example: Example, names: readonly PublicName[]): string {
  const imports = example.file.endsWith(".md") ? "" : importsFor(example, names);
  return `${imports}export {};${"\n".repeat(example.line - 1)}${example.code}\n`;
}

/** The module that runs: the example's, with a check for each promised value. */
export function checkedModule(example: Example, names: readonly PublicName[]): string {
  const place = `${example.file}:${example.line}`;
  return withChecks(exampleModule(example, names), place);
}

function importsFor(example: Example, names: readonly PublicName[]): string {
  const { program, module } = parse(example.code, `${example.file}:${example.line}`);
  const own = new Set(
    module.staticImports.flatMap(({ entries }) => entries.map((entry) => entry.localName.value)),
  );
  const mentioned = new Set<string>();
  new Visitor({
    Identifier: (node) => void mentioned.add(node.name),
    VariableDeclarator: ({ id }) => void (id.type === "Identifier" && own.add(id.name)),
    FunctionDeclaration: ({ id }) => void (id && own.add(id.name)),
  }).visit(program);
  const ownPackage = example.file.split("/")[1];
  const ownFirst = names.toSorted(
    (a, b) => Number(b.from.endsWith(`/${ownPackage}`)) - Number(a.from.endsWith(`/${ownPackage}`)),
  );
  const imported = new Map<string, PublicName>();
  for (const exported of ownFirst) {
    const { name } = exported;
    if (mentioned.has(name) && !own.has(name) && !imported.has(name)) imported.set(name, exported);
  }
  return [...imported.values()]
    .map(({ name, from, isType }) => `import { ${isType ? "type " : ""}${name} } from "${from}"; `)
    .join("");
}

/** Rewrites each statement before a `// => value` comment into a check of that value. */
function withChecks(code: string, place: string): string {
  const { program, comments } = parse(code, place);
  const statements: Statement[] = [];
  const collect = (statement: Statement): void => void statements.push(statement);
  new Visitor({
    ExpressionStatement: collect,
    ForStatement: collect,
    ForOfStatement: collect,
    WhileStatement: collect,
  }).visit(program);

  const insertions = promises(code, comments).flatMap(({ start, text }) => {
    const ending = statements.filter(
      ({ end }) => end <= start && /^[^\S\n]*\n?[^\S\n]*$/.test(code.slice(end, start)),
    );
    const innermost = ending.at(-1);
    if (!innermost) {
      throw new Error(
        `${place}: "// => ${text}" stands behind neither an expression statement nor a loop`,
      );
    }
    const printing = code.startsWith("console.log(", innermost.start);
    return checkAround(printing ? ending[0]! : innermost, printing, text); // all that a loop prints
  });
  const checked = insertions
    .toSorted((a, b) => b.at - a.at)
    .reduce((result, { at, text }) => result.slice(0, at) + text + result.slice(at), code);
  const support = "expectPrinted, expectShown, expectThrow, recorder";
  return `import { ${support} } from "${import.meta.dirname}/expect.ts"; const { console, printed } = recorder(); ${checked}`;
}

type Insertion = { readonly at: number; readonly text: string };

function checkAround(statement: Statement, printing: boolean, text: string): Insertion[] {
  const around = (node: Node, before: string, after: string): Insertion[] => [
    { at: node.start, text: before },
    { at: node.end, text: after },
  ];
  const expected = JSON.stringify(text);
  if (text.startsWith("throws ")) {
    const after = `} catch (error) { thrown = error; } expectThrow(thrown, ${expected}); }`;
    return around(statement, "{ let thrown = null; try { ", after);
  }
  if (printing || statement.type !== "ExpressionStatement") {
    const after = `; expectPrinted(printed, ${expected}); }`;
    return around(statement, "{ printed.length = 0; ", after);
  }
  return around(statement.expression, "expectShown(", `, ${expected})`);
}

type Statement = Node & {
  type: "ExpressionStatement" | "ForStatement" | "ForOfStatement" | "WhileStatement";
};

/** The `// => value` comments; lines behind one, indented to its value, go on with it. */
function promises(code: string, comments: readonly Comment[]): { start: number; text: string }[] {
  const found: { start: number; end: number; text: string }[] = [];
  for (const { start, end, value } of comments) {
    const last = found.at(-1);
    if (/^ ?=> /.test(value)) {
      found.push({ start, end, text: value.replace(/^ ?=> /, "").trim() });
    } else if (last && /^ {4}/.test(value) && /^\n[^\S\n]*$/.test(code.slice(last.end, start))) {
      last.text += `\n${value.trim()}`;
      last.end = end;
    }
  }
  return found;
}

function parse(code: string, place: string): ReturnType<typeof parseSync> {
  const parsed = parseSync("example.ts", code, { sourceType: "module" });
  const [error] = parsed.errors;
  if (error) throw new Error(`${place}: ${error.message}\n${error.codeframe ?? ""}`);
  return parsed;
}
