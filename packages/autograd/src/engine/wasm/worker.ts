// What a worker runs, as text: it has to start without files, in Node and in pages, bundled or not. It
// takes commands from shared memory (control.ts), and never from its event loop, which stands still.
import { commands, controlWords as words } from "./control.ts";

/**
 * Milliseconds for which a worker looks for the next command before it sleeps. A compiled loop comes back
 * within some 15 µs. Longer, and it keeps a core from what the host does beside: collecting garbage, compiling.
 */
const looking = 0.03;

/** Given `memory`, `control` (an address) and `part`. */
const main = `
function main({ memory, control, part }) {
  const words = new Int32Array(memory.buffer);
  const base = control / 4;
  const word = (name) => Atomics.load(words, base + name);
  const functions = [];
  const load = () => {
    const from = word(${words.address});
    const bytes = new Uint8Array(memory.buffer).slice(from, from + word(${words.bytes}));
    const module = new WebAssembly.Module(bytes);
    const nabla = { memory };
    // What needs the host is left to the first thread.
    for (const { name, kind } of WebAssembly.Module.imports(module)) {
      if (kind === "function") nabla[name] = () => { throw new Error("unreachable: " + name); };
    }
    functions[word(${words.slot})] = new WebAssembly.Instance(module, { nabla }).exports.part;
  };
  const run = () => {
    try {
      functions[word(${words.slot})](word(${words.table}), part, word(${words.parts}), control);
    } catch (error) {
      Atomics.store(words, base + ${words.failed}, 1);
    }
  };
  let seen = word(${words.command});
  Atomics.add(words, base + ${words.ready}, 1);
  for (;;) {
    const end = performance.now() + ${looking};
    while (word(${words.command}) === seen && performance.now() < end);
    if (word(${words.command}) === seen) {
      Atomics.wait(words, base + ${words.command}, seen);
      continue;
    }
    seen = word(${words.command});
    if (word(${words.kind}) === ${commands.load}) load();
    else run();
    Atomics.add(words, base + ${words.done}, 1);
  }
}`;

/** The worker's script for Node (CommonJS) and for pages. */
export const workerSource: { readonly node: string; readonly page: string } = {
  node: `${main}\nmain(require("node:worker_threads").workerData);`,
  page: `${main}\nonmessage = (event) => main(event.data);`,
};
