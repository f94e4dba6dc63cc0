// A node: one use of an operation. Nodes are immutable, so a graph is data: it can be printed,
// differentiated, rewritten and compiled by functions that only read it.
import type { MatrixFunction } from "../matrix/matrix.ts";
import type { Data, DType } from "../scalar/dtype.ts";
import type { Scalar } from "../scalar/expression.ts";
import { checkLimits, type Shape } from "./shape.ts";
import { callOf, type Site, siteOfNow } from "./site.ts";

/**
 * A share of the gradient: given `g`, the gradient of the cost with respect to `output`, the one
 * with respect to the input at `position`, or a broadcast of it. Written in differentiable
 * operations, so that gradients are graphs.
 */
export type GradientRule = (
  g: Node,
  inputs: readonly Node[],
  output: Node,
  position: number,
) => Node;

/** Why an operation passes no gradient on to an input. */
export type NoGradient = `none: ${string}`;

interface Definition {
  /** The public name, as a user calls it. */
  readonly name: string;
  /** One rule an input; the last one serves all further inputs. */
  readonly gradient: readonly (GradientRule | NoGradient)[];
}

/** Values that are there before anything runs. */
export interface Source extends Definition {
  readonly family: "source";
}
/** One number, part of the graph's structure. */
export interface Literal extends Definition {
  readonly family: "literal";
}
/** Each element is its own position along an axis. */
export interface Iota extends Definition {
  readonly family: "iota";
}
/** One element of each input gives one of the output; inputs broadcast. */
export interface Elementwise extends Definition {
  readonly family: "elementwise";
  readonly value: Scalar;
  /** Where the function and its derivatives are smooth; tests draw from there. */
  readonly domain?: readonly [from: number, to: number];
}
/** Combines the elements along some axes, which stay as size 1. */
export interface Reduce extends Definition {
  readonly family: "reduce";
  readonly start: number;
  /** Of the total so far (input 0) and an element (input 1). */
  readonly combine: Scalar;
}
/** The same elements in another arrangement. */
export interface Movement extends Definition {
  readonly family: "movement";
}
/** `[...batch, m, k] x [...batch, k, n]`: sums of products over k; batch axes broadcast. */
export interface Contract extends Definition {
  readonly family: "contract";
}
/**
 * Elements of input 0 along an axis, picked by the indices of input 1: whole slices, the same for
 * all else, or (`along`) each element by an index of its own.
 */
export interface Gather extends Definition {
  readonly family: "gather";
  /**
   * What errors call an index that does not count from the end: those below 0 come with the size
   * taken off, out of range.
   */
  readonly fromZero?: "label" | "index";
}
/** Input 0 with what stands in input 2 added at the indices of input 1; `along` as in `Gather`. */
export interface Scatter extends Definition {
  readonly family: "scatter";
  /** As in `Gather`. */
  readonly fromZero?: "label" | "index";
}
/** Each element is the total of all up to it along an axis; the inputs have the output's shape. */
export interface Scan extends Definition {
  readonly family: "scan";
  readonly start: number;
  /** Of the total so far (input 0) and an element of each input (inputs 1, 2, …). */
  readonly combine: Scalar;
}
/** The positions along an axis in the order of their elements; equal ones keep theirs. */
export interface Sort extends Definition {
  readonly family: "sort";
}

/**
 * `[n, groups, c, ...size] x [groups, m, c, ...window]` gives `[n, groups, m, ...places]`: for each
 * place of the window the sum of its products with what lies under it.
 */
export interface Convolve extends Definition {
  readonly family: "convolve";
}
/** The value of input 0; gradients go to the further inputs, by a rule of its own. */
export interface Custom extends Definition {
  readonly family: "custom";
}
/**
 * One algorithm on the matrices that the last two axes of the inputs hold; axes before them are
 * batches, the same in all inputs and the output. For what goes on element after element, each
 * needing those before: a plain function in float64, which back ends call between their kernels.
 */
export interface Routine extends Definition {
  readonly family: "routine";
  readonly compute: MatrixFunction;
}

/** What of a gradient goes to each input of a custom node after the first; undefined: nothing. */
export type CustomRule = (
  g: Node,
  inputs: readonly Node[],
  output: Node,
) => readonly (Node | undefined)[];

/** How a movement arranges its input: what its output's index means there. */
export type Move =
  /** Row-major order kept. */
  | { readonly kind: "reshape" }
  /** Axes of size 1 repeated, axes added in front. */
  | { readonly kind: "broadcast" }
  /** Axis `i` of the output is axis `order[i]` of the input. */
  | { readonly kind: "permute"; readonly order: readonly number[] }
  /** Index `i` of the output is index `start + i * step` of the input; steps are positive. */
  | { readonly kind: "slice"; readonly start: readonly number[]; readonly step: readonly number[] }
  | { readonly kind: "flip"; readonly axes: readonly number[] }
  /** Index `i` of the input is index `before + i * step` of the output; elsewhere `value`. */
  | {
      readonly kind: "pad";
      readonly before: readonly number[];
      readonly step: readonly number[];
      readonly value: number;
    }
  | { readonly kind: "concat"; readonly axis: number }
  /**
   * Index `i` of the last axes but their windows, and `w` in the window, is `i * stride + w *
   * dilation`.
   */
  | ({ readonly kind: "window" } & Windows);

/** How a window goes over the last axes: from place to place, and from element to element in it. */
export interface Windows {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/** Where the value of a source node was computed. */
export interface History {
  /**
   * The node that computed it, which may be made when it is first asked for; undefined once the
   * past has been let go.
   */
  readonly tip: Node | undefined;
  /** Nodes that all the past stands on, without making the tip; none once it has been let go. */
  readonly ground: readonly Node[];
  /** Whether a parameter stands somewhere in a past that was let go. */
  readonly hadParameters: boolean;
}

/** Which axis indices are of, and whether each element has an index of its own. */
export interface Indexed {
  readonly axis: number;
  readonly along: boolean;
  /** Of a batch: the shape that one example has, and the axis in it, which errors speak of. */
  readonly exampleShape?: Shape;
  readonly exampleAxis?: number;
  /** Of a batch: how far from 0 indices are that are out of range, beyond what they were. */
  readonly beyond?: number;
}

/** What the nodes of each family know beside their operation. */
interface AttributesOf {
  source: { readonly label?: string; readonly history?: History };
  literal: { readonly value: number };
  iota: { readonly axis: number };
  elementwise: Readonly<Record<string, never>>;
  reduce: { readonly axes: readonly number[] };
  movement: Move;
  contract: Readonly<Record<string, never>>;
  gather: Indexed;
  scatter: Indexed;
  scan: { readonly axis: number };
  sort: { readonly axis: number; readonly descending: boolean };
  custom: { readonly rule: CustomRule };
  convolve: Windows;
  routine: Readonly<Record<string, never>>;
}

interface OperationOf {
  source: Source;
  literal: Literal;
  iota: Iota;
  elementwise: Elementwise;
  reduce: Reduce;
  movement: Movement;
  contract: Contract;
  gather: Gather;
  scatter: Scatter;
  scan: Scan;
  sort: Sort;
  custom: Custom;
  convolve: Convolve;
  routine: Routine;
}

export type Family = keyof OperationOf;
export type Operation = OperationOf[Family];

/** A node of one family. */
export interface NodeOf<F extends Family> {
  readonly family: F;
  readonly operation: OperationOf[F];
  readonly inputs: readonly Node[];
  readonly attributes: AttributesOf[F];
  readonly shape: Shape;
  readonly dtype: DType;
  /** Length of the longest way down to a node without inputs. */
  readonly depth: number;
  /** The one thing about a node that changes: what is known of its value. */
  readonly cell: Cell;
}

/** One use of an operation; `family` tells which kind. */
export type Node = { [F in Family]: NodeOf<F> }[Family];

/**
 * `node`, which has to be of one of the families: for rules, which are given the output of their
 * own operation.
 */
export function ofFamily<F extends Family>(node: Node, ...families: readonly F[]): NodeOf<F> {
  if (families.some((family) => family === node.family)) return node as unknown as NodeOf<F>;
  throw new Error(`unreachable: ${node.family}, expected ${families.join(" or ")}`);
}

/** A value that a back end keeps in memory of its own. */
export interface Resident {
  readonly byteLength: number;
  /** A copy of the elements, row-major. */
  read(): Data;
}

/** Elements, row-major, wherever they are; never written to while a node has them. */
export type Value = Data | Resident;

/** The elements of a value; not to be written to. */
export function dataOf(value: Value): Data {
  return ArrayBuffer.isView(value) ? value : value.read();
}

/** Whether nothing is differentiated through a node, as through `stopGradient`. */
export function endsGradients({ inputs, operation }: Node): boolean {
  return inputs.length > 0 && operation.gradient.every((rule) => typeof rule === "string");
}

/** One of the values that a call of a compiled function has computed. */
export interface CompiledCall {
  /**
   * Whether all that the function was called with is still there. Where it is not, the rest throws
   * `NablaError`.
   */
  readonly isKnown: boolean;
  /** The node of the traced graph that it is the value of. */
  readonly output: Node;
  /** The values of the traced graph's inputs. */
  readonly given: ReadonlyMap<Node, Value>;
}

/** Something that is given one value after the other: a parameter. */
export interface Home {
  /** The value that it has, and keeps until it is given a new one; none at first. */
  readonly held: Value | undefined;
  /** The run that was to compute its new value, `node`, has failed: it keeps the one that it had. */
  takeBack(node: Node): void;
}

/**
 * What is known of a node's value, and of where it comes from. What most nodes have is there from
 * the start, and no field is taken away: an object that shrinks is a slow one.
 */
export interface Cell {
  /** Where it was made; literals, which graphs share, have none. */
  site: Site | undefined;
  value: Value | undefined;
  /** Whose new value it is to be: a back end may leave it there. At most two values are in use for
   * one home at a time. */
  home: Home | undefined;
  /** To be computed, and kept, by whatever run computes this node. */
  companions?: readonly Node[] | undefined;
  /** If it has companions: how often it was computed on the way to others, and not kept. */
  timesComputed?: number | undefined;
  /** Looks at a node with this one's value before anything of the run is kept; may throw. */
  guard?: ((valued: Node) => void) | undefined;
  /** Set if the value is one that a compiled function has computed. */
  computedBy?: CompiledCall | undefined;
  /** Set if a run that was to compute it and keep it has failed. */
  failed?: true | undefined;
  /** Set in place of the value when later updates have overwritten it: whose it was. */
  overwritten: string | undefined;
  /** Set if it is part of a past that was let go: whether parameters stand at it or below. */
  letGo?: boolean | undefined;
  /** What it is a value of. */
  owner: object | undefined;
  /** What all nodes have in common that one tensor has stood for, where there are several. */
  tensor?: object | undefined;
  /** Bytes of the values that are kept below it, about, if it was computed and has inputs. */
  keptBelow: number | undefined;
  /** Whether its value, which has no inputs, counts as kept below another already. */
  isCounted: boolean;
  /** The walk over a graph that came by last, and the number that it has given to the node. */
  mark: number;
  number: number;
}

/**
 * A node. (Not frozen: that takes four times as long as all else here.) Its shape and dtype have been checked by the family's maker, but for how large the
 * shape is: throws `ShapeError` where nothing could compute it.
 */
export function createNode<F extends Family>(
  operation: OperationOf[F] & { readonly family: F },
  inputs: readonly Node[],
  attributes: AttributesOf[F],
  shape: Shape,
  dtype: DType,
): NodeOf<F> {
  checkLimits(callOf(operation.name), shape);
  return nodeOf(operation, inputs, attributes, shape, dtype, siteOfNow());
}

/** All nodes are made here: objects of one form are faster. */
function nodeOf<F extends Family>(
  operation: OperationOf[F] & { readonly family: F },
  inputs: readonly Node[],
  attributes: AttributesOf[F],
  shape: Shape,
  dtype: DType,
  site: Site | undefined,
): NodeOf<F> {
  const { family } = operation;
  let depth = 0;
  for (let i = 0; i < inputs.length; i++) depth = Math.max(depth, inputs[i]!.depth + 1);
  const cell = newCell(site);
  return { family, operation, inputs, attributes, shape, dtype, depth, cell };
}

function newCell(site: Site | undefined): Cell {
  return {
    site,
    value: undefined,
    home: undefined,
    overwritten: undefined,
    owner: undefined,
    keptBelow: undefined,
    isCounted: false,
    mark: 0,
    number: 0,
  };
}

/** Those of families that have none: one object for all nodes. */
export const noAttributes: Readonly<Record<string, never>> = Object.freeze({});

/** The same operation, written at the same place, on other inputs of the same shapes and dtypes. */
export function copyNode(node: Node, inputs: readonly Node[]): Node {
  const { operation, attributes, shape, dtype, cell } = node;
  // A node's family ties its operation to its attributes; a copy keeps both.
  return nodeOf(operation as never, inputs, attributes as never, shape, dtype, cell.site) as Node;
}
