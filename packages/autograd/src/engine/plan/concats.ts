// Loops of concatenations of many parts: each part is stored at its place. (Of few parts each element
// chooses its own, where it is used: lower.ts.)
import type { NodeOf } from "../../graph/node.ts";
import { partStarts } from "../../graph/parts.ts";
import { loadsOf } from "../kernel/dependence.ts";
import type { Buffer, Kernel, Statement } from "../kernel/language.ts";
import { flatten, nested, ownPlace, placeFrom } from "./index-map.ts";
import type { LoopContext, Loops } from "./loops.ts";
import type { Stored } from "./stored.ts";

/** So long may the code of a kernel become before the next part goes into another. */
const mostCode = 400;

/** The concatenation `node`, stored in `buffer`. */
export function concatLoops(
  node: NodeOf<"movement">,
  buffer: Buffer,
  stored: Stored,
  plan: LoopContext,
): Loops {
  const { attributes: move } = node;
  if (move.kind !== "concat") throw new Error(`unreachable: ${move.kind} has no parts`);
  const starts = partStarts(node);
  const bodies: Statement[][] = [];
  let code = Infinity;
  let buffers = 0;
  for (const [position, part] of node.inputs.entries()) {
    const own = stored.codeOf(part) + 1;
    const from = ownPlace(part.shape);
    const index = flatten(placeFrom(from, move.axis, -starts[position]!), node.shape);
    const value = plan.lowering.valueAt(part, from);
    const read = new Set(loadsOf(value).map((load) => load.buffer)).size;
    if (code + own > mostCode || buffers + read > plan.target.kernel.buffers - 1) {
      bodies.push([]);
      code = 0;
      buffers = 0;
    }
    code += own;
    buffers += read;
    bodies.at(-1)!.push(...nested(from, [{ kind: "store", buffer, index, value }]));
  }
  const before = bodies
    .slice(0, -1)
    .map((body): Kernel => ({ operations: [`parts of ${node.operation.name}`], body }));
  return { before, body: bodies.at(-1)! };
}
