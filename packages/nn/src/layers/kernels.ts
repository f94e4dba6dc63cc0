// What convolutions share: a kernel and a bias, and places that they go over.
import {
  type DTypeOption,
  NablaError,
  type Parameter,
  type PerAxis,
  parameter,
  type Tensor,
  type WindowAxes,
  zeros,
} from "@nabla/autograd";
import { checkCount, checkLayout, checkTensor, kindOf } from "../checks.ts";
import { firstValue, heUniform, type Initializer } from "../initializers.ts";
import { checkOptions, flag, ofWeights } from "../options.ts";

/** Of places, by how many there are. */
const namesOfAxes = [["width"], ["height", "width"], ["depth", "height", "width"]] as const;

/** Throws `ShapeError` unless `x` is [examples, channels, ...size]. */
export function checkedPlaces(
  kind: string,
  x: Tensor,
  channels: number | "channels",
  axes: WindowAxes,
): void {
  checkTensor(kind, x);
  checkLayout(kind, x.shape, ["examples", channels, ...namesOfAxes[axes - 1]!]);
}

/** The sizes on each axis. Throws `NablaError` for what is no size, or not one for each. */
export function sizesOnAxes(
  kind: string,
  name: string,
  given: PerAxis,
  axes: WindowAxes,
): readonly number[] {
  const sizes: readonly unknown[] = Array.isArray(given) ? given : new Array(axes).fill(given);
  for (const size of sizes) checkCount(kind, name, size);
  if (sizes.length === axes) return sizes as readonly number[];
  const expected = `a number or [${namesOfAxes[axes - 1]!.join(", ")}]`;
  throw new NablaError(
    `${kind}: ${name} is ${kindOf(given)} of ${sizes.length}, expected ${expected}`,
  );
}

/** A kernel of a convolution, with the options that the operation takes. */
export interface Kernel<Windows> {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  /** What has been found, with the bias. */
  readonly added: (x: Tensor) => Tensor;
  readonly windows: Windows;
}

interface KernelOptions extends DTypeOption {
  readonly bias?: boolean;
  readonly initializer?: Initializer;
  readonly groups?: number;
}

/**
 * [channels, others / groups, ...window], of which `channels` are put out, or taken in by the transpose.
 */
export function kernelOf<Options extends KernelOptions>(
  kind: string,
  axes: WindowAxes,
  channels: readonly [first: number, second: number],
  kernelSize: PerAxis,
  options: Options,
  isTransposed = false,
): Kernel<Omit<Options, "bias" | "initializer" | "dtype">> {
  checkOptions(kind, options, { bias: flag, ...ofWeights });
  const {
    bias: hasBias = true,
    initializer = heUniform(),
    dtype = "float32",
    ...windows
  } = options;
  const { groups = 1 } = options;
  const [inputs, outputs] = isTransposed ? channels : [channels[1], channels[0]];
  for (const count of [inputs, outputs]) checkCount(kind, "channels", count);
  checkCount(kind, "groups", groups);
  const window = sizesOnAxes(kind, "kernelSize", kernelSize, axes);
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    throw new NablaError(
      `${kind}: ${inputs} channels in and ${outputs} out, expected multiples of groups, ${groups}`,
    );
  }
  const places = window.reduce((product, size) => product * size, 1);
  const fans = [(inputs / groups) * places, (outputs / groups) * places] as const;
  const shape = [channels[0], channels[1] / groups, ...window] as const;
  const first = firstValue(kind, initializer, shape, { fans, dtype });
  const weight = parameter(first, { name: "weight" });
  const bias = hasBias ? parameter(zeros([outputs], { dtype }), { name: "bias" }) : undefined;
  const added = (x: Tensor): Tensor =>
    bias ? x.add(bias.reshape([outputs, ...window.map(() => 1)])) : x;
  return { weight, bias, added, windows };
}
