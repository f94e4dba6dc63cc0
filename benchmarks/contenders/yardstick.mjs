// The step of W1 by hand (yardstick.as), compiled by AssemblyScript.
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { steps } from "../works.mjs";
import { serve } from "./serve.mjs";
import { argumentsOf } from "./yardstick-arguments.mjs";

// Later versions have relaxed SIMD without.
if (process.versions.v8.startsWith("11.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const require = createRequire(new URL("../peers/package.json", import.meta.url));
const folder = path.dirname(require.resolve("assemblyscript/package.json"));
// Under a name that AssemblyScript takes, and no TypeScript tool finds.
const source = file("../peers/node_modules/yardstick.ts");
copyFileSync(file("../yardstick.as"), source);
const compiled = file("../peers/node_modules/yardstick.wasm");
const flags = ["--enable", "simd", "--enable", "relaxed-simd", "--runtime", "minimal", "-O3"];
execFileSync(process.execPath, [
  `${folder}/bin/asc.js`,
  source,
  ...[...flags, "--noAssert", "-o", compiled],
]);

await serve((work) => {
  if (work !== "W1") return undefined;
  const env = {
    abort: () => {
      throw new Error("abort");
    },
  };
  const module = new WebAssembly.Module(readFileSync(compiled));
  const { exports } = new WebAssembly.Instance(module, { env });
  const names = ["x", "y", "w1", "w2", "w3", "b1", "b2", "b3"];
  argumentsOf(steps.W1).forEach((data, which) => {
    new Float32Array(exports.memory.buffer, exports[names[which]].value, data.length).set(data);
  });
  return { run: exports.step, first: exports.step(), isSync: true };
});
