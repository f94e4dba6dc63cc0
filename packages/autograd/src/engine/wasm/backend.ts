// Graphs run on WebAssembly: planned and rendered once for each structure, then called.
import { dataOf, type Node, type Value } from "../../graph/node.ts";
import { bytesPerElement, type Data } from "../../scalar/dtype.ts";
import { evaluateOn } from "../../scalar/evaluate.ts";
import type { Buffer } from "../kernel/language.ts";
import { StructureCache, structureOf } from "../plan/key.ts";
import { bytesOf as bufferBytes } from "../plan/memory.ts";
import { outOfRange, type Plan, planOf } from "../plan/plan.ts";
import { interpret } from "../reference/interpret.ts";
import { hasFusedMultiply } from "./features.ts";
import { Heap } from "./heap.ts";
import { webAssembly } from "./host.ts";
import { planToModule, tableBytes } from "./module.ts";
import { ConstantCache, Homes, isResident, ResidentValue, readFrom, writeTo } from "./residents.ts";

/** A graph made ready to run. Inputs and outputs in the graph's order. */
export interface ReadyGraph {
  run(values: readonly Value[], homes: readonly (object | undefined)[]): readonly Value[];
}

/** Bytes of constants that come back and are kept. */
const cachedBytes = 2 ** 29;
/** So many plans are kept, and so many bytes of their modules. */
const keptPlans = 512;
const keptPlanBytes = 2 ** 26;

/** What the engine has in WebAssembly, made when the first graph runs. */
class Engine {
  readonly heap = new Heap();
  readonly homes = new Homes(this.heap);
  readonly constants = new ConstantCache(this.heap, cachedBytes);
  readonly plans = new StructureCache<LoadedPlan>(keptPlans, keptPlanBytes, (plan) =>
    plan.unload(),
  );
  /** All intermediate results of whatever plan is running. */
  arena = { address: 0, bytes: 0 };

  /** The address of an arena of at least `bytes`. */
  arenaOf(bytes: number): number {
    if (this.arena.bytes < bytes) {
      if (this.arena.bytes > 0) this.heap.free(this.arena.address);
      this.arena = { address: 0, bytes: 0 };
      this.arena = { address: this.heap.allocate(bytes), bytes };
    }
    return this.arena.address;
  }
}

let engine: Engine | undefined;

/** Bytes of WebAssembly memory by what they are for. */
export function wasmMemory(): {
  readonly arena: number;
  readonly parameters: number;
  readonly cache: number;
} {
  if (!engine) return { arena: 0, parameters: 0, cache: 0 };
  return {
    arena: engine.arena.bytes,
    parameters: engine.homes.bytes,
    cache: engine.constants.bytes,
  };
}

/** The graph of `order` and `outputs`, ready to run. */
export function prepare(
  given: readonly Node[],
  order: readonly Node[],
  outputs: readonly Node[],
): ReadyGraph {
  engine ??= new Engine();
  const owner = engine;
  const structure = structureOf(order, outputs);
  const { inputs } = structure;
  const ready = owner.plans.get(structure, () => new LoadedPlan(owner, planOf(inputs, outputs)));
  const positions = new Map(given.map((node, i) => [node, i]));
  const wanted = inputs.map((node) => positions.get(node)!);
  return {
    run: (values, homes) =>
      ready.run(
        wanted.map((i) => values[i]!),
        homes,
      ),
  };
}

/** A plan whose module is loaded. It runs on the addresses in a table of its own. */
class LoadedPlan {
  readonly #engine: Engine;
  readonly #plan: Plan;
  readonly #call: (table: number) => void;
  /** Bytes of the arena in which inputs that are not in memory already are laid, behind the buffers. */
  readonly #staging: readonly number[];
  readonly #arenaBytes: number;
  #table: number;
  /** Of its module; compiled, it takes a few times as much. */
  readonly bytes: number;

  constructor(engine: Engine, plan: Plan) {
    this.#engine = engine;
    this.#plan = plan;
    let end = plan.layout.bytes;
    this.#staging = plan.inputs.map((buffer) => {
      const offset = end;
      if (buffer) end += bufferBytes(buffer);
      return offset;
    });
    this.#arenaBytes = end;
    const { bytes, hostOperators } = planToModule(plan, hasFusedMultiply());
    const nabla: Record<string, unknown> = {
      memory: engine.heap.memory,
      host: (step: number) => this.#host(step),
    };
    for (const { name, operator, on } of hostOperators) nabla[name] = evaluateOn(on, operator);
    const { Module, Instance } = webAssembly!;
    const { exports } = new Instance(new Module(bytes), { nabla });
    this.#call = exports["run"] as (table: number) => void;
    this.#table = engine.heap.allocate(tableBytes(plan));
    this.bytes = bytes.length;
  }

  /** Gives back the memory that it alone uses. A run makes it ready again. */
  unload(): void {
    if (this.#table !== 0) this.#engine.heap.free(this.#table);
    this.#table = 0;
  }

  run(values: readonly Value[], homes: readonly (object | undefined)[]): readonly Value[] {
    const { heap } = this.#engine;
    const plan = this.#plan;
    if (this.#table === 0) this.#table = heap.allocate(tableBytes(plan));
    const arena = this.#engine.arenaOf(this.#arenaBytes);
    const addresses = new Map<Buffer, number>();
    for (const [buffer, offset] of plan.layout.offsets) addresses.set(buffer, arena + offset);
    this.#placeInputs(values, arena, addresses);
    const resident = this.#placeOutputs(homes, addresses);
    const table = new Int32Array(heap.memory.buffer, this.#table, 2 + plan.buffers);
    table[0] = 0;
    for (const [buffer, address] of addresses) table[2 + buffer.id] = address;
    this.#call(this.#table);
    this.#checkFailure();
    homes.forEach((home, i) => {
      if (home && resident[i]) this.#engine.homes.settle(home);
    });
    return plan.results.map((result, i) => {
      if (result.kind === "input") {
        const value = values[result.position]!;
        // A parameter's place is used again; only its own nodes may hold what is there.
        return isResident(value) ? value.read() : value;
      }
      const { buffer } = result;
      return resident[i] ?? readFrom(heap, addresses.get(buffer)!, buffer.dtype, buffer.size);
    });
  }

  /** Finds, or copies, each input that is read. */
  #placeInputs(values: readonly Value[], arena: number, addresses: Map<Buffer, number>): void {
    const { heap, constants } = this.#engine;
    const inUse = new Set<number>();
    const staged: (readonly [Data, number])[] = [];
    this.#plan.inputs.forEach((buffer, i) => {
      if (!buffer) return;
      const value = values[i]!;
      if (isResident(value)) {
        addresses.set(buffer, value.address);
        return;
      }
      const data = dataOf(value);
      const cached = constants.addressOf(data, inUse);
      if (cached !== undefined) inUse.add(cached);
      const address = cached ?? arena + this.#staging[i]!;
      if (cached === undefined) staged.push([data, address]);
      addresses.set(buffer, address);
    });
    for (const [data, address] of staged) writeTo(heap, address, data);
  }

  /** Puts outputs that have a home there; what was computed for it, by output. */
  #placeOutputs(
    homes: readonly (object | undefined)[],
    addresses: Map<Buffer, number>,
  ): readonly (ResidentValue | undefined)[] {
    const { heap, homes: places } = this.#engine;
    const taken = new Set<Buffer>();
    return this.#plan.results.map((result, i) => {
      const home = homes[i];
      // Two outputs may be one buffer; only one of them can be its home.
      if (!home || result.kind === "input" || taken.has(result.buffer)) return undefined;
      const { buffer } = result;
      taken.add(buffer);
      const bytes = buffer.size * bytesPerElement(buffer.dtype);
      const address = places.nextPlace(home, bytes);
      addresses.set(buffer, address);
      return new ResidentValue(heap, address, buffer.dtype, buffer.size);
    });
  }

  #checkFailure(): void {
    const [check, index] = new Int32Array(this.#engine.heap.memory.buffer, this.#table, 2);
    if (check !== 0) throw outOfRange(this.#plan.checks[check! - 1]!, index!);
  }

  /** Computes a node that no kernel does, on the arrays of its buffers. */
  #host(step: number): void {
    const { heap } = this.#engine;
    const host = this.#plan.steps[step]!;
    if (host.kind !== "host") throw new Error(`unreachable: step ${step} is a kernel`);
    const table = new Int32Array(heap.memory.buffer, this.#table, 2 + this.#plan.buffers);
    const addressOf = (buffer: Buffer): number => table[2 + buffer.id]! >>> 0;
    const inputs = [...host.reads].map((buffer) =>
      readFrom(heap, addressOf(buffer), buffer.dtype, buffer.size),
    );
    const [output] = host.writes;
    writeTo(heap, addressOf(output!), interpret(host.node, inputs));
  }
}
