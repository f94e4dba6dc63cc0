// Changes of low rank to weights, in force while an adapted model is called (`lora`).
import type { Parameter, Tensor } from "@nabla/autograd";

/** Adds x A B to a layer's output for `x` and its weight, as if A B were added to the weight. */
export interface Adapter {
  /** [inputs, rank] */
  readonly a: Tensor;
  /** [rank, outputs] */
  readonly b: Tensor;
}

/** How weights have their axes: [inputs, outputs], or the other way round. */
type Axes = "inputs first" | "outputs first";

/** The weights that can be adapted: those of layers that ask for changes. */
const adaptable = new WeakMap<Parameter, Axes>();

/** Marks a weight whose layer calls `adapted`. */
export function canBeAdapted(weight: Parameter, axes: Axes): void {
  adaptable.set(weight, axes);
}

/** How the weight has its axes, if it can be adapted. */
export function axesOf(weight: Parameter): Axes | undefined {
  return adaptable.get(weight);
}

let current: ReadonlyMap<Parameter, Adapter> | undefined;

/** What `f` gives with these changes in force. */
export function withAdapters<Result>(
  adapters: ReadonlyMap<Parameter, Adapter>,
  f: () => Result,
): Result {
  const outer = current;
  current = new Map([...(outer ?? []), ...adapters]);
  try {
    return f();
  } finally {
    current = outer;
  }
}

/** `y`, a layer's output from columns `from` to `to` of its weight, with the active change added. */
export function adapted(
  y: Tensor,
  x: Tensor,
  weight: Parameter,
  from?: number,
  to?: number,
): Tensor {
  const adapter = current?.get(weight);
  if (!adapter) return y;
  const b = from === undefined ? adapter.b : adapter.b.slice(1, from, to);
  return y.add(x.matmul(adapter.a).matmul(b));
}
