// What compiles on this machine, found out once.
import { Cache } from "./cache.ts";
import { Compiler, compilerCommand } from "./compiler.ts";
import { type Machine, thisMachine } from "./processor.ts";

/** What compiles here; or why nothing is compiled. */
export type Toolchain =
  | { readonly machine: Machine; readonly compiler: Compiler }
  | { readonly problem: string };

let toolchain: Toolchain | undefined;

/** Found out once. */
export function thisToolchain(): Toolchain {
  toolchain ??= foundToolchain();
  return toolchain;
}

function foundToolchain(): Toolchain {
  const found = thisMachine();
  if ("problem" in found) return found;
  const { machine } = found;
  const command = compilerCommand();
  if (!command) {
    const { CC } = process.env;
    const given = CC === undefined ? "cc is not found" : `CC is ${CC}, which is not found`;
    return { problem: `there is no C compiler: ${given}` };
  }
  try {
    return { machine, compiler: new Compiler(command, machine, new Cache()) };
  } catch (error) {
    return { problem: `there is no folder for objects: ${(error as Error).message}` };
  }
}
