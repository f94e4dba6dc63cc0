// Random programs as C: the same bits as on WebAssembly, before they are compiled and afterwards.
import { compile, type Data, setBackend, type Tensor, threads } from "@nabla/autograd";
import { native } from "@nabla/native";
import fc from "fast-check";
import { setTrial } from "../../packages/autograd/src/engine/planned/thread-trial.ts";
import { setLeastShared } from "../../packages/autograd/src/engine/wasm/target.ts";
import {
  availableThreads,
  setAvailableThreads,
} from "../../packages/autograd/src/engine/wasm/workers.ts";
import { difference } from "../../packages/autograd/test/engine.ts";
import {
  programs as anyPrograms,
  type Choices,
  type ProgramKind,
  programOf,
} from "../../packages/autograd/test/random-programs.ts";
import { nativeBackend } from "../../packages/native/src/backend.ts";

// Importing the package has chosen it, for whatever else runs in this process.
setBackend("wasm");

/** Each kernel is divided among up to so many threads. */
const most = 3;

/** Programs of one seed in C files of `together`. */
export async function checkRandomNatively(
  kind: ProgramKind,
  {
    runs,
    seed,
    together,
  }: { readonly runs: number; readonly seed: number; readonly together: number },
): Promise<void> {
  const list = fc.sample(anyPrograms, { numRuns: runs, seed });
  for (let from = 0; from < runs; from += together) {
    await checkNatively(kind, list.slice(from, from + together));
  }
}

/**
 * Throws with the program that differs. All programs are one plan, and so one C file: a compiler takes
 * longer to start than for most of them.
 */
async function checkNatively(
  kind: ProgramKind,
  list: readonly (readonly Choices[])[],
): Promise<void> {
  const programs = () => list.map((choices) => programOf(kind, choices));
  const all = (made: ReturnType<typeof programs>) => made.flatMap(({ tensors }) => [...tensors]);
  const [before, available] = [threads(), availableThreads()];
  setAvailableThreads(Math.max(before, most));
  setLeastShared(0);
  setTrial(false);
  threads(1);
  try {
    setBackend("wasm");
    const own = programs();
    const expected = valuesOf(compile(() => all(own))());
    setBackend("native");
    const others = programs();
    const run = compile(() => all(others));
    checkSame("on WebAssembly", valuesOf(run()));
    const { native: compiled } = native.programs();
    threads(most);
    await native.ready();
    if (native.programs().native === compiled) throw new Error("nothing was compiled");
    if (nativeBackend.device?.team?.address === 0) throw new Error("there are no threads");
    for (let count = 1; count <= most; count++) {
      threads(count);
      checkSame(`as C, on ${count} threads,`, valuesOf(run()));
    }

    function checkSame(way: string, values: readonly Data[]): void {
      let next = 0;
      for (const { lines, tensors } of own) {
        const end = next + tensors.length;
        const [given, wanted] = [values.slice(next, end), expected.slice(next, end)];
        const found = difference(lines, given, wanted, 0);
        if (found !== undefined) throw new Error(`${way} differs from WebAssembly:\n${found}`);
        next = end;
      }
    }
  } finally {
    setBackend("wasm");
    threads(before);
    setAvailableThreads(available);
    setLeastShared(5000);
    setTrial(true);
  }
}

function valuesOf(tensors: readonly Tensor[]): readonly Data[] {
  return tensors.map((x) => x.dataSync());
}
