// From groups of nodes that are computed together to kernels.
import type { Check } from "../../graph/indices.ts";
import type { Node, NodeOf } from "../../graph/node.ts";
import type { DType } from "../../scalar/dtype.ts";
import { buffersOf } from "../kernel/dependence.ts";
import type { Buffer, Kernel, Statement, Value } from "../kernel/language.ts";
import type { Target } from "../target.ts";
import { concatLoops } from "./concats.ts";
import { convolutionLoops } from "./convolutions.ts";
import { type Group, groupsOf, placeIn } from "./groups.ts";
import { flatten, nested, ownPlace, type Place, samePlace } from "./index-map.ts";
import type { Loops } from "./loops.ts";
import { Lowering } from "./lower.ts";
import { productLoops } from "./products.ts";
import { reductionLoops } from "./reductions.ts";
import { scanLoops } from "./scans.ts";
import { isOfManyParts, type Stored } from "./stored.ts";

/** What a plan runs, in order: kernels, and nodes that the host computes. */
export type Step =
  | {
      readonly kind: "kernel";
      readonly kernel: Kernel;
      readonly reads: ReadonlySet<Buffer>;
      readonly writes: ReadonlySet<Buffer>;
    }
  | {
      readonly kind: "host";
      readonly node: Node;
      /** Of the node's inputs, one for each. */
      readonly inputs: readonly Buffer[];
      readonly reads: ReadonlySet<Buffer>;
      readonly writes: ReadonlySet<Buffer>;
    };

/** What steps are made with. */
export interface Planning {
  readonly target: Target;
  /** Where a node is stored; undefined if it is written out where it is used. */
  readonly bufferOf: (node: Node) => Buffer | undefined;
  /** A buffer for what no node stands for. */
  readonly addBuffer: (dtype: DType, size: number) => Buffer;
  /** Registers a check, and gives its number. */
  readonly addCheck: (check: Check) => number;
}

/** The steps that compute what is stored, in an order that can run. */
export function stepsOf(
  stored: Stored,
  outputs: readonly Node[],
  plan: Planning,
  fuse: boolean,
): readonly Step[] {
  const groups = groupsOf(stored, plan, fuse);
  // What only its own kernel uses stays in registers.
  const needed = new Set([...outputs, ...groups.flatMap((group) => [...group.reads])]);
  return groups.flatMap((group) => toSteps(group, needed, stored, plan));
}

function toSteps(
  group: Group,
  needed: ReadonlySet<Node>,
  stored: Stored,
  plan: Planning,
): readonly Step[] {
  const [root, ...others] = group.nodes as [Node, ...Node[]];
  const kept = group.nodes.filter((node) => needed.has(node));
  const writes = new Set(kept.map((node) => plan.bufferOf(node)!));
  if (!plan.target.computes(root)) {
    const inputs = root.inputs.map((node) => plan.bufferOf(node)!);
    return [{ kind: "host", node: root, inputs, reads: new Set(inputs), writes }];
  }
  const operations = group.nodes.map((node) => node.operation.name);
  const { before, body } = loopsOf(group, root, others, writes, stored, plan);
  return [...before, { operations, body }].map(
    (kernel): Step => ({ kind: "kernel", kernel, ...buffersOf(kernel.body) }),
  );
}

function loopsOf(
  group: Group,
  root: Node,
  others: readonly Node[],
  writes: ReadonlySet<Buffer>,
  stored: Stored,
  plan: Planning,
): Loops {
  const { target, bufferOf, addCheck, addBuffer } = plan;
  const values = new Map<Node, Value>();
  const lowering = new Lowering({
    bufferOf,
    addCheck,
    atHand: (node, at) => {
      const value = values.get(node);
      return value && samePlace(at, placeIn(group, node)) ? value : undefined;
    },
  });
  /** Stores the first node's value, and then those of the nodes that have joined. */
  const stores = (first: Value): readonly Statement[] => {
    const statements: Statement[] = [];
    for (const node of [root, ...others]) {
      const at = placeIn(group, node);
      const value = node === root ? first : lowering.writtenOut(node, at);
      values.set(node, value);
      const buffer = bufferOf(node)!;
      if (!writes.has(buffer)) continue;
      statements.push({ kind: "store", buffer, index: flatten(at, node.shape), value });
    }
    return statements;
  };
  const { at } = group;
  const context = { lowering, target, addBuffer, stores };
  const inPlace = (body: readonly Statement[]): Loops => ({ before: [], body });
  switch (root.family) {
    case "contract":
      return productLoops(root, at, context);
    case "convolve":
      return convolutionLoops(root, at, context);
    case "scan":
      return scanLoops(root, at, context);
    case "reduce":
      return reductionLoops(root, at, context);
    case "movement":
      if (!isOfManyParts(root)) break;
      return concatLoops(root, bufferOf(root)!, stored, context);
    case "scatter":
      return inPlace(scatterLoops(root, at, bufferOf(root)!, lowering));
    default:
  }
  return inPlace(nested(at, stores(lowering.writtenOut(root, at))));
}

function scatterLoops(
  node: NodeOf<"scatter">,
  at: Place,
  buffer: Buffer,
  lowering: Lowering,
): readonly Statement[] {
  const [base, indices, updates] = node.inputs as readonly [Node, Node, Node];
  const from = ownPlace(updates.shape);
  const { place: to } = lowering.indexedPlace(node, node.shape, indices, from);
  const { axis, along } = node.attributes;
  // Along these two updates may meet at one place.
  const picked = from.slice(axis, axis + (along ? 1 : indices.shape.length));
  return [
    ...nested(at, [
      { kind: "store", buffer, index: flatten(at, node.shape), value: lowering.valueAt(base, at) },
    ]),
    ...nested(
      from,
      [
        {
          kind: "accumulate",
          buffer,
          index: flatten(to, node.shape),
          value: lowering.valueAt(updates, from),
        },
      ],
      picked,
    ),
  ];
}
