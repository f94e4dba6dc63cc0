// A process of its own for hosts.test.ts, whose host lacks something, as its argument says: it computes, and says
// on what and where.
import { backend, findNaN, parameter, setBackend, tensor, threads } from "@nabla/autograd";

interface Limits {
  readonly maximum: number;
}
interface Host {
  readonly WebAssembly: { Module: unknown; Memory: new (limits: Limits) => object };
}

const host = (globalThis as unknown as Host).WebAssembly;
const how = process.argv[2];
if (how === "no code") {
  host.Module = function refused(): never {
    throw new Error("code generation disallowed by embedder");
  };
}
if (how === "no memory" || how === "little memory") {
  const most = how === "no memory" ? 0 : 10_000;
  const { Memory } = host;
  host.Memory = class extends Memory {
    constructor(limits: Limits) {
      if (limits.maximum > most) throw new RangeError("could not allocate memory");
      super(limits);
    }
  };
}
const w = parameter([2, 3]);
const x = tensor([1, 4]);
w.mul(x).log().sum().backward();
const gradient = await w.grad!.array();
const isTraced = findNaN(x.neg().sqrt()) !== undefined;
let refusal = "";
try {
  setBackend("wasm");
} catch (error) {
  refusal = (error as Error).message;
}
console.log(
  JSON.stringify({ backend: backend(), threads: threads(), gradient, isTraced, refusal }),
);
