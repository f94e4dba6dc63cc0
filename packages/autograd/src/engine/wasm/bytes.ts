// A growing list of bytes.
import { signed, unsigned } from "./leb128.ts";

/** A list of bytes to append to. */
export class Bytes {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The current bytes, without a copy. */
  get view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): this {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  bytes(values: readonly number[]): this {
    for (let i = 0; i < values.length; i++) this.byte(values[i]!);
    return this;
  }

  /** Appends an unsigned number as LEB128; lengths are written so too. */
  unsigned(value: number): this {
    return value < 128 ? this.byte(value) : this.bytes(unsigned(value));
  }

  signed(value: number): this {
    return value >= -64 && value < 64 ? this.byte(value & 127) : this.bytes(signed(value));
  }

  append(values: Uint8Array): this {
    if (this.#length + values.length > this.#bytes.length) this.#grow(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
    return this;
  }

  #grow(by: number): void {
    const wider = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + by));
    wider.set(this.view);
    this.#bytes = wider;
  }
}
