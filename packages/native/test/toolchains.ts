// Devices with compilers of one's own, and folders that are removed.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setBackend } from "@nabla/autograd";
import { PlannedBackend, register } from "@nabla/autograd/backend";
import { onTestFinished } from "vitest";
import { Cache } from "../src/cache.ts";
import { Compiler, compilerCommand } from "../src/compiler.ts";
import { NativeDevice } from "../src/device.ts";
import { thisMachine } from "../src/processor.ts";
import type { Toolchain } from "../src/toolchain.ts";

/** Why nothing can be compiled here; undefined if it can. */
export const problemHere: string | undefined = problem();

function problem(): string | undefined {
  const found = thisMachine();
  if ("problem" in found) return found.problem;
  return compilerCommand() ? undefined : "there is no C compiler";
}

/** A folder for one test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "nabla-test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const mount = (size: string, at: string) =>
  spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=0700`, "tmpfs", at]).status === 0;
const unmount = (at: string) => void spawnSync("umount", ["--lazy", at]);

/** Whether disks can be made, as root may. */
export const canMount: boolean = mountProbe();

function mountProbe(): boolean {
  const at = mkdtempSync(join(tmpdir(), "nabla-test-"));
  const can = mount("4k", at);
  if (can) unmount(at);
  rmSync(at, { recursive: true, force: true });
  return can;
}

/** A folder that is a small disk of its own, for one test. */
export function disk(size: string): string {
  const at = folder();
  if (!mount(size, at)) throw new Error(`unreachable: ${at} could not be mounted`);
  onTestFinished(() => unmount(at));
  return at;
}

/** A script in place of a compiler. */
export function script(text: string): readonly string[] {
  const path = join(folder(), "cc");
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return [path];
}

export function toolchain(
  command: readonly string[] = compilerCommand()!,
  cache: string = folder(),
): Extract<Toolchain, { readonly machine: unknown }> {
  const found = thisMachine();
  if ("problem" in found) throw new Error(`unreachable: ${found.problem}`);
  const { machine } = found;
  return { machine, compiler: new Compiler(command, machine, new Cache(cache)) };
}

/** What `run` gives on WebAssembly, and natively once C is compiled; and where the device's programs run then. */
export async function onBoth<Result>(run: () => Result): Promise<{
  readonly onWasm: Result;
  readonly natively: Result;
  readonly places: readonly string[];
}> {
  setBackend("wasm");
  const onWasm = run();
  const { name, device } = backendWith(toolchain());
  setBackend(name);
  run();
  await device().ready();
  const places = [...device().programs()].map(({ runsOn }) => runsOn);
  return { onWasm, natively: run(), places };
}

let count = 0;

/** A back end of its own; its name, and its device once something has run. */
export function backendWith(chain: Toolchain): {
  readonly name: string;
  readonly device: () => NativeDevice;
} {
  const name = `native ${++count}`;
  const backend = new PlannedBackend(name, () => new NativeDevice(chain));
  register(backend);
  return { name, device: () => backend.device! };
}
