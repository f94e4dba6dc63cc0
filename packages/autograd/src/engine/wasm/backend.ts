// Graphs run on WebAssembly: planned and rendered once for each structure, then called.

import { outOfRange } from "../../graph/indices.ts";
import { dataOf, type Home, type Node, type Value } from "../../graph/node.ts";
import { type Buffer, bytesOf } from "../kernel/language.ts";
import { structureOf } from "../plan/key.ts";
import { arenaBytesOf } from "../plan/memory.ts";
import { type Plan, planOf } from "../plan/plan.ts";
import { notePlanned } from "../plan/repeated.ts";
import { StructureCache } from "../plan/structure-cache.ts";
import { interpret } from "../reference/interpret.ts";
import { hasSharedMemory } from "./features.ts";
import { Heap } from "./heap.ts";
import { availableThreads, type Loaded, Pool } from "./pool.ts";
import { Program } from "./program.ts";
import { ConstantCache, Homes, isResident, ResidentValue, readFrom, writeTo } from "./residents.ts";
import { mostThreads, tableBytes, tableWords } from "./table.ts";
import { Trial } from "./trial.ts";

/** A graph made ready to run. Inputs and outputs in the graph's order. */
export interface ReadyGraph {
  run(
    values: readonly Value[],
    homes: readonly (Home | undefined)[],
    accept?: (outputs: readonly Value[]) => void,
  ): readonly Value[];
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

  /** Threads that run plans; undefined where one has to do. */
  #pool: Pool | undefined;
  get pool(): Pool | undefined {
    if (!this.heap.isShared || threadCount() === 1) return undefined;
    this.#pool ??= new Pool(this.heap);
    this.#pool.resize(threadCount());
    return this.#pool.hasFailed ? undefined : this.#pool;
  }

  /** Whether threads could not be had, or one has ended. */
  get hasLostThreads(): boolean {
    return this.#pool?.hasFailed ?? false;
  }

  /** Goes on with one thread, in a memory that a lost one does not have. */
  leaveThreads(): void {
    this.#pool?.fail();
    this.heap.move();
  }

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

/** Undefined: as many as the machine can run. */
let wantedThreads: number | undefined;

/** How many threads run what is large enough. */
export function threadCount(): number {
  if (!hasSharedMemory() || engine?.hasLostThreads) return 1;
  return Math.min(wantedThreads ?? mostThreads, availableThreads());
}

/** The workers, once something has run; for tests. */
export function threadPool(): Pool | undefined {
  return engine?.pool;
}

/** Chooses how many threads run what is large enough, as far as the machine has them. */
export function setThreadCount(count: number): void {
  wantedThreads = count;
}

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
  const ready = owner.plans.get(structure, () => {
    notePlanned(order);
    return new LoadedPlan(owner, planOf(inputs, outputs));
  });
  const positions = new Map(given.map((node, i) => [node, i]));
  const wanted = inputs.map((node) => positions.get(node)!);
  return {
    run: (values, homes, accept) =>
      ready.run(
        wanted.map((i) => values[i]!),
        homes,
        accept,
      ),
  };
}

/** A plan whose module is loaded. It runs on the addresses in a table of its own. */
class LoadedPlan {
  readonly #engine: Engine;
  readonly #plan: Plan;
  readonly #program: Program;
  #loaded: Loaded | undefined;
  readonly #trial = new Trial();
  #hasRun = false;
  /** Bytes of the arena in which inputs that are not in memory already are laid, behind the buffers. */
  readonly #staging: readonly number[];
  readonly #arenaBytes: number;
  #table = 0;
  /** The arena whose addresses are in the table. */
  #arena = 0;
  /** Of its module; compiled, it takes a few times as much. */
  readonly bytes: number;

  constructor(engine: Engine, plan: Plan) {
    this.#engine = engine;
    this.#plan = plan;
    let end = plan.layout.bytes;
    this.#staging = plan.inputs.map((buffer) => {
      const offset = end;
      if (buffer) end += arenaBytesOf(buffer);
      return offset;
    });
    this.#arenaBytes = end;
    this.#program = new Program(plan, engine.heap, (step) => this.#host(step));
    this.bytes = this.#program.module.length;
  }

  /** Gives back the memory that it alone uses. A run makes it ready again. */
  unload(): void {
    if (this.#table !== 0) this.#engine.heap.free(this.#table);
    this.#table = 0;
  }

  run(
    given: readonly Value[],
    homes: readonly (Home | undefined)[],
    accept?: (outputs: readonly Value[]) => void,
  ): readonly Value[] {
    const { heap } = this.#engine;
    const plan = this.#plan;
    const arena = this.#engine.arenaOf(this.#arenaBytes);
    this.#readyTable(arena);
    const residents = this.#placeOutputs(homes, arena);
    const values = keptFrom(given, residents);
    this.#placeInputs(values, arena);
    heap.words[this.#table / 4 + tableWords.failedCheck] = 0;
    if (this.#isLoaded()) this.#runAsIsFaster();
    else this.#program.run(this.#table);
    this.#checkFailure();
    const outputs = plan.results.map((result, i) => {
      if (result.kind === "input") {
        const value = values[result.position]!;
        // A parameter's place is used again; only its own nodes may hold what is there.
        return isResident(value) ? value.read() : value;
      }
      const { buffer } = result;
      return residents[i] ?? readFrom(heap, this.#addressOf(buffer), buffer.dtype, buffer.size);
    });
    accept?.(outputs);
    return outputs;
  }

  /** Whether other threads can take part; if they could, and have not loaded it yet, they are told to. */
  #isLoaded(): boolean {
    if (!this.#program.isForThreads) return false;
    const { pool } = this.#engine;
    if (!pool) return false;
    if (this.#loaded && pool.has(this.#loaded)) return true;
    // What runs only once is not worth it; and loading goes on while this thread runs it alone.
    if (this.#hasRun) this.#loaded = pool.load(this.#program.module);
    this.#hasRun = true;
    return false;
  }

  #runAsIsFaster(): void {
    const isTimed = this.#trial.isTimed();
    const start = isTimed ? performance.now() : 0;
    const isTogether = this.#trial.isTogether();
    const isDone = isTogether && this.#isDoneTogether();
    if (!isDone) this.#program.run(this.#table);
    // What was to be done together, while others were busy, says nothing of either way.
    if (isDone !== isTogether) return;
    this.#trial.note(isTimed ? performance.now() - start : 0);
  }

  /**
   * Whether several threads have done it. Where one is lost in the middle of it, all is to be done
   * again: what a run reads from outside it never writes, so that it can begin anew from there.
   */
  #isDoneTogether(): boolean {
    const outcome = this.#engine.pool!.run(this.#loaded!, this.#table, this.#program.segments());
    if (outcome !== "lost") return outcome === "done";
    this.#engine.leaveThreads();
    this.#engine.heap.words[this.#table / 4 + tableWords.failedCheck] = 0;
    return false;
  }

  /** Where in the heap's words the address of a buffer is. */
  #entryOf(buffer: Buffer): number {
    return this.#table / 4 + tableWords.buffers + buffer.id;
  }

  #addressOf(buffer: Buffer): number {
    return this.#engine.heap.words[this.#entryOf(buffer)]! >>> 0;
  }

  #setAddress(buffer: Buffer, address: number): void {
    this.#engine.heap.words[this.#entryOf(buffer)] = address;
  }

  /** Fills in the addresses of what lies in the arena, unless they are there from the last run. */
  #readyTable(arena: number): void {
    if (this.#table !== 0 && this.#arena === arena) return;
    if (this.#table === 0) this.#table = this.#engine.heap.allocate(tableBytes(this.#plan.buffers));
    for (const [buffer, offset] of this.#plan.layout.offsets) {
      this.#setAddress(buffer, arena + offset);
    }
    this.#arena = arena;
  }

  /** Finds, or copies, each input that is read. */
  #placeInputs(values: readonly Value[], arena: number): void {
    const { heap, constants } = this.#engine;
    const inUse = new Set<number>();
    this.#plan.inputs.forEach((buffer, i) => {
      if (!buffer) return;
      const value = values[i]!;
      if (isResident(value)) {
        this.#setAddress(buffer, value.address);
        return;
      }
      const data = dataOf(value);
      const cached = constants.addressOf(data, inUse);
      if (cached === undefined) writeTo(heap, arena + this.#staging[i]!, data);
      else inUse.add(cached);
      this.#setAddress(buffer, cached ?? arena + this.#staging[i]!);
    });
  }

  /** Puts outputs that have a home there, and all others in the arena; the former, by output. */
  #placeOutputs(
    homes: readonly (Home | undefined)[],
    arena: number,
  ): readonly (ResidentValue | undefined)[] {
    const { heap, homes: places } = this.#engine;
    const taken = new Set<Buffer>();
    return this.#plan.results.map((result, i) => {
      // Two outputs may be one buffer; only one of them can be its home.
      if (result.kind === "input" || taken.has(result.buffer)) return undefined;
      const { buffer } = result;
      const home = homes[i];
      if (!home) {
        this.#setAddress(buffer, arena + this.#plan.layout.offsets.get(buffer)!);
        return undefined;
      }
      taken.add(buffer);
      const address = places.nextPlace(home, bytesOf(buffer));
      this.#setAddress(buffer, address);
      return new ResidentValue(heap, address, buffer.dtype, buffer.size);
    });
  }

  #checkFailure(): void {
    const { words } = this.#engine.heap;
    const check = words[this.#table / 4 + tableWords.failedCheck]!;
    if (check === 0) return;
    const index = words[this.#table / 4 + tableWords.failedIndex]!;
    throw outOfRange(this.#plan.checks[check - 1]!, index);
  }

  /** Computes a node that no kernel does, on the arrays of its buffers. */
  #host(step: number): void {
    const { heap } = this.#engine;
    const host = this.#plan.steps[step]!;
    if (host.kind !== "host") throw new Error(`unreachable: step ${step} is a kernel`);
    const inputs = host.inputs.map((buffer) =>
      readFrom(heap, this.#addressOf(buffer), buffer.dtype, buffer.size),
    );
    const [output] = host.writes;
    writeTo(heap, this.#addressOf(output!), interpret(host.node, inputs));
  }
}

/** What is given, with copies of older values of parameters that lie where the outputs will be. */
function keptFrom(
  given: readonly Value[],
  outputs: readonly (ResidentValue | undefined)[],
): readonly Value[] {
  const isOverwritten = (value: Value): value is ResidentValue =>
    isResident(value) && outputs.some((output) => output?.address === value.address);
  return given.some(isOverwritten)
    ? given.map((value) => (isOverwritten(value) ? value.read() : value))
    : given;
}
