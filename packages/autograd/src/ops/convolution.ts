// Convolutions (cross-correlations of an input and a kernel): one family, which its gradients
// belong to as well. V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep
// learning", 2016, https://arxiv.org/abs/1603.07285
import type { Windows } from "../graph/attributes.ts";
import { createNode } from "../graph/create.ts";
import { type Convolve, type Node, ofFamily } from "../graph/node.ts";
import {
  checkConvolution,
  checkLimits,
  elementCount,
  extentOf,
  misfit,
  type PerAxis,
  paddingPairs,
  perAxis,
  placesAlong,
  type Shape,
  type WindowOptions,
  type WindowPadding,
  windowPlaces,
} from "../graph/shape.ts";
import { promote } from "../scalar/dtype.ts";
import { broadcastTo, permute, reshape, slice, spread, stack } from "./movement.ts";
import { cast, literal } from "./operands.ts";
import { padded, turned } from "./windows.ts";

const operation: Convolve = {
  family: "convolve",
  name: "convolution",
  gradient: [
    (g, [x, kernel], output) => {
      const size = x!.shape.slice(front);
      return gradientOfInput(g, { start: size.map(() => 0), size }, kernel!, windowsOf(output));
    },
    (g, [x, kernel], output) => gradientOfKernel(g, x!, kernel!.shape, windowsOf(output)),
  ],
};

function windowsOf(node: Node): Windows {
  return ofFamily(node, "convolve").attributes;
}

/** Axes before the window's: examples (or groups), groups (or output channels), channels. */
const front = 3;

/** `[n, groups, c, ...size] x [groups, m, c, ...window]`, without padding. */
function convolve(
  x: Node,
  kernel: Node,
  stride: readonly number[],
  dilation: readonly number[],
): Node {
  const places = stride.map((step, i) => {
    const extent = extentOf(kernel.shape[front + i]!, dilation[i]!);
    return placesAlong(x.shape[front + i]!, extent, step);
  });
  const shape = [x.shape[0]!, x.shape[1]!, kernel.shape[1]!, ...places];
  return createNode(operation, [x, kernel], { stride, dilation }, Object.freeze(shape), x.dtype);
}

/** A part of a convolution's input along its window's axes. */
interface Part {
  readonly start: Shape;
  readonly size: Shape;
}

/** With more phases, strides use zeros in between: each phase would be a kernel of its own. */
const mostPhases = 16;

/** The gradient of a part of a convolution's input. */
function gradientOfInput(g: Node, part: Part, kernel: Node, windows: Windows): Node {
  const phases = elementCount(windows.stride);
  if (phases > 1 && phases <= mostPhases) return inPhases(g, part, kernel, windows);
  const later = part.start.map((start) => -start);
  return underTurned(g, part.size, kernel, windows, later);
}

/**
 * The same by phases. A stride divides the input's places into as many phases as it has steps, and
 * each element of the kernel reaches only one of them. So each phase is a convolution with these
 * elements, without zeros in between; afterwards the phases are interleaved.
 */
function inPhases(g: Node, part: Part, kernel: Node, windows: Windows): Node {
  const { stride } = windows;
  const size = stride.map((step, i) => Math.ceil(part.size[i]! / step));
  const from = (chosen: readonly number[]): Node => {
    const i = chosen.length;
    if (i === stride.length) return onePhase(g, size, kernel, windows, chosen);
    const axis = front + i;
    const start = part.start[i]!;
    const phases = Array.from({ length: stride[i]! }, (_, phase) =>
      from([...chosen, start + phase]),
    );
    const turns = stack(phases, axis + 1);
    const [before, after] = [turns.shape.slice(0, axis), turns.shape.slice(axis + 2)];
    const together = [...before, size[i]! * stride[i]!, ...after];
    return slice(reshape(turns, together), axis, 0, part.size[i]);
  };
  return from([]);
}

/** `size` places of the phase that `start` is in, from there on. */
function onePhase(
  g: Node,
  size: Shape,
  kernel: Node,
  { stride, dilation }: Windows,
  start: readonly number[],
): Node {
  const taps = stride.map((step, i) =>
    tapsOf(start[i]! % step, step, dilation[i]!, kernel.shape[front + i]!),
  );
  const whole = [...g.shape.slice(0, 2), kernel.shape[2]!, ...size];
  if (taps.some((one) => one === undefined)) return broadcastTo(literal(0, g.dtype), whole);
  let own = kernel;
  taps.forEach((one, i) => {
    own = slice(own, front + i, one!.first, kernel.shape[front + i], one!.step);
  });
  const one = stride.map(() => 1);
  const near = taps.map((each) => each!.dilation);
  const later = taps.map((each, i) => each!.later - Math.floor(start[i]! / stride[i]!));
  return underTurned(g, size, own, { stride: one, dilation: near }, later);
}

/** The elements of a kernel that reach a phase: every `step`-th from the first on. */
interface Taps {
  readonly first: number;
  readonly step: number;
  readonly dilation: number;
  /** How many places of the phase the first element is shifted by. */
  readonly later: number;
}

function tapsOf(phase: number, stride: number, dilation: number, count: number): Taps | undefined {
  for (let first = 0; first < Math.min(count, stride); first++) {
    if ((first * dilation - phase) % stride !== 0) continue;
    let step = 1;
    while ((step * dilation) % stride !== 0) step++;
    return {
      first,
      step,
      dilation: (step * dilation) / stride,
      later: (first * dilation - phase) / stride,
    };
  }
  return undefined;
}

/**
 * The output's gradient, with zeros between its elements for the stride and around it, shifted by
 * `later` places, convolved with the flipped kernel. What is shifted out is left out.
 */
function underTurned(
  g: Node,
  places: Shape,
  kernel: Node,
  { stride, dilation }: Windows,
  later: Shape,
): Node {
  const reach = dilation.map((step, i) => extentOf(kernel.shape[front + i]!, step) - 1);
  const size = places.map((one, i) => one + reach[i]!);
  let inside = g;
  const before = stride.map((step, i) => {
    const start = reach[i]! + later[i]!;
    const first = Math.max(0, Math.ceil(-start / step));
    const from = start + first * step;
    const end = first + Math.max(0, Math.ceil((size[i]! - from) / step));
    inside = slice(inside, front + i, first, end);
    return from;
  });
  const wide = spread(
    inside,
    [...g.shape.slice(0, front), ...size],
    [0, 0, 0, ...before],
    [1, 1, 1, ...stride],
  );
  const axes = stride.length;
  const back = permute(turned(kernel, axes), [0, 2, 1, ...stride.map((_, i) => front + i)]);
  return convolve(
    wide,
    back,
    stride.map(() => 1),
    dilation,
  );
}

/**
 * The input convolved with the output's gradient: stride and dilation swap roles, and so do
 * examples and channels.
 */
function gradientOfKernel(g: Node, x: Node, shape: Shape, { stride, dilation }: Windows): Node {
  const spatial = stride.map((_, i) => front + i);
  const channels = permute(x, [2, 1, 0, ...spatial]);
  const examples = permute(g, [1, 2, 0, ...spatial]);
  let found = permute(convolve(channels, examples, dilation, stride), [1, 2, 0, ...spatial]);
  // If the stride leaves a remainder of the input, the window could move further.
  spatial.forEach((axis) => (found = slice(found, axis, 0, shape[axis])));
  return found;
}

export interface ConvolutionOptions<
  Stride extends PerAxis = PerAxis,
  Padding extends WindowPadding = WindowPadding,
  Dilation extends PerAxis = PerAxis,
  Groups extends number = number,
> extends WindowOptions<Stride, Padding, Dilation> {
  /** Number of groups of channels, each with its own kernel. Default: 1. */
  readonly groups?: Groups;
}

/**
 * `[n, c, ...size] x [m, c / groups, ...window]` gives `[n, m, ...places]`; errors call it `name`.
 */
export function convolution(
  name: string,
  x: Node,
  kernel: Node,
  axes: number,
  options: ConvolutionOptions,
): Node {
  const { groups = 1 } = options;
  checkConvolution(name, x.shape, kernel.shape, axes, groups, false);
  const [channels, window] = [kernel.shape[1]!, kernel.shape.slice(2)];
  const { stride, dilation, padding, places } = windowPlaces(
    name,
    x.shape,
    x.shape.slice(2),
    window,
    options,
  );
  const dtype = promote(promote(x.dtype, kernel.dtype), "float32");
  const wide = padded(cast(x, dtype), padding, 0);
  const [count, outputs] = [x.shape[0]!, kernel.shape[0]!];
  const inGroups = reshape(wide, [count, groups, channels, ...wide.shape.slice(2)]);
  const kernels = reshape(cast(kernel, dtype), [groups, outputs / groups, channels, ...window]);
  const result = convolve(inGroups, kernels, stride, dilation);
  return reshape(result, [count, outputs, ...places]);
}

export interface TransposedOptions<
  Stride extends PerAxis = PerAxis,
  Padding extends TransposedPadding = TransposedPadding,
  Dilation extends PerAxis = PerAxis,
  OutputPadding extends PerAxis = PerAxis,
  Groups extends number = number,
> {
  readonly stride?: Stride;
  /** Padding of the convolution that this one inverts. Default: 0. */
  readonly padding?: Padding;
  readonly dilation?: Dilation;
  /** Added to the size at the end of each axis. Default: 0. */
  readonly outputPadding?: OutputPadding;
  readonly groups?: Groups;
}

/** Without "same", which would leave open which of several sizes is meant. */
export type TransposedPadding = Exclude<WindowPadding, "same">;

/** The gradient of a convolution's input: `[n, m, ...places] x [m, c / groups, ...window]`. */
export function transposedConvolution(
  name: string,
  x: Node,
  kernel: Node,
  axes: number,
  options: TransposedOptions,
): Node {
  const { groups = 1, padding: around = "valid", outputPadding = 0 } = options;
  const { stride: step = 1, dilation: spacing = 1 } = options;
  checkConvolution(name, x.shape, kernel.shape, axes, groups, true);
  const stride = perAxis(name, "stride", step, axes);
  const dilation = perAxis(name, "dilation", spacing, axes);
  const removed = around === "valid" ? 0 : around;
  const padding = paddingPairs(name, "padding", removed, axes, '"valid", ');
  const more = paddingPairs(name, "outputPadding", outputPadding, axes).map(([one]) => one);
  const [count, inputs, ...size] = x.shape as readonly [number, number, ...number[]];
  const [, channels, ...window] = kernel.shape as readonly [number, number, ...number[]];
  const dtype = promote(promote(x.dtype, kernel.dtype), "float32");
  const inGroups = reshape(cast(x, dtype), [count, groups, inputs / groups, ...size]);
  const kernels = reshape(cast(kernel, dtype), [groups, inputs / groups, channels, ...window]);
  const whole = size.map(
    (places, i) => (places - 1) * stride[i]! + extentOf(window[i]!, dilation[i]!),
  );
  const fits = whole.every((all, i) => {
    const [before, after] = padding[i]!;
    return size[i]! > 0 && window[i]! > 0 && all + more[i]! > before + after;
  });
  if (!fits) throw misfit(name, x.shape, window, dilation, padding);
  checkLimits(name, [count, groups, channels, ...whole.map((all, i) => all + more[i]!)]);
  const part: Part = {
    start: padding.map(([before]) => before),
    size: padding.map(([before, after], i) => whole[i]! + more[i]! - before - after),
  };
  const result = gradientOfInput(inGroups, part, kernels, { stride, dilation });
  return reshape(result, [count, groups * channels, ...part.size]);
}
