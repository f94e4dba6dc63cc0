// LEB128: integers as bytes, seven bits each, the lowest first (WebAssembly 2.0, 5.2.2).

/** Encodes an unsigned number. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

/** Encodes a signed number: the last byte's bit 6 is the sign. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest < -64 || rest > 63) {
    bytes.push((((rest % 128) + 128) % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest & 127);
  return bytes;
}

/** The same for up to 64 bits. */
export function signed64(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest < -64n || rest > 63n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest & 127n));
  return bytes;
}
