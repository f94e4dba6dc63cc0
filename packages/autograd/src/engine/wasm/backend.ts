// Graphs run on WebAssembly: planned and rendered once for each structure, then called.

import type { Home, Node, Value } from "../../graph/node.ts";
import { structureOf } from "../plan/key.ts";
import { planOf } from "../plan/plan.ts";
import { notePlanned } from "../plan/repeated.ts";
import { StructureCache } from "../plan/structure-cache.ts";
import { Engine, type WasmMemory } from "./engine.ts";
import { LoadedPlan } from "./loaded-plan.ts";
import { availableThreads, type Pool } from "./pool.ts";
import { mostThreads } from "./table.ts";
import { wasmTarget } from "./target.ts";
import { firstMemory, wasmProblem } from "./usable.ts";

/** A graph made ready to run. Inputs and outputs in the graph's order. */
export interface ReadyGraph {
  run(
    values: readonly Value[],
    homes: readonly (Home | undefined)[],
    accept?: (outputs: readonly Value[]) => void,
  ): readonly Value[];
}

/** So many plans are kept, and so many bytes of their modules. */
const keptPlans = 512;
const keptPlanBytes = 2 ** 26;

interface Made {
  readonly engine: Engine;
  readonly plans: StructureCache<LoadedPlan>;
}

let made: Made | undefined;

/** Undefined: as many as the machine can run. */
let wantedThreads: number | undefined;

/** How many threads run what is large enough. */
export function threadCount(): number {
  if (wasmProblem() !== undefined || made?.engine.hasLostThreads) return 1;
  if (!firstMemory().isShared) return 1;
  return Math.min(wantedThreads ?? mostThreads, availableThreads());
}

/** Chooses how many threads run what is large enough, as far as the machine has them. */
export function setThreadCount(count: number): void {
  wantedThreads = count;
}

/** The engine and its plans, made when the first graph runs. */
function making(): Made {
  if (made) return made;
  const plans = new StructureCache<LoadedPlan>(keptPlans, keptPlanBytes, (plan) => plan.drop());
  const engine = new Engine(threadCount, () => {
    for (const plan of plans.all()) plan.unload();
  });
  made = { engine, plans };
  return made;
}

/** The workers, once something has run; for tests. */
export function threadPool(): Pool | undefined {
  return made?.engine.pool;
}

/** Bytes of WebAssembly memory by what they are for. */
export function wasmMemory(): WasmMemory {
  return made?.engine.memory ?? { arena: 0, parameters: 0, cache: 0 };
}

/** Bytes of all blocks in WebAssembly memory; for tests. */
export function blockBytes(): number {
  return making().engine.heap.used;
}

/** Limits in bytes. */
export interface MemoryLimits {
  /** Of all WebAssembly memory. */
  readonly memory: number;
  /** Of parameters, beyond which those are moved out that were used least lately. */
  readonly parameters: number | undefined;
}

/** Empties the memory, sets limits, and returns those before; for tests. */
export function setMemoryLimits(limits: Partial<MemoryLimits>): MemoryLimits {
  const { engine } = making();
  const { heap, residents } = engine;
  engine.empty();
  const before = { memory: heap.limit, parameters: residents.limit };
  const { memory, parameters } = { ...before, ...limits };
  heap.limit = memory;
  residents.limit = parameters;
  return before;
}

/** The graph of `order` and `outputs`, ready to run. */
export function prepare(
  given: readonly Node[],
  order: readonly Node[],
  outputs: readonly Node[],
): ReadyGraph {
  const { engine, plans } = making();
  const structure = structureOf(order, outputs);
  const { inputs } = structure;
  const ready = plans.get(structure, () => {
    notePlanned(order);
    return new LoadedPlan(engine, planOf(inputs, outputs, wasmTarget));
  });
  const positions = new Map(given.map((node, i) => [node, i]));
  const wanted = inputs.map((node) => positions.get(node)!);
  // Most often as they are given.
  if (wanted.length === given.length && wanted.every((at, i) => at === i)) return ready;
  return {
    run: (values, homes, accept) =>
      ready.run(
        wanted.map((i) => values[i]!),
        homes,
        accept,
      ),
  };
}
