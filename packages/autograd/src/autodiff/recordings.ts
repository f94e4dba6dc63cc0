// Recordings of reverse passes. The nodes that a pass creates depend on the structure of the graph, not on
// its data. A training step that is not compiled builds the same structure each time: from the third time
// on its gradient nodes are copied from a recording, without calling derivative rules.
import { copyAt, copyForPlan } from "../graph/create.ts";
import { historyOf } from "../graph/history.ts";
import type { Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { currentCall, type Origin, Site } from "../graph/site.ts";
import { StructureCache } from "../graph/structure-cache.ts";

/** The nodes that a pass created, and the positions of its results. */
interface Recording {
  readonly made: readonly Made[];
  /** Positions of the gradients: below the graph's length in its order, from there on in `made`. */
  readonly results: readonly number[];
  /** Positions in the graph's order of the nodes whose rules created others. */
  readonly origins: readonly number[];
  readonly bytes: number;
}

interface Made {
  readonly node: Node;
  /** Positions of the inputs of a copy; undefined for a literal that all graphs share. */
  readonly inputs: readonly number[] | undefined;
  /** Index into `origins` of the node whose rule created it; -1 if the pass itself did. */
  readonly origin: number;
}

const mostKept = 128;
const mostBytes = 2 ** 23;
const bytesEach = 256;
/** Longer graphs are not recorded. */
const mostNodes = 4096;
const recordings = new StructureCache<Recording>(mostKept, mostBytes, () => undefined);

/** Hashes of structures seen once: a pass is recorded the second time. */
const seen = new Set<number>();
const mostSeen = 4096;

/**
 * The gradients of `cost` with respect to `inputs`: copied if a pass through the structure of `order` was
 * recorded, otherwise from `pass`, which notes in `origins` the position of the node behind each origin.
 * `siteOfPass` creates the site of the pass for a copy.
 */
export function recorded(
  cost: Node,
  inputs: readonly Node[],
  order: readonly Node[],
  siteOfPass: () => Site,
  pass: (origins?: Map<Origin, number>) => readonly Node[],
): readonly Node[] {
  if (order.length > mostNodes || !order.every(isOfStructure)) return pass();
  let results: readonly Node[] | undefined;
  const { kept } = recordings.get(order, [cost, ...inputs], ({ hash }) => {
    if (!seen.has(hash)) {
      if (seen.size >= mostSeen) seen.clear();
      seen.add(hash);
      results = pass();
      return undefined;
    }
    const origins = new Map<Origin, number>();
    results = pass(origins);
    return recordingOf(results, order, origins);
  });
  return results ?? copied(kept!, order, siteOfPass());
}

/** Whether the structure has everything about the node that a pass depends on. */
function isOfStructure(node: Node): boolean {
  const { family, cell } = node;
  return (
    family !== "custom" &&
    family !== "loop" &&
    family !== "host" &&
    cell.tensor === undefined &&
    historyOf(node) === undefined
  );
}

/** A recording of a pass; undefined if its nodes contain more than structure, such as data. */
function recordingOf(
  results: readonly Node[],
  order: readonly Node[],
  origins: ReadonlyMap<Origin, number>,
): Recording | undefined {
  const positions = new Map(order.map((node, i) => [node, i]));
  const nodes = topologicalOrder(results, (node) => (positions.has(node) ? [] : node.inputs));
  const places: number[] = [];
  const made: Made[] = [];
  for (const node of nodes) {
    if (positions.has(node)) continue;
    if (node.family === "source" || !isOfStructure(node)) return undefined;
    positions.set(node, order.length + made.length);
    const isShared = node.family === "literal" && node.cell.site === undefined;
    const from = node.cell.site?.gradientOf;
    const at = (from && origins.get(from)) ?? -1;
    let origin = places.indexOf(at);
    if (at >= 0 && origin < 0) origin = places.push(at) - 1;
    made.push({
      node: isShared ? node : copyForPlan(node, []),
      inputs: isShared ? undefined : node.inputs.map((input) => positions.get(input)!),
      origin: at < 0 ? -1 : origin,
    });
  }
  return {
    made,
    results: results.map((node) => positions.get(node)!),
    origins: places,
    bytes: bytesEach * made.length,
  };
}

/** Creates the nodes of a recorded pass for another graph. */
function copied(
  { made, results, origins }: Recording,
  order: readonly Node[],
  pass: Site,
): readonly Node[] {
  currentCall.enterGradientOf(currentCall.enterGradientOf(undefined));
  const sites = origins.map((at): Site => {
    const { operation, cell } = order[at]!;
    return new Site({ operation: operation.name, site: cell.site, pass });
  });
  const nodes = new Array<Node>(made.length);
  const nodeAt = (at: number) => (at < order.length ? order[at]! : nodes[at - order.length]!);
  for (let i = 0; i < made.length; i++) {
    const { node, inputs, origin } = made[i]!;
    if (!inputs) {
      nodes[i] = node;
      continue;
    }
    const own = new Array<Node>(inputs.length);
    for (let j = 0; j < inputs.length; j++) own[j] = nodeAt(inputs[j]!);
    nodes[i] = copyAt(origin < 0 ? currentCall.site : sites[origin]!, node, own);
  }
  return results.map(nodeAt);
}
