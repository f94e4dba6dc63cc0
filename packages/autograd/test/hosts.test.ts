// Hosts that lack something, as processes of their own.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const nodeFlags = ["--conditions=@nabla/source", "--import", "tsx"];

function pathOf(program: string): string {
  return fileURLToPath(new URL(program, import.meta.url));
}

test("frozen intrinsics are left as they are", async () => {
  const args = ["--frozen-intrinsics", ...nodeFlags, pathOf("frozen-program.ts")];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toContain("0.5, 0.3333333432674408");
  expect(stdout).toContain("true");
});
