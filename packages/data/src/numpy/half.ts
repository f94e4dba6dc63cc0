// IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction.

/** The number that these bits stand for. */
export function ofHalf(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (fraction + 0x400) * 2 ** (exponent - 25);
}

const double = new DataView(new ArrayBuffer(8));

/** The bits of the nearest one, of two as near of the even one; from float64 at once. */
export function toHalf(x: number): number {
  double.setFloat64(0, x);
  const sign = (double.getUint8(0) >> 7) << 15;
  if (Number.isNaN(x)) return 0x7e00;
  const size = Math.abs(x);
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  // That of float64, or of the numbers that are less than normal.
  const exponent = Math.max(((double.getUint16(0) >> 4) & 0x7ff) - 1023, -14);
  const units = size / 2 ** (exponent - 10);
  const below = Math.floor(units);
  const rest = units - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0;
  // A carry goes on into the exponent, and from the largest number to infinity.
  return sign | Math.min(((exponent + 14) << 10) + below + up, 0x7c00);
}
