// `show`, which programs in the playground have without importing it: pictures of what they compute.
import { NablaError, Tensor, toDot } from "@nabla/autograd";
import type { Curve, Output } from "./output.ts";

type Numbers = ArrayLike<number> | Tensor;

interface PlotOptions {
  readonly x?: Numbers;
  readonly points?: readonly string[];
  readonly title?: string;
}

/** Nodes that are drawn: more take seconds, and cannot be read. */
const mostNodes = 400;
/** Points that are drawn of a curve; of longer ones, every n-th. */
const mostPoints = 2000;
/** Elements along an axis of an image. */
const mostPixels = 1024;

/** Described to programs in `examples/globals.d.ts`. */
export class Show {
  readonly #output: Output;
  #figures = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  graph(...tensors: readonly Tensor[]): void {
    if (tensors.length === 0) throw new NablaError("show.graph: expected tensors, got none");
    const dot = toDot(...tensors);
    const nodes = dot.match(/^ {2}n\d+ \[/gm)?.length ?? 0;
    if (nodes > mostNodes) {
      throw new NablaError(
        `show.graph: the graph has ${nodes} nodes, at most ${mostNodes} are drawn; print(x) writes it`,
      );
    }
    const title = `Graph of ${nodes} nodes`;
    this.#output.figure(`graph ${this.#figures++}`, { kind: "graph", title, dot });
  }

  plot(given: Readonly<Record<string, Numbers>>, options: PlotOptions = {}): void {
    const names = Object.keys(given);
    const { points = [], title = names.join(", ") } = options;
    const unknown = points.find((name) => !names.includes(name));
    if (names.length === 0) throw new NablaError("show.plot: expected curves by name, got none");
    if (unknown !== undefined) {
      throw new NablaError(
        `show.plot: points names "${unknown}", the curves are ${names.join(", ")}`,
      );
    }
    const x = options.x && numbersOf("x", options.x);
    const curves = names.map((name): Curve => {
      const y = numbersOf(name, given[name]!);
      if (x && x.length !== y.length) {
        throw new NablaError(`show.plot: "${name}" has ${y.length} numbers, x has ${x.length}`);
      }
      const every = Math.ceil(y.length / mostPoints);
      const thinned = (values: readonly number[]): readonly number[] =>
        every > 1 ? values.filter((_, i) => i % every === 0) : values;
      const isPoints = points.includes(name);
      return { name, x: thinned(x ?? y.map((_, i) => i)), y: thinned(y), isPoints };
    });
    this.#output.figure(`plot ${title}`, { kind: "plot", title, curves });
  }

  image(matrix: Tensor, options: { readonly title?: string } = {}): void {
    const shape = matrix instanceof Tensor ? matrix.shape : undefined;
    const [height, width] = shape ?? [];
    if (shape?.length !== 2 || !(height! > 0 && width! > 0)) {
      const got = shape ? `[${shape.join(", ")}]` : typeof matrix;
      throw new NablaError(`show.image: expected a tensor [rows, columns], got ${got}`);
    }
    if (Math.max(height!, width!) > mostPixels) {
      throw new NablaError(
        `show.image: [${height}, ${width}] is larger than ${mostPixels} along an axis`,
      );
    }
    const values = Array.from(matrix.dataSync(), Number);
    const finite = values.filter(Number.isFinite);
    const least = finite.reduce((a, b) => Math.min(a, b), Infinity);
    const most = finite.reduce((a, b) => Math.max(a, b), -Infinity);
    const scale = most > least ? 255 / (most - least) : 0;
    const grey = new Uint8ClampedArray(values.map((value) => (value - least) * scale));
    const range = finite.length > 0 ? ` (${short(least)} to ${short(most)})` : "";
    const { title } = options;
    this.#output.figure(`image ${title ?? this.#figures++}`, {
      kind: "image",
      title: (title ?? `[${height}, ${width}]`) + range,
      width: width!,
      height: height!,
      grey,
    });
  }
}

function numbersOf(name: string, given: Numbers): readonly number[] {
  if (given instanceof Tensor) {
    if (given.shape.length !== 1) {
      const got = `[${given.shape.join(", ")}]`;
      throw new NablaError(`show.plot: "${name}" has shape ${got}, expected one axis`);
    }
    return Array.from(given.dataSync(), Number);
  }
  const values = Array.from(given ?? [], Number);
  if (values.length === 0) throw new NablaError(`show.plot: "${name}" has no numbers`);
  return values;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
