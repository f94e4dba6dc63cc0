// Loads and stores of one element, or of a contiguous vector.
import { bytesPerElement, type DType, isHalf } from "../../scalar/dtype.ts";
import type { Address } from "./addresses.ts";
import type { Code, FunctionBody, Local } from "./encoder.ts";
import { addNarrowed, addWidened } from "./halves.ts";
import type { Instruction } from "./instructions.ts";
import { addLiteral, type Lanes } from "./lanes.ts";

const loads: Readonly<Record<DType, Instruction>> = {
  bool: "i32.load8_u",
  uint8: "i32.load8_u",
  int32: "i32.load",
  float16: "i32.load16_u",
  bfloat16: "i32.load16_u",
  float32: "f32.load",
  float64: "f64.load",
};

const stores: Readonly<Record<DType, Instruction>> = {
  bool: "i32.store8",
  uint8: "i32.store8",
  int32: "i32.store",
  float16: "i32.store16",
  bfloat16: "i32.store16",
  float32: "f32.store",
  float64: "f64.store",
};

const splatLoads: Readonly<Partial<Record<DType, Instruction>>> = {
  int32: "v128.load32_splat",
  float32: "v128.load32_splat",
  float64: "v128.load64_splat",
};

/** Adds a load of the elements at an address: floats of 16 bits become float32. */
export function addLoad(
  code: Code,
  body: FunctionBody,
  { local, offset }: Address,
  dtype: DType,
  lanes: Lanes,
): void {
  code.get(local);
  const bytes = bytesPerElement(dtype);
  if (isHalf(dtype)) {
    if (lanes === 1) code.memory(loads[dtype], offset);
    else {
      code.memory(lanes === 4 ? "v128.load64_zero" : "v128.load32_zero", offset);
      code.add("i32x4.extend_low_i16x8_u");
    }
    addWidened(code, body, dtype, lanes);
  } else if (lanes === 1) code.memory(loads[dtype], offset);
  else if (bytes * lanes === 16) code.memory("v128.load", offset);
  else if (bytes === 4) code.memory("v128.load64_zero", offset);
  else {
    // Bytes; the vector may read one or two beyond the valid ones.
    code.memory("v128.load32_zero", offset);
    code.add("i16x8.extend_low_i8x16_u").add("i32x4.extend_low_i16x8_u");
    if (dtype !== "bool") return;
    addLiteral(code, 0, "int32", 4);
    code.add("i32x4.ne");
  }
}

/** The instruction that loads one element into all lanes, if there is one. */
export function splatLoadOf(dtype: DType): Instruction | undefined {
  return splatLoads[dtype];
}

/** Stores one element; a float32 that is a number of 16 bits as these. */
export function storeElement(
  code: Code,
  body: FunctionBody,
  { local, offset }: Address,
  element: Local,
  dtype: DType,
): void {
  code.get(local).get(element);
  if (isHalf(dtype)) addNarrowed(code, body, dtype, 1);
  code.memory(stores[dtype], offset);
}

/** Stores the first `valid` elements of a vector. */
export function storeVector(
  code: Code,
  body: FunctionBody,
  address: Address,
  vector: Local,
  dtype: DType,
  lanes: 2 | 4,
  valid: number,
): void {
  const bytes = bytesPerElement(dtype);
  let packed = vector;
  if (isHalf(dtype)) {
    packed = body.local("v128");
    code.get(vector);
    addNarrowed(code, body, dtype, lanes);
    code.tee(packed).get(packed).add("i16x8.narrow_i32x4_u").set(packed);
  }
  if (bytes === 1) {
    packed = body.local("v128");
    code.get(vector);
    if (dtype === "bool") code.add("i32x4.neg");
    code.tee(packed).get(packed).add("i16x8.narrow_i32x4_s");
    code.get(packed).add("i8x16.narrow_i16x8_u").set(packed);
  }
  if (lanes * bytes === 16 && valid === lanes) {
    code.get(address.local).get(packed).memory("v128.store", address.offset);
  } else storeBytes(code, address, packed, valid * bytes);
}

/** Stores the first bytes of a vector. */
function storeBytes(code: Code, { local, offset }: Address, vector: Local, bytes: number): void {
  let done = 0;
  for (const size of [8, 4, 2, 1]) {
    while (bytes - done >= size) {
      const name = `v128.store${size * 8}_lane` as Instruction;
      code
        .get(local)
        .get(vector)
        .memory(name, offset + done, done / size);
      done += size;
    }
  }
}
