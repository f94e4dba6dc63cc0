// Targets: what plans need to know about a machine, all machine-dependent numbers.
import type { Node } from "../graph/node.ts";
import type { DType } from "../scalar/dtype.ts";
import type { Kernel } from "./kernel/language.ts";

/** A kind of machine, as plans see it. Results are the same on all of them, to the last bit. */
export interface Target {
  /** Rows and columns of a product that are computed at once, in registers. */
  readonly tile: (dtype: DType) => { readonly rows: number; readonly columns: number };
  readonly caches: Caches;
  readonly kernel: KernelLimits;
  /** Buffers start at multiples of this many bytes. */
  readonly alignment: number;
  /** Bytes after the end of a buffer that may be read, without effect. */
  readonly slack: number;
  /**
   * Whether a kernel needs a separate segment from kernels for which this differs: the device runs it in
   * another way. Default: none does.
   */
  readonly isApart?: (kernel: Kernel) => boolean;
  /**
   * Whether kernels compute a node; if not, the host does, between two kernels. Not called for host
   * functions.
   */
  readonly computes: (node: Node) => boolean;
}

/** Whether the host computes a node, and no kernel. */
export function isByHost(node: Node, { computes }: Target): boolean {
  return node.family === "host" || !computes(node);
}

/** Caches, in bytes unless noted. */
export interface Caches {
  /** A line of the first cache, and its associativity. */
  readonly line: number;
  readonly ways: number;
  /** The distance between lines of the same set. */
  readonly period: number;
  /** The part of an operand that is reused: a part of the second cache. */
  readonly block: number;
  /** More than the second cache holds. */
  readonly beyond: number;
}

/** Limits on the code of a kernel. */
export interface KernelLimits {
  /** Nodes computed in it. */
  readonly nodes: number;
  /** Operators, in units of an addition, and loads: each takes registers and instructions. */
  readonly code: number;
  /** Buffers that it reads and writes. */
  readonly buffers: number;
  /** Operators of one expression, in units of an addition: longer ones fill the registers. */
  readonly work: number;
  /** Loads of one expression. */
  readonly loads: number;
}
