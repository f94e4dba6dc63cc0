// Floats of 16 bits, which are stored and not computed with: binary16 (IEEE 754-2019, 3.6) and
// bfloat16, the upper half of a float32. Their numbers from bits, and bits from numbers.

/** A dtype of 16 bits. */
export type Half = "float16" | "bfloat16";

/** How many bits of the exponent and of the fraction each has. */
const formats: Readonly<Record<Half, readonly [exponent: number, fraction: number]>> = {
  float16: [5, 10],
  bfloat16: [8, 7],
};

/** The exponents of normal numbers, the bits of the fraction, and the largest number. */
export interface HalfRange {
  readonly fraction: number;
  readonly least: number;
  readonly greatest: number;
  readonly largest: number;
}

export function halfRange(dtype: Half): HalfRange {
  const [exponent, fraction] = formats[dtype];
  const greatest = 2 ** (exponent - 1) - 1;
  return { fraction, least: 1 - greatest, greatest, largest: (2 - 2 ** -fraction) * 2 ** greatest };
}

const double = new DataView(new ArrayBuffer(8));

/**
 * The bits of the number nearest to `x`, of two that are as near the even one; infinity beyond the
 * largest. Rounded once, as NumPy does it, where by way of float32 some would be one unit off. NaN has
 * the bits of NumPy's and PyTorch's, whatever its own.
 */
export function bitsOfHalf(dtype: Half, x: number): number {
  const [exponentBits, fraction] = formats[dtype];
  double.setFloat64(0, x);
  const sign = (double.getUint8(0) >> 7) << 15;
  const infinity = ((1 << exponentBits) - 1) << fraction;
  if (Number.isNaN(x)) return infinity | (1 << (fraction - 1));
  const size = Math.abs(x);
  if (size === Infinity) return sign | infinity;
  const bias = (1 << (exponentBits - 1)) - 1;
  // That of float64, or of the numbers that are less than normal.
  const exponent = Math.max(((double.getUint16(0) >> 4) & 0x7ff) - 1023, 1 - bias);
  // In units of the last place, which is exact.
  const units = size / 2 ** (exponent - fraction);
  const below = Math.floor(units);
  const rest = units - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0;
  // A carry goes on into the exponent, and from the largest number to infinity.
  const bits = ((exponent + bias - 1) << fraction) + below + up;
  return sign | Math.min(bits, infinity);
}

/** The number that the bits stand for. */
export function numberOfHalf(dtype: Half, bits: number): number {
  const [exponentBits, fractionBits] = formats[dtype];
  const sign = bits >> 15 ? -1 : 1;
  const most = (1 << exponentBits) - 1;
  const exponent = (bits >> fractionBits) & most;
  const fraction = bits & ((1 << fractionBits) - 1);
  if (exponent === most) return fraction ? Number.NaN : sign * Infinity;
  const unit = 2 ** (Math.max(exponent, 1) - (most >> 1) - fractionBits);
  return sign * (exponent === 0 ? fraction : fraction + (1 << fractionBits)) * unit;
}
