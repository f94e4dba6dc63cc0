// What plans consist of.
import type { Check } from "../../graph/indices.ts";
import type { Loop, Node } from "../../graph/node.ts";
import type { Buffer, Given, Kernel } from "../kernel/language.ts";

/** A step of a plan: a kernel, a node that the host computes, or a loop. */
export type Step =
  | {
      readonly kind: "kernel";
      readonly kernel: Kernel;
      /** The kernel's arguments: buffers, by their numbers there, and numbers. */
      readonly given: Given;
      /** Without duplicates. */
      readonly reads: readonly Buffer[];
      readonly writes: readonly Buffer[];
    }
  | {
      readonly kind: "host";
      readonly node: Node;
      /** The node's inputs, one for each. */
      readonly inputs: readonly Buffer[];
      /** Without duplicates. */
      readonly reads: readonly Buffer[];
      readonly writes: readonly Buffer[];
    }
  | LoopStep;

/** A body that is run again and again, as a plan of its own. */
export interface LoopStep {
  readonly kind: "loop";
  readonly operation: Loop;
  /** Its inputs are those of the body; its results the next carries, then the stacks' elements. */
  readonly plan: Plan;
  /** The buffers of the loop's inputs, one for each. */
  readonly inputs: readonly Buffer[];
  /** Where each carry goes after the last iteration, if anywhere. */
  readonly last: readonly (Buffer | undefined)[];
  /** The stacks whose elements the plan's results after the carries are. */
  readonly stacks: readonly Buffer[];
  /** Copies of last values: the carry, and where it goes. */
  readonly copies: readonly { readonly carry: number; readonly buffer: Buffer }[];
  /** What is needed while it runs: the arena of the plan, and two places for each carry. */
  readonly arena: Buffer;
  readonly carries: readonly (readonly [Buffer, Buffer])[];
  /** Without duplicates. */
  readonly reads: readonly Buffer[];
  readonly writes: readonly Buffer[];
}

/** What the host computes between two segments of kernels. */
export type HostSegment = Extract<Segment, { kind: "host" }>;

/** Whether a step calls a host function: once, even in a run that starts again. */
export function isCalledOnce(step: Step | Segment): boolean {
  return step.kind === "host" && step.node.family === "host";
}

/** Where the value of an output is after the plan has run. */
export type Result =
  | { readonly kind: "buffer"; readonly buffer: Buffer }
  /** The unchanged value of an input. */
  | { readonly kind: "input"; readonly position: number };

/**
 * Consecutive kernels, which a device runs at once; or, between them, a node that the host computes, or
 * a loop.
 */
export type Segment =
  | {
      readonly kind: "kernels";
      readonly steps: readonly KernelStep[];
      /** Of a loop's body: whether it is run in the first iteration only. */
      readonly isOnce: boolean;
    }
  | Exclude<Step, KernelStep>;

export type KernelStep = Extract<Step, { kind: "kernel" }>;

/** Where buffers are. */
export interface Layout {
  /** In bytes from the arena's start. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly bytes: number;
}

export interface Plan {
  /** The buffers of the graph's inputs, by position; undefined if never read. */
  readonly inputs: readonly (Buffer | undefined)[];
  /** The number of buffers; their ids are smaller. */
  readonly buffers: number;
  readonly steps: readonly Step[];
  /** The steps, grouped as a device runs them. */
  readonly segments: readonly Segment[];
  readonly results: readonly Result[];
  readonly checks: readonly Check[];
  /** The offsets of all buffers except those of inputs. */
  readonly layout: Layout;
}
