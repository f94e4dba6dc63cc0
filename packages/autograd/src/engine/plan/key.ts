// The structure of a graph as text: operations, attributes, shapes, dtypes and wiring, but not the
// data. Graphs with equal keys share a plan.
import type { Node } from "../../graph/node.ts";
import type { Shape } from "../../graph/shape.ts";

const operationNumbers = new WeakMap<object, number>();
let operationCount = 0;
const shapeTexts = new WeakMap<Shape, string>();
const attributeTexts = new WeakMap<object, string>();

/**
 * The key of the graph of `order` (all nodes without a value, inputs first), and the nodes with
 * values that it begins at, in the order in which the key mentions them.
 */
export function structureOf(
  order: readonly Node[],
  outputs: readonly Node[],
): { readonly key: string; readonly inputs: readonly Node[] } {
  const numbers = new Map<Node, number>();
  const inputs: Node[] = [];
  let key = "";
  const numberOf = (node: Node): number => {
    let number = numbers.get(node);
    if (number === undefined) {
      // Only a node with a value has no number yet when it is used.
      number = -1 - inputs.length;
      numbers.set(node, number);
      inputs.push(node);
      key += `${node.dtype}${shapeText(node.shape)};`;
    }
    return number;
  };
  order.forEach((node, position) => {
    let wiring = "";
    for (const input of node.inputs) wiring += `${numberOf(input)},`;
    key += `${operationNumber(node.operation)}(${wiring}${attributesText(node)})${node.dtype}${shapeText(node.shape)};`;
    numbers.set(node, position);
  });
  for (const output of outputs) key += `>${numberOf(output)}`;
  return { key, inputs };
}

function operationNumber(operation: object): number {
  let number = operationNumbers.get(operation);
  if (number === undefined) operationNumbers.set(operation, (number = operationCount++));
  return number;
}

function shapeText(shape: Shape): string {
  let text = shapeTexts.get(shape);
  if (text === undefined) shapeTexts.set(shape, (text = `[${shape.join()}]`));
  return text;
}

function attributesText(node: Node): string {
  switch (node.family) {
    case "source":
    case "elementwise":
    case "contract":
      return "";
    case "literal": {
      const { value } = node.attributes;
      return Object.is(value, -0) ? "-0" : String(value);
    }
    default: {
      let text = attributeTexts.get(node.attributes);
      if (text === undefined) {
        const values: readonly unknown[] = Object.values(node.attributes);
        text = values
          .map((value) => (Array.isArray(value) ? `[${value.join()}]` : String(value)))
          .join();
        attributeTexts.set(node.attributes, text);
      }
      return text;
    }
  }
}
