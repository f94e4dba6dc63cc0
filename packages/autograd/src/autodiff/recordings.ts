// Reverse passes that were recorded. What a pass makes depends on the structure of the graph that it
// goes back through, and not on the data; so for another graph of the same structure, as a step that
// is not compiled builds each time, the nodes of the gradients are copied, and no rule is called.
import { copyAt, copyForPlan } from "../graph/create.ts";
import { historyOf } from "../graph/history.ts";
import type { Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { currentCall, type Origin, Site } from "../graph/site.ts";
import { StructureCache } from "../graph/structure-cache.ts";

/** What a pass made: nodes, and which of them, or of the graph, are the gradients. */
interface Recording {
  readonly made: readonly Made[];
  /** Positions of the gradients: in the graph's order, and then among the nodes made. */
  readonly results: readonly number[];
  /** Positions of the nodes whose rules made others. */
  readonly origins: readonly number[];
  readonly bytes: number;
}

interface Made {
  readonly node: Node;
  /** Positions of the inputs that a copy gets; undefined: a literal that all graphs share. */
  readonly inputs: readonly number[] | undefined;
  /** The place among `origins` of the node whose rule made it; -1: it belongs to the whole pass. */
  readonly origin: number;
}

const mostKept = 128;
const mostBytes = 2 ** 23;
const bytesEach = 256;
/** Longer graphs are not recorded. */
const mostNodes = 4096;
const recordings = new StructureCache<Recording>(mostKept, mostBytes, () => undefined);

/** Hashes of structures that were there once; a pass is recorded when its structure comes again. */
const seen = new Set<number>();
const mostSeen = 4096;

/**
 * The gradients of `cost` by `inputs`: copied from a recorded pass through a graph of the structure of
 * `order`, or made by `pass`, which notes for which node of `order` it makes others. `siteOfPass` is
 * called if it is copied.
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

/** Whether all that a pass looks at in a node is part of the structure. */
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

/** What a pass has made; undefined if there is more to it than its structure, as data. */
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

/** Makes the nodes of a recorded pass for another graph. */
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
