// CRC-32, which tells a damaged file from a whole one: of the errors that disks and wires make, it
// misses one in four thousand million. The polynomial of IEEE 802.3, bits reversed; W. W. Peterson
// and D. T. Brown, "Cyclic Codes for Error Detection", 1961.
import type { Reading } from "./reading.ts";

/** Of each byte the remainder by a polynomial, the lowest coefficient in the highest bit. */
function remaindersBy(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
    }
    return remainder;
  });
}

const ofEthernet = remaindersBy(0xedb88320);
let ofCastagnoli: Uint32Array | undefined;

/** For CRC-32C: the polynomial of G. Castagnoli et al., 1993, as in RFC 3720. */
export function castagnoli(): Uint32Array {
  return (ofCastagnoli ??= remaindersBy(0x82f63b78));
}

/** The checksum of bytes that are added one after the other; without remainders given, CRC-32. */
export class Checksum {
  readonly #remainders: Uint32Array;
  #state = -1;

  constructor(remainders: Uint32Array = ofEthernet) {
    this.#remainders = remainders;
  }

  add(bytes: Uint8Array): void {
    const remainders = this.#remainders;
    let state = this.#state;
    for (let i = 0; i < bytes.length; i++) {
      state = (state >>> 8) ^ remainders[(state ^ bytes[i]!) & 0xff]!;
    }
    this.#state = state;
  }

  /** In four bytes, the lowest first. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(checksumBytes);
    new DataView(bytes.buffer).setInt32(0, ~this.#state, true);
    return bytes;
  }
}

export const checksumBytes = 4;

/** Adds everything that is read. */
export function* summed<Result>(sum: Checksum, reading: Reading<Result>): Reading<Result> {
  let step = reading.next();
  while (!step.done) {
    const bytes = yield step.value;
    sum.add(bytes);
    step = reading.next(bytes);
  }
  return step.value;
}
