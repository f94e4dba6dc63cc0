// Gradients that a compiled function requests, and that would have to continue outside it: its
// arguments are values inside.
import { GradientError } from "../graph/errors.ts";
import { endsGradients, type Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { type Parameter, parameterOf } from "./parameter.ts";
import type { Trace } from "./trace.ts";

/** An argument at which gradients end. */
export interface GradientEnd {
  /** The call that requested the gradients. */
  readonly operation: string;
  readonly position: number;
  /** Whether the function or its caller uses the gradient of this parameter. */
  readonly wants: (parameter: Parameter) => boolean;
}

/** The arguments, of which `stand` are the stand-ins, at which gradients of a traced function end. */
export function gradientEnds(stand: readonly Node[], trace: Trace): readonly GradientEnd[] {
  return trace.asks.flatMap(({ operation, order, wants }) => {
    const reached = new Set(order);
    return stand.flatMap((node, position) =>
      reached.has(node)
        ? [{ operation, position, wants: (one: Parameter) => wants(one, trace) }]
        : [],
    );
  });
}

/**
 * Throws `GradientError` if gradients would go on from an argument of a call to a parameter whose
 * gradient is used.
 */
export function checkArguments(ends: readonly GradientEnd[], args: readonly Node[]): void {
  for (const { operation, position, wants } of ends) {
    const lost = parametersBelow(args[position]!).find(wants);
    if (!lost) continue;
    throw new GradientError(
      `${operation}: in a compiled function, argument ${position} was computed from parameter ` +
        `"${lost.name}", to which no gradient goes from there; call ${operation}() outside, ` +
        "or give the argument's stopGradient()",
    );
  }
}

const none: readonly never[] = [];
/** By argument: a graph that grows with each call is walked once. */
const known = new WeakMap<Node, readonly Parameter[]>();

/**
 * The parameters that gradients reach from `node`. Results of earlier compiled calls are values: so
 * a state is carried on.
 */
function parametersBelow(node: Node): readonly Parameter[] {
  const below = inputsOf(node);
  if (below.length === 0) return of(node);
  let found = known.get(node);
  if (!found) {
    const order = topologicalOrder([node], (one) => (known.has(one) ? none : inputsOf(one)));
    found = [...new Set(order.flatMap((one) => known.get(one) ?? of(one)))];
    known.set(node, found);
  }
  return found;
}

function of(node: Node): readonly Parameter[] {
  const parameter = parameterOf(node);
  return parameter ? [parameter] : none;
}

function inputsOf(node: Node): readonly Node[] {
  return parameterOf(node) || endsGradients(node) ? none : node.inputs;
}
