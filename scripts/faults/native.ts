// Many processes at once on one folder of objects, and folders whose objects are spoilt: each
// computes the same, natively where an object can be made.
import { execFile } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const program = fileURLToPath(new URL("native-program.mjs", import.meta.url));

interface Told {
  readonly before: number;
  readonly after: number;
  /** Programs that run natively. */
  readonly count: number;
  readonly problem?: string;
}

/** What the program prints, with its objects in a folder; other arguments are its own. */
async function runIn(folder: string, ...given: readonly string[]): Promise<readonly Told[]> {
  const options = ["--conditions=@nabla/source", "--import", "tsx", program, ...given];
  const { stdout } = await promisify(execFile)(process.execPath, options, {
    env: { ...process.env, NABLA_CACHE: folder },
  });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told);
}

/** Copies both packages, as two versions of one would be installed beside each other. */
function copyInto(folder: string): string {
  const scope = join(folder, "node_modules", "@nabla");
  const packages = fileURLToPath(new URL("../../packages", import.meta.url));
  for (const name of ["autograd", "native"]) {
    for (const part of ["src", "package.json"]) {
      cpSync(join(packages, name, part), join(scope, name, part), { recursive: true });
    }
  }
  const koffi = realpathSync(join(packages, "native", "node_modules", "koffi"));
  symlinkSync(koffi, join(folder, "node_modules", "koffi"));
  return scope;
}

/**
 * Two workers, the first thread and a copy of both packages, at once in one process. Throws if one
 * computes something else, or does not run natively where it can.
 */
export async function checkCopies(report: (text: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "nabla-faults-"));
  try {
    const objects = join(folder, "objects");
    const all = await runIn(objects, "2", copyInto(folder));
    const [first] = all as readonly [Told];
    if (all.length !== 4) throw new Error(`native: ${all.length} of 4 have answered`);
    for (const told of all) check(told, first, first.problem === undefined, "workers and a copy");
    report(
      "two workers, the first thread and a copy of the packages in one process: the same bits",
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What may be wrong with an object: its bytes in place of what they are. */
const spoilt: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  "cut short": (bytes) => bytes.subarray(0, bytes.length / 2),
  empty: () => Buffer.alloc(0),
  // ELF's e_machine: a SPARC of 1992.
  "of another processor": (bytes) => {
    const other = Buffer.from(bytes);
    other.writeUInt16LE(2, 18);
    return other;
  },
};

/** Throws if a process computes something else, or does not run natively where it can. */
export async function checkNative(
  processes: number,
  report: (text: string) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "nabla-faults-"));
  try {
    const runs = Array.from({ length: processes }, () => runIn(folder));
    const all = (await Promise.all(runs)).flat();
    const [first] = all as [Told];
    if (first.problem !== undefined) {
      report(`nothing runs natively here: ${first.problem}`);
      return;
    }
    for (const told of all) check(told, first, true, "processes at once");
    report(`${processes} processes at once on one folder of objects: the same bits, natively`);
    const files = readdirSync(folder);
    const others = files.filter((name) => !name.endsWith(".so"));
    if (others.length > 0) throw new Error(`left behind in the folder: ${others.join(", ")}`);
    const whole = new Map(files.map((name) => [name, readFileSync(join(folder, name))]));
    for (const [fault, spoil] of Object.entries(spoilt)) {
      for (const [name, bytes] of whole) {
        rmSync(join(folder, name), { force: true });
        writeFileSync(join(folder, name), spoil(bytes), { mode: 0o700 });
      }
      // One that is whole is not made again.
      const [told] = (await runIn(folder)) as [Told];
      check(told, first, fault !== "of another processor", fault);
      report(`objects ${fault}: the same bits`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function check(told: Told, wanted: Told, isNative: boolean, way: string): void {
  const isSame = told.before === wanted.before && told.after === wanted.before;
  if (!isSame || told.count > 0 !== isNative) {
    throw new Error(`native: ${way}: got ${JSON.stringify(told)}, of ${JSON.stringify(wanted)}`);
  }
}
