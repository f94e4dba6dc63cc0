// Instructions for indices and addresses: sums of terms, each partial sum hoisted to the outermost
// loop in which it is known.
import { bytesPerElement } from "../../scalar/dtype.ts";
import { type Dependence, dependencesOf } from "../kernel/dependence.ts";
import type { Buffer, Factor, Index, Value } from "../kernel/language.ts";
import type { Local } from "./encoder.ts";
import { parametersOf, tableWords } from "./run-table.ts";
import type { Scopes } from "./scopes.ts";

/** The address of an element: `offset` bytes after the local's value. */
export interface Address {
  readonly local: Local;
  readonly offset: number;
}

export class Addresses {
  readonly #scopes: Scopes;
  readonly #table: Local;
  /** Computes an index from the data. */
  readonly #element: (value: Value) => Local;
  readonly #ids = new Map<Factor, number>();

  constructor(scopes: Scopes, element: (value: Value) => Local) {
    this.#scopes = scopes;
    this.#table = parametersOf(scopes.body).table;
    this.#element = element;
  }

  /** Computes an index into a local. */
  index(index: Index): Local {
    const { local, name, dependences } = this.#sum("index", undefined, index, 1);
    return local && index.constant === 0
      ? local
      : this.#plus(name, dependences, local, index.constant);
  }

  /** Computes the address of an element of a buffer. */
  address(buffer: Buffer, index: Index): Address {
    const scale = bytesPerElement(buffer.dtype);
    const base = `address ${buffer.id}`;
    const start = this.#scopes.named(base, new Set(), "i32", () => {
      const { code } = this.#scopes;
      code
        .get(this.#scopes.argument(buffer.id))
        .get(this.#table)
        .add("i32.add")
        .memory("i32.load", 0);
    });
    const { local, name, dependences } = this.#sum(base, start, index, scale);
    const offset = index.constant * scale;
    const isPositive =
      index.constant >= 0 && index.terms.every(({ coefficient }) => coefficient >= 0);
    // An address beyond the buffer is never used: a guard precedes it.
    if ((isPositive && offset < 2 ** 32) || offset === 0) return { local, offset };
    return { local: this.#plus(name, dependences, local, offset), offset: 0 };
  }

  /** The sum of `start`, which has a name, and the terms of an index in units of `scale`. */
  #sum<Start extends Local | undefined>(
    startName: string,
    start: Start,
    index: Index,
    scale: number,
  ): { local: Start | Local; name: string; dependences: ReadonlySet<Dependence> } {
    let [local, name]: [Start | Local, string] = [start, startName];
    const dependences = new Set<Dependence>();
    for (const { coefficient, factor } of this.#fromOutside(index)) {
      const by = coefficient * scale;
      name += ` + ${by} * ${this.#idOf(factor)}`;
      for (const one of dependencesOf(factor)) dependences.add(one);
      const before = local;
      local =
        this.#scopes.known(name, "i32") ??
        this.#scopes.named(name, new Set(dependences), "i32", () => {
          const part = this.#scaled(factor, by);
          const { code } = this.#scopes;
          if (before) code.get(before).get(part).add("i32.add");
          else code.get(part);
        });
    }
    return { local, name, dependences };
  }

  /** The sum of a local, if there is one, and a constant. */
  #plus(
    name: string,
    dependences: ReadonlySet<Dependence>,
    sum: Local | undefined,
    constant: number,
  ): Local {
    return this.#scopes.named(`${name} + ${constant}`, dependences, "i32", () => {
      const { code } = this.#scopes;
      code.i32(constant);
      if (sum) code.get(sum).add("i32.add");
    });
  }

  /** Terms sorted by loop, outermost first, so that the sum of the outer ones is hoisted. */
  #fromOutside(index: Index): Index["terms"] {
    if (index.terms.length < 2) return index.terms;
    const depthOf = (factor: Factor) => this.#scopes.depthOf(dependencesOf(factor));
    return [...index.terms].sort((a, b) => depthOf(a.factor) - depthOf(b.factor));
  }

  #scaled(factor: Factor, by: number): Local {
    const local = this.#factor(factor);
    if (by === 1) return local;
    const name = `${by} * ${this.#idOf(factor)}`;
    return this.#scopes.named(name, dependencesOf(factor), "i32", () => {
      const { code } = this.#scopes;
      const shift = Math.log2(by);
      if (Number.isInteger(shift)) code.get(local).i32(shift).add("i32.shl");
      else code.get(local).i32(by).add("i32.mul");
    });
  }

  #factor(factor: Factor): Local {
    if (factor.kind === "variable") return this.#scopes.counterOf(factor);
    if (factor.kind === "given") return this.#scopes.argument(factor.position);
    return this.#scopes.named(factor, dependencesOf(factor), "i32", () => {
      if (factor.kind === "element") this.#addChecked(factor);
      else {
        const of = this.index(factor.of);
        const { code } = this.#scopes;
        code.get(of).i32(factor.by);
        code.add(factor.kind === "quotient" ? "i32.div_u" : "i32.rem_u");
      }
    });
  }

  /**
   * Leaves the index on the stack; one that is out of range is recorded in the table, and becomes
   * 0.
   */
  #addChecked({ value, size, check }: Extract<Factor, { kind: "element" }>): void {
    const given = this.#element(value);
    const { body, code } = this.#scopes;
    const index = body.local("i32");
    const { failedCheck, failedIndex } = tableWords;
    code.get(given).i32(size).add("i32.add").get(given);
    code.get(given).i32(0).add("i32.lt_s").add("select").tee(index);
    code.i32(size).add("i32.ge_u");
    code.block("if", () => {
      code
        .get(this.#table)
        .memory("i32.load", 4 * failedCheck)
        .add("i32.eqz");
      code.block("if", () => {
        code.get(this.#table).i32(check + 1);
        code.memory("i32.store", 4 * failedCheck);
        code
          .get(this.#table)
          .get(given)
          .memory("i32.store", 4 * failedIndex);
      });
      code.i32(0).set(index);
    });
    code.get(index);
  }

  #idOf(factor: Factor): number {
    let id = this.#ids.get(factor);
    if (id === undefined) this.#ids.set(factor, (id = this.#ids.size));
    return id;
  }
}
