// What TypeScript knows of a program with nabla: what does not fit, names, types, and the JavaScript
// that runs.
import ts from "typescript";
import { type Compiled, type Failure, programName } from "./compiled.ts";

/** Declarations by their paths: TypeScript's own, nabla's, and those of the playground. */
export type Declarations = Readonly<Record<string, string>>;

/** Something in a program that the compiler objects to. */
export interface Problem {
  /** Where it begins and ends in the text. */
  readonly from: number;
  readonly to: number;
  /** From 1. */
  readonly line: number;
  readonly message: string;
  readonly isError: boolean;
  /** Edits that would mend it. */
  readonly remedies: readonly Remedy[];
}

export interface Remedy {
  readonly title: string;
  readonly changes: readonly Change[];
}

/** Replaces what stands between two places of the text. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** A name that fits at a place of the text. */
export interface Name {
  readonly name: string;
  /** As TypeScript calls it: "function", "const", "method", … */
  readonly kind: string;
  readonly priority: string;
  /** Where it would be imported from. */
  readonly source: string | undefined;
}

/** What is said of a name: its type, and its docstring. */
export interface Description {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly text: string;
  /** The edits that import it. */
  readonly imports: readonly Change[];
}

const file = `/${programName}`;

/** Where TypeScript's own declarations are; nabla's are in `node_modules` beside the program. */
export const libraryFolder = "/lib";
export const defaultLibrary = "lib.es2023.d.ts";

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: [defaultLibrary],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};

/** Cannot find the name; … did you mean another. */
const unknownNames: readonly number[] = [2304, 2552];
const mostRemedies = 5;

export class LanguageService {
  readonly #files: ReadonlyMap<string, string>;
  readonly #folders: ReadonlySet<string>;
  readonly #service: ts.LanguageService;
  #text = "";
  #version = 0;

  constructor(declarations: Declarations) {
    this.#files = new Map(Object.entries(declarations));
    this.#folders = new Set([...this.#files.keys()].flatMap(foldersOf));
    this.#service = ts.createLanguageService(this.#host());
  }

  problems(text: string): readonly Problem[] {
    this.#update(text);
    const found = [
      ...this.#service.getSyntacticDiagnostics(file),
      ...this.#service.getSemanticDiagnostics(file),
    ];
    return found.slice(0, 100).map((one, i) => this.#problemOf(one, i < mostRemedies));
  }

  names(text: string, at: number): readonly Name[] {
    this.#update(text);
    const found = this.#service.getCompletionsAtPosition(file, at, {
      includeCompletionsForModuleExports: true,
      includeCompletionsWithInsertText: false,
    });
    return (found?.entries ?? []).map(({ name, kind, sortText, source }) => ({
      name,
      kind,
      priority: sortText,
      source,
    }));
  }

  /** What there is to say of one of the names at a place. */
  describe(text: string, at: number, { name, source }: Name): Description | undefined {
    this.#update(text);
    const known = this.#service
      .getCompletionsAtPosition(file, at, { includeCompletionsForModuleExports: true })
      ?.entries.find((entry) => entry.name === name && entry.source === source);
    const found = this.#service.getCompletionEntryDetails(
      file,
      at,
      name,
      {},
      source,
      {},
      known?.data,
    );
    if (!found) return undefined;
    const { displayParts, documentation, codeActions = [] } = found;
    return {
      from: at,
      to: at,
      type: ts.displayPartsToString(displayParts),
      text: ts.displayPartsToString(documentation),
      imports: codeActions.flatMap(({ changes }) => changesIn(changes)),
    };
  }

  /** What stands at a place. */
  typeAt(text: string, at: number): Description | undefined {
    this.#update(text);
    const found = this.#service.getQuickInfoAtPosition(file, at);
    if (!found) return undefined;
    const { textSpan, displayParts, documentation } = found;
    return {
      from: textSpan.start,
      to: textSpan.start + textSpan.length,
      type: ts.displayPartsToString(displayParts),
      text: ts.displayPartsToString(documentation),
      imports: [],
    };
  }

  /** The program as JavaScript, whatever its types, or why it is none. */
  compile(text: string): Compiled | Failure {
    this.#update(text);
    const [broken] = this.#service.getSyntacticDiagnostics(file);
    if (broken) {
      const { line, message } = this.#problemOf(broken, false);
      return { text: `SyntaxError: ${message}`, line };
    }
    const { outputText, sourceMapText = "" } = ts.transpileModule(text, {
      compilerOptions: { ...options, noEmit: false, sourceMap: true },
      fileName: programName,
    });
    const javascript = outputText.replace(/\/\/# sourceMappingURL=.*$/, "");
    const { importedFiles } = ts.preProcessFile(javascript, true, true);
    const imports = importedFiles.map(({ fileName, pos }) => {
      // Of the name itself, without its quotes.
      const from = javascript.indexOf(fileName, pos);
      return { name: fileName, from, to: from + fileName.length };
    });
    return { javascript, map: sourceMapText, imports };
  }

  #update(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#version++;
  }

  #problemOf(found: ts.Diagnostic, withRemedies: boolean): Problem {
    const { start = 0, length = 0, messageText, category, code } = found;
    const to = start + length;
    const isUnknown = withRemedies && unknownNames.includes(code);
    const fixes = isUnknown
      ? this.#service.getCodeFixesAtPosition(file, start, to, [code], {}, {})
      : [];
    return {
      from: start,
      to,
      line: this.#text.slice(0, start).split("\n").length,
      message: plain(ts.flattenDiagnosticMessageText(messageText, "\n")),
      isError: category === ts.DiagnosticCategory.Error,
      remedies: fixes
        .filter(({ fixName }) => fixName === "import" || fixName === "spelling")
        .map(({ description, changes }) => ({ title: description, changes: changesIn(changes) })),
    };
  }

  #host(): ts.LanguageServiceHost {
    const read = (path: string): string | undefined =>
      path === file ? this.#text : this.#files.get(path);
    return {
      getCompilationSettings: () => options,
      getScriptFileNames: () => [file, ...[...this.#files.keys()].filter(isGlobal)],
      getScriptVersion: (path) => (path === file ? String(this.#version) : "0"),
      getScriptSnapshot: (path) => {
        const text = read(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => "/",
      getDefaultLibFileName: () => `${libraryFolder}/${defaultLibrary}`,
      fileExists: (path) => read(path) !== undefined,
      readFile: read,
      directoryExists: (path) => path === "/" || this.#folders.has(path),
      getDirectories: (path) =>
        [...this.#folders]
          .filter((folder) => folder.startsWith(path.endsWith("/") ? path : `${path}/`))
          .map((folder) => folder.slice(path.length).replace(/^\//, "").split("/")[0]!),
    };
  }
}

/** What nabla's types say, where they are what does not fit; else the compiler's message. */
function plain(message: string): string {
  return (
    /is not assignable to parameter of type '(?:[^\n]* & )?"(\w+: [^"\n]+)"'/.exec(message)?.[1] ??
    message
  );
}

/** Declares what every program has without importing it. */
function isGlobal(path: string): boolean {
  return path.startsWith("/globals");
}

/** All folders above a file. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join("/")}`);
}

function changesIn(changes: readonly ts.FileTextChanges[]): readonly Change[] {
  return changes
    .filter(({ fileName }) => fileName === file)
    .flatMap(({ textChanges }) => textChanges)
    .map(({ span, newText }) => ({
      from: span.start,
      to: span.start + span.length,
      insert: newText,
    }));
}
