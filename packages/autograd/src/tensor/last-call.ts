// What a compiled function was called with last, so that what it gave can be looked into: its result is a value
// without a graph, but the graph that was traced is there, and so are the values that it was run on.
import { NablaError } from "../graph/errors.ts";
import type { Node, Value } from "../graph/node.ts";

/** One call of a compiled function. */
export class Call {
  /** The values of the traced graph's inputs; of a parameter, the node of the time of the call. */
  #given: ReadonlyMap<Node, Node | Value> | undefined;

  constructor(given: ReadonlyMap<Node, Node | Value>) {
    this.#given = given;
  }

  /** Lets go of what it was called with. */
  end(): void {
    this.#given = undefined;
  }

  /** Whether all that it was called with is still there. */
  get isKnown(): boolean {
    if (!this.#given) return false;
    return [...this.#given.values()].every((value) => !("cell" in value) || value.cell.value);
  }

  get given(): ReadonlyMap<Node, Value> {
    if (!this.#given) throw goneError("the function has been called again since");
    const values = new Map<Node, Value>();
    for (const [node, value] of this.#given) {
      const known = "cell" in value ? value.cell.value : value;
      if (!known) throw goneError("a parameter that it used has been updated twice since");
      values.set(node, known);
    }
    return values;
  }
}

function goneError(what: string): NablaError {
  return new NablaError(
    `findNaN: this was computed by a compiled function, and ${what}; ` +
      "look right after the call, or call the function that is not compiled",
  );
}

/** What of a call a node is: the traced graph's node whose value it has. */
interface Given {
  readonly call: Call;
  readonly output: Node;
}
const calls = new WeakMap<Node, Given>();

/** Notes that `node` has the value that `call` computed of `output`. */
export function noteCall(node: Node, call: Call, output: Node): void {
  calls.set(node, { call, output });
}

/** The call that computed the value of `node`, if one did. */
export function callThatGave(node: Node): Given | undefined {
  return calls.get(node);
}
