// What the host computes between the kernels of a run: host functions, and nodes that no kernel computes.
import { allocate, type Data } from "../../scalar/dtype.ts";
import { answered, type Task } from "../background.ts";
import type { Program } from "../device.ts";
import type { HostSegment } from "../plan/steps.ts";
import { interpret } from "../reference/interpret.ts";
import type { Engine } from "./engine.ts";

/** Calls the host function of a segment, if it has one: on the device's memory where it has views. */
export function* callHost(
  engine: Engine,
  program: Program,
  { node, inputs, writes }: HostSegment,
): Task<void> {
  if (node.family !== "host") return;
  const { name, compute } = node.operation;
  const output = writes[0]!;
  if (program.view) {
    const [arrays, array] = [inputs.map((buffer) => program.view!(buffer)), program.view(output)];
    engine.callHost(name, () => compute(arrays, array));
    return;
  }
  const read = inputs.map((buffer) => program.read(buffer));
  const arrays: Data[] = [];
  for (const array of read) arrays.push(yield* answered(array));
  const array = allocate(output.dtype, output.size);
  engine.callHost(name, () => compute(arrays, array));
  program.write(output, array);
}

/** Tells the host function of a segment that the run has failed. */
export function tellFailure({ node }: HostSegment): void {
  if (node.family === "host") node.operation.onFailure?.();
}

/** Computes a node that no kernel computes, on copies of its buffers. */
export function* runByHost(program: Program, { node, inputs, writes }: HostSegment): Task<void> {
  const read = inputs.map((buffer) => program.read(buffer));
  const arrays: Data[] = [];
  for (const array of read) arrays.push(yield* answered(array));
  program.write(writes[0]!, interpret(node, arrays));
}

/** Does a task of a device that answers at once. */
export function doneNow<T>(task: Task<T>): T {
  const { done, value } = task.next();
  if (!done) throw new Error("unreachable: a device that answers later");
  return value;
}
