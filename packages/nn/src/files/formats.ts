// Names of dtypes in safetensors files: nabla's own, and those it lacks.
import { type DType, NablaError } from "@nabla/autograd";
import { quoted } from "./names.ts";

/** What the format calls our dtypes. */
export const formatNames: Readonly<Record<DType, string>> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};
const dtypeNames = Object.entries(formatNames) as [DType, string][];

/** Bits per element of the format's dtypes that nabla lacks. */
const foreignBits: ReadonlyMap<string, number> = new Map([
  ["F4", 4],
  ...["F6_E2M3", "F6_E3M2"].map((name) => [name, 6] as const),
  ...["I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"].map((name) => [name, 8] as const),
  ...["I16", "U16"].map((name) => [name, 16] as const),
  ["U32", 32],
  ...["I64", "U64", "C64"].map((name) => [name, 64] as const),
]);

const bitsOfDType: Readonly<Record<DType, number>> = {
  float64: 64,
  float32: 32,
  float16: 16,
  bfloat16: 16,
  int32: 32,
  uint8: 8,
  bool: 8,
};

function ownDType(format: string): DType | undefined {
  return dtypeNames.find(([, formatName]) => formatName === format)?.[0];
}

/** Bits per element; undefined if the format has no such dtype. */
export function bitsOf(format: string): number | undefined {
  const own = ownDType(format);
  return own ? bitsOfDType[own] : foreignBits.get(format);
}

/** nabla's dtype for a tensor in a file; throws, with the tensor's name, for one that nabla lacks. */
export function dtypeOf(
  subject: string,
  { name, format }: { readonly name: string; readonly format: string },
): DType {
  const found = ownDType(format);
  if (found) return found;
  throw new NablaError(
    `${subject}: ${quoted(name)} has dtype "${format}", which cannot be read; ` +
      "readSafetensors(file, { only: (name) => … }) reads the other tensors",
  );
}
