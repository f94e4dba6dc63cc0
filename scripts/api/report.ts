// The public names of the packages as text: what each entry point exports, as the compiler declares it,
// without comments. Whoever changes a name, an option or a type sees it in the diff.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";
import { isolatedDeclarationSync } from "oxc-transform";

const root = path.resolve(import.meta.dirname, "../..");

/** The entry points, by the names of their reports. */
export const entries: Readonly<Record<string, string>> = {
  autograd: "packages/autograd/src/index.ts",
  "autograd-backend": "packages/autograd/src/backend.ts",
  "autograd-checks": "packages/autograd/src/checks.ts",
  "autograd-testing": "packages/autograd/src/testing/index.ts",
  data: "packages/data/src/index.ts",
  distributions: "packages/distributions/src/index.ts",
  images: "packages/images/src/index.ts",
  "mnist-demo": "packages/mnist-demo/src/index.ts",
  mpi: "packages/mpi/src/index.ts",
  native: "packages/native/src/index.ts",
  nn: "packages/nn/src/index.ts",
  signal: "packages/signal/src/index.ts",
};

export function reportFile(name: string): string {
  return path.join(root, "api", `${name}.txt`);
}

interface Module {
  /** Declarations, by the names that other files import them by. */
  readonly declared: ReadonlyMap<string, readonly string[]>;
  /** Names that it passes on: the file, or package, and the name there; "*" passes on all. */
  readonly passed: readonly { readonly name: string; readonly from: string; readonly as: string }[];
  /** What it adds to interfaces of other files, as the methods of tensors. */
  readonly added: readonly string[];
  readonly imports: readonly string[];
}

type Span = { readonly start: number; readonly end: number };

/** What an entry point declares. */
export function reportOf(entry: string): string {
  const modules = new Map<string, Module>();
  const moduleOf = (file: string): Module => {
    let known = modules.get(file);
    if (!known) modules.set(file, (known = read(file)));
    return known;
  };
  const names = new Map<string, string>();
  const visit = (file: string, wanted: string, as: string): void => {
    const { declared, passed } = moduleOf(file);
    for (const [name, texts] of declared) {
      if (wanted !== "*" && name !== wanted) continue;
      if (wanted === "*" && name === "default") continue;
      names.set(wanted === "*" ? name : as, texts.join("\n"));
    }
    for (const one of passed) {
      if (one.name === "*" ? wanted !== "*" && declared.has(wanted) : false) continue;
      if (one.name !== "*" && wanted !== "*" && one.as !== wanted) continue;
      const name = one.name === "*" ? wanted : one.name;
      const shown = one.name === "*" || wanted !== "*" ? as : one.as;
      if (existsSync(one.from)) visit(one.from, name, shown);
      else names.set(shown, `export { ${name} } from "${one.from}";`);
    }
  };
  visit(path.join(root, entry), "*", "*");
  const added = reachedFrom(path.join(root, entry), moduleOf).flatMap(
    (file) => moduleOf(file).added,
  );
  const byName = [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `${[...byName, ...added.sort()].join("\n\n")}\n`;
}

/** All files that an entry point needs, which may add to interfaces. */
function reachedFrom(entry: string, moduleOf: (file: string) => Module): readonly string[] {
  const reached = new Set([entry]);
  for (const file of reached) for (const next of moduleOf(file).imports) reached.add(next);
  return [...reached];
}

function read(file: string): Module {
  const source = readFileSync(file, "utf8");
  const { code, errors } = isolatedDeclarationSync(file, source, { stripInternal: true });
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`);
  const parsed = parseSync(file.replace(/\.ts$/, ".d.ts"), code);
  const textOf = ({ start, end }: Span): string => {
    const inside = parsed.comments.filter((one) => one.start >= start && one.end <= end);
    let text = "";
    let at = start;
    for (const comment of inside) {
      text += code.slice(at, comment.start);
      at = comment.end;
    }
    text += code.slice(at, end);
    return text.replace(/^\s*\n/gm, "").trim();
  };
  const target = (from: string): string =>
    from.startsWith(".") ? path.resolve(path.dirname(file), from) : from;
  const declared = new Map<string, string[]>();
  const local = new Map<string, string[]>();
  const passed: { name: string; from: string; as: string }[] = [];
  const own: { name: string; as: string }[] = [];
  const added: string[] = [];
  for (const node of parsed.program.body) {
    if (node.type === "ExportAllDeclaration") {
      passed.push({ name: "*", from: target(node.source.value), as: "*" });
    } else if (node.type === "ExportNamedDeclaration" && node.declaration) {
      const text = textOf(node);
      for (const name of namesOf(node.declaration)) push(declared, name, text);
    } else if (node.type === "ExportNamedDeclaration") {
      for (const { local: from, exported } of node.specifiers) {
        const names = { name: nameOf(from), as: nameOf(exported) };
        if (node.source) passed.push({ ...names, from: target(node.source.value) });
        else own.push(names);
      }
    } else if (node.type === "TSModuleDeclaration" && node.id.type === "Literal") {
      added.push(textOf(node));
    } else {
      for (const name of namesOf(node)) push(local, name, textOf(node));
    }
  }
  for (const { name, as } of own) {
    for (const text of local.get(name) ?? [`export { ${name} };`]) push(declared, as, text);
  }
  return { declared, passed, added, imports: importsOf(source, file) };
}

/** The files of the package that a source imports or passes on. */
function importsOf(source: string, file: string): readonly string[] {
  const { staticImports, staticExports } = parseSync(file, source).module;
  const requests = [
    ...staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...staticExports.flatMap(({ entries: all }) =>
      all.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
    ),
  ];
  return requests
    .filter((from) => from.startsWith(".") && from.endsWith(".ts"))
    .map((from) => path.resolve(path.dirname(file), from));
}

function push(map: Map<string, string[]>, name: string, text: string): void {
  const texts = map.get(name) ?? [];
  texts.push(text);
  map.set(name, texts);
}

type Named = { readonly type: string; readonly name?: string; readonly value?: unknown };

function nameOf(one: Named): string {
  return one.name ?? String(one.value);
}

/** The names that a declaration declares. */
function namesOf(declaration: object): readonly string[] {
  const { id, declarations } = declaration as {
    readonly id?: Named | null;
    readonly declarations?: readonly { readonly id: Named }[];
  };
  if (declarations) return declarations.map((one) => nameOf(one.id));
  return id ? [nameOf(id)] : [];
}
