// What layers along one, two or three axes of space share: checks, and a kernel with a bias.
import {
  type DTypeOption,
  NablaError,
  type Parameter,
  type PerAxis,
  parameter,
  type Tensor,
  type TransposedPadding,
  type WindowAxes,
  type WindowOptions,
  type WindowPadding,
  zeros,
} from "@nabla/autograd";
import {
  anything,
  checkOptions,
  checkTensor,
  describe,
  flag,
  type Kinds,
} from "@nabla/autograd/checks";
import { checkCount, checkLayout } from "../checks.ts";
import { firstValue, heUniform, type Initializer } from "../initializers.ts";
import type { Parts } from "../layer.ts";
import { ofWeights } from "../options.ts";

/** By the number of axes. */
const namesOfAxes = [["width"], ["height", "width"], ["depth", "height", "width"]] as const;

/** Throws `ShapeError` unless `x` is [examples, channels, ...size]. */
export function checkSpatial(
  kind: string,
  x: Tensor,
  channels: number | "channels",
  axes: WindowAxes,
): void {
  checkTensor(kind, x);
  checkLayout(kind, x.shape, ["examples", channels, ...namesOfAxes[axes - 1]!]);
}

/**
 * The sizes on each axis. Throws `NablaError` for something that is not a size, or not one for each axis.
 */
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
    `${kind}: ${name} is ${describe(given)} of ${sizes.length}, expected ${expected}`,
  );
}

/** Options of windows that autograd's operations check. */
export const ofWindows: Kinds<WindowOptions> = {
  stride: anything,
  padding: anything,
  dilation: anything,
};

interface KernelOptions extends DTypeOption, Omit<WindowOptions, "padding"> {
  readonly padding?: WindowPadding | TransposedPadding;
  readonly outputPadding?: PerAxis;
  readonly groups?: number;
  readonly bias?: boolean;
  readonly initializer?: Initializer;
}

/** Operations check the rest of `WindowOptions`. */
const ofKernels = { ...ofWindows, groups: anything, bias: flag, ...ofWeights };

/** An operation such as `conv2d`, whose own type knows the shapes. */
type Convolve = (x: Tensor, kernel: Tensor, options: object) => Tensor;

/** What convolutions and their transposes are written as, whatever the number of axes. */
interface KernelLayer {
  readonly kind: string;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly parts: Parts;
  forward(x: Tensor): Tensor;
}

/**
 * A layer that convolves with a kernel and adds a bias. The kernel is [outputs, inputs / groups, ...window],
 * or [inputs, outputs / groups, ...window] if `isTransposed`.
 */
export function kernelLayer(
  kind: string,
  axes: WindowAxes,
  convolve: unknown,
  [inputs, outputs]: readonly [inputs: number, outputs: number],
  kernelSize: PerAxis,
  options: KernelOptions,
  isTransposed = false,
): KernelLayer {
  if (isTransposed) checkOptions(kind, options, { ...ofKernels, outputPadding: anything });
  else checkOptions<Omit<KernelOptions, "outputPadding">>(kind, options, ofKernels);
  const {
    bias: hasBias = true,
    initializer = heUniform(),
    dtype = "float32",
    ...windows
  } = options;
  const { groups = 1 } = options;
  for (const count of [inputs, outputs]) checkCount(kind, "channels", count);
  checkCount(kind, "groups", groups);
  const window = sizesOnAxes(kind, "kernelSize", kernelSize, axes);
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    throw new NablaError(
      `${kind}: ${inputs} channels in and ${outputs} out, expected multiples of groups, ${groups}`,
    );
  }
  const area = window.reduce((product, size) => product * size, 1);
  const fans = [(inputs / groups) * area, (outputs / groups) * area] as const;
  const [first, second] = isTransposed ? [inputs, outputs] : [outputs, inputs];
  const shape = [first, second / groups, ...window] as const;
  const values = firstValue(kind, initializer, shape, { fans, dtype });
  const weight = parameter(values, { name: "weight" });
  const bias = hasBias ? parameter(zeros([outputs], { dtype }), { name: "bias" }) : undefined;
  const forward = (x: Tensor): Tensor => {
    checkSpatial(kind, x, inputs, axes);
    const y = (convolve as Convolve)(x, weight, windows);
    return bias ? y.add(bias.reshape([outputs, ...window.map(() => 1)])) : y;
  };
  const sizes = { inputChannels: inputs, outputChannels: outputs };
  return { kind, ...sizes, weight, bias, parts: { weight, bias }, forward };
}
