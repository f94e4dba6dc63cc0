// Programs as ranks of MPI.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { build } from "esbuild";

/** What starts ranks; another one, such as MPICH's, by MPIRUN=/a/path/mpiexec. */
const launcher = process.env["MPIRUN"] ?? "mpirun";
const version = spawnSync(launcher, ["--version"], { encoding: "utf8" });

/** Why nothing can be started here; undefined if it can. */
export const problemHere: string | undefined =
  version.status === 0 ? undefined : `there is no ${launcher}`;

/** More ranks than processors, started by anybody, on this machine alone; MPICH needs no words for it. */
const options = version.stdout?.includes("Open MPI")
  ? [
      "--allow-run-as-root",
      "--oversubscribe",
      ...["--mca", "btl", "self,vader"],
      ...["--mca", "btl_vader_single_copy_mechanism", "none"],
    ]
  : [];

/** What runs a command as so many ranks. */
export function startedBy(ranks: number, command: readonly string[]): readonly string[] {
  return [launcher, ...options, "-n", String(ranks), ...command];
}

/** What the ranks of a program have written, and how it ended. */
export interface Ended<Result> {
  readonly code: number | null;
  readonly stderr: string;
  /** What each rank gave; undefined for one that gave nothing. */
  readonly results: readonly (Result | undefined)[];
  /** From when the program was entered to its end. */
  readonly seconds: number;
}

let program: Promise<string> | undefined;

/** A program as one file, which each rank reads faster than all sources; removed at the end. */
export async function bundled(source: string): Promise<string> {
  const { name } = parse(source);
  const outfile = join(import.meta.dirname, "../node_modules/.test", `${name}-${process.pid}.mjs`);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@nabla/source"],
    external: ["koffi"],
    logLevel: "silent",
  });
  process.on("exit", () => rmSync(outfile, { force: true }));
  return outfile;
}

/** Runs parts of `program.ts`, named with commas between; they share a folder. Models take so many steps. */
export async function ranks<Result>(
  size: number,
  part: string,
  { steps = 3, bucketBytes = 0 } = {},
): Promise<Ended<Result>> {
  const folder = mkdtempSync(join(tmpdir(), "nabla-test-"));
  program ??= bundled(join(import.meta.dirname, "program.ts"));
  const command = [process.execPath, await program, part, folder, `${steps}`, `${bucketBytes}`];
  const [file, ...given] = startedBy(size, command);
  const child = spawn(file!, given, { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const ended = Date.now();
  const results = Array.from({ length: size }, (_, rank) => {
    try {
      return JSON.parse(readFileSync(join(folder, `${rank}.json`), "utf8")) as Result;
    } catch {
      return undefined;
    }
  });
  const entered = statSync(join(folder, "entered"), { throwIfNoEntry: false })?.mtimeMs;
  rmSync(folder, { recursive: true });
  return { code, stderr, results, seconds: (ended - (entered ?? Number.NaN)) / 1000 };
}
