// A device as someone from outside would write it, by the public entry alone: one array of bytes in which
// blocks are never used twice, and kernels that are run by JavaScript.
import {
  type Address,
  arenaBytesOf,
  type Buffer,
  bytesPerElement,
  type Data,
  type Device,
  type DeviceMemory,
  type DType,
  type Given,
  type Kernel,
  type KernelFunction,
  kernelToJavaScript,
  type Outcome,
  type Plan,
  PlannedBackend,
  type Program,
  register,
  type Target,
} from "@nabla/autograd/backend";

const arrays = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** As plans for a graphics processor might want it: few buffers a kernel, and large tiles. */
const target: Target = {
  tile: () => ({ rows: 3, columns: 5 }),
  caches: { line: 128, ways: 4, period: 1024, block: 2 ** 12, beyond: 2 ** 14 },
  kernel: { nodes: 5, code: 60, buffers: 6, work: 40, loads: 2 },
  alignment: 32,
  slack: 8,
  computes: ({ family }) => !["sort", "routine", "prefix"].includes(family),
};

class OwnMemory implements DeviceMemory {
  limit = 2 ** 30;
  used = 0;
  arena = 0;
  bytes: ArrayBuffer = new ArrayBuffer(2 ** 16);
  #end: Address = target.alignment;
  readonly #sizes = new Map<Address, number>();
  readonly #given: <T>(answer: T) => T | Promise<T>;

  constructor(given: <T>(answer: T) => T | Promise<T>) {
    this.#given = given;
  }

  allocate(bytes: number): Address | undefined {
    const address = this.#take(bytes);
    if (address === undefined) return undefined;
    this.#sizes.set(address, bytes);
    this.used += bytes;
    return address;
  }

  free(address: Address): void {
    this.used -= this.#sizes.get(address)!;
    this.#sizes.delete(address);
    // Where nothing is used, all is free.
    if (this.#sizes.size === 0) this.#end = target.alignment;
  }

  read(address: Address, dtype: DType, size: number): Data | Promise<Data> {
    return this.#given(this.view(address, dtype, size).slice());
  }

  write(address: Address, data: Data): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    new Uint8Array(this.bytes).set(bytes, address);
  }

  view(address: Address, dtype: DType, size: number): Data {
    return new arrays[dtype](this.bytes, address, size);
  }

  /** The address beyond all blocks, with so many bytes. */
  beyond(bytes: number): Address | undefined {
    const end = this.#end;
    const address = this.#take(bytes);
    this.#end = end;
    this.arena = Math.max(this.arena, bytes);
    return address;
  }

  #take(bytes: number): Address | undefined {
    const address = this.#end;
    const end = address + Math.ceil(bytes / target.alignment) * target.alignment;
    if (end > this.limit) return undefined;
    this.#end = end;
    if (end > this.bytes.byteLength) {
      const larger = new ArrayBuffer(2 * end);
      new Uint8Array(larger).set(new Uint8Array(this.bytes));
      this.bytes = larger;
    }
    return address;
  }
}

class OwnProgram implements Program {
  readonly bytes = 1;
  readonly #memory: OwnMemory;
  readonly #plan: Plan;
  readonly #segments: readonly (readonly {
    readonly run: KernelFunction;
    readonly given: Given;
  }[])[];
  readonly #addresses = new Map<Buffer, Address>();
  readonly #given: <T>(answer: T) => T | Promise<T>;
  #failure: { readonly check: number; readonly index: number } | undefined;

  constructor(plan: Plan, memory: OwnMemory, given: <T>(answer: T) => T | Promise<T>) {
    this.#memory = memory;
    this.#given = given;
    this.#plan = plan;
    // One kernel may be several steps.
    const functions = new Map<Kernel, KernelFunction>();
    for (const step of plan.steps) {
      if (step.kind === "kernel") functions.set(step.kernel, kernelToJavaScript(step.kernel));
    }
    this.#segments = plan.segments.map((segment) => {
      if (segment.kind !== "kernels") return [];
      return segment.steps.map(({ kernel, given }) => ({ run: functions.get(kernel)!, given }));
    });
  }

  place(given: readonly Buffer[]): number {
    const { layout } = this.#plan;
    const bytes = given.reduce((sum, one) => sum + arenaBytesOf(one, target), layout.bytes);
    const arena = this.#memory.beyond(bytes);
    if (arena === undefined) return bytes;
    for (const [buffer, offset] of layout.offsets) this.bind(buffer, arena + offset);
    let next = arena + layout.bytes;
    for (const buffer of given) {
      this.bind(buffer, next);
      next += arenaBytesOf(buffer, target);
    }
    this.#failure = undefined;
    return 0;
  }

  reserve(): number {
    return 0;
  }

  placeIn(outer: OwnProgram, arena: Buffer): void {
    const from = outer.#addresses.get(arena)!;
    for (const [buffer, offset] of this.#plan.layout.offsets) this.bind(buffer, from + offset);
    this.#failure = undefined;
  }

  bindTo(buffer: Buffer, outer: OwnProgram, whole: Buffer, first: number): void {
    this.bind(buffer, outer.#addresses.get(whole)! + first * bytesPerElement(whole.dtype));
  }

  bind(buffer: Buffer, address: Address): void {
    this.#addresses.set(buffer, address);
  }

  write(buffer: Buffer, data: Data): void {
    this.#memory.write(this.#addresses.get(buffer)!, data);
  }

  read(buffer: Buffer): Data | Promise<Data> {
    return this.#given(this.#viewOf(buffer).slice());
  }

  isForThreads(): boolean {
    return false;
  }

  run(segment: number): Outcome {
    for (const { run, given } of this.#segments[segment]!) {
      run(
        given,
        (buffer) => this.#viewOf(buffer),
        (check, index) => {
          this.#failure ??= { check, index };
        },
      );
    }
    return "alone";
  }

  failure(): ReturnType<Program["failure"]> {
    return this.#given(this.#failure);
  }

  unload(): void {
    this.#addresses.clear();
  }

  #viewOf(buffer: Buffer): Data {
    return this.#memory.view(this.#addresses.get(buffer)!, buffer.dtype, buffer.size);
  }
}

class OwnDevice implements Device {
  readonly name = "my device";
  readonly target = target;
  readonly memory: OwnMemory;
  readonly answersLater: boolean;
  /** An answer at once, or in the next turn of the event loop. */
  readonly #given = <T>(answer: T): T | Promise<T> =>
    this.answersLater ? new Promise((resolve) => void setTimeout(() => resolve(answer))) : answer;

  constructor({ answersLater }: { readonly answersLater: boolean }) {
    this.answersLater = answersLater;
    this.memory = new OwnMemory(this.#given);
  }

  load(plan: Plan): Program {
    return new OwnProgram(plan, this.memory, this.#given);
  }
}

/** Registered where this is imported. */
export const ownBackend: PlannedBackend<OwnDevice> = new PlannedBackend(
  "own",
  () => new OwnDevice({ answersLater: false }),
);
register(ownBackend);

/** The same device, where what it has computed can only be awaited. */
register(new PlannedBackend("later", () => new OwnDevice({ answersLater: true })));
