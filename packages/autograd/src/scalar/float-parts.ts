// The parts of a float64 (IEEE 754-2019, 3.4), read from its bits. Of 0, subnormal numbers, infinities and
// NaN only the significand's sign means something.

const number = new DataView(new ArrayBuffer(8));

/** The integer e with 2^e <= |x| < 2^(e + 1). */
export function exponentOf(x: number): number {
  return ((highWord(x) >>> 20) % 2048) - 1023;
}

/** x / 2^e: in ±[1, 2). */
export function significandOf(x: number): number {
  number.setUint32(0, (highWord(x) & 0x800f_ffff) | 0x3ff0_0000);
  return number.getFloat64(0);
}

/** Sign, exponent and the first bits of the fraction. */
function highWord(x: number): number {
  number.setFloat64(0, x);
  return number.getUint32(0);
}
