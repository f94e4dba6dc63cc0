// Replays traced functions: one prepared run per call, on the values of the call.

import type { Prepared } from "../engine/backend.ts";
import { afterwards, type Task } from "../engine/background.ts";
import { realize, realizing, valueOf } from "../engine/realize.ts";
import type { Home, Node, Value } from "../graph/node.ts";
import { Call, type Given, isNode, type Traced } from "./calls.ts";
import type { GradientCell } from "./gradient-cell.ts";
import type { Link } from "./last-output.ts";
import type { GradientEnd } from "./lost-gradients.ts";
import { Parameter } from "./parameter.ts";
import { newPass, type Pass } from "./passes.ts";
import { Tensor, tensorOf } from "./tensor.ts";
import { mapTree } from "./tree.ts";

/** An output of a traced function that it does not return. */
export interface Effect {
  readonly node: Node;
  /** The home that the back end may leave the value in. */
  readonly home: Home | undefined;
  /** Consumes the value, which is the output of a call at a position. */
  readonly use: (value: Value, position: number, call: Call, ready: Compiled) => void;
}

/** A guard of an output, called before anything of the call is kept, and the output's position. */
export interface Guarded {
  readonly position: number;
  readonly guard: (valued: Node) => void;
}

/** How a call finds an input of the graph: a node, or its value. */
export type Input =
  /** When the call is made: arguments, draws and numbers from outside. */
  | { readonly give: (args: readonly Node[]) => Value | Node; readonly find?: undefined }
  /**
   * Evaluated when its turn comes: values of parameters and gradients, which earlier calls may change.
   */
  | { readonly find: () => Node; readonly give?: undefined };

/** A traced function. */
export interface Compiled {
  /** Prepared when a call first runs, since that needs the engine. */
  readonly prepared: Prepared;
  /** Each tells whether something that the function decided by is as it was when traced. */
  readonly guards: readonly (() => boolean)[];
  /** Draws this call's keys: as many as the function does and in its order, used or not. */
  readonly draw: () => void;
  readonly inputs: readonly Input[];
  readonly homes: readonly (Home | undefined)[];
  readonly guarded: readonly Guarded[];
  /** The parameters that a call updates. */
  readonly updated: readonly Parameter[];
  /** Consumers of the outputs after those that are returned. */
  readonly uses: readonly Effect["use"][];
  /** Gradients that a call uses up, and those that it clears. */
  readonly taken: readonly GradientCell[];
  readonly cleared: readonly GradientCell[];
  /** Arguments at which gradients end. */
  readonly ends: readonly GradientEnd[];
  /** The pass of the current call. */
  pass: Pass;
  readonly result: unknown;
  /** The nodes of all tensors that are returned. */
  readonly returned: readonly Node[];
  readonly function: Traced;
  /** Leads from parameters that calls have updated back to the function. */
  link: Link | undefined;
}

/** Calls a traced function. */
export function replay(ready: Compiled, args: readonly Node[]): unknown {
  const { prepared, homes } = ready;
  const given = givenTo(askedBy(ready, args));
  const wanted = valuesOf(given, ready.function.graph.inputs.length);
  const check = checkOf(ready, given);
  let values: readonly Value[];
  try {
    values = prepared.run(wanted, homes, check?.accept);
  } catch (error) {
    forgetBefore(ready);
    throw error;
  }
  return kept(ready, values, check?.call ?? new Call(ready.function, given, values));
}

/** A pending call. */
export interface Asked {
  readonly ready: Compiled;
  /** Its inputs; undefined if they are looked up when its turn comes. */
  readonly inputs: (Node | Value | undefined)[];
}

/** Runs the call in its turn, as a task. */
export function* replaying(asked: Asked): Task<unknown> {
  const { ready } = asked;
  const given = givenTo(asked);
  const { prepared, homes } = ready;
  if (!given.every(isKnown)) yield* realizing("compile", given.filter(isNode));
  const wanted = valuesOf(given, ready.function.graph.inputs.length);
  const check = checkOf(ready, given);
  // Readers of these values must not see what the run writes meanwhile.
  forgetBefore(ready);
  const values = prepared.task
    ? yield* prepared.task(wanted, homes, check?.accept)
    : prepared.run(wanted, homes, check?.accept);
  if (ready.uses.length > 0) yield* afterwards();
  return kept(ready, values, check?.call ?? new Call(ready.function, given, values));
}

/** The values that a call with these arguments would give, in the graph's order; keeps nothing. */
export function outcomesOf(ready: Compiled, args: readonly Node[]): readonly Value[] {
  const given = givenTo(askedOf(ready, args));
  const wanted = valuesOf(given, ready.function.graph.inputs.length);
  const nowhere = ready.homes.map(() => undefined);
  return ready.prepared.run(wanted, nowhere);
}

/** The inputs of a call that are known when it is made; draws its keys. */
export function askedBy(ready: Compiled, args: readonly Node[]): Asked {
  ready.draw();
  return askedOf(ready, args);
}

function askedOf(ready: Compiled, args: readonly Node[]): Asked {
  const all = ready.inputs;
  const inputs = new Array<Node | Value | undefined>(all.length);
  for (let i = 0; i < all.length; i++) inputs[i] = all[i]!.give?.(args);
  return { ready, inputs };
}

/** All inputs of a call, when its turn comes. */
function givenTo({ ready, inputs }: Asked): Given {
  const all = ready.inputs;
  for (let i = 0; i < all.length; i++) inputs[i] ??= all[i]!.find!();
  return inputs as Given;
}

/** Invalidates previous values, which a run overwrites. */
function forgetBefore({ updated }: Compiled): void {
  for (const parameter of updated) Parameter.forgetBefore(parameter);
}

/** Calls the guards of a function on the values of a call before they are kept. */
interface Check {
  /** The call, once its values were accepted. */
  call: Call | undefined;
  readonly accept: (values: readonly Value[]) => void;
}

/** Undefined if the function has no guards. */
function checkOf({ guarded, function: traced }: Compiled, given: Given): Check | undefined {
  if (guarded.length === 0) return undefined;
  const check: Check = {
    call: undefined,
    accept(values) {
      check.call = new Call(traced, given, values);
      for (const { position, guard } of guarded) guard(check.call.result(position));
    },
  };
  return check;
}

/** Keeps the values of a call, and returns its result. */
function kept(ready: Compiled, values: readonly Value[], call: Call): unknown {
  const { uses, taken, cleared, result, returned } = ready;
  // First: effects may let go of calls, even of this one.
  const outputs = returned.map((_, i) => tensorOf(call.result(i)));
  for (const cell of taken) cell.take();
  if (uses.length > 0) ready.pass = newPass();
  for (let i = 0; i < uses.length; i++) {
    const position = returned.length + i;
    uses[i]!(values[position]!, position, call, ready);
  }
  for (const cell of cleared) cell.write(null);
  if (result === undefined) return undefined;
  if (result instanceof Tensor) return outputs[0]!;
  let next = 0;
  return mapTree("compile", result, () => outputs[next++]!);
}

function isKnown(one: Node | Value): boolean {
  return !isNode(one) || one.cell.value !== undefined;
}

/** The values of the first `count` inputs. */
function valuesOf(given: Given, count: number): readonly Value[] {
  const values: Value[] = [];
  for (let i = 0; i < given.length; i++) {
    const one = given[i]!;
    const value = isNode(one) ? one.cell.value : one;
    if (!value) return computedOf(given, count);
    if (i < count) values.push(value);
  }
  return values;
}

/** The same if some are not computed yet: computes all in one run. */
function computedOf(given: Given, count: number): readonly Value[] {
  realize("compile", given.filter(isNode));
  return given.slice(0, count).map((one) => (isNode(one) ? valueOf("compile", one) : one));
}
