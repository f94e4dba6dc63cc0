// Numbers rounded to formats of 16 bits, to the nearest one, and to the even one of two that are as near.
import type { Data } from "@nabla/autograd";

/** What the format calls those that tensors can be written in. */
export type ShortFormat = "F16" | "BF16";

/** How many bits of the exponent and of the fraction each has. */
const formats: Readonly<Record<ShortFormat, readonly [exponent: number, fraction: number]>> = {
  F16: [5, 10],
  BF16: [8, 7],
};

/** Whether that is one of them. */
export function isShortFormat(format: unknown): format is ShortFormat {
  return typeof format === "string" && Object.hasOwn(formats, format);
}

/** The elements as they stand in a file. */
export function rounded(format: ShortFormat, elements: Data): Uint8Array {
  const [exponent, fraction] = formats[format];
  const view = new DataView(new ArrayBuffer(2 * elements.length));
  elements.forEach((x, i) => {
    view.setUint16(2 * i, bitsOf(x, exponent, fraction), true);
  });
  return new Uint8Array(view.buffer);
}

const double = new DataView(new ArrayBuffer(8));

/** From float64 at once: rounded twice, by way of float32, some would be one unit off. */
function bitsOf(x: number, exponentBits: number, fractionBits: number): number {
  double.setFloat64(0, x);
  const sign = (double.getUint8(0) >> 7) << (exponentBits + fractionBits);
  const infinity = ((1 << exponentBits) - 1) << fractionBits;
  if (Number.isNaN(x)) return infinity | (1 << (fractionBits - 1));
  const size = Math.abs(x);
  if (size === Number.POSITIVE_INFINITY) return sign | infinity;
  const bias = (1 << (exponentBits - 1)) - 1;
  // That of float64, or of the numbers that are less than normal.
  const exponent = Math.max(((double.getUint16(0) >> 4) & 0x7ff) - 1023, 1 - bias);
  // In units of the last place, which is exact.
  const units = size / 2 ** (exponent - fractionBits);
  const below = Math.floor(units);
  const rest = units - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0;
  // A carry goes on into the exponent, and from the largest number to infinity.
  const bits = ((exponent + bias - 1) << fractionBits) + below + up;
  return sign | Math.min(bits, infinity);
}
