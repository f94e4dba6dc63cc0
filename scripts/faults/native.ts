// Many processes at once on one folder of objects, and folders whose objects are spoilt: each
// computes the same, natively where an object can be made.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const program = `
import { compile, random } from "@nabla/autograd";
import { native } from "@nabla/native";
const x = random.uniform([100, 100], { seed: 1 }).realize();
const sum = compile(() => x.matmul(x).tanh().sum());
const before = sum().itemSync();
await native.ready();
const { native: count } = native.programs();
console.log(JSON.stringify({ before, after: sum().itemSync(), count, problem: native.problem }));`;

interface Told {
  readonly before: number;
  readonly after: number;
  /** Programs that run natively. */
  readonly count: number;
  readonly problem?: string;
}

/** What the program prints, with its objects in a folder. */
async function runIn(folder: string): Promise<Told> {
  const options = ["--conditions=@nabla/source", "--import", "tsx", "--input-type=module"];
  const { stdout } = await promisify(execFile)(process.execPath, [...options, "-e", program], {
    env: { ...process.env, NABLA_CACHE: folder },
  });
  return JSON.parse(stdout) as Told;
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
    const all = await Promise.all(Array.from({ length: processes }, () => runIn(folder)));
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
      check(await runIn(folder), first, fault !== "of another processor", fault);
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
