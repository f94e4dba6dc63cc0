// Loops of scatters: each slice before the axis is filled from the base, and then its updates are added, so
// that it is still in the cache, and slices can be divided among threads.
import type { Node, NodeOf } from "../../graph/node.ts";
import type { Buffer, Statement } from "../kernel/language.ts";
import { type Coordinates, flatten, nested, ownCoordinates } from "./index-map.ts";
import type { Lowering } from "./lower.ts";

/** The loops that store a scatter's result in `buffer`. */
export function scatterLoops(
  node: NodeOf<"scatter">,
  at: Coordinates,
  buffer: Buffer,
  lowering: Lowering,
): readonly Statement[] {
  const [base, indices, updates] = node.inputs as readonly [Node, Node, Node];
  const { axis, along } = node.attributes;
  const outer = at.slice(0, axis);
  const own = ownCoordinates(updates.shape).slice(axis);
  const from = [...outer, ...own];
  const { place: to } = lowering.indexedCoordinates(node, node.shape, indices, from);
  // Along these, updates may hit the same element.
  const picked = own.slice(0, along ? 1 : indices.shape.length);
  const fill: Statement = {
    kind: "store",
    buffer,
    index: flatten(at, node.shape),
    value: lowering.valueAt(base, at),
  };
  const add: Statement = {
    kind: "accumulate",
    buffer,
    index: flatten(to, node.shape),
    value: lowering.valueAt(updates, from),
  };
  return nested(outer, [...nested(at.slice(axis), [fill]), ...nested(own, [add], picked)]);
}
