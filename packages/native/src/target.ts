// What plans have to know about a machine that runs them as C.
import { type Target, wasmTarget } from "@nabla/autograd/backend";
import { hostOperatorOf } from "./c/needs-host.ts";
import type { Machine } from "./processor.ts";

export function targetOf({ bytes, tile }: Machine): Target {
  return {
    ...wasmTarget,
    tile: (dtype) => ({
      rows: tile.rows,
      columns: (tile.vectors * bytes) / (dtype === "float64" ? 8 : 4),
    }),
    // A vector may be read from the last element on.
    slack: bytes,
    // WebAssembly runs them.
    isApart: (kernel) => hostOperatorOf(kernel) !== undefined,
  };
}
