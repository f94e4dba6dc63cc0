// A node: one use of an operation. Nodes are immutable, so a graph is data: it can be printed,
// differentiated, rewritten and compiled by functions that only read it.
import type { MatrixFunction } from "../matrix/matrix.ts";
import type { Data, DType } from "../scalar/dtype.ts";
import type { Scalar } from "../scalar/expression.ts";
import type { Indexed, Move, Outcome, Windows } from "./attributes.ts";
import { laterError } from "./later.ts";
import type { Shape } from "./shape.ts";
import type { Site } from "./site.ts";

/**
 * One contribution to a gradient: given `g`, the gradient of the cost with respect to `output`,
 * returns the one with respect to the input at `position`, or something that broadcasts to it.
 * Written in differentiable operations, so that gradients are graphs.
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

/** Values that exist before anything runs. */
export interface Source extends Definition {
  readonly family: "source";
}
/** One number, part of the graph's structure. */
export interface Literal extends Definition {
  readonly family: "literal";
}
/** Each element is its own index along an axis. */
export interface Iota extends Definition {
  readonly family: "iota";
}
/** Each output element is a function of one element of each input; inputs broadcast. */
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
  /** Combines the accumulator (input 0) and an element (input 1). */
  readonly combine: Scalar;
}
/** The same elements, rearranged. */
export interface Movement extends Definition {
  readonly family: "movement";
}
/** Matrix products `[...batch, m, k] x [...batch, k, n]`; batch axes broadcast. */
export interface Contract extends Definition {
  readonly family: "contract";
}
/**
 * Elements of input 0 along an axis, picked by the indices of input 1: whole slices, or (`along`)
 * each element by its own index.
 */
export interface Gather extends Definition {
  readonly family: "gather";
  /**
   * What errors call an index that does not count from the end: those below 0 arrive with the size
   * subtracted, so that they are out of range.
   */
  readonly fromZero?: "label" | "index";
  /** What errors say of any index but 0, which then tells that a condition does not hold. */
  readonly message?: string;
}
/** Input 0 with the elements of input 2 added at the indices of input 1; `along` as in `Gather`. */
export interface Scatter extends Definition {
  readonly family: "scatter";
  /** As in `Gather`. */
  readonly fromZero?: "label" | "index";
  readonly message?: string;
}
/** Running totals along an axis; the inputs have the output's shape. */
export interface Prefix extends Definition {
  readonly family: "prefix";
  readonly start: number;
  /** Combines the accumulator (input 0) and an element of each input (inputs 1, 2, …). */
  readonly combine: Scalar;
}
/** The indices that sort an axis; stable. */
export interface Sort extends Definition {
  readonly family: "sort";
}

/**
 * `[n, groups, c, ...size] x [groups, m, c, ...window]` gives `[n, groups, m, ...places]`: at each
 * place of the window, the sum of the products of kernel and input.
 */
export interface Convolve extends Definition {
  readonly family: "convolve";
}
/** The value of input 0, computed after input 1: a scheduling dependency. */
export interface Ordered extends Definition {
  readonly family: "ordered";
}
/** The value of input 0; gradients go to the other inputs, by a custom rule. */
export interface Custom extends Definition {
  readonly family: "custom";
}
/**
 * An algorithm on the matrices in the last two axes of the inputs; the axes before them are
 * batches, the same in all inputs and the output. For inherently sequential algorithms: a plain
 * function in float64, which back ends call between their kernels.
 */
export interface Routine extends Definition {
  readonly family: "routine";
  readonly compute: MatrixFunction;
}

/**
 * A host function: reads the elements of the inputs and writes those of the output, between kernels; for
 * what graphs cannot express, such as an exchange with other processes. It is called once a run.
 */
export interface HostFunction extends Definition {
  readonly family: "host";
  readonly compute: (inputs: readonly Data[], output: Data) => void;
  /** Called where a run fails that has called it. */
  readonly onFailure: (() => void) | undefined;
}

/** One output of a body that is repeated. Inputs: those of the body, sequences whole. */
export interface Loop extends Definition {
  readonly family: "loop";
  readonly body: Body;
}

/** What a loop repeats: a graph of its own, whose inputs are placeholders. */
export interface Body {
  /** The number of iterations, at least 1; `Infinity` if only the condition ends it. */
  readonly length: number;
  /**
   * The position of the input that tells which iterations run: those in which one of its elements is
   * true. The others leave the carries as they are, and have zeros in stacks. If it is a carry, it has
   * to be false after the last iteration.
   */
  readonly condition: number | undefined;
  /** Whether a gradient keeps nothing of an iteration but the carries, and computes it again. */
  readonly isRecomputed: boolean;
  /** Whether they go from the last element of the sequences to the first. */
  readonly isReversed: boolean;
  /** First the carries, then an element of each sequence, then what all iterations share. */
  readonly inputs: readonly Node[];
  /** How many of the inputs are elements of sequences. */
  readonly sequences: number;
  /** The carries after an iteration. */
  readonly next: readonly Node[];
  /** The nodes that an outcome of the loop may be of: the inputs, then all others, inputs first. */
  readonly nodes: readonly Node[];
}

/** The gradient of each input of a custom node after the first; undefined: none. */
export type CustomRule = (
  g: Node,
  inputs: readonly Node[],
  output: Node,
) => readonly (Node | undefined)[];

/** Where the value of a source node was computed. */
export interface History {
  /**
   * The node that computed it, which may be created on first access; undefined once the history has
   * been dropped.
   */
  readonly tip: Node | undefined;
  /** The nodes that the history starts from, without creating the tip; none once it was dropped. */
  readonly ground: readonly Node[];
  /** Whether a dropped history contained a parameter. */
  readonly hadParameters: boolean;
}

/** What the nodes of each family hold beside their operation. */
export interface AttributesOf {
  source: { readonly label?: string; readonly history?: History };
  literal: { readonly value: number };
  iota: { readonly axis: number };
  elementwise: Readonly<Record<string, never>>;
  reduce: { readonly axes: readonly number[] };
  movement: Move;
  contract: Readonly<Record<string, never>>;
  gather: Indexed;
  scatter: Indexed;
  prefix: { readonly axis: number };
  sort: { readonly axis: number; readonly descending: boolean };
  ordered: Readonly<Record<string, never>>;
  custom: { readonly rule: CustomRule };
  convolve: Windows;
  routine: Readonly<Record<string, never>>;
  host: Readonly<Record<string, never>>;
  loop: Outcome;
}

/** The operations of each family. */
export interface OperationOf {
  source: Source;
  literal: Literal;
  iota: Iota;
  elementwise: Elementwise;
  reduce: Reduce;
  movement: Movement;
  contract: Contract;
  gather: Gather;
  scatter: Scatter;
  prefix: Prefix;
  sort: Sort;
  ordered: Ordered;
  custom: Custom;
  convolve: Convolve;
  routine: Routine;
  host: HostFunction;
  loop: Loop;
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
  /** Length of the longest path down to a node without inputs, in levels (`levelsOf`). */
  readonly depth: number;
  /** How many nodes were created before it. */
  readonly serial: number;
  /** What is known of its value: apart from the next two fields, the only mutable part. */
  readonly cell: Cell;
  /** The last walk that visited the node, and the number that it gave to the node. */
  mark: number;
  number: number;
}

/** One use of an operation; `family` tells which kind. */
export type Node = { [F in Family]: NodeOf<F> }[Family];

/**
 * `node`, checked to be of one of the families: for gradient rules, which get the output of their
 * own operation.
 */
export function ofFamily<F extends Family>(node: Node, ...families: readonly F[]): NodeOf<F> {
  if (families.some((family) => family === node.family)) return node as unknown as NodeOf<F>;
  throw new Error(`unreachable: ${node.family}, expected ${families.join(" or ")}`);
}

/** A value that a back end keeps in memory of its own. */
export interface Resident {
  readonly byteLength: number;
  /** A copy of the elements, row-major; a promise of one where the device answers later. */
  read(): Data | Promise<Data>;
}

/** Elements, row-major, wherever they are; never written to while a node has them. */
export type Value = Data | Resident;

/**
 * The elements of a value; not to be written to. Throws `NablaError` for `operation` if the device
 * answers later.
 */
export function dataOf(value: Value, operation: string = "dataSync"): Data {
  const data = ArrayBuffer.isView(value) ? value : value.read();
  if (data instanceof Promise) throw laterError(operation);
  return data;
}

/** Whether no gradient passes through a node, as through `stopGradient`. */
export function endsGradients({ inputs, operation }: Node): boolean {
  return inputs.length > 0 && operation.gradient.every((rule) => typeof rule === "string");
}

/** A call of a compiled function that computed a value. */
export interface CompiledCall {
  /**
   * Whether everything that the function was called with still exists. Otherwise the other fields
   * throw `NablaError`.
   */
  readonly isKnown: boolean;
  /** The node of the traced graph whose value it is. */
  readonly output: Node;
  /** The values of the traced graph's inputs. */
  readonly given: ReadonlyMap<Node, Value>;
}

/** A holder of one value at a time: a parameter. */
export interface Home {
  /** The current value, kept until the next one; undefined at first. */
  readonly held: Value | undefined;
  /**
   * Called when the run that was to compute the new value, `node`, has failed: keeps the old one.
   */
  takeBack(node: Node): void;
}

/**
 * A node's value, if known, and its origin. Fields that most nodes have exist from the start, and none is
 * deleted: an object that loses fields is slow.
 */
export interface Cell {
  /** Where the node was created; shared literals have none. */
  site: Site | undefined;
  value: Value | undefined;
  /** The home whose new value this will be: a back end may compute it in place there. A home has at
   * most two values in use at a time. */
  home: Home | undefined;
  /** Nodes to compute and keep in whatever run computes this one. */
  companions?: readonly Node[] | undefined;
  /** If it has companions: how often it was computed for other nodes and not kept. */
  timesComputed?: number | undefined;
  /** Inspects this node's value before anything of the run is kept; may throw. */
  guard?: ((valued: Node) => void) | undefined;
  /** Set if a compiled function computed the value. */
  computedBy?: CompiledCall | undefined;
  /** Set if a run that was to compute and keep it has failed. */
  failed?: true | undefined;
  /** Set if it is an update that could not be computed, and nobody has read yet: the error. */
  failure?: unknown;
  /** Set in place of the value once later updates have overwritten it: the owner's name. */
  overwritten: string | undefined;
  /** Set if it belongs to a dropped history: whether it or a node below is a parameter. */
  letGo?: boolean | undefined;
  /** The object whose value it is. */
  owner: object | undefined;
  /** Shared by all nodes that one tensor has stood for, if there are several. */
  tensor?: object | undefined;
  /** Approximate bytes of the values kept below it, if it was computed and has inputs. */
  keptBelow: number | undefined;
  /** Whether its value, which has no inputs, is already counted as kept below another node. */
  isCounted: boolean;
  /** Whether it belongs to a history that was remembered. */
  isRemembered: boolean;
  /** In how many plans it was computed. */
  timesPlanned: number;
}
