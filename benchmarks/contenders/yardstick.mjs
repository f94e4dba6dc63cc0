// The step of W1 by hand (yardstick.as), compiled by AssemblyScript.
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { numbers, oneHotLabels, steps, weights } from "../works.mjs";
import { serve } from "./serve.mjs";

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

/** `count` rows of `from` numbers each, in rows of `to`. */
function widened(data, from, to) {
  const rows = new Float32Array((data.length / from) * to);
  data.forEach((value, i) => (rows[Math.floor(i / from) * to + (i % from)] = value));
  return rows;
}

await serve((work) => {
  if (work !== "W1") return undefined;
  const env = {
    abort: () => {
      throw new Error("abort");
    },
  };
  const module = new WebAssembly.Module(readFileSync(compiled));
  const { exports } = new WebAssembly.Instance(module, { env });
  const write = (name, data) =>
    new Float32Array(exports.memory.buffer, exports[name].value, data.length).set(data);
  const { sizes, batch } = steps.W1;
  write("x", numbers(batch * sizes[0], 100));
  write("y", widened(oneHotLabels(batch), 10, 16));
  [1, 2, 3].forEach((layer) => {
    const [inputs, outputs] = [sizes[layer - 1], sizes[layer]];
    write(`w${layer}`, widened(weights(inputs, outputs, layer - 1), outputs, 16));
    write(`b${layer}`, new Float32Array(16));
  });
  return { run: exports.step, first: exports.step(), isSync: true };
});
