// IDX files with mistakes in them, and what must hold whoever made them: an error of one line, or
// what the file says; memory in proportion to the file.
import { gunzipSync, gzipSync } from "node:zlib";
import { NablaError } from "@nabla/autograd";
import { readIdx } from "@nabla/mnist-demo";
import fc from "fast-check";
import { idxBytes } from "./idx-bytes.ts";

const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
/** What files may hold, and whether they are compressed. */
export const idxFiles = shapes.chain((shape) => {
  const length = shape.reduce((product, size) => product * size, 1);
  return fc.record({
    shape: fc.constant(shape),
    data: fc.uint8Array({ minLength: length, maxLength: length }),
    compressed: fc.boolean(),
  });
});

const change = fc.record({
  kind: fc.constantFrom("replace", "insert", "remove", "truncate"),
  at: fc.nat(),
  byte: fc.nat(255),
});

/** Files after some changes. */
export const mutatedIdx: fc.Arbitrary<Uint8Array> = fc
  .tuple(idxFiles, fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([{ shape, data, compressed }, changes]) => {
    const bytes = idxBytes(shape, data);
    const mutated = [...(compressed ? gzipSync(bytes) : bytes)];
    for (const { kind, at, byte } of changes) {
      const i = at % (mutated.length + 1);
      if (kind === "insert") mutated.splice(i, 0, byte);
      else if (kind === "remove") mutated.splice(i, 1);
      else if (kind === "truncate") mutated.length = i;
      else if (i < mutated.length) mutated[i] = byte;
    }
    return Uint8Array.from(mutated);
  });

/**
 * Whether the file is read or refused; throws unless it says what is read, or is refused as it
 * should.
 */
export function checkIdx(bytes: Uint8Array): "read" | "refused" {
  const before = process.memoryUsage().arrayBuffers;
  const outcome = outcomeOf(bytes);
  const taken = process.memoryUsage().arrayBuffers - before;
  // The first 65,536 bytes of compressed data are unfolded to find the header; deflate gives 1032
  // for one.
  if (taken > 1032 * 65_536 + 1_000_000) throw new Error(`${taken} bytes of memory taken`);
  return outcome;
}

function outcomeOf(bytes: Uint8Array): "read" | "refused" {
  try {
    const read = readIdx(bytes, { name: "mutated.gz" });
    const plain = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
    const [given, expected] = [{ shape: read.shape, data: [...read.data] }, naivelyRead(plain)];
    const [a, b] = [given, expected].map((content) => JSON.stringify(content));
    if (a !== b) throw new Error(`${a}, expected ${b}`);
    return "read";
  } catch (error) {
    if (error instanceof NablaError && /^mutated\.gz: .+$/.test(error.message)) return "refused";
    throw error;
  }
}

/** What the bytes of an IDX file say, read as the format's page says and no further. */
function naivelyRead(bytes: Uint8Array): { shape: number[]; data: number[] } {
  const shape = Array.from({ length: bytes[3]! }, (_, axis) =>
    [...bytes.slice(4 + 4 * axis, 8 + 4 * axis)].reduce((n, byte) => n * 256 + byte, 0),
  );
  return { shape, data: [...bytes.slice(4 + 4 * shape.length)] };
}
