// The data of a node besides its operation and its inputs.
import type { Shape } from "./shape.ts";

/** How a movement rearranges its input: what an index of its output means there. */
export type Move =
  /** Keeps row-major order. */
  | { readonly kind: "reshape" }
  /** Repeats axes of size 1 and adds axes in front. */
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
   * Index `i` along the window's axes and `w` inside the window is `i * stride + w * dilation` of
   * the input.
   */
  | ({ readonly kind: "window" } & Windows);

/** How a window moves over the last axes, and the distance of the elements in it. */
export interface Windows {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/** The axis that indices are of, and whether each element has its own index. */
export interface Indexed {
  readonly axis: number;
  readonly along: boolean;
  /** In a batch: the shape of one example, and the axis in it, for errors. */
  readonly exampleShape?: Shape;
  readonly exampleAxis?: number;
  /** In a batch: how much further from 0 out-of-range indices are than the user's. */
  readonly beyond?: number;
}

/** What a loop gives: the last value of a carry, or all values of a node, one per iteration. */
export interface Outcome {
  readonly isStacked: boolean;
  /** The number of the carry, or the position of the node in the body. */
  readonly position: number;
}
