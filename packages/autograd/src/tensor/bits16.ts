// The bits of floats of 16 bits, for files and what else has them.
import { describe } from "../graph/describe.ts";
import { DTypeError, NablaError } from "../graph/errors.ts";
import { type Numbers, numbersIn } from "../scalar/dtype.ts";
import type { Half } from "../scalar/half.ts";
import type * as T from "./shapes.ts";
import { nodeOfValues } from "./values.ts";

/**
 * Rounds numbers to float16 (IEEE 754 binary16) or bfloat16 (the upper half of a float32), and gives the
 * bits: those of the nearest number, of two as near the even one, of infinity beyond the largest; for
 * NaN one that is quiet and positive. It is what `cast` does; numbers are given as to `tensor`. Throws
 * `DTypeError` for another dtype, and `NablaError` for what are no numbers.
 *
 * @example
 * toBits16([1, -2, 65520], "float16"); // => Uint16Array [15360, 49152, 31744]
 * toBits16([1], "bfloat16"); // => Uint16Array [16256]
 */
export function toBits16(numbers: T.Nested | Numbers, dtype: Half): Uint16Array {
  checkHalf("toBits16", dtype);
  return nodeOfValues("toBits16", numbers, dtype).cell.value as Uint16Array;
}

/**
 * The numbers that bits of float16 or bfloat16 represent, exactly. Throws `DTypeError` for another dtype,
 * and `NablaError` for an argument that is not a Uint16Array.
 *
 * @example
 * fromBits16(Uint16Array.of(15360, 1), "float16"); // => Float32Array [1, 5.9605e-8]
 * tensor(fromBits16(Uint16Array.of(16256), "bfloat16"), { dtype: "bfloat16" }).arraySync(); // => [1]
 */
export function fromBits16(bits: Uint16Array, dtype: Half): Float32Array {
  checkHalf("fromBits16", dtype);
  // By its tag: an array of another realm is not an instance of this realm's class.
  if (Object.prototype.toString.call(bits) !== "[object Uint16Array]") {
    throw new NablaError(`fromBits16: got ${describe(bits)}, expected a Uint16Array`);
  }
  return numbersIn(dtype, bits) as Float32Array;
}

function checkHalf(operation: string, dtype: Half): void {
  if (dtype === "float16" || dtype === "bfloat16") return;
  throw new DTypeError(`${operation}: dtype is ${describe(dtype)}, expected "float16", "bfloat16"`);
}
