// Loops of convolutions: products along the last axis, of channels and places.
import type { Node, NodeOf } from "../../graph/node.ts";
import { addIndices, scaleIndex, term } from "../kernel/index-arithmetic.ts";
import type { Index, Multiply, Total, Variable } from "../kernel/language.ts";
import { type Coordinates, nested, variableOr } from "./index-map.ts";
import type { LoopContext, Loops } from "./loops.ts";

/** Lowers the convolution `node` at `at`: along its last axis, in tiles of channels and places. */
export function convolutionLoops(
  node: NodeOf<"convolve">,
  at: Coordinates,
  plan: LoopContext,
): Loops {
  const [x, kernel] = node.inputs as readonly [Node, Node];
  const { stride, dilation } = node.attributes;
  const [example, group, output, ...places] = at as readonly [Index, Index, Index, ...Index[]];
  const inner = kernel.shape.slice(2).map((size, i): Variable => {
    return { kind: "variable", name: i === 0 ? "c" : `w${i}`, size };
  });
  const [channel, ...within] = inner.map((variable) => term(variable)) as [Index, ...Index[]];
  const under = places.map((place, i) =>
    addIndices(scaleIndex(place, stride[i]!), scaleIndex(within[i]!, dilation[i]!)),
  );
  const total: Total = { kind: "total", dtype: node.dtype };
  const product: Multiply = {
    kind: "multiply",
    total,
    row: variableOr("k", output),
    column: variableOr("j", places.at(-1)!),
    inner,
    left: plan.lowering.valueAt(kernel, [group, output, channel, ...within]),
    right: plan.lowering.valueAt(x, [example, group, channel, ...under]),
    body: plan.stores(total),
  };
  return { before: [], body: nested([example, group, ...places.slice(0, -1)], [product]) };
}
