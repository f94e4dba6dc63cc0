// What keeps a bundle from being smaller: how much less a program would weigh without parts that it cannot
// leave out. The bundles that are measured here do not run.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build, transform } from "esbuild";

/** Parts that are folders or files of the sources. */
const parts: Readonly<Record<string, RegExp>> = {
  "functions that WebAssembly lacks, from `exp` to `digamma`":
    /kernel\/approximations|scalar\/(gamma|error-function|coefficients)/,
  "the reference": /engine\/reference\//,
  "threads, and runs that are awaited":
    /wasm\/(pool|worker|runner|division|thread|shares)|planned\/thread-trial|background|pauses/,
  "call sites, which `findNaN` reports": /graph\/(site|habits|call-site|stack)\.ts/,
};

const gzipBytes = (text: string): number => gzipSync(text).length;

async function bundled(file: string, options: BuildOptions): Promise<string> {
  const always = { bundle: true, write: false, format: "esm", logLevel: "error" } as const;
  const { outputFiles } = await build({ ...always, entryPoints: [file], ...options });
  return outputFiles![0]!.text;
}

/** The bundle without the calls that make methods of functions. */
function withoutMethods(file: string): Promise<string> {
  const removing: NonNullable<BuildOptions["plugins"]>[number] = {
    name: "without-methods",
    setup(esbuild) {
      esbuild.onLoad({ filter: /autograd\/dist\/(index|shared)\.js$/ }, ({ path }) => {
        const contents = readFileSync(path, "utf8").replaceAll(/^addMethods\([^;]*;/gm, "");
        return { contents, loader: "js" };
      });
    },
  };
  return bundled(file, { minify: true, plugins: [removing] });
}

/** The names of the properties of all that belongs to the host. */
function hostNames(): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<unknown>();
  const waiting: unknown[] = [globalThis];
  while (waiting.length > 0) {
    const owner = waiting.pop();
    if (!(owner instanceof Object) || seen.has(owner)) continue;
    seen.add(owner);
    waiting.push(Object.getPrototypeOf(owner));
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      names.add(name);
      waiting.push(value);
    }
  }
  return names;
}

/** The bundle with short names for all properties but the host's. */
function withShortProperties(file: string, text: string): Promise<string> {
  const known = hostNames();
  const found = new Set([...text.matchAll(/[.{,]([a-z]\w{2,})/gi)].map(([, name]) => name!));
  const own = [...found].filter((name) => !known.has(name));
  return bundled(file, { minify: true, mangleProps: new RegExp(`^(${own.join("|")})$`) });
}

/** The bundle with empty strings in place of all texts of several words. */
function withoutTexts(text: string): string {
  const strings = /"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
  return text.replace(strings, (one) => (one.split(" ").length > 3 ? '""' : one));
}

/** What each of `parts` adds. */
async function weightsOfParts(file: string): Promise<readonly Obstacle[]> {
  const text = await bundled(file, {
    minifyIdentifiers: true,
    minifySyntax: true,
    conditions: ["@nabla/source"],
  });
  // A module begins with a comment that names its file.
  const modules = text.split(/^(?=\/\/ \S+\.[jt]s$)/m);
  const weightOf = async (kept: readonly string[]) =>
    gzipBytes((await transform(kept.join(""), { minifyWhitespace: true })).code);
  const whole = await weightOf(modules);
  return Promise.all(
    Object.entries(parts).map(async ([what, files]) => {
      const others = modules.filter((one) => !files.test(one.slice(0, one.indexOf("\n"))));
      if (others.length === modules.length) throw new Error(`no file is of: ${what}`);
      return { what, bytes: whole - (await weightOf(others)) };
    }),
  );
}

export interface Obstacle {
  readonly what: string;
  /** What a bundle would weigh less without it, gzipped. */
  readonly bytes: number;
}

/** What a program cannot leave out, from the largest to the smallest. */
export async function obstacles(file: string): Promise<readonly Obstacle[]> {
  const text = await bundled(file, { minify: true });
  const saved = (rest: string): number => {
    if (rest === text) throw new Error("nothing was left out");
    return gzipBytes(text) - gzipBytes(rest);
  };
  const all = [
    { what: "methods, with operations behind them", bytes: saved(await withoutMethods(file)) },
    { what: "texts of errors and warnings", bytes: saved(withoutTexts(text)) },
    { what: "long names of properties", bytes: saved(await withShortProperties(file, text)) },
    ...(await weightsOfParts(file)),
  ];
  return all.toSorted((a, b) => b.bytes - a.bytes);
}
