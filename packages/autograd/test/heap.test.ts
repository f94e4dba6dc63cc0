// The engine's memory.
import { expect, test } from "vitest";
import { Heap } from "../src/engine/wasm/heap.ts";

test("moved to a new memory, all is where it was, and what is written to the old one is not seen", () => {
  const heap = new Heap();
  const block = heap.allocate(200_000);
  heap.bytes.fill(7, block, block + 200_000);
  const old = new Uint8Array(heap.memory.buffer);
  heap.move();
  old.fill(1);
  expect(heap.bytes.length).toBe(old.length);
  expect(heap.bytes.subarray(block, block + 200_000).every((byte) => byte === 7)).toBe(true);
  const next = heap.allocate(1_000_000);
  heap.bytes.fill(3, next, next + 1_000_000);
  expect(next).toBeGreaterThanOrEqual(block + 200_000);
  expect(heap.bytes[block]).toBe(7);
});
