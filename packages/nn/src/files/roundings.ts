// Numbers rounded to formats of 16 bits, to the nearest one, and to the even one of two that are as near.
import { type Data, type Half, toBits16 } from "@nabla/autograd";

/** The format's names of the dtypes that tensors can be rounded to. */
export type ShortFormat = "F16" | "BF16";

const dtypes: Readonly<Record<ShortFormat, Half>> = { F16: "float16", BF16: "bfloat16" };

/** The dtype of a format, if it is one of them. */
export function shortDType(format: unknown): Half | undefined {
  const isOne = typeof format === "string" && Object.hasOwn(dtypes, format);
  return isOne ? dtypes[format as ShortFormat] : undefined;
}

/** The elements as stored in a file, little-endian. */
export function rounded(dtype: Half, elements: Data): Uint8Array {
  const bits = toBits16(elements, dtype);
  const view = new DataView(new ArrayBuffer(2 * bits.length));
  bits.forEach((word, i) => {
    view.setUint16(2 * i, word, true);
  });
  return new Uint8Array(view.buffer);
}
