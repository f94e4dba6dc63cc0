// Graphs as text: one line per node, for people; and Graphviz's DOT, for pictures.
import { shortText } from "../scalar/number-text.ts";
import type { Loop, Node } from "./node.ts";
import { topologicalOrder } from "./order.ts";
import { quoted } from "./printable.ts";
import { formatShape } from "./shape.ts";

/**
 * Prints one line per node, inputs first:
 * ```text
 * %0 = parameter "weight"    float32 [784, 16]
 * %2 = matmul(%1, %0)        float32 [100, 16]
 * ```
 */
export function printGraph(roots: readonly Node[]): string {
  const order = topologicalOrder(roots);
  return printNodes(order, new Set()) || roots.map(label).join("\n");
}

/** Prints nodes, and below the first of a loop what that repeats, unless it is among `printed`. */
function printNodes(all: readonly Node[], printed: Set<Loop>): string {
  const order = all.filter((node) => node.family !== "literal");
  const names = new Map<Node, string>(order.map((node, i) => [node, `%${i}`]));
  const reference = (node: Node) => names.get(node) ?? label(node);
  const left = order.map((node) => {
    const inputs = node.inputs.length > 0 ? `(${node.inputs.map(reference).join(", ")})` : "";
    return `${reference(node)} = ${label(node)}${inputs}`;
  });
  const width = Math.max(0, ...left.map((text) => text.length));
  const lines = order.flatMap((node, i) => {
    const line = `${left[i]!.padEnd(width)}  ${type(node)}`;
    if (node.family !== "loop" || printed.has(node.operation)) return [line];
    printed.add(node.operation);
    return [line, printBody(node.operation, printed)];
  });
  return lines.join("\n");
}

/** Prints what a loop repeats, with the carries after it. */
function printBody({ body }: Loop, printed: Set<Loop>): string {
  const { nodes, next, condition } = body;
  const numbered = nodes.filter((node) => node.family !== "literal");
  const reference = (node: Node) =>
    node.family === "literal" ? label(node) : `%${numbered.indexOf(node)}`;
  const lines = [
    `${timesOf(body)}${condition === undefined ? "" : ` while ${reference(nodes[condition]!)}`}:`,
    printNodes(nodes, printed),
    ...(next.length > 0 ? [`next: ${next.map(reference).join(", ")}`] : []),
  ];
  return lines.join("\n").replace(/^/gm, "    ");
}

function timesOf({ length, isReversed }: Loop["body"]): string {
  if (length === Number.POSITIVE_INFINITY) return "repeated";
  return `${length} ${length === 1 ? "time" : "times"}${isReversed ? ", backwards" : ""}`;
}

/** Prints a graph in the DOT language of Graphviz; edges carry shapes. */
export function graphToDot(roots: readonly Node[]): string {
  const lines = dotOf(topologicalOrder(roots), "n", new Map());
  return ["digraph {", "  node [fontname=monospace];", ...lines, "}"].join("\n");
}

/** Nodes and edges; what a loop repeats is a box, whose nodes are in `inside` afterwards. */
function dotOf(
  order: readonly Node[],
  prefix: string,
  inside: Map<Loop, ReadonlyMap<Node, string>>,
): readonly string[] {
  const names = new Map<Node, string>(order.map((node, i) => [node, `${prefix}${i}`]));
  return order.flatMap((node) => {
    const shape = node.inputs.length === 0 ? "ellipse" : "box";
    const text = `${label(node)}\n${type(node)}`;
    const own = names.get(node)!;
    const lines = [
      `  ${own} [shape=${shape}, label=${JSON.stringify(text)}];`,
      ...node.inputs.map(
        (input) => `  ${names.get(input)} -> ${own} [label="${formatShape(input.shape)}"];`,
      ),
    ];
    if (node.family !== "loop") return lines;
    const { operation, inputs } = node;
    const { body, name } = operation;
    let within = inside.get(operation);
    if (!within) {
      const of = `${own}_`;
      within = new Map(body.nodes.map((one, i) => [one, `${of}${i}`]));
      inside.set(operation, within);
      lines.push(
        `  subgraph cluster_${own} {`,
        `  label=${JSON.stringify(`${name}, ${timesOf(body)}`)};`,
        ...dotOf(body.nodes, of, inside),
        "  }",
        ...inputs.map((one, i) => `  ${names.get(one)} -> ${of}${i} [style=dashed];`),
        ...body.next.map((one, i) => `  ${within!.get(one)} -> ${of}${i} [style=dotted];`),
      );
    }
    const { isStacked, position } = node.attributes;
    const from = (isStacked ? body.nodes : body.next)[position]!;
    return [...lines, `  ${within.get(from)} -> ${own} [style=dashed];`];
  });
}

function type(node: Node): string {
  return `${node.dtype} ${formatShape(node.shape)}`;
}

/** The operation with its attributes: `sum axes=[1]`. */
function label(node: Node): string {
  switch (node.family) {
    case "literal":
      return shortText(node.attributes.value, node.dtype);
    case "source": {
      const { label: given } = node.attributes;
      return given === undefined ? node.operation.name : `${node.operation.name} ${quoted(given)}`;
    }
    default: {
      const shown = Object.entries(node.attributes).filter(
        ([name, value]) => name !== "kind" && typeof value !== "function",
      );
      const text = shown.map(([name, value]) =>
        typeof value === "number"
          ? ` ${name}=${shortText(value, node.dtype)}`
          : ` ${name}=${Array.isArray(value) ? formatShape(value) : String(value)}`,
      );
      return node.operation.name + text.join("");
    }
  }
}
