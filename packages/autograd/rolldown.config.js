// One file for each entry: finding and reading each of some 200 modules takes a host longer than
// running it. Names and lines stay, which errors show and `summary` prints; taking them away, too, would
// save a host some 2 ms of 30, and a bundle nothing. Annotations stay, by which bundlers leave out what
// a program does not use; esbuild's minifier would drop them.
import { defineConfig } from "rolldown";

function entry(input, output) {
  return defineConfig({
    input,
    external: ["fast-check", "../index.ts"],
    resolve: { conditionNames: ["@nabla/source"] },
    output: {
      file: output,
      minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
      sourcemap: true,
      sourcemapExcludeSources: true,
      paths: (id) => (id.endsWith("/src/index.ts") ? "../index.js" : id),
      comments: { annotation: true, jsdoc: false, legal: false },
    },
  });
}

export default [
  entry("src/index.ts", "dist/index.js"),
  entry("src/testing/index.ts", "dist/testing/index.js"),
];
