// Weights and biases by how sensitive the cost is to them, two of which are compared.
import type { Parameter, Tensor } from "@nabla/autograd";
import {
  type Component,
  type Layer,
  type NudgeResult,
  pairByRatio,
  quadraticCost,
  sensitivity,
  tryNudge,
} from "@nabla/nn";
import type { Digits } from "../../src/digits.ts";
import { digitOf, type Source } from "./inspection.ts";

/** A component as a page can hold it. */
export interface ComponentLook extends Omit<Component, "parameter" | "layer"> {
  /** Which dense layer it belongs to, from 0. */
  readonly layer: number;
}

/** A nudge, and what it did to the cost. */
interface Nudged extends NudgeResult {
  readonly by: number;
}

/** A knob, and the cost at some nudges of it. */
export interface Knob {
  readonly component: ComponentLook;
  readonly curve: readonly Nudged[];
}

export interface Knobs {
  /** Two weights, of which the first matters about 32 times as much. */
  readonly pair: readonly [Knob, Knob];
  /** |dC/dvalue| of all, the greatest first. */
  readonly sizes: Float32Array;
}

/** By how much a knob is turned for its curve. */
const nudgesOfCurve: readonly number[] = Array.from({ length: 17 }, (_, i) => (i - 8) / 4);

/** How many times as much the first knob of a pair matters. */
const ratio = 32;

/** The components of the gradient of one digit's cost. */
export class KnobBoard {
  readonly #network: Layer;
  readonly #cost: () => Tensor;
  #components: readonly Component[] = [];

  constructor(network: Layer, test: Digits, source: Source) {
    this.#network = network;
    const { image, target } = digitOf(test, source);
    this.#cost = () => quadraticCost(network.forward(image), target);
  }

  async find(): Promise<Knobs> {
    this.#components = await sensitivity(this.#cost, this.#network, {
      top: Number.POSITIVE_INFINITY,
    });
    // Those of the outputs have lines in the picture, and change the cost most nearly in a line.
    const last = this.#network.parameters().length / 2 - 1;
    const weights = this.#components.filter(
      (one) => one.kind === "weight" && this.#layerOf(one.parameter) === last,
    );
    const [strong, weak] = pairByRatio(weights, ratio);
    return {
      pair: [await this.#knob(strong), await this.#knob(weak)],
      sizes: Float32Array.from(this.#components, ({ derivative }) => Math.abs(derivative)),
    };
  }

  /** The component of a rank, from 0. */
  component(rank: number): ComponentLook {
    return this.#plain(this.#components[rank]!);
  }

  /** Really nudges a component that was found, and gives it its value back. */
  nudge(name: string, by: number): Promise<NudgeResult> {
    const component = this.#components.find((one) => one.name === name);
    if (component === undefined) throw new Error(`no component ${name} was found`);
    return tryNudge(this.#cost, component, by);
  }

  async #knob(component: Component): Promise<Knob> {
    const curve: Nudged[] = [];
    for (const by of nudgesOfCurve) {
      curve.push({ by, ...(await tryNudge(this.#cost, component, by)) });
    }
    return { component: this.#plain(component), curve };
  }

  #layerOf(parameter: Parameter): number {
    return Math.floor(this.#network.parameters().indexOf(parameter) / 2);
  }

  #plain({ parameter, ...rest }: Component): ComponentLook {
    return { ...rest, layer: this.#layerOf(parameter) };
  }
}
