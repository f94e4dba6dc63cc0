// What the format's own library, in Python, says of files: the same as nabla, but where it is laxer than the format's page.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSafetensors } from "@nabla/nn";
import fc from "fast-check";
import { mutatedFiles } from "../../packages/nn/test/mutated-files.ts";
import type { FuzzOptions } from "./fuzz.ts";

const script = fileURLToPath(
  new URL("../../packages/nn/test/safetensors/write_fixtures.py", import.meta.url),
);

/**
 * The library has more dtypes than nabla, and takes any byte for a truth. What the format's page forbids, it
 * lets pass: a header that begins with space, and metadata that name a key twice.
 */
const known = /has dtype|for BOOL$|no JSON object: "( |\\[nrt])|has ".*" twice$/;

/** Compares which of the files both read. Throws where they differ; says if there is no such library. */
export function compareWithLibrary({ runs, seed }: FuzzOptions): void {
  if (spawnSync("python3", ["-c", "import safetensors"]).status !== 0) {
    console.log("not compared with the format's own library: no safetensors in python3");
    return;
  }
  const files = fc.sample(mutatedFiles, { numRuns: runs, seed }).map(([bytes]) => bytes);
  const folder = mkdtempSync(join(tmpdir(), "nabla-fuzz-"));
  try {
    for (const [i, bytes] of files.entries()) writeFileSync(join(folder, String(i)), bytes);
    const judged = execFileSync("python3", [script, "judge", folder], { maxBuffer: 2 ** 30 });
    const library = JSON.parse(String(judged)) as Readonly<Record<string, boolean>>;
    for (const [i, bytes] of files.entries()) {
      const refusal = refusalOf(bytes);
      if (library[i] === (refusal === undefined) || (library[i] && known.test(refusal!))) continue;
      const verdict = library[i] ? "read by the library" : "refused by the library";
      const content = JSON.stringify(Buffer.from(bytes).toString("latin1"));
      throw new Error(`${verdict}, ${refusal ?? "read by nabla"}: ${content}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`${runs} safetensors files: read or refused by the format's own library, too`);
}

function refusalOf(bytes: Uint8Array): string | undefined {
  try {
    readSafetensors(bytes);
    return undefined;
  } catch (error) {
    return String(error);
  }
}
