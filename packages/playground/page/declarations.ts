// Gathers the declarations that programs in the playground are checked with.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import ts from "typescript";
import { type Declarations, defaultLibrary, libraryFolder } from "./src/language-service.ts";

const packagesFolder = path.resolve(import.meta.dirname, "../..");

/** The declarations of nabla as it is now, of TypeScript's library and of what programs have besides. */
export function declarations(): Declarations {
  const globals = readFileSync(path.join(import.meta.dirname, "../examples/globals.d.ts"), "utf8");
  return {
    ...libraryFiles(),
    ...packageFiles("autograd"),
    ...packageFiles("nn"),
    "/globals.d.ts": globals,
  };
}

/** What a package of nabla's exports. Its sources need no others to be declared: they are written so. */
function packageFiles(name: string): Declarations {
  const place = `/node_modules/@nabla/${name}`;
  const manifest = {
    name: `@nabla/${name}`,
    type: "module",
    exports: { ".": { types: "./src/index.d.ts" } },
  };
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    isolatedDeclarations: true,
    strict: true,
  };
  const files = reached("src/index.ts", (file) => {
    const fileName = path.join(packagesFolder, name, file);
    const source = readFileSync(fileName, "utf8");
    const text = ts.transpileDeclaration(source, { compilerOptions, fileName }).outputText;
    const imported = ts.preProcessFile(text, true, true).importedFiles;
    const next = imported
      .map(({ fileName: from }) => from)
      .filter((from) => from.startsWith("."))
      .map((from) => path.posix.join(path.posix.dirname(file), from));
    return { text, next };
  });
  const declared = [...files].map(([file, text]) => [
    `${place}/${file.replace(/\.ts$/, ".d.ts")}`,
    text,
  ]);
  return { [`${place}/package.json`]: JSON.stringify(manifest), ...Object.fromEntries(declared) };
}

/** What TypeScript's library declares that programs are written for. */
function libraryFiles(): Declarations {
  const folder = path.dirname(createRequire(import.meta.url).resolve("typescript"));
  const files = reached(defaultLibrary, (file) => {
    const text = readFileSync(path.join(folder, file), "utf8");
    const { libReferenceDirectives } = ts.preProcessFile(text);
    return { text, next: libReferenceDirectives.map(({ fileName }) => `lib.${fileName}.d.ts`) };
  });
  return Object.fromEntries([...files].map(([file, text]) => [`${libraryFolder}/${file}`, text]));
}

/** The texts of a file and of all that it leads to. */
function reached(
  first: string,
  read: (file: string) => { readonly text: string; readonly next: readonly string[] },
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const waiting = [first];
  for (const file of waiting) {
    if (texts.has(file)) continue;
    const { text, next } = read(file);
    texts.set(file, text);
    waiting.push(...next);
  }
  return texts;
}
