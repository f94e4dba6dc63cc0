// lgamma and its derivatives, which C computes as the host does.
import { compile, grad, random, setBackend, type Tensor, tensor } from "@nabla/autograd";
import { afterEach, expect, test } from "vitest";
import { onBoth, problemHere } from "./toolchains.ts";

afterEach(() => setBackend("wasm"));

const infinity = Number.POSITIVE_INFINITY;
const edges = [0, -0, 1, 2, 12, -0.5, 0.5, 1.4, 1.5, 2.5, Number.NaN, infinity, -infinity];
const special = [...edges, ...edges.map((x) => x + 1e-7), 5e-324, 1e308, -1e308, -3, -2.457];

function derivative(order: number): (x: Tensor) => Tensor {
  let f = (x: Tensor): Tensor => x.lgamma();
  for (let i = 0; i < order; i++) {
    const before = f;
    f = (x) => grad((y: Tensor) => before(y).sum())(x);
  }
  return f;
}

test.skipIf(problemHere !== undefined).each(["float32", "float64"] as const)(
  "lgamma and its derivatives of %s run natively, with the bits of WebAssembly",
  async (dtype) => {
    const sizes = random.uniform([2000], { seed: 1 }).mul(20).sub(10);
    const near = random.normal([2001], { seed: 2 }).mul(8);
    const xs = [sizes.exp(), sizes.exp().neg(), near, tensor(special, { dtype: "float64" })];
    const given = xs.map((x) => x.cast(dtype).realize());
    const orders = [0, 1, 2, 3, 8, 21];
    const run = compile(() => given.flatMap((x) => orders.map((order) => derivative(order)(x))));
    const { onWasm, natively, places } = await onBoth(() => run().map((y) => y.dataSync()));
    expect(places).toEqual(["native"]);
    natively.forEach((y, i) => expect(y).toEqual(onWasm[i]));
  },
);
