// Milliseconds from the start of the import of a library to its first result, in a process of its own.
// Argument: nabla, jax-js or tfjs.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("peers/package.json", import.meta.url));

const libraries = {
  async nabla() {
    const { tensor } = await import("@nabla/autograd");
    return tensor([1, 2, 3]).mul(2).dataSync();
  },
  async "jax-js"() {
    const jax = await import(pathToFileURL(require.resolve("@jax-js/jax")).href);
    await jax.init("wasm");
    jax.defaultDevice("wasm");
    return jax.numpy.array([1, 2, 3]).mul(2).data();
  },
  async tfjs() {
    console.log = () => undefined;
    const tf = require("@tensorflow/tfjs");
    const wasm = require("@tensorflow/tfjs-backend-wasm");
    const folder = path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
    wasm.setWasmPaths(`${folder}/dist/`);
    await tf.setBackend("wasm");
    await tf.ready();
    return tf.tensor([1, 2, 3]).mul(2).dataSync();
  },
};

const start = performance.now();
const result = await libraries[process.argv[2]]();
const milliseconds = performance.now() - start;
if ([...result].join() !== "2,4,6") throw new Error(`got ${[...result].join()}`);
process.stdout.write(String(milliseconds));
process.exit();
