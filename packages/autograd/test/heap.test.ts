// The engine's memory.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Heap } from "../src/engine/wasm/heap.ts";
import { newMemory } from "../src/engine/wasm/usable.ts";

test("moved to a new memory, all is where it was, and what is written to the old one is not seen", () => {
  const heap = new Heap(newMemory(1));
  const block = heap.allocate(200_000)!;
  heap.bytes.fill(7, block, block + 200_000);
  const old = new Uint8Array(heap.memory.buffer);
  heap.move();
  old.fill(1);
  expect(heap.bytes.length).toBe(old.length);
  expect(heap.bytes.subarray(block, block + 200_000).every((byte) => byte === 7)).toBe(true);
  const next = heap.allocate(1_000_000)!;
  heap.bytes.fill(3, next, next + 1_000_000);
  expect(next).toBeGreaterThanOrEqual(block + 200_000);
  expect(heap.bytes[block]).toBe(7);
});

describe("blocks", () => {
  const command = fc.oneof(
    fc.record({ kind: fc.constant("allocate" as const), bytes: fc.nat(200_000) }),
    fc.record({ kind: fc.constant("free" as const), which: fc.nat(20) }),
    fc.record({ kind: fc.constant("beyond" as const), bytes: fc.nat(400_000) }),
  );

  test("never overlap, and what is free is one when all is", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const heap = new Heap(newMemory(1));
        heap.limit = 2 ** 21;
        const start = heap.beyond(0)!;
        const blocks: { readonly from: number; readonly to: number }[] = [];
        const isApart = (from: number, to: number) =>
          blocks.every((other) => to <= other.from || other.to <= from);
        for (const one of commands) {
          if (one.kind === "free") {
            const [block] = blocks.splice(one.which, 1);
            if (block) heap.free(block.from);
            continue;
          }
          const isBlock = one.kind === "allocate";
          const from = isBlock ? heap.allocate(one.bytes) : heap.beyond(one.bytes);
          if (from === undefined) {
            // The blocks, and what is between them, leave less than that at the end.
            const end = Math.max(start, ...blocks.map(({ to }) => to));
            expect(end + one.bytes + 64).toBeGreaterThan(heap.limit);
            continue;
          }
          const to = from + Math.max(64, one.bytes);
          expect(from % 64).toBe(0);
          expect(to).toBeLessThanOrEqual(heap.memory.buffer.byteLength);
          expect(isApart(from, to)).toBe(true);
          if (isBlock) blocks.push({ from, to });
          else for (const block of blocks) expect(block.to).toBeLessThanOrEqual(from);
        }
        for (const { from } of blocks) heap.free(from);
        expect(heap.used).toBe(0);
        expect(heap.beyond(0)).toBe(start);
      }),
      { numRuns: 100 },
    );
  });
});
