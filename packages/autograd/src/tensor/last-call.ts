// What a compiled function was called with last, so that what it gave can be looked into: its
// result is a value without a graph, but the graph that was traced is there, and so are the values
// that it was run on.
import type { Graph } from "../engine/backend.ts";
import { NablaError } from "../graph/errors.ts";
import type { CompiledCall, Node, Value } from "../graph/node.ts";

/** The calls of one traced function. */
export interface Calls {
  readonly graph: Graph;
  /** How many there have been. */
  count: number;
  /** The values of the graph's inputs in the last one; of a parameter, the node of that time. */
  given: readonly (Node | Value)[];
}

/** One output of one call. It keeps nothing alive: a result outlives what it was computed of. */
export class CallOutput implements CompiledCall {
  readonly #calls: WeakRef<Calls>;
  readonly #number: number;
  readonly #position: number;

  constructor(calls: WeakRef<Calls>, number: number, position: number) {
    this.#calls = calls;
    this.#number = number;
    this.#position = position;
  }

  get isKnown(): boolean {
    const calls = this.#last();
    return calls?.given.every((value) => !("cell" in value) || value.cell.value) ?? false;
  }

  get output(): Node {
    return this.#known().graph.outputs[this.#position]!;
  }

  get given(): ReadonlyMap<Node, Value> {
    const { graph, given } = this.#known();
    return new Map(
      graph.inputs.map((node, i) => {
        const value = given[i]!;
        const known = "cell" in value ? value.cell.value : value;
        if (!known) throw goneError("a parameter that it used has been updated twice since");
        return [node, known];
      }),
    );
  }

  /** The calls, if this one is their last. */
  #last(): Calls | undefined {
    const calls = this.#calls.deref();
    return calls?.count === this.#number ? calls : undefined;
  }

  #known(): Calls {
    const calls = this.#last();
    if (!calls) throw goneError("the function has been called again since");
    return calls;
  }
}

function goneError(what: string): NablaError {
  return new NablaError(
    `findNaN: this was computed by a compiled function, and ${what}; ` +
      "look right after the call, or call the function that is not compiled",
  );
}
