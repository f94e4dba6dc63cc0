// Patterns: the kernels of a plan as integers, without the numbers that code can take as arguments,
// sizes of loops and literals. Plans of one pattern, such as those of one network for different
// batches, can share code.

import { hashOf, Writer } from "../../graph/words.ts";
import { isFloating } from "../../scalar/dtype.ts";
import { operandsFirst } from "../kernel/dependence.ts";
import type {
  Factor,
  Given,
  Index,
  Kernel,
  Statement,
  Value,
  Variable,
} from "../kernel/language.ts";
import { type Blocks, blocksOfMultiply, blocksOfReduce } from "../kernel/reduction.ts";
import type { Plan } from "../plan/steps.ts";
import { type Literal, sizeClass } from "./extents.ts";
import { type Features, kernelsOf } from "./module.ts";

/** A number of a kernel that code could take as an argument. */
export interface PatternNumber {
  readonly kernel: Kernel;
  readonly of: Variable | Literal;
}

export interface Pattern {
  /** Valid until the next pattern is computed. */
  readonly words: Int32Array;
  readonly hash: number;
  /** In the order of mention. */
  readonly numbers: readonly PatternNumber[];
  /** Those that are part of the code all the same. */
  readonly fixed: ReadonlySet<Variable | Literal>;
}

/** The number itself. */
export function valueOf({ of }: PatternNumber): number {
  return of.kind === "variable" ? of.size : of.value;
}

/** Whether code that was written for `one` can be for `other`, if the number is an argument. */
export function isOfOneClass(one: PatternNumber, other: number): boolean {
  if (one.of.kind === "literal") return true;
  const { size } = one.of;
  return Math.min(size, other) >= sizeClass && size % sizeClass === other % sizeClass;
}

const writer = new Writer();

/** The pattern of a plan, for a host. */
export function patternOf(plan: Plan, { isFused, isShared, leastShared }: Features): Pattern {
  writer.begin();
  writer.word(isFused ? 1 : 0);
  writer.word(isShared ? 1 : 0);
  writer.number(leastShared);
  const numbers: PatternNumber[] = [];
  const fixed = new Set<Variable | Literal>();
  const positions = new Map<Kernel, number>();
  for (const [kernel, given] of kernelsOf(plan)) {
    positions.set(kernel, positions.size);
    writer.word(given.length);
    new PatternWriter(fixed, (of) => numbers.push({ kernel, of })).statements(kernel.body);
  }
  writer.word(plan.buffers);
  const lists = new Map<Given, number>();
  for (const segment of plan.segments) {
    writer.word(segment.kind === "kernels" ? segment.steps.length : -1);
    if (segment.kind !== "kernels") continue;
    for (const { kernel, given } of segment.steps) {
      writer.word(positions.get(kernel)!);
      if (!lists.has(given)) lists.set(given, lists.size);
      writer.word(lists.get(given)!);
    }
  }
  const words = writer.words();
  return { words, hash: hashOf(words), numbers, fixed };
}

type Part = Value | Factor;

/** Writes a kernel: values, factors and totals once each, then by their numbers. */
class PatternWriter {
  readonly #fixed: Set<Variable | Literal>;
  readonly #add: (number: Variable | Literal) => void;
  readonly #ids = new Map<Part, number>();
  readonly #isKnown = (part: Part): boolean => this.#ids.has(part);
  readonly #defineFirst = (part: Part): void => this.#define(part);

  constructor(fixed: Set<Variable | Literal>, add: (number: Variable | Literal) => void) {
    this.#fixed = fixed;
    this.#add = add;
  }

  statements(statements: readonly Statement[]): void {
    writer.word(statements.length);
    for (const statement of statements) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    writer.text(statement.kind);
    switch (statement.kind) {
      case "for":
        this.#refer(statement.variable);
        writer.text(statement.order);
        this.statements(statement.body);
        return;
      case "store":
      case "accumulate":
        writer.word(statement.buffer.id);
        writer.text(statement.buffer.dtype);
        this.#index(statement.index);
        this.#refer(statement.value);
        return;
      case "reduce":
        this.#loops(statement.variables, blocksOfReduce(statement));
        writer.text(statement.combine);
        writer.number(statement.start);
        writer.word(statement.lanes);
        this.#refer(statement.value);
        this.#refer(statement.total);
        return;
      case "prefix":
        this.#refer(statement.variable);
        this.#refer(statement.before);
        writer.number(statement.start);
        this.#refer(statement.next);
        this.#refer(statement.total);
        this.statements(statement.body);
        return;
      case "multiply":
        // Tiles have a known number of columns.
        this.#fixed.add(statement.column);
        this.#refer(statement.row);
        this.#refer(statement.column);
        this.#loops(statement.inner, blocksOfMultiply(statement));
        this.#refer(statement.left);
        this.#refer(statement.right);
        this.#refer(statement.total);
        this.statements(statement.body);
    }
  }

  #loops(variables: readonly Variable[], blocks: Blocks | undefined): void {
    writer.word(variables.length);
    for (const variable of variables) this.#refer(variable);
    writer.word(blocks ? blocks.loop : -1);
    if (blocks) writer.integer(blocks.size);
  }

  #index({ constant, terms }: Index): void {
    writer.integer(constant);
    writer.word(terms.length);
    for (const { coefficient, factor } of terms) {
      writer.integer(coefficient);
      this.#refer(factor);
    }
  }

  /** Writes what has not been written of it, and then its number. */
  #refer(part: Part): void {
    if (!this.#ids.has(part)) {
      if (part.kind === "apply" || part.kind === "cast") {
        operandsFirst(part, this.#isKnown, this.#defineFirst);
      }
      this.#define(part);
    }
    // No kind has a negative number.
    writer.word(-1 - this.#ids.get(part)!);
  }

  #define(part: Part): void {
    writer.text(part.kind);
    switch (part.kind) {
      case "variable":
        this.#add(part);
        break;
      case "given":
        writer.word(part.position);
        break;
      case "quotient":
      case "remainder":
        this.#index(part.of);
        writer.integer(part.by);
        break;
      case "element":
        this.#refer(part.value);
        writer.integer(part.size);
        writer.word(part.check);
        break;
      case "total":
        writer.text(part.dtype);
        break;
      case "literal":
        writer.text(part.dtype);
        if (isFloating(part.dtype)) this.#add(part);
        else writer.number(part.value);
        break;
      case "load":
        writer.word(part.buffer.id);
        writer.text(part.buffer.dtype);
        this.#index(part.index);
        break;
      case "position":
        this.#index(part.index);
        break;
      case "cast":
        writer.text(part.dtype);
        this.#refer(part.operand);
        break;
      case "apply":
        this.#application(part);
        break;
      case "guard":
        writer.text(part.dtype);
        writer.word(part.bounds.length);
        for (const { index, from, to } of part.bounds) {
          this.#index(index);
          writer.integer(from);
          writer.integer(to);
        }
        this.#refer(part.value);
        this.#refer(part.otherwise);
    }
    this.#ids.set(part, this.#ids.size);
  }

  #application({ operator, on, dtype, operands }: Extract<Value, { kind: "apply" }>): void {
    writer.text(operator);
    writer.text(on);
    writer.text(dtype);
    for (const operand of operands) {
      this.#refer(operand);
      // Other operators may have better instructions for some literals.
      if (operand.kind === "literal" && !arithmetic.has(operator)) this.#fixed.add(operand);
    }
  }
}

const arithmetic: ReadonlySet<string> = new Set(["add", "sub", "mul", "div"]);
