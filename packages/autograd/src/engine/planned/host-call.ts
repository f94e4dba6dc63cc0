// Calls of host functions, between the kernels of a run.
import { allocate, type Data } from "../../scalar/dtype.ts";
import { answered, type Task } from "../background.ts";
import type { Program } from "../device.ts";
import type { HostSegment } from "../plan/steps.ts";
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
