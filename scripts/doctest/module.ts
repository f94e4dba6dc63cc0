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
  const statements: (Node & { type: "ExpressionStatement" })[] = [];
  new Visitor({ ExpressionStatement: (node) => void statements.push(node) }).visit(program);

  let result = code;
  for (const { start, text } of promises(code, comments).toReversed()) {
    const statement = statements.findLast(
      ({ end }) => end <= start && /^[^\S\n]*\n?[^\S\n]*$/.test(code.slice(end, start)),
    );
    if (!statement) {
      throw new Error(`${place}: "// => ${text}" does not stand behind an expression statement`);
    }
    const { expression } = statement;
    const source = code.slice(expression.start, expression.end);
    const expected = JSON.stringify(text);
    const printed = /^console\.log\(([^]*)\)$/.exec(source)?.[1];
    const check = text.startsWith("throws ")
      ? `{ let thrown = null; try { ${source}; } catch (e) { thrown = e; } expectThrow(thrown, ${expected}); }`
      : printed === undefined
        ? `expectShown(${source}, ${expected});`
        : `expectPrinted([${printed}], ${expected});`;
    result = result.slice(0, statement.start) + check + result.slice(statement.end);
  }
  const imports = `import { expectPrinted, expectShown, expectThrow } from "${import.meta.dirname}/expect.ts"; `;
  return imports + result;
}

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
  const parsed = parseSync("example.ts", code);
  const [error] = parsed.errors;
  if (error) throw new Error(`${place}: ${error.message}\n${error.codeframe ?? ""}`);
  return parsed;
}
