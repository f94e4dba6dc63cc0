// From arrays to WebAssembly memory, and back.
import { allocate, type Data, type DType } from "../../scalar/dtype.ts";
import { type Heap, MemoryError } from "./heap.ts";

/** A copy of `size` elements at an address. Throws `MemoryError` if the host has no room for it. */
export function readFrom(heap: Heap, address: number, dtype: DType, size: number): Data {
  const data = allocated(dtype, size);
  bytesOf(data).set(heap.bytes.subarray(address, address + data.byteLength));
  return data;
}

/** Copies elements to an address. */
export function writeTo(heap: Heap, address: number, data: Data): void {
  heap.bytes.set(bytesOf(data), address);
}

function allocated(dtype: DType, size: number): Data {
  try {
    return allocate(dtype, size);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MemoryError(`memory: the host has no array of ${size} elements of ${dtype}`, true);
  }
}

function bytesOf(data: Data): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
