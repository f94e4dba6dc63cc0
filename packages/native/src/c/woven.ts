// Elements of a vector that are not side by side in memory, but at distances known beforehand: every
// second one, each one twice, some of each row. They are loaded as a few whole vectors, of which each
// lane takes one element.
import { dependencesOf, type Factor, type Index, type Variable } from "@nabla/autograd/backend";
import type { Scopes } from "./scopes.ts";
import type { Vector } from "./vector.ts";

/** A whole vector in memory, `offset` elements from the first lane's, and which lanes take which of it. */
export interface Window {
  readonly offset: number;
  /** Pairs of a lane and the element's position in the vector. */
  readonly taken: readonly (readonly [lane: number, position: number])[];
}

/**
 * The fewest vectors that have all valid lanes' elements; undefined if it is not known where these are,
 * or if there would be more than half as many vectors as lanes. A vector begins at an element that is
 * wanted, or lies between such elements, so at most one vector beyond the last of these is read.
 */
export function windowsOf(index: Index, vector: Vector): readonly Window[] | undefined {
  const steps = stepsOf(index, vector);
  if (!steps) return undefined;
  const inPlace = windowsInPlace(steps);
  const moved = windowsFromFirst(steps, vector.lanes);
  // Lanes that keep their place are chosen without moving any.
  const best = inPlace && inPlace.length <= moved.length + 1 ? inPlace : moved;
  return best.length <= vector.lanes / 2 ? best : undefined;
}

/** Vectors that have some lanes' elements in these lanes; undefined if one may lie outside of the buffer. */
function windowsInPlace(steps: readonly number[]): readonly Window[] | undefined {
  const taken = new Map<number, [number, number][]>();
  steps.forEach((step, lane) => {
    const offset = step - lane;
    const pairs = taken.get(offset);
    if (pairs) pairs.push([lane, lane]);
    else taken.set(offset, [[lane, lane]]);
  });
  const [least, most] = [Math.min(...steps), Math.max(...steps)];
  const isWithin = [...taken.keys()].every((offset) => offset >= least && offset <= most);
  return isWithin ? [...taken].map(([offset, pairs]) => ({ offset, taken: pairs })) : undefined;
}

/** Vectors that begin with the first element that no other has. */
function windowsFromFirst(steps: readonly number[], lanes: number): readonly Window[] {
  const windows: Window[] = [];
  let left = steps.map((step, lane) => [lane, step] as const);
  while (left.length > 0) {
    const offset = Math.min(...left.map(([, step]) => step));
    const isIn = (step: number) => step < offset + lanes;
    const taken = left.flatMap(([lane, step]) =>
      isIn(step) ? [[lane, step - offset] as const] : [],
    );
    windows.push({ offset, taken });
    left = left.filter(([, step]) => !isIn(step));
  }
  return windows;
}

/** How far the elements of valid lanes are from the first one; undefined if that is not known. */
function stepsOf(index: Index, vector: Vector): readonly number[] | undefined {
  const steps = Array.from({ length: vector.valid }, () => 0);
  for (const { coefficient, factor } of index.terms) {
    const own = stepsOfFactor(factor, vector);
    if (!own) return undefined;
    own.forEach((step, lane) => (steps[lane]! += coefficient * step));
  }
  return steps;
}

function stepsOfFactor(factor: Factor, vector: Vector): readonly number[] | undefined {
  const { variable, lanes, valid, step: every = lanes } = vector;
  const each = (step: (lane: number) => number) => Array.from({ length: valid }, (_, i) => step(i));
  if (factor === variable) return each((lane) => lane);
  if (!dependencesOf(factor).has(variable)) return each(() => 0);
  if (factor.kind !== "quotient" && factor.kind !== "remainder") return undefined;
  const divided = asFunction(factor, variable, 1);
  if (!divided) return undefined;
  const from = (start: number) => each((lane) => divided.at(start + lane) - divided.at(start));
  const first = from(0);
  // Vectors that begin elsewhere have to be the same; after as many as the period, all begin again.
  const end = Math.min(variable.size, every * divided.period);
  for (let start = every; start < end && start % divided.period > 0; start += every) {
    if (from(start).some((step, lane) => step !== first[lane])) return undefined;
  }
  return first;
}

/** What depends on one variable alone: its value there, and after how many steps its changes recur. */
interface OfOne {
  readonly at: (counter: number) => number;
  readonly period: number;
}

/** A factor as a function of a variable, but for multiples of `by` of it; undefined if it is none. */
function asFunction(factor: Factor, variable: Variable, by: number): OfOne | undefined {
  if (factor === variable) return { at: (counter) => counter, period: 1 };
  if (factor.kind !== "quotient" && factor.kind !== "remainder") return undefined;
  const divisor = factor.by;
  const all = divisor * by;
  const { constant, terms } = factor.of;
  const varying = terms.filter(({ coefficient }) => coefficient % all !== 0 || coefficient < 0);
  const [only, ...others] = terms.filter((one) => dependencesOf(one.factor).has(variable));
  const isAlone = varying.every((one) => one === only) && others.length === 0;
  if (!only || !isAlone || only.coefficient < 0 || constant < 0) return undefined;
  const inner = asFunction(only.factor, variable, all);
  if (!inner) return undefined;
  const of = (counter: number) => constant + only.coefficient * inner.at(counter);
  return {
    at:
      factor.kind === "quotient"
        ? (counter) => Math.floor(of(counter) / divisor)
        : (counter) => of(counter) % divisor,
    period: inner.period * divisor,
  };
}

/** What vectors are loaded as. */
interface Loading {
  readonly type: string;
  readonly lanes: number;
  /** The whole vector so many elements from the first lane's on. */
  readonly loaded: (offset: number) => string;
}

interface Loaded extends Pick<Window, "taken"> {
  readonly name: string;
}

/** Writes the loads of windows and the choice of their elements. Returns the name of the result. */
export function writeWoven(
  windows: readonly Window[],
  { type, lanes, loaded }: Loading,
  scopes: Scopes,
): string {
  const named = (text: string): string => {
    const name = scopes.fresh("w");
    scopes.line(`const ${type} ${name} = ${text};`);
    return name;
  };
  const [first, ...others] = windows.map(({ offset, taken }) => {
    return { taken, name: named(loaded(offset)) };
  }) as [Loaded, ...Loaded[]];
  const inPlace = Array.from({ length: lanes }, (_, lane) => lane);
  const chosen = (a: string, b: string, taken: Window["taken"], from: number): string => {
    const places = [...inPlace];
    for (const [lane, position] of taken) places[lane] = from + position;
    return named(`SHUFFLE_${type}(${a}, ${b}, ${places.join(", ")})`);
  };
  const isInPlace = first.taken.every(([lane, position]) => lane === position);
  const start = isInPlace ? first.name : chosen(first.name, first.name, first.taken, 0);
  return others.reduce((sofar, { taken, name }) => chosen(sofar, name, taken, lanes), start);
}
