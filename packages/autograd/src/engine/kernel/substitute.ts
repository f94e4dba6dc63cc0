// Substitutes indices for loop variables in kernels: how loops are unrolled and fused.
import { operandsFirst, operandsOf } from "./dependence.ts";
import { addIndices, scaleIndex, term } from "./index-arithmetic.ts";
import type { Bound, Factor, Index, Statement, Total, Value, Variable } from "./language.ts";

/** Known facts for a substitution, besides its variables. */
interface Known {
  readonly totals?: ReadonlyMap<Total, Total>;
  /** Whether a bound, as it was before, holds; undefined if it depends. */
  readonly holds?: (bound: Bound) => boolean | undefined;
}

/** Replaces variables by indices. Common subexpressions stay shared between all uses. */
export class Substitution {
  readonly #replacements: ReadonlyMap<Variable, Index>;
  readonly #totals: ReadonlyMap<Total, Total>;
  readonly #holds: (bound: Bound) => boolean | undefined;
  readonly #values = new Map<Value, Value>();
  readonly #factors = new Map<Factor, Index>();

  constructor(replacements: ReadonlyMap<Variable, Index>, known: Known = {}) {
    const { totals = new Map<Total, Total>(), holds = () => undefined } = known;
    this.#replacements = replacements;
    this.#totals = totals;
    this.#holds = holds;
  }

  index(index: Index): Index {
    const parts = index.terms.map(({ coefficient, factor }) =>
      scaleIndex(this.#factor(factor), coefficient),
    );
    return addIndices({ constant: index.constant, terms: [] }, ...parts);
  }

  #factor(factor: Factor): Index {
    let index = this.#factors.get(factor);
    if (!index) this.#factors.set(factor, (index = this.#replaced(factor)));
    return index;
  }

  #replaced(factor: Factor): Index {
    switch (factor.kind) {
      case "variable":
        return this.#replacements.get(factor) ?? term(factor);
      case "given":
        return term(factor);
      case "element": {
        const value = this.value(factor.value);
        return term(value === factor.value ? factor : { ...factor, value });
      }
      default:
        return term({ ...factor, of: this.index(factor.of) });
    }
  }

  value(value: Value): Value {
    let replaced = this.#values.get(value);
    if (replaced) return replaced;
    const isKnown = (part: Value) => operandsOf(part).length === 0 || this.#values.has(part);
    operandsFirst(value, isKnown, (part) => this.#values.set(part, this.#replacedValue(part)));
    this.#values.set(value, (replaced = this.#replacedValue(value)));
    return replaced;
  }

  #replacedValue(value: Value): Value {
    switch (value.kind) {
      case "literal":
        return value;
      case "total":
        return this.#totals.get(value) ?? value;
      case "load":
      case "position":
        return { ...value, index: this.index(value.index) };
      case "apply":
        return { ...value, operands: value.operands.map((operand) => this.value(operand)) };
      case "cast":
        return { ...value, operand: this.value(value.operand) };
      case "guard":
        return this.#guarded(value);
    }
  }

  #guarded(guard: Extract<Value, { kind: "guard" }>): Value {
    const answers = guard.bounds.map((bound) => this.#holds(bound));
    if (answers.includes(false)) return this.value(guard.otherwise);
    const open = guard.bounds.filter((_, i) => answers[i] === undefined);
    if (open.length === 0) return this.value(guard.value);
    return {
      ...guard,
      bounds: open.map((bound) => ({ ...bound, index: this.index(bound.index) })),
      value: this.value(guard.value),
      otherwise: this.value(guard.otherwise),
    };
  }

  statement(statement: Statement): Statement {
    switch (statement.kind) {
      case "for":
        return { ...statement, body: statement.body.map((part) => this.statement(part)) };
      case "store":
      case "accumulate":
        return {
          ...statement,
          index: this.index(statement.index),
          value: this.value(statement.value),
        };
      case "reduce":
        return { ...statement, value: this.value(statement.value) };
      case "prefix":
        return {
          ...statement,
          next: this.value(statement.next),
          body: statement.body.map((part) => this.statement(part)),
        };
      case "multiply":
        return {
          ...statement,
          left: this.value(statement.left),
          right: this.value(statement.right),
          body: statement.body.map((part) => this.statement(part)),
        };
    }
  }
}
