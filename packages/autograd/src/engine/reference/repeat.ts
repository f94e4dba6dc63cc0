// Loops: the body is run once per iteration.
import type { Node, NodeOf, Value } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import { nodeOfOutcome, runsAt, unfinished } from "../../ops/loop.ts";
import { allocate, type Data } from "../../scalar/dtype.ts";

/** Runs a graph, as `run` does. */
type Run = (
  order: readonly Node[],
  outputs: readonly Node[],
  given: ReadonlyMap<Node, Value>,
) => readonly Data[];

/** The values of some outcomes of one loop, from those of its inputs. */
export function repeat(
  outcomes: readonly NodeOf<"loop">[],
  inputs: readonly Data[],
  run: Run,
): readonly Data[] {
  const { operation } = outcomes[0]!;
  const { body } = operation;
  const { length, isReversed, condition = -1, inputs: own, sequences, next, nodes } = body;
  const isByCarry = condition >= 0 && condition < next.length;
  const stacked = outcomes.filter(({ attributes }) => attributes.isStacked);
  const kept = stacked.map(nodeOfOutcome);
  const results = new Map<Node, Data>();
  for (const node of stacked) results.set(node, allocate(node.dtype, elementCount(node.shape)));
  let carries = inputs.slice(0, next.length);
  const chosen = () => (isByCarry ? carries : inputs)[condition];
  for (let i = 0; i < length; i++) {
    const index = isReversed ? length - 1 - i : i;
    if (!runsAt(body, chosen(), index)) {
      // Stacks are zeros.
      if (isByCarry) break;
      continue;
    }
    const given = new Map<Node, Value>();
    own.forEach((input, position) => {
      const isElement = position >= next.length && position < next.length + sequences;
      if (position < next.length) given.set(input, carries[position]!);
      else if (isElement) given.set(input, elementAt(inputs[position]!, index, length));
      else given.set(input, inputs[position]!);
    });
    const values = run(nodes.slice(own.length), [...next, ...kept], given);
    carries = values.slice(0, next.length);
    values.slice(next.length).forEach((value, j) => {
      results.get(stacked[j]!)!.set(value, index * value.length);
    });
  }
  if (isByCarry && runsAt(body, chosen(), 0)) throw unfinished(operation);
  return outcomes.map((node) => results.get(node) ?? carries[node.attributes.position]!);
}

function elementAt(sequence: Data, index: number, length: number): Data {
  const size = sequence.length / length;
  return sequence.slice(index * size, (index + 1) * size);
}
