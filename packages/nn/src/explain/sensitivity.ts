// Which weights and biases a cost is most sensitive to, and a numerical check of the gradient.
import { gradients, NablaError, Parameter, type Tensor, tensor } from "@nabla/autograd";
import {
  anything,
  callable,
  checkKind,
  checkOptions,
  checkTensor,
  describe,
  finite,
  plain,
} from "@nabla/autograd/checks";
import { checkModel } from "../checks.ts";
import { type Layer, namedParametersOf } from "../layer.ts";
import { plainList } from "../options.ts";

/** One weight or bias, and how sensitive the cost is to it. */
export interface Component {
  /** The parameter's name in the model and the place in it: "1.weight[405, 3]", "1.bias[3]". */
  readonly name: string;
  readonly parameter: Parameter;
  /** The layer's position in the model: "1"; "" for a model that is a single layer. */
  readonly layer: string;
  /** What the layer calls the parameter: "weight", "bias". */
  readonly kind: string;
  /** The component's index in the parameter. */
  readonly index: readonly number[];
  /** Of a dense layer's weight: which input; undefined for a bias. */
  readonly row: number | undefined;
  /** Of a dense layer: which neuron. */
  readonly column: number | undefined;
  /** What it is now. */
  readonly value: number;
  /** dC/dvalue: by how much the cost changes for each unit that it changes. */
  readonly derivative: number;
  /**
   * How many times as sensitive the cost is to the first of the list: 32 for 0.1 where that has
   * 3.2.
   */
  readonly ratio: number;
}

export interface SensitivityOptions {
  /** How many components to give; Infinity: all of them. Default: 10. */
  readonly top?: number;
}

/**
 * The weights and biases of a model that a cost is most sensitive to: components of the gradient,
 * those of the greatest |dC/dvalue| first. Where it is 3.2 for one and 0.1 for another, a nudge of
 * the first does 32 times as much. Throws `NablaError` unless `top` is 1 or more.
 *
 * @example
 * const layer = dense(2, 1);
 * layer.weight.assign([[0.5], [0]]);
 * const cost = quadraticCost(layer.forward(tensor([[4, 1]])), tensor([[0]]));
 * const [first, second] = await sensitivity(cost, layer);
 * first?.name; // => weight[0, 0]
 * first?.derivative; // => 16
 * [second?.derivative, second?.ratio]; // => [4, 4]
 */
export async function sensitivity(
  cost: Tensor | (() => Tensor),
  model: Layer,
  options: SensitivityOptions = {},
): Promise<readonly Component[]> {
  checkModel("sensitivity", model);
  checkOptions("sensitivity", options, { top: anything });
  const { top = 10 } = options;
  if (!(typeof top === "number" && top >= 1)) {
    throw new NablaError(`sensitivity: top is ${describe(top)}, expected 1 or more`);
  }
  const named = namedParametersOf(model);
  const parameters = named.map(([, p]) => p);
  const graphs = gradients(typeof cost === "function" ? cost() : cost, parameters);
  const read = await Promise.all(
    named.map(async ([name, p], i) => ({
      name,
      p,
      values: await p.data(),
      derivatives: await graphs[i]!.data(),
    })),
  );
  const places = read.flatMap(({ derivatives }, of) =>
    Array.from(derivatives, (derivative, at) => ({ of, at, size: magnitude(derivative) })),
  );
  places.sort((a, b) => b.size - a.size);
  const greatest = places[0]?.size ?? 0;
  return places.slice(0, top).map(({ of, at, size }) => {
    const { name, p, values, derivatives } = read[of]!;
    const index = indexOf(at, p.shape);
    const dot = name.lastIndexOf(".");
    return {
      name: `${name}[${index.join(", ")}]`,
      parameter: p,
      layer: name.slice(0, Math.max(dot, 0)),
      kind: name.slice(dot + 1),
      index,
      row: index.at(-2),
      column: index.at(-1),
      value: values[at]!,
      derivative: derivatives[at]!,
      ratio: greatest / size,
    };
  });
}

/** NaN sorts first, where it is noticed. */
function magnitude(derivative: number): number {
  return Number.isNaN(derivative) ? Number.POSITIVE_INFINITY : Math.abs(derivative);
}

function indexOf(position: number, shape: readonly number[]): number[] {
  let rest = position;
  return shape
    .toReversed()
    .map((size) => {
      const i = rest % size;
      rest = (rest - i) / size;
      return i;
    })
    .reverse();
}

/**
 * Picks two components, the first of which the cost is `ratio` times as sensitive to: the first is the
 * most sensitive one, the second the one whose ratio to it is nearest to `ratio`, by factor. Components
 * with zero or non-finite derivative are left out. The list is one returned by `sensitivity`, or a part
 * of it. Throws `NablaError` unless `ratio` is 1 or more and there are two components.
 *
 * @example
 * const layer = dense(3, 1);
 * layer.weight.assign([[0.5], [0], [0]]);
 * const cost = quadraticCost(layer.forward(tensor([[4, 2, 1]])), tensor([[0]]));
 * const [strong, weak] = pairByRatio(await sensitivity(cost, layer), 4);
 * [strong.derivative, weak.derivative]; // => [16, 4]
 */
export function pairByRatio(
  components: readonly Component[],
  ratio: number,
): readonly [Component, Component] {
  checkComponents(components);
  if (!(Number.isFinite(ratio) && ratio >= 1)) {
    throw new NablaError(`pairByRatio: ratio is ${describe(ratio)}, expected 1 or more`);
  }
  const [first, ...others] = components
    .filter(({ derivative }) => derivative !== 0 && Number.isFinite(derivative))
    .toSorted((a, b) => Math.abs(b.derivative) - Math.abs(a.derivative));
  if (first === undefined || others.length === 0) {
    throw new NablaError(
      `pairByRatio: of ${components.length} components, ${first ? 1 : 0} can be compared, expected 2`,
    );
  }
  const missedBy = ({ derivative }: Component): number =>
    Math.abs(Math.log(Math.abs(first.derivative / derivative) / ratio));
  return [first, others.reduce((best, one) => (missedBy(one) < missedBy(best) ? one : best))];
}

function checkComponents(components: unknown): void {
  const isComponent = (one: unknown): boolean =>
    typeof (one as Partial<Component> | null)?.derivative === "number";
  if (Array.isArray(components) && Array.from(components).every(isComponent)) return;
  throw new NablaError(
    `pairByRatio: components are ${describe(components)}, expected a list that sensitivity has given`,
  );
}

/** The predicted and the actual effect of a nudge of one component. */
export interface NudgeResult {
  /** The cost before and with the nudge. */
  readonly before: number;
  readonly after: number;
  /** The predicted change: derivative times nudge. */
  readonly predicted: number;
  /**
   * after - before. For a smooth cost it differs from `predicted` in proportion to the nudge's
   * square.
   */
  readonly actual: number;
}

/**
 * Changes one weight or bias by `by`, measures the cost, and restores it: returns the change of the cost
 * that the gradient predicts, and the actual one. `cost` is a function, since it is computed twice.
 * Unread graphs built on the parameter cannot be read afterwards; read them first. In float32, a change
 * that is small compared with the cost loses digits.
 *
 * @example
 * const layer = dense(1, 1);
 * layer.weight.assign([[0.5]]);
 * const cost = () => quadraticCost(layer.forward(tensor([[2]])), tensor([[0]]));
 * const [weight] = await sensitivity(cost, layer);
 * const { predicted, actual } = await tryNudge(cost, weight!, 0.25);
 * predicted; // => 1
 * actual; // => 1.25
 * layer.weight.arraySync(); // => [[0.5]]
 */
export async function tryNudge(
  cost: () => Tensor,
  component: Pick<Component, "parameter" | "index" | "derivative">,
  by: number,
): Promise<NudgeResult> {
  checkKind("tryNudge", "the component", component, plain);
  checkKind("tryNudge", "index", component.index, plainList);
  checkKind("tryNudge", "derivative", component.derivative, finite);
  const { parameter: p, index, derivative } = component;
  checkKind("tryNudge", "cost", cost, callable);
  checkKind("tryNudge", "by", by, finite);
  if (!(p instanceof Parameter)) {
    throw new NablaError(`tryNudge: the parameter is ${describe(p)}, expected a parameter`);
  }
  const valueNow = async () => {
    const value = cost();
    checkTensor("tryNudge: the cost", value);
    return value.item();
  };
  const [own, before] = [await p.data(), await valueNow()];
  const nudged = own.slice();
  const position = index.reduce((at, i, axis) => at * p.shape[axis]! + i, 0);
  nudged[position]! += by;
  try {
    p.assign(tensor(nudged, { shape: p.shape }));
    const after = await valueNow();
    return { before, after, predicted: derivative * by, actual: after - before };
  } finally {
    p.assign(tensor(own, { shape: p.shape }));
  }
}
