// Modules that plans share. The first plan of a pattern gets a module of its own, in which all
// numbers are constants. One that differs from it in sizes and literals only gets a module that
// takes these as arguments, and all further ones get the same: a new size of batch is planned, but
// nothing is compiled.

import { wordsEqual } from "../../graph/words.ts";
import type { Kernel, Variable } from "../kernel/language.ts";
import type { Plan } from "../plan/steps.ts";
import type { NumbersOf } from "./argument-lists.ts";
import { type Literal, sizeClass } from "./extents.ts";
import { type Features, type ModuleTables, planToModule, tablesOf } from "./module.ts";
import { isOfOneClass, type Pattern, type PatternNumber, patternOf, valueOf } from "./pattern.ts";
import { SharedModule } from "./shared-module.ts";

/** Plans of more steps share nothing: each step would be a function that threads can run. */
const mostSteps = 2000;
/** Nor do those whose patterns have more words, which are kept. */
const mostWords = 2 ** 16;

/** So many patterns are known before those are forgotten that nobody has a module of. */
const manyPatterns = 512;

let isForMany = false;

/** For tests, which make all modules for many plans that can be. */
export function setForMany(isSet: boolean): void {
  isForMany = isSet;
}

/** A plan's module, which others may have too, and what it has for itself. */
export interface Loadable extends ModuleTables {
  readonly module: SharedModule;
  /** How much it takes, without what others had before. */
  readonly bytes: number;
}

/** A module of a pattern. */
interface Known {
  /** The numbers of the plan that it was made for. */
  readonly numbers: readonly number[];
  /** Which of them are arguments. */
  readonly isArgument: readonly boolean[];
  readonly module: WeakRef<SharedModule>;
}

interface Family {
  readonly words: Int32Array;
  known: readonly Known[];
}

export class SharedModules {
  readonly #families = new Map<number, Family[]>();
  #count = 0;
  /** The count from which patterns are forgotten. */
  #many = manyPatterns;

  /** The module for a plan. */
  of(plan: Plan, features: Features): Loadable {
    if (plan.steps.length > mostSteps) return newModule(plan, features);
    const pattern = patternOf(plan, features);
    if (pattern.words.length > mostWords) return newModule(plan, features);
    const family = this.#familyOf(pattern);
    family.known = family.known.filter(isAlive);
    for (const known of family.known) {
      const module = known.module.deref();
      if (!module || !fits(pattern, known)) continue;
      const numbersOf = module.code.isForMany ? argumentsOf(pattern, known.isArgument) : undefined;
      const tables = tablesOf(plan, module.code, features, numbersOf);
      return { ...tables, module, bytes: tables.lists.byteLength };
    }
    const numbers = pattern.numbers.map(valueOf);
    const differing = differences(pattern, family.known.at(-1));
    const isArgument = differing ?? numbers.map(() => false);
    const numbersOf = differing && argumentsOf(pattern, differing);
    const made = newModule(plan, features, numbersOf);
    family.known = [...family.known, { numbers, isArgument, module: new WeakRef(made.module) }];
    return { ...made, bytes: made.bytes + family.words.byteLength };
  }

  #familyOf({ words, hash }: Pattern): Family {
    const alike = this.#families.get(hash) ?? [];
    const known = alike.find((family) => wordsEqual(family.words, words));
    if (known) return known;
    if (this.#count >= this.#many) this.#forget();
    const family: Family = { words: words.slice(), known: [] };
    this.#families.set(hash, [...(this.#families.get(hash) ?? []), family]);
    this.#count++;
    return family;
  }

  /** Forgets patterns that nobody has a module of. */
  #forget(): void {
    this.#count = 0;
    for (const [hash, families] of this.#families) {
      const used = families.filter(({ known }) => known.some(isAlive));
      if (used.length > 0) this.#families.set(hash, used);
      else this.#families.delete(hash);
      this.#count += used.length;
    }
    // Where all are used, the next ones are not looked through for each new pattern.
    this.#many = Math.max(manyPatterns, 2 * this.#count);
  }
}

function isAlive({ module }: Known): boolean {
  return module.deref() !== undefined;
}

function newModule(plan: Plan, features: Features, numbersOf?: NumbersOf): Loadable {
  const { lists, ...code } = planToModule(plan, features, numbersOf);
  // Compiled it takes a few times as much.
  const bytes = lists.byteLength + code.bytes.length;
  return { lists, segments: code.segments, module: new SharedModule(code), bytes };
}

/** Whether the module is for plans with the pattern's numbers. */
function fits({ numbers }: Pattern, { numbers: others, isArgument }: Known): boolean {
  return numbers.every((number, i) =>
    isArgument[i] ? isOfOneClass(number, others[i]!) : Object.is(valueOf(number), others[i]),
  );
}

/**
 * The numbers that are not those of another module, or are its arguments; undefined if they cannot
 * be arguments.
 */
function differences(
  { numbers, fixed }: Pattern,
  other: Known | undefined,
): readonly boolean[] | undefined {
  const canBe = ({ of }: PatternNumber) =>
    !fixed.has(of) && (of.kind === "literal" || of.size >= sizeClass);
  if (isForMany) return numbers.map(canBe);
  if (!other) return undefined;
  const differing = numbers.map(
    (number, i) => other.isArgument[i]! || !Object.is(valueOf(number), other.numbers[i]),
  );
  return numbers.every((number, i) => !differing[i] || canBe(number)) ? differing : undefined;
}

function argumentsOf({ numbers }: Pattern, isArgument: readonly boolean[]): NumbersOf {
  const ofKernels = new Map<Kernel, (Variable | Literal)[]>();
  numbers.forEach(({ kernel, of }, i) => {
    if (!isArgument[i]) return;
    const own = ofKernels.get(kernel);
    if (own) own.push(of);
    else ofKernels.set(kernel, [of]);
  });
  return (kernel) => ofKernels.get(kernel) ?? none;
}

const none: readonly (Variable | Literal)[] = [];
