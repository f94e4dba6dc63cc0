// Counts the floating-point operations of a graph from its nodes, independent of the back end.
import type { GraphData, GraphNode, Shape } from "@nabla/autograd";

/** Functions of elements that compute nothing. */
const free: ReadonlySet<string> = new Set(["stopGradient", "cast"]);

/**
 * One for each product, sum and function of an element that a graph computes in floating point; so
 * products of matrices and convolutions have two for each pair that they multiply. What repeats counts
 * as often as it does at most; moving elements is free, and so are factors of matrices.
 */
export function flopOf({ nodes, loops }: GraphData): number {
  const all = (some: readonly GraphNode[]): number =>
    some.reduce((sum, node) => sum + flopOfNode(node, some), 0);
  const flopOfNode = (node: GraphNode, among: readonly GraphNode[]): number => {
    if (node.family === "loop") {
      const { nodes: body, length } = loops[node.attributes["loop"] as number]!;
      return all(body) * Number(length);
    }
    if (!node.dtype.startsWith("float")) return 0;
    const inputs = node.inputs.map((i) => among[i]!.shape);
    switch (node.family) {
      case "elementwise":
        return free.has(node.operation) ? 0 : elements(node.shape);
      case "reduce":
        return elements(inputs[0]!);
      case "prefix":
        return elements(node.shape);
      case "contract":
        return 2 * elements(node.shape) * inputs[0]!.at(-1)!;
      case "convolve":
        // A kernel is [groups, outputs, channels, ...window].
        return 2 * elements(node.shape) * elements(inputs[1]!.slice(2));
      default:
        return 0;
    }
  };
  return all(nodes);
}

function elements(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
