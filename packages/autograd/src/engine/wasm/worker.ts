// The worker's program, as text: it has to start without files, in Node and in pages, bundled or
// not. It finds its work in shared memory (thread-mailbox.ts); its event loop never turns, since it blocks
// in Atomics.wait.
import { controlWords as words } from "./thread-mailbox.ts";
import type { WorkerSource } from "./workers.ts";

/**
 * Milliseconds for which a worker spins before it sleeps. The next call of a compiled function
 * comes within some 15 µs. Spinning longer would take a core from the host's own work: collecting
 * garbage, compiling. During a run, the first thread runs some small kernels alone, and waking a
 * worker takes some 50 µs.
 */
const looking = 0.03;
const lookingInRun = 0.1;

/**
 * Given `memory`, `control` (an address) and `thread`, from 1 on. What needs the host is left to the
 * first thread. (Comments in the text would be shipped.)
 */
const main = `
function main({ memory, control, thread }) {
  const words = new Int32Array(memory.buffer);
  const base = control / 4;
  const word = (name) => Atomics.load(words, base + name);
  const functions = [];
  const load = () => {
    const from = word(${words.address});
    const bytes = new Uint8Array(memory.buffer).slice(from, from + word(${words.bytes}));
    const module = new WebAssembly.Module(bytes);
    const nabla = { memory };
    for (const { name, kind } of WebAssembly.Module.imports(module)) {
      if (kind === "function") nabla[name] = () => { throw new Error("unreachable: " + name); };
    }
    functions[word(${words.loadSlot})] = new WebAssembly.Instance(module, { nabla }).exports;
    Atomics.add(words, base + ${words.loaded}, 1);
  };
  const takePart = () => {
    const left = Atomics.sub(words, base + ${words.left}, 1);
    if (left <= 0) return;
    const parts = word(${words.parts});
    try {
      const stretch = functions[word(${words.slot})][word(${words.stretch})];
      stretch(word(${words.table}), thread, parts - left, parts);
    } catch {
      Atomics.store(words, base + ${words.failed}, 1);
    }
    Atomics.add(words, base + ${words.done}, 1);
    if (word(${words.waiting}) !== 0) Atomics.notify(words, base + ${words.done});
  };
  let loads = 0;
  Atomics.add(words, base + ${words.ready}, 1);
  for (;;) {
    const news = word(${words.news});
    if (loads !== word(${words.loads})) {
      loads++;
      load();
    }
    while (word(${words.left}) > 0) takePart();
    const isRunning = word(${words.running}) !== 0;
    const end = performance.now() + (isRunning ? ${lookingInRun} : ${looking});
    while (word(${words.news}) === news && performance.now() < end);
    if (word(${words.news}) !== news) continue;
    Atomics.add(words, base + ${words.sleeping}, 1);
    Atomics.wait(words, base + ${words.news}, news);
    Atomics.sub(words, base + ${words.sleeping}, 1);
  }
}`;

export const workerSource: WorkerSource = {
  node: `${main}\nmain(require("node:worker_threads").workerData);`,
  page: `${main}\nonmessage = (event) => main(event.data);`,
};
