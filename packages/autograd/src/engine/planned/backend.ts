// Back ends on devices that run plans: plan and load once per structure, then run.
import type { Node, Value } from "../../graph/node.ts";
import type { Graph } from "../../graph/order.ts";
import { StructureCache } from "../../graph/structure-cache.ts";
import type { Backend, BackendMemory, Prepared } from "../backend.ts";
import { finishBackground } from "../background.ts";
import type { Device } from "../device.ts";
import { KernelCache } from "../plan/kernel-cache.ts";
import { planOf } from "../plan/plan.ts";
import { notePlanned } from "../plan/repeated.ts";
import type { Plan } from "../plan/steps.ts";
import { Engine } from "./engine.ts";
import { LoadedPlan } from "./loaded-plan.ts";

/** Limits on kept plans, and on the bytes of their programs. */
const keptPlans = 512;
const keptPlanBytes = 2 ** 26;

/** Up to this many nodes are searched one by one. */
const mostSearched = 24;

/** Limits in bytes. */
export interface MemoryLimits {
  /** All of the device's memory. */
  readonly memory: number;
  /** Parameters: beyond this, the least recently used are evicted. */
  readonly parameters: number | undefined;
}

/** A back end whose device is created when the first graph runs. */
export class PlannedBackend<D extends Device> implements Backend {
  readonly name: string;
  readonly #makeDevice: () => D;
  readonly #plans: StructureCache<LoadedPlan>;
  readonly #kernels = new KernelCache();
  #engine: Engine | undefined;
  /** Set once something has run. */
  device: D | undefined;

  constructor(name: string, makeDevice: () => D) {
    this.name = name;
    this.#makeDevice = makeDevice;
    this.#plans = new StructureCache(keptPlans, keptPlanBytes, (plan) => plan.drop());
  }

  prepare({ inputs: given, order, outputs }: Graph): Prepared {
    const engine = this.#made();
    const { kept: ready, inputs } = this.#plans.get(order, outputs, (structure) => {
      notePlanned(order);
      const graph = { inputs: structure.inputs, order, outputs };
      const plan = planOf(graph, engine.device.target, { cache: this.#kernels });
      return new LoadedPlan(engine, plan);
    });
    // Usually they are in the order given.
    if (inputs.length === given.length && inputs.every((node, i) => node === given[i]))
      return ready;
    const wanted = positionsOf(inputs, given);
    const inOrder = (values: readonly Value[]) => wanted.map((i) => values[i]!);
    return {
      run: (values, homes, accept) => ready.run(inOrder(values), homes, accept),
      task: (values, homes, accept) => ready.task(inOrder(values), homes, accept),
    };
  }

  get answersLater(): boolean {
    return this.#made().device.answersLater ?? false;
  }

  plan(graph: Graph): Plan {
    return planOf(graph, this.#made().device.target);
  }

  /** Known once the graph, or one like it, has run. */
  note({ order, outputs }: Graph): string | undefined {
    return this.#plans.find(order, outputs)?.note;
  }

  get memory(): BackendMemory {
    return this.#engine?.memory ?? { arena: 0, parameters: 0, cache: 0 };
  }

  /** Empties the memory, sets limits, and returns the previous ones; for tests. */
  setMemoryLimits(limits: Partial<MemoryLimits>): MemoryLimits {
    finishBackground("memory");
    const engine = this.#made();
    const { residents, device } = engine;
    engine.empty();
    const before = { memory: device.memory.limit, parameters: residents.limit };
    const { memory, parameters } = { ...before, ...limits };
    device.memory.limit = memory;
    residents.limit = parameters;
    return before;
  }

  #made(): Engine {
    if (this.#engine) return this.#engine;
    const device = this.#makeDevice();
    this.device = device;
    this.#engine = new Engine(device, () => {
      for (const plan of this.#plans.all()) plan.unload();
    });
    return this.#engine;
  }
}

/** The position in `given` of each of `nodes`. */
function positionsOf(nodes: readonly Node[], given: readonly Node[]): readonly number[] {
  // In a short list a search is faster than a map.
  if (given.length <= mostSearched) return nodes.map((node) => given.indexOf(node));
  const positions = new Map(given.map((node, i) => [node, i]));
  return nodes.map((node) => positions.get(node)!);
}
