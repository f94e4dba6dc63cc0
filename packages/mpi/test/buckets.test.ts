// Buckets of gradients, exchanged while the rest of a backward pass is computed; on a simulated network.
import { compile, realize, setBackend, type Tensor, tensor } from "@nabla/autograd";
import { hostFunction } from "@nabla/autograd/backend";
import { afterEach, expect, test } from "vitest";
import { Rooms } from "../src/bucket-exchange.ts";
import { bucketsOf } from "../src/buckets.ts";
import { collectivesOf } from "../src/collectives.ts";
import { Communicator } from "../src/communicator.ts";
import { SimulatedNetwork } from "./simulated.ts";

afterEach(() => setBackend("wasm"));

/** Sizes of the buckets that tensors of so many floats are cut into. */
function cut(sizes: readonly number[], bucketBytes?: number): readonly (readonly number[])[] {
  const xs = sizes.map((size) => tensor(new Float32Array(size)));
  return bucketsOf(xs, bucketBytes).map((bucket) => bucket.map(({ size }) => size));
}

test("each bucket has as many bytes as are asked for, and what is left joins the last", () => {
  expect(cut([1, 2, 3, 4], 8)).toEqual([[1, 2], [3], [4]]);
  expect(cut([1, 2, 3, 1], 8)).toEqual([
    [1, 2],
    [3, 1],
  ]);
  expect(cut([1, 2, 3], 100)).toEqual([[1, 2, 3]]);
  const mega = 2 ** 18;
  expect(cut([10, mega, 5, mega, mega - 1])).toEqual([
    [10, mega],
    [5, mega, mega - 1],
  ]);
  // An eighth of all, where that is more.
  expect(cut(new Array<number>(16).fill(mega))).toHaveLength(8);
});

/** Four layers, each of which takes as long as the exchange of its gradient: 100 numbers. */
function layers(bucketBytes?: number) {
  const network = new SimulatedNetwork(10 / 800);
  const collectives = collectivesOf(new Communicator(network, 60), bucketBytes);
  const layer = hostFunction({
    name: "layer",
    compute([number, below], output) {
      network.pass(10);
      if (!Number.isFinite(below![0]!)) throw new Error("no such layer");
      network.events.push(`layer ${number![0]!}`);
      output.set(below!.map((x) => x + 1));
    },
  });
  /** Gradients of layers 1 to 4; the last one's is the first that is computed. */
  const gradients = (x: Tensor): readonly Tensor[] => {
    const all: Tensor[] = [];
    for (let i = 4; i > 0; i--) {
      const above = all[0]?.mul(2) ?? x;
      all.unshift(layer([tensor([i], { dtype: "int32" }), above], [100], "float32"));
    }
    return all;
  };
  return { network, step: (x: Tensor) => collectives.sums(gradients(x)) };
}

const x = tensor(new Float32Array(100));

test("a bucket is exchanged while the next ones are computed", () => {
  for (const how of ["compiled", "lazy", "reference"] as const) {
    if (how === "reference") setBackend("reference");
    const { network, step } = layers(400);
    const all = how === "compiled" ? compile(step)(x) : step(x);
    realize(...all);
    expect(all.map((sum) => [...sum.dataSync()].slice(0, 2))).toEqual([
      [15, 15],
      [7, 7],
      [3, 3],
      [1, 1],
    ]);
    expect(network.events).toEqual([
      "layer 4",
      "allToAll 1 begins",
      "layer 3",
      "allToAll 2 begins",
      "allToAll 1 is awaited",
      "allGather 3 begins",
      "layer 2",
      "allToAll 4 begins",
      "allToAll 2 is awaited",
      "allGather 5 begins",
      "layer 1",
      "allToAll 6 begins",
      "allToAll 4 is awaited",
      "allGather 7 begins",
      "allToAll 6 is awaited",
      "allGather 8 begins",
      "allGather 3 is awaited",
      "allGather 5 is awaited",
      "allGather 7 is awaited",
      "allGather 8 is awaited",
    ]);
    // Of eight exchanges of 5, the last bucket's two and the one before are not over when all is computed.
    expect([network.time, network.waited]).toEqual([40 + 15, 15]);
  }
});

test("a run that fails exchanges the rest of what it has begun, so that others can go on", () => {
  const { network, step } = layers(400);
  const run = compile(step);
  expect(() => run(tensor(new Float32Array(100).fill(Number.NaN)))).toThrow("no such layer");
  expect(network.events).toEqual([]);
  expect(() => run(tensor(new Float32Array(100).fill(2 ** 127)))).toThrow("no such layer");
  expect(network.events.filter((event) => event.endsWith("begins"))).toHaveLength(8);
  expect([...run(x)[0]!.dataSync()].slice(0, 2)).toEqual([15, 15]);
});

test("memory of exchanges is used again, and that of ever new buckets is let go", () => {
  const rooms = new Rooms(0, 1);
  const bucketsOfSize = (count: number) => ({ what: "", counts: [count], bytesPerElement: 4 });
  const [first, second] = [bucketsOfSize(10), bucketsOfSize(10)];
  const memory = rooms.take(first);
  rooms.giveBack(first, memory);
  expect(rooms.take(second)).not.toBe(memory);
  expect(rooms.take(first)).toBe(memory);
  expect(rooms.take(first)).not.toBe(memory);
  const useOthers = (count: number) => {
    for (let i = 0; i < count; i++) rooms.giveBack(bucketsOfSize(i), []);
  };
  rooms.giveBack(first, memory);
  useOthers(15);
  expect(rooms.take(first)).toBe(memory);
  rooms.giveBack(first, memory);
  useOthers(16);
  expect(rooms.take(first)).not.toBe(memory);
});
