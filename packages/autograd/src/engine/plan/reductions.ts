// Loops of reductions: at once, or in chunks if they are large (kernel/reduction.ts).
import type { Node, NodeOf } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import { clampTo } from "../../scalar/dtype.ts";
import { addIndices, constantIndex, scaleIndex, term } from "../kernel/index-arithmetic.ts";
import type { Index, ReduceLoop, Statement, Total, Value, Variable } from "../kernel/language.ts";
import { type Chunks, chunksOf, lanesOf } from "../kernel/reduction.ts";
import { type Coordinates, flatten, nested, ownCoordinates } from "./index-map.ts";
import type { LoopContext, Loops } from "./loops.ts";

/** Lowers the reduction `node` at `at`. */
export function reductionLoops(node: NodeOf<"reduce">, at: Coordinates, plan: LoopContext): Loops {
  const [x] = node.inputs as readonly [Node];
  const chunks = chunksOf(x.shape, node.attributes.axes);
  if (chunks) return inChunks(node, x, chunks, at, plan);
  const { variables, place } = reducedCoordinates(node, x, at);
  const reduce = reduceOf(node, x, variables, plan.lowering.valueAt(x, place));
  return { before: [], body: nested(at, [reduce, ...plan.stores(reduce.total)]) };
}

function reduceOf(
  node: NodeOf<"reduce">,
  x: Node,
  variables: readonly Variable[],
  value: Value,
): ReduceLoop {
  const { combine, start } = node.operation;
  if (combine.kind !== "apply") {
    throw new Error(`unreachable: ${node.operation.name} combines nothing`);
  }
  return {
    kind: "reduce",
    total: { kind: "total", dtype: node.dtype } satisfies Total,
    combine: combine.operator,
    start: clampTo(node.dtype, start),
    variables,
    value,
    lanes: lanesOf(x.shape, node.attributes.axes),
  };
}

/** Coordinates of the elements for the result at `at`: a loop variable for each reduced axis. */
function reducedCoordinates(
  node: NodeOf<"reduce">,
  x: Node,
  at: Coordinates,
  chunk?: { readonly axis: number; readonly from: Index; readonly size: number },
): { readonly variables: readonly Variable[]; readonly place: Coordinates } {
  const variables: Variable[] = [];
  const place = x.shape.map((whole, axis) => {
    if (!node.attributes.axes.includes(axis)) return at[axis]!;
    const size = axis === chunk?.axis ? chunk.size : whole;
    const variable: Variable = { kind: "variable", name: `r${variables.length}`, size };
    variables.push(variable);
    return axis === chunk?.axis ? addIndices(chunk.from, term(variable)) : term(variable);
  });
  return { variables, place };
}

/** A kernel that reduces each chunk, and the loops that reduce their results. */
function inChunks(
  node: NodeOf<"reduce">,
  x: Node,
  { axis, size, count }: Chunks,
  at: Coordinates,
  plan: LoopContext,
): Loops {
  const width = elementCount(node.shape);
  const results = plan.addBuffer(node.dtype, count * width);
  const indexOf = (chunk: Index, here: Coordinates): Index =>
    addIndices(scaleIndex(chunk, width), flatten(here, node.shape));
  /** Loops over `chunks` of them, starting at `first`. */
  const chunksFrom = (first: number, chunks: number, length: number): Statement => {
    const variable: Variable = { kind: "variable", name: "c", size: chunks };
    const chunk = addIndices(constantIndex(first), term(variable));
    const here = ownCoordinates(node.shape);
    const from = scaleIndex(chunk, size);
    const { variables, place } = reducedCoordinates(node, x, here, { axis, from, size: length });
    const reduce = reduceOf(node, x, variables, plan.lowering.valueAt(x, place));
    const { total } = reduce;
    const index = indexOf(chunk, here);
    const body = nested(here, [reduce, { kind: "store", buffer: results, index, value: total }]);
    return { kind: "for", variable, order: "any", body };
  };
  const rest = x.shape[axis]! % size;
  const whole = rest === 0 ? count : count - 1;
  const body = [chunksFrom(0, whole, size)];
  if (rest > 0) body.push(chunksFrom(whole, 1, rest));
  const variable: Variable = { kind: "variable", name: "c", size: count };
  const value: Value = {
    kind: "load",
    dtype: node.dtype,
    buffer: results,
    index: indexOf(term(variable), at),
  };
  const last = reduceOf(node, x, [variable], value);
  return {
    before: [{ operations: [`${node.operation.name} of each chunk`], body }],
    body: nested(at, [last, ...plan.stores(last.total)]),
  };
}
