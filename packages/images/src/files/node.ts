// Node's modules, and sharp, where there are any. Asked of Node itself: an import, even one that is never
// reached, is something that bundlers for pages complain of.
import { NablaError, printable } from "@nabla/autograd";
import type sharp from "sharp";

type Sharp = typeof sharp;
type Files = ReturnType<typeof process.getBuiltinModule<"node:fs/promises">>;

function node(): NodeJS.Process | undefined {
  const { process } = globalThis as { readonly process?: NodeJS.Process };
  return typeof process?.getBuiltinModule === "function" ? process : undefined;
}

/** Node's files; undefined in pages. */
export function nodeFiles(): Files | undefined {
  return node()?.getBuiltinModule("node:fs/promises");
}

/** The decoder and encoder of files in Node; undefined in pages. Throws `NablaError` if it is not installed. */
export function loadSharp(operation: string): Sharp | undefined {
  const modules = node()?.getBuiltinModule("node:module");
  if (modules === undefined) return undefined;
  try {
    return modules.createRequire(import.meta.url)("sharp") as Sharp;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    const reason =
      code === "MODULE_NOT_FOUND" ? "is not installed" : `cannot be loaded: ${messageOf(error)}`;
    throw new NablaError(
      `${operation}: needs the package sharp in Node, which ${reason}; npm install sharp`,
      { cause: error },
    );
  }
}

/** The first line of an error's message. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return printable(message.trim().split("\n")[0]!);
}
