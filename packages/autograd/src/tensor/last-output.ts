// Remembers a compiled function's output for a parameter, for `findNaN`, until the next call.
import { valueOf } from "../engine/realize.ts";
import { NablaError } from "../graph/errors.ts";
import type { CompiledCall, Node, Value } from "../graph/node.ts";
import { isNode, type Traced } from "./calls.ts";
import { type Past, remember } from "./pasts.ts";

/**
 * The weight of a traced node, in nodes, and that of a function, which keeps more than its nodes.
 */
const weight = 16;
const ofFunction = 200;

/** Leads from parameters to the function that updated them, without keeping it alive. */
export class Link implements Past {
  readonly weak: WeakRef<Link> = new WeakRef(this);
  #function: Traced | undefined;

  constructor(traced: Traced) {
    this.#function = traced;
    // A weak reference keeps its target alive until the current job of the event loop ends.
    remember(this.weak, ofFunction + weight * traced.graph.order.length, 0);
  }

  get function(): Traced | undefined {
    return this.#function;
  }

  letGo(): void {
    this.#function = undefined;
  }
}

/**
 * One output of one call. It keeps nothing alive: a parameter outlives what it was computed from.
 */
export class LastOutput implements CompiledCall {
  readonly #link: WeakRef<Link>;
  readonly #number: number;
  readonly #position: number;

  constructor(link: Link, number: number, position: number) {
    this.#link = link.weak;
    this.#number = number;
    this.#position = position;
  }

  get isKnown(): boolean {
    return this.#last()?.last.every((one) => knownValue(one)) ?? false;
  }

  get output(): Node {
    return this.#known().graph.outputs[this.#position]!;
  }

  get given(): ReadonlyMap<Node, Value> {
    const { inputs, last } = this.#known();
    return new Map(
      inputs.map((node, i) => {
        const known = knownValue(last[i]!);
        if (!known) throw goneError("a parameter that it used has been updated twice since");
        return [node, known];
      }),
    );
  }

  /** The function, if this call is its last. */
  #last(): Traced | undefined {
    const traced = this.#link.deref()?.function;
    return traced?.calls === this.#number ? traced : undefined;
  }

  #known(): Traced {
    const traced = this.#last();
    if (!traced) throw goneError("the function has been called again since");
    return traced;
  }
}

function knownValue(given: Node | Value): Value | undefined {
  if (!isNode(given)) return given;
  return given.family === "literal" ? valueOf("findNaN", given) : given.cell.value;
}

function goneError(what: string): NablaError {
  return new NablaError(
    `findNaN: this was computed by a compiled function, and ${what}; ` +
      "look right after the call, or call the function that is not compiled",
  );
}
