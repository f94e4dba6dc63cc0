// Encodes modules as bytes (WebAssembly 2.0, chapter 5). It knows nothing of kernels: functions are
// written instruction by instruction, and go into a module with what they import and export.
import { type Instruction, opcodeOf } from "./instructions.ts";
import { signed, signed64, unsigned } from "./leb128.ts";

/** Types of locals and results (5.3.1, 5.3.2). */
const valueTypes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof valueTypes;

/** A block that leaves nothing on the stack (5.4.1). */
const emptyBlock = 0x40;

/** A local of a function, by its number. */
export interface Local {
  readonly type: ValueType;
  readonly index: number;
}

/** Instructions that follow one another. Parts are put together by `append`. */
export class Code {
  readonly bytes: number[] = [];

  /** An instruction without immediates, or with small ones that are bytes as they stand: lanes. */
  add(name: Instruction, ...immediates: readonly number[]): this {
    this.bytes.push(...opcodeOf(name), ...immediates);
    return this;
  }

  append(code: Code): this {
    for (const byte of code.bytes) this.bytes.push(byte);
    return this;
  }

  get(local: Local): this {
    return this.add("local.get", ...unsigned(local.index));
  }

  set(local: Local): this {
    return this.add("local.set", ...unsigned(local.index));
  }

  tee(local: Local): this {
    return this.add("local.tee", ...unsigned(local.index));
  }

  /**
   * A load or store at the address on the stack plus `offset`; behind it the lane, if it takes one.
   */
  memory(name: Instruction, offset: number, ...lane: readonly number[]): this {
    // The alignment is a hint, and 0 (2^0 bytes) always holds.
    return this.add(name, 0, ...unsigned(offset), ...lane);
  }

  /** An atomic instruction on the word at the address on the stack plus `offset`. */
  atomic(name: Instruction, offset: number): this {
    // Here the alignment must be that of the access: 2^2 bytes.
    return this.add(name, 2, ...unsigned(offset));
  }

  i32(value: number): this {
    return this.add("i32.const", ...signed(value | 0));
  }

  f32(value: number): this {
    return this.add("f32.const", ...new Uint8Array(new Float32Array([value]).buffer));
  }

  f64(value: number): this {
    return this.add("f64.const", ...new Uint8Array(new Float64Array([value]).buffer));
  }

  i64(value: bigint): this {
    return this.add("i64.const", ...signed64(value));
  }

  /** 16 bytes. */
  v128(bytes: Uint8Array): this {
    return this.add("v128.const", ...bytes);
  }

  call(index: number): this {
    return this.add("call", ...unsigned(index));
  }

  /**
   * `name` ("block", "loop" or "if") around what `write` adds; it leaves a value of type `result`.
   */
  block(name: "block" | "loop" | "if", write: () => void, result?: ValueType): this {
    this.add(name, result === undefined ? emptyBlock : valueTypes[result]);
    write();
    return this.add("end");
  }
}

/** A function's type. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function in the making: hands out locals. Parameters come first. */
export class FunctionBody {
  readonly code: Code = new Code();
  readonly parameters: readonly Local[];
  readonly #locals: ValueType[] = [];

  constructor(parameters: readonly ValueType[]) {
    this.parameters = parameters.map((type, index) => ({ type, index }));
  }

  local(type: ValueType): Local {
    return { type, index: this.parameters.length + this.#locals.push(type) - 1 };
  }

  /** 5.5.13: locals as runs of one type, then the instructions. */
  encoded(): Uint8Array {
    const runs: (readonly [count: number, type: ValueType])[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.[1] === type) runs[runs.length - 1] = [last[0] + 1, type];
      else runs.push([1, type]);
    }
    const locals = vectorOf(runs.map(([count, type]) => [...unsigned(count), valueTypes[type]]));
    const parts = [locals, this.code.bytes, opcodeOf("end")];
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    return joined([unsigned(length), ...parts]);
  }
}

/** Bytes of a page (4.2.8), and how many pages 32-bit addresses reach. */
export const pageBytes = 65_536;
export const mostPages = 65_536;

/** A module that imports one memory and some functions, and exports some of its functions. */
export class ModuleWriter {
  readonly #types: Signature[] = [];
  readonly #imports: { readonly name: string; readonly type: number }[] = [];
  readonly #functions: { readonly body: FunctionBody; readonly type: number }[] = [];

  /** The index of an imported function. All imports come before the first `define`. */
  import(name: string, signature: Signature): number {
    const known = this.#imports.findIndex((other) => other.name === name);
    if (known >= 0) return known;
    if (this.#functions.length > 0) throw new Error(`unreachable: import ${name} comes late`);
    return this.#imports.push({ name, type: this.#typeOf(signature) }) - 1;
  }

  /** The index of a function of this module. */
  define(body: FunctionBody, results: readonly ValueType[] = []): number {
    const parameters = body.parameters.map(({ type }) => type);
    const type = this.#typeOf({ parameters, results });
    return this.#imports.length + this.#functions.push({ body, type }) - 1;
  }

  #typeOf(signature: Signature): number {
    const text = JSON.stringify(signature);
    const known = this.#types.findIndex((other) => JSON.stringify(other) === text);
    return known >= 0 ? known : this.#types.push(signature) - 1;
  }

  /** The module, which exports functions by name; imports are from "nabla". */
  encoded(exported: Readonly<Record<string, number>>, isShared = false): Uint8Array<ArrayBuffer> {
    const types = this.#types.map(({ parameters, results }) => [
      0x60,
      ...vectorOf(parameters.map((type) => [valueTypes[type]])),
      ...vectorOf(results.map((type) => [valueTypes[type]])),
    ]);
    // A memory that threads share says how large it may become.
    const limits = isShared ? [0x03, 0x01, ...unsigned(mostPages)] : [0x00, 0x01];
    const memory = [...nameOf("nabla"), ...nameOf("memory"), 0x02, ...limits];
    const imports = this.#imports.map(({ name, type }) => [
      ...nameOf("nabla"),
      ...nameOf(name),
      0x00,
      ...unsigned(type),
    ]);
    const exports = Object.entries(exported).map(([name, index]) => [
      ...nameOf(name),
      0x00,
      ...unsigned(index),
    ]);
    const bytes = [
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, vectorOf(types)),
      ...section(2, vectorOf([...imports, memory])),
      ...section(3, vectorOf(this.#functions.map(({ type }) => unsigned(type)))),
      ...section(7, vectorOf(exports)),
    ];
    const bodies = this.#functions.map(({ body }) => body.encoded());
    const count = unsigned(bodies.length);
    const length = bodies.reduce((sum, body) => sum + body.length, count.length);
    return joined([bytes, [10], unsigned(length), count, ...bodies]);
  }
}

/** Bytes one after the other. */
function joined(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

/** 5.5.2: the section's number, its length, its contents. */
function section(id: number, contents: readonly number[]): readonly number[] {
  return [id, ...withLength(contents)];
}

function withLength(contents: readonly number[]): number[] {
  const bytes = unsigned(contents.length);
  for (const byte of contents) bytes.push(byte);
  return bytes;
}

/** 5.1.3: how many, then each. */
function vectorOf(items: readonly (readonly number[])[]): number[] {
  const bytes = unsigned(items.length);
  for (const item of items) for (const byte of item) bytes.push(byte);
  return bytes;
}

function nameOf(text: string): readonly number[] {
  return withLength([...new TextEncoder().encode(text)]);
}
