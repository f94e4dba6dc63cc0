// What a plan has to know of the machine that it is made for: every number that belongs to one.
import type { Node } from "../graph/node.ts";
import type { DType } from "../scalar/dtype.ts";

/** A kind of machine, as plans see it. What they compute is the same on all, to the last bit. */
export interface Target {
  /** Rows and columns of a product that are computed at once, in registers. */
  readonly tile: (dtype: DType) => { readonly rows: number; readonly columns: number };
  readonly caches: Caches;
  readonly kernel: KernelLimits;
  /** What is stored starts at multiples of so many bytes. */
  readonly alignment: number;
  /** Bytes beyond the end of what is stored that may be read, though nothing comes of it. */
  readonly slack: number;
  /** Whether kernels compute a node; if not, the host does, between two of them. */
  readonly computes: (node: Node) => boolean;
}

/** Caches, in bytes unless something else is said. */
export interface Caches {
  /** A line of the first one, and how many lines share a place in it. */
  readonly line: number;
  readonly ways: number;
  /** From one line of such a place to the next. */
  readonly period: number;
  /** Of an operand that is gone through again and again: a part of the second one. */
  readonly block: number;
  /** More than the second one holds. */
  readonly beyond: number;
}

/** How long the code of a kernel may be. */
export interface KernelLimits {
  /** Nodes that are computed in it. */
  readonly nodes: number;
  /** Operators, in units of an addition, and loads: each takes some registers and instructions. */
  readonly code: number;
  /** Buffers that it reads and writes. */
  readonly buffers: number;
  /** Operators of one expression, in units of an addition: what is longer fills the registers. */
  readonly work: number;
  /** Loads of one expression. */
  readonly loads: number;
}
