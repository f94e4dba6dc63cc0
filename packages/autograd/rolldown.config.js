// One file for each entry, and one for what two of them share (one registry of back ends, one class of
// tensors): finding and reading each of some 200 modules takes a host longer than running it. Names and lines stay, which errors show and `summary` prints; taking them away, too, would
// save a host some 2 ms of 30, and a bundle nothing. Annotations stay, by which bundlers leave out what
// a program does not use; esbuild's minifier would drop them.
import { defineConfig } from "rolldown";
import { workerTexts } from "./worker-texts.js";

function entries(dir, input) {
  return defineConfig({
    input,
    external: ["fast-check", "../index.ts", "../checks.ts"],
    plugins: [workerTexts()],
    resolve: { conditionNames: ["@nabla/source"] },
    output: {
      dir,
      entryFileNames: "[name].js",
      chunkFileNames: "shared.js",
      codeSplitting: { groups: [{ name: "shared", minShareCount: 2 }] },
      minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
      sourcemap: true,
      sourcemapExcludeSources: true,
      paths: (id) => id.replace(/^.*[/]src[/](index|checks)[.]ts$/, "../$1.js"),
      comments: { annotation: true, jsdoc: false, legal: false },
    },
  });
}

export default [
  entries("dist", { index: "src/index.ts", backend: "src/backend.ts", checks: "src/checks.ts" }),
  entries("dist/testing", { index: "src/testing/index.ts" }),
];
