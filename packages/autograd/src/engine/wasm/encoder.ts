// Encodes modules as bytes (WebAssembly 2.0, chapter 5). Independent of kernels: functions are
// written instruction by instruction, and collected in a module with their imports and exports.
import { Bytes } from "./bytes.ts";
import { type Instruction, opcodeOf } from "./instructions.ts";
import { signed64 } from "./leb128.ts";

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

/** A sequence of instructions. `append` concatenates them. */
export class Code {
  readonly bytes: Bytes = new Bytes();

  /** An instruction without immediates, or with immediates of one byte: lanes. */
  add(name: Instruction, ...immediates: readonly number[]): this {
    this.#opcode(name).bytes(immediates);
    return this;
  }

  #opcode(name: Instruction): Bytes {
    return this.bytes.bytes(opcodeOf(name));
  }

  append(code: Code): this {
    this.bytes.append(code.bytes.view);
    return this;
  }

  get(local: Local): this {
    this.#opcode("local.get").unsigned(local.index);
    return this;
  }

  set(local: Local): this {
    this.#opcode("local.set").unsigned(local.index);
    return this;
  }

  tee(local: Local): this {
    this.#opcode("local.tee").unsigned(local.index);
    return this;
  }

  /**
   * A load or store at the address on the stack plus `offset`; followed by the lane, if it has one.
   */
  memory(name: Instruction, offset: number, ...lane: readonly number[]): this {
    // The alignment is a hint, and 0 (2^0 bytes) is always valid.
    this.#opcode(name).byte(0).unsigned(offset).bytes(lane);
    return this;
  }

  /** An atomic instruction on the word at the address on the stack plus `offset`. */
  atomic(name: Instruction, offset: number): this {
    // Here the alignment must be that of the access: 2^2 bytes.
    this.#opcode(name).byte(2).unsigned(offset);
    return this;
  }

  i32(value: number): this {
    this.#opcode("i32.const").signed(value | 0);
    return this;
  }

  f32(value: number): this {
    this.#opcode("f32.const").append(new Uint8Array(new Float32Array([value]).buffer));
    return this;
  }

  f64(value: number): this {
    this.#opcode("f64.const").append(new Uint8Array(new Float64Array([value]).buffer));
    return this;
  }

  i64(value: bigint): this {
    this.#opcode("i64.const").bytes(signed64(value));
    return this;
  }

  /** A constant of 16 bytes. */
  v128(bytes: Uint8Array): this {
    this.#opcode("v128.const").append(bytes);
    return this;
  }

  call(index: number): this {
    this.#opcode("call").unsigned(index);
    return this;
  }

  /**
   * `name` ("block", "loop" or "if") around the code of `write`; it leaves a value of type
   * `result`.
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

/** A function in the making: allocates locals. Parameters come first. */
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
    const locals = new Bytes().unsigned(runs.length);
    for (const [count, type] of runs) locals.unsigned(count).byte(valueTypes[type]);
    const end = opcodeOf("end");
    const length = locals.length + this.code.bytes.length + end.length;
    return new Bytes(length + 5)
      .unsigned(length)
      .append(locals.view)
      .append(this.code.bytes.view)
      .bytes(end).view;
  }
}

/** Bytes of a page (4.2.8), and the number of pages that 32-bit addresses reach. */
export const pageBytes = 65_536;
export const mostPages = 65_536;

/** A module that imports one memory and some functions, and exports some of its functions. */
export class ModuleWriter {
  readonly #types = new Map<
    string,
    { readonly number: number; readonly bytes: readonly number[] }
  >();
  readonly #imports: { readonly name: string; readonly type: number }[] = [];
  readonly #functions: { readonly body: FunctionBody; readonly type: number }[] = [];

  /** Imports a function, and returns its index. All imports come before the first `define`. */
  import(name: string, signature: Signature): number {
    const known = this.#imports.findIndex((other) => other.name === name);
    if (known >= 0) return known;
    if (this.#functions.length > 0) throw new Error(`unreachable: import ${name} comes late`);
    return this.#imports.push({ name, type: this.#typeOf(signature) }) - 1;
  }

  /** Adds a function, and returns its index. */
  define(body: FunctionBody, results: readonly ValueType[] = []): number {
    const parameters = body.parameters.map(({ type }) => type);
    const type = this.#typeOf({ parameters, results });
    return this.#imports.length + this.#functions.push({ body, type }) - 1;
  }

  #typeOf({ parameters, results }: Signature): number {
    const text = `${parameters.join()} ${results.join()}`;
    const known = this.#types.get(text);
    if (known) return known.number;
    const bytes = [0x60, ...typesOf(parameters), ...typesOf(results)];
    const number = this.#types.size;
    this.#types.set(text, { number, bytes });
    return number;
  }

  /** Encodes the module, which exports functions by name; imports are from "nabla". */
  encoded(exported: Readonly<Record<string, number>>, isShared = false): Uint8Array<ArrayBuffer> {
    const types = vector([...this.#types.values()], (to, { bytes }) => to.bytes(bytes));
    const imports = new Bytes().unsigned(this.#imports.length + 1);
    for (const { name, type } of this.#imports) {
      imports.append(textOf("nabla")).append(textOf(name)).byte(0x00).unsigned(type);
    }
    imports.append(textOf("nabla")).append(textOf("memory")).byte(0x02);
    // A shared memory declares its maximum.
    if (isShared) imports.bytes([0x03, 0x01]).unsigned(mostPages);
    else imports.bytes([0x00, 0x01]);
    const functions = vector(this.#functions, (to, { type }) => to.unsigned(type));
    const exports = vector(Object.entries(exported), (to, [name, index]) =>
      to.append(textOf(name)).byte(0x00).unsigned(index),
    );
    const bodies = vector(this.#functions, (to, { body }) => to.append(body.encoded()));
    const module = new Bytes(bodies.length + 4096).bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    for (const [id, contents] of [
      [1, types],
      [2, imports],
      [3, functions],
      [7, exports],
      [10, bodies],
    ] as const) {
      // 5.5.2: the section's number, its length, its contents.
      module.byte(id).unsigned(contents.length).append(contents.view);
    }
    return module.view.slice();
  }
}

function typesOf(types: readonly ValueType[]): readonly number[] {
  return [types.length, ...types.map((type) => valueTypes[type])];
}

/** 5.1.3: the count, then each item. */
function vector<Item>(items: readonly Item[], write: (to: Bytes, item: Item) => void): Bytes {
  const bytes = new Bytes().unsigned(items.length);
  for (const item of items) write(bytes, item);
  return bytes;
}

/** 5.2.4: the number of bytes, then the text in UTF-8. */
function textOf(text: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  return new Bytes().unsigned(encoded.length).append(encoded).view;
}
