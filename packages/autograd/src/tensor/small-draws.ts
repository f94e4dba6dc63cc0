// Few random numbers, such as the first values of a small layer, are computed where they are drawn: a kernel
// of the some hundred steps of a draw takes longer to write than these numbers.
import { interpret } from "../engine/reference/interpret.ts";
import type { Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { elementCount } from "../graph/shape.ts";
import { isDraw } from "../ops/random.ts";
import type { Data } from "../scalar/dtype.ts";

/** Elements of a draw, beyond which a kernel is faster even if it has to be written. */
const mostElements = 512;

/** Computes the small draws that `node` is made of: all devices have the bits of the reference for these. */
export function computeSmallDraws(node: Node): void {
  const order = topologicalOrder([node], ({ cell, inputs }) => (cell.value ? [] : inputs));
  if (!order.some(isDraw)) return;
  const known = new Map<Node, Data>();
  for (const one of order) {
    const { cell, family, shape } = one;
    if (elementCount(shape) > mostElements) continue;
    // That of a device may have to be waited for.
    if (ArrayBuffer.isView(cell.value)) known.set(one, cell.value);
    const canBe = family === "literal" || family === "iota" || family === "movement" || isDraw(one);
    if (cell.value || cell.guard || !canBe) continue;
    const inputs = one.inputs.flatMap((input) => known.get(input) ?? []);
    if (inputs.length < one.inputs.length) continue;
    known.set(one, interpret(one, inputs));
    if (isDraw(one)) cell.value = known.get(one);
  }
}
