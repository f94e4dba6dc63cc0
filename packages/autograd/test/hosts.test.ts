// Hosts that lack something, as processes of their own.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundled } from "../../../scripts/bundle.ts";
import { availableThreads } from "../src/engine/wasm/workers.ts";

const folder = mkdtempSync(path.join(tmpdir(), "nabla-hosts-"));
let program = "";

// In one file: what loads TypeScript does without less than the engine.
beforeAll(async () => {
  program = await bundled(new URL("hosts-program.ts", import.meta.url), folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What all hosts find. */
const found = { gradient: [0.5, 0.3333333432674408], isTraced: true };

interface Result {
  readonly printed: unknown;
  readonly warnings: readonly string[];
}

async function resultOf(command: string, args: readonly string[]): Promise<Result> {
  const { stdout, stderr } = await promisify(execFile)(command, args);
  const warnings = stderr.split("\n").filter((line) => line.startsWith("nabla:"));
  return { printed: JSON.parse(stdout), warnings };
}

function onReference(problem: string): Result {
  return {
    printed: {
      ...found,
      backend: "reference",
      threads: 1,
      refusal: `setBackend: "wasm" cannot be used: ${problem}`,
    },
    warnings: [`nabla: all is computed in plain JavaScript, many times slower: ${problem}`],
  };
}

const onWasm: Result = {
  printed: { ...found, backend: "wasm", threads: availableThreads(), refusal: "" },
  warnings: [],
};

/** Whether this version of Node has permissions under their later name. */
const hasPermission = process.allowedNodeEnvironmentFlags.has("--permission");

const noMemory =
  "where a process's addresses are limited, node --disable-wasm-trap-handler takes fewer";

test.each([
  ["frozen intrinsics", ["--frozen-intrinsics"], "", onWasm],
  [
    "permission for nothing but to read files",
    [hasPermission ? "--permission" : "--experimental-permission", "--allow-fs-read=*"],
    "",
    { ...onWasm, printed: { ...found, backend: "wasm", threads: 1, refusal: "" } },
  ],
  [
    "no permission to compile WebAssembly",
    [],
    "no code",
    onReference(
      "WebAssembly may not be compiled here (code generation disallowed by embedder); " +
        "in a page, its content security policy has to allow 'wasm-unsafe-eval'",
    ),
  ],
  [
    "no room for a memory",
    [],
    "no memory",
    onReference(`WebAssembly has no memory here (could not allocate memory); ${noMemory}`),
  ],
  ["room for a small memory", [], "little memory", onWasm],
] as const)("%s", async (_, flags, how, expected) => {
  expect(await resultOf(process.execPath, [...flags, program, how])).toEqual(expected);
});

test.skipIf(process.platform !== "linux")("few addresses for the process", async () => {
  const command = `ulimit -v 8000000 && exec "$0" "$1"`;
  const result = await resultOf("bash", ["-c", command, process.execPath, program]);
  // Later versions of Node find a memory by themselves.
  const isWasm = result.warnings.length === 0;
  const refusal = "WebAssembly.Memory(): could not allocate memory";
  expect(result).toEqual(
    isWasm ? onWasm : onReference(`WebAssembly has no memory here (${refusal}); ${noMemory}`),
  );
});
