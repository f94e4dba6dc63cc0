// The option --native, which all commands have: runs computations as C.

import { backend, setBackend } from "@nabla/autograd";
import { optionalPackage } from "./optional-package.ts";
import type { Stream } from "./terminal.ts";

export interface NativeOption {
  /** Whether the package @nabla/native is used. */
  readonly native: boolean;
}

/** The option's line in a command's help, with what it does from that column on. */
export function nativeHelp(column: number): string {
  return `  ${"--native".padEnd(column - 2)}computes as C, if there is a compiler: faster, with the same results`;
}

/** Runs all of a command natively; reports what WebAssembly has to do. */
export async function natively<T>(run: () => Promise<T>, stderr: Stream): Promise<T> {
  const before = backend();
  const { native } = await optionalPackage(
    "--native",
    "@nabla/native",
    () => import("@nabla/native"),
  );
  if (native.problem !== undefined) {
    stderr.write(`--native: ${native.problem}; WebAssembly computes\n`);
  }
  setBackend("native");
  try {
    return await run();
  } finally {
    setBackend(before);
  }
}
